package gateway_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// sends is the request by which a phone sends a page. The gateway sees that it
// is sealed, and nothing else.
func (c *citizen) sends(v *visit, id string, d *document) request {
	return request{
		who: c.caller, method: "PUT", path: "/api/v1/safe/delegations/" + v.id + "/pages/" + id, body: d.sealed,
		header: object{"Content-Digest": digestOf(d.sum)},
	}
}

func (v *visit) waits() request {
	return request{who: v.caller, method: "GET", path: v.path("/pages")}
}

func (v *visit) fetches(id string) request {
	return request{who: v.caller, method: "GET", path: v.path("/pages/" + id)}
}

func (v *visit) takes(id string) request {
	return request{who: v.caller, method: "DELETE", path: v.path("/pages/" + id)}
}

// relayed is what the object store has of pages.
func (m *mediated) relayed(t *testing.T) []string {
	t.Helper()
	keys, err := m.blobs.List(m.ctx, "pages/", "", 1000)
	must(t, err)
	return keys
}

// TestAPhoneSendsPages to the session: in the order in which they come, once
// each, and nothing of them is left when the tab has them.
func TestAPhoneSendsPages(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	v := m.desk.open(t, sealed.ActDeposit)
	first, second := newDocument(t, 3000), newDocument(t, 200_000)
	ids := []string{newKey(), newKey()}
	m.do(t, m.c.sends(v, ids[0], first)).is(t, 404)
	m.c.approve(t, v, nil, nil)
	m.do(t, m.c.sends(v, ids[0], first)).is(t, 409).refuses(t, "session-not-approved")
	m.do(t, v.collects()).is(t, 200)
	for i, d := range []*document{first, second, first} {
		m.do(t, m.c.sends(v, ids[i%2], d)).is(t, 201)
		m.clock.add(time.Second)
	}
	m.do(t, m.c.sends(v, ids[0], second)).is(t, 409)
	if got := m.do(t, v.waits()).is(t, 200).items(t, "id"); !slices.Equal(got, ids) {
		t.Errorf("pages that wait are %q, sent were %q", got, ids)
	}
	if got := m.do(t, v.fetches(ids[1])).is(t, 200); !bytes.Equal(got.body, second.sealed) {
		t.Error("the tab is given other bytes than were sent")
	}
	if e := v.told(t, m.c, journal.WhatMediationPage, journal.ResultDone); e.Detail["mandate"] != v.mandate.ID || e.Who.Kind != "citizen" {
		t.Errorf("sending is told as %+v", e)
	}
	for _, id := range ids {
		m.do(t, v.takes(id)).is(t, 204)
		m.do(t, v.takes(id)).is(t, 404)
		m.do(t, v.fetches(id)).is(t, 404)
	}
	m.do(t, m.c.sends(v, ids[0], first)).is(t, 201) // an answer that was lost
	if got := m.do(t, v.waits()).is(t, 200).items(t, "id"); len(got) != 0 {
		t.Errorf("pages that were taken come again: %q", got)
	}
	if left := m.relayed(t); len(left) != 0 {
		t.Errorf("of pages that were taken there is left %q", left)
	}
	m.sound(t)
}

// swept fails unless the sweep leaves no page.
func (m *mediated) swept(t *testing.T) {
	t.Helper()
	for n := 1; n > 0; {
		var err error
		n, err = m.domain.Sweep(m.ctx)
		must(t, err)
	}
	if left := m.relayed(t); len(left) != 0 {
		t.Errorf("the session is over, and there is %q", left)
	}
}

// TestPagesGoWithTheSession whoever ends it: nobody is given them, and the sweep
// erases them.
func TestPagesGoWithTheSession(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	for _, end := range []func(v *visit){
		func(v *visit) { m.do(t, request{who: v.caller, method: "DELETE", path: v.path("")}).is(t, 204) },
		func(v *visit) {
			m.do(t, request{who: m.c.caller, method: "DELETE", path: "/api/v1/safe/delegations/" + v.id}).is(t, 204)
		},
	} {
		v := m.visit(t, m.desk, m.c, nil, nil, sealed.ActDeposit)
		id, d := newKey(), newDocument(t, 1500)
		m.do(t, m.c.sends(v, id, d)).is(t, 201)
		if len(m.relayed(t)) != 1 {
			t.Fatalf("one page was sent, there is %q", m.relayed(t))
		}
		end(v)
		m.do(t, v.fetches(id)).is(t, 410).refuses(t, "session-over")
		m.do(t, v.takes(id)).is(t, 410).refuses(t, "session-over")
		m.do(t, v.waits()).is(t, 410).refuses(t, "session-over")
		m.do(t, m.c.sends(v, newKey(), d)).is(t, 410).refuses(t, "session-over")
		m.swept(t)
	}
	v := m.visit(t, m.desk, m.c, nil, nil, sealed.ActDeposit)
	m.do(t, m.c.sends(v, newKey(), newDocument(t, 1500))).is(t, 201)
	m.clock.add(11 * time.Minute) // nobody does anything
	m.swept(t)
	m.sound(t)
}

// TestPagesHaveBounds of size and number, need a mandate to deposit, and are
// nobody else's.
func TestPagesHaveBounds(t *testing.T) {
	t.Parallel()
	m := newMediated(t, unlimited)
	v := m.visit(t, m.desk, m.c, nil, nil, sealed.ActDeposit)
	small := newDocument(t, 600)
	large := newDocument(t, 10<<20)
	m.do(t, m.c.sends(v, newKey(), large)).is(t, 413)
	m.do(t, m.c.sends(v, newKey(), &document{sealed: []byte(strings.Repeat("x", 3000)), sum: small.sum})).is(t, 422)
	m.do(t, m.c.sends(v, newKey(), &document{sealed: small.sealed, sum: large.sum})).is(t, 422)

	page := newKey()
	m.do(t, m.c.sends(v, page, small)).is(t, 201)
	other := m.world.desk(t, m.desk.st, "Inès Roche")
	mine := m.world.citizen(t, "marcel")
	for _, r := range []request{v.waits().by(other.caller), v.fetches(page).by(other.caller), v.takes(page).by(other.caller), mine.sends(v, newKey(), small)} {
		m.do(t, r).is(t, 404)
	}
	for range 36 { // with the two whose bytes were not what was announced
		m.do(t, m.c.sends(v, newKey(), small)).is(t, 201)
	}
	m.do(t, m.c.sends(v, newKey(), small)).is(t, 201)
	m.do(t, m.c.sends(v, newKey(), small)).is(t, 422).refuses(t, "invalid")

	reading := m.visit(t, m.desk, m.c, []*document{m.doc}, nil, sealed.ActRead)
	m.do(t, m.c.sends(reading, newKey(), small)).is(t, 403).refuses(t, "outside-mandate")
	m.sound(t)
}
