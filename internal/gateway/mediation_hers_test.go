package gateway_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// TestWhatGoesOnIsListedFirst: whoever wants to stop something finds it on the
// first page, however many sessions there were since.
func TestWhatGoesOnIsListedFirst(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	use := m.lasting(t)[0]
	m.clock.add(time.Second)
	m.do(t, use).is(t, 201)
	for range 3 {
		m.clock.add(time.Second)
		v := m.visit(t, m.desk, m.c, nil, nil, sealed.ActDeposit)
		m.do(t, request{who: v.caller, method: "DELETE", path: v.path("")}).is(t, 204)
	}
	for path, want := range map[string][]string{
		"mandates":    {"current", "current", "ended", "ended", "ended"},
		"delegations": {"active", "claimed", "ended", "ended", "ended"},
	} {
		var states, ids []string
		for after := ""; ; {
			a := m.do(t, request{who: m.c.caller, method: "GET", path: "/api/v1/safe/" + path + "?limit=1&after=" + after}).is(t, 200)
			states, ids = append(states, a.items(t, "state")...), append(ids, a.items(t, "id")...)
			var page struct{ Next string }
			a.read(t, &page)
			if after = page.Next; after == "" {
				break
			}
		}
		if !slices.Equal(states, want) || len(slices.Compact(slices.Sorted(slices.Values(ids)))) != len(want) {
			t.Errorf("%s are listed as %q: %q", path, states, ids)
		}
	}
}

// TestAStopEndsEveryUse, however many sessions the safe has had.
func TestAStopEndsEveryUse(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	use := m.lasting(t)[0]
	v := &visit{desk: m.desk}
	v.id = m.do(t, use).is(t, 201).string(t, "id")
	id := strings.Split(use.path, "/")[5]
	m.do(t, request{who: m.c.caller, method: "DELETE", path: "/api/v1/safe/mandates/" + id}).is(t, 204)
	v.over(t)
	m.do(t, use).is(t, 410).refuses(t, "session-over")
}

// TestALaterUseFindsNothingOfTheEarlier: what a mediator brought in under a
// standing mandate is the citizen's once that session is over.
func TestALaterUseFindsNothingOfTheEarlier(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	use := m.lasting(t)[0]
	v := &visit{desk: m.desk}
	begin := func() { v.id = m.do(t, use).is(t, 201).string(t, "id") }
	content := func(d *document) answer {
		return m.do(t, request{who: v.caller, method: "GET", path: v.path("/documents/" + d.doc + "/content")})
	}
	begin()
	scan := v.deposit(t, m.c, 1000)
	content(scan).is(t, 200)
	m.do(t, request{who: v.caller, method: "DELETE", path: v.path("")}).is(t, 204)
	m.clock.add(time.Second)
	begin()
	content(scan).is(t, 404)
	if docs := m.do(t, v.lists()).is(t, 200).items(t, "doc"); len(docs) != 0 {
		t.Errorf("the later session has %q", docs)
	}
}

// TestWhatIsOverNamesNobody: the mediator reads whom he acts for while he does;
// one who has left reads no list. Her own journal goes on naming both.
func TestWhatIsOverNamesNobody(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	named := func(v *visit, want string) {
		t.Helper()
		var one struct{ Citizen string }
		m.do(t, request{who: v.caller, method: "GET", path: v.path("")}).is(t, 200).read(t, &one)
		if one.Citizen != want {
			t.Errorf("the mediator reads %q, want %q", one.Citizen, want)
		}
	}
	lists := request{who: m.desk.caller, method: "GET", path: mediation + "/delegations"}

	no := m.desk.open(t, sealed.ActDeposit)
	m.c.claim(t, no)
	named(no, m.c.Name)
	m.do(t, request{who: m.c.caller, method: "POST", path: "/api/v1/safe/delegations/" + no.id + "/denial"}).is(t, 204)
	named(no, "")

	v := m.visit(t, m.desk, m.c, []*document{m.doc}, nil, sealed.ActRead)
	named(v, m.c.Name)
	m.do(t, request{who: v.caller, method: "DELETE", path: v.path("")}).is(t, 204)
	named(v, "")
	if all := m.do(t, lists).is(t, 200); strings.Contains(string(all.body), m.c.Name) {
		t.Errorf("the list names her: %s", all.body)
	}
	v.told(t, m.c, journal.WhatMediationEnded, journal.ResultDone)
	v.over(t)
	v.told(t, m.c, journal.WhatDeposit, journal.ResultRefused)

	m.appoint(t, safe.NoRole)
	m.do(t, lists).is(t, 403).refuses(t, "mediator-left")
}

// TestWhoWasCutOffIsAppointedAnew, where anybody is admitted unseen, too: not by
// a log-in for another structure in between.
func TestWhoWasCutOffIsAppointedAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *safe.Config, _ *gateway.Config) { c.Policy.Admission = safe.AdmitAnyone })
	st, other := w.structure(t, "France Services de Valmont", franceServices), w.structure(t, "Ailleurs", "13002526500099")
	asks := func(d *desk) answer {
		_, open := d.opens(t, "phone", sealed.ActDeposit)
		return w.do(t, open)
	}
	d := w.waitingDesk(t, st, "Nadia Haddad")
	asks(d).is(t, 201)
	asks(w.waitingDesk(t, other, "Nadia Haddad")).is(t, 201) // is not known there, either
	d = w.waitingDesk(t, st, "Nadia Haddad")
	asks(d).is(t, 201)
	_, err := w.domain.AppointMediator(w.ctx, operator(), safe.MediatorID(d.Account), safe.MediatorAppointment{})
	must(t, err)
	asks(d).is(t, 403).refuses(t, "mediator-left")
	for _, st := range []safe.Structure{other, st} {
		asks(w.waitingDesk(t, st, "Nadia Haddad")).is(t, 403).refuses(t, "mediator-waits")
	}
}

// TestKeysUsedAtACounterAreExposed: she is told until she has replaced them on a
// machine of her own.
func TestKeysUsedAtACounterAreExposed(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	exposed := func() bool {
		var sf struct{ Exposed string }
		m.do(t, request{who: m.c.caller, method: "GET", path: "/api/v1/safe"}).is(t, 200).read(t, &sf)
		return sf.Exposed != ""
	}
	m.visit(t, m.desk, m.c, nil, nil, sealed.ActDeposit)
	if exposed() {
		t.Error("keys used on her own phone are taken for exposed")
	}
	v, open := m.desk.opens(t, "counter", sealed.ActDeposit)
	asks := m.do(t, open).is(t, 201)
	v.opened(t, asks)
	v.number = asks.string(t, "number")
	m.do(t, request{who: v.caller, method: "POST", path: v.path("/lock")}).is(t, 200)
	here := m.c.at(t, v)
	var in asked
	m.do(t, here.claims(v.code)).is(t, 200).read(t, &in)
	m.do(t, here.approval(t, v, here.drafts(in, nil, nil), nil)).is(t, 200)
	if !exposed() {
		t.Error("nobody tells her")
	}
	next, body := m.c, []byte(nil)
	renew := func(who caller) {
		t.Helper()
		var in object
		now := next
		in, next, body = now.successor(t, m.town, nil)
		m.do(t, now.succession(in, now.keyringTag(t)).by(who)).is(t, 204)
		next.note(body)
	}
	renew(here.caller)
	if !exposed() {
		t.Error("keys that were replaced there are taken for safe")
	}
	renew(m.c.caller)
	if exposed() {
		t.Error("she is told of keys that are gone")
	}
}

// TestAStopIsToldOnce, though her signed word follows it.
func TestAStopIsToldOnce(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	v := m.visit(t, m.desk, m.c, nil, nil, sealed.ActDeposit)
	at := "/api/v1/safe/mandates/" + v.mandate.ID
	m.do(t, request{who: m.c.caller, method: "DELETE", path: at}).is(t, 204)
	word, err := sealed.SignRevocation(sealed.Revocation{Suite: sealed.Suite, Safe: v.mandate.Safe, Mandate: v.mandate.ID, At: stamp(m.clock.now())}, m.c.ring.Root())
	must(t, err)
	for range 2 {
		m.do(t, request{who: m.c.caller, method: "PUT", path: at + "/revocation", json: object{"revocation": word}}).is(t, 204)
	}
	told := 0
	for _, e := range m.c.events(t) {
		if e.What == journal.WhatMandateRevoked {
			told++
		}
	}
	rows, _, err := m.domain.OwnMandates(m.ctx, m.c.Actor, safe.Page{Limit: 1})
	must(t, err)
	if told != 1 || string(rows[0].Revocation) != string(word) {
		t.Errorf("the stop is told %d times; the word that is kept has %d bytes", told, len(rows[0].Revocation))
	}
}

// TestSessionsAreCounted by state and by who ended them, for the operator.
func TestSessionsAreCounted(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	m.desk.open(t, sealed.ActDeposit)
	m.visit(t, m.desk, m.c, nil, nil, sealed.ActDeposit)
	v := m.visit(t, m.desk, m.c, nil, nil, sealed.ActDeposit)
	m.do(t, request{who: v.caller, method: "DELETE", path: v.path("")}).is(t, 204)
	count := func() map[safe.DelegationCount]bool {
		all, err := m.domain.DelegationFigures(m.ctx, time.Hour)
		must(t, err)
		out := map[safe.DelegationCount]bool{}
		for _, c := range all {
			out[c] = true
		}
		return out
	}
	for _, want := range []safe.DelegationCount{
		{State: safe.DelegationPending, Count: 1},
		{State: safe.DelegationClaimed},
		{State: safe.DelegationActive, Count: 1},
		{State: safe.DelegationEnded, By: safe.EndedByMediator, Count: 1},
	} {
		if got := count(); !got[want] {
			t.Errorf("counted %v, want %v among them", got, want)
		}
	}
	m.clock.add(2 * time.Hour)
	if got := count(); got[safe.DelegationCount{State: safe.DelegationEnded, By: safe.EndedByMediator, Count: 1}] {
		t.Error("what ended long ago is counted")
	}
}
