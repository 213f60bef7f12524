package safe_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

func (w *world) hook(t *testing.T, m *mairie, url string) safe.Webhook {
	t.Helper()
	h, err := w.RegisterWebhook(w.ctx, m.agent, url)
	must(t, err)
	return h
}

// TestSystemsAreToldWhatToAskFor: of shares with their administration alone.
func TestSystemsAreToldWhatToAskFor(t *testing.T) {
	w := telling(t)
	c, m, other := w.citizen(t, "angela"), w.keyedMairie(t, "Mairie", "21370999900015"), w.keyedMairie(t, "Département", "22370001900012")
	h := w.hook(t, m, hookURL)
	if again := w.hook(t, m, hookURL); again.ID != h.ID {
		t.Errorf("the same address is another webhook: %+v", again)
	}
	w.hook(t, other, "https://other.example/")
	g := c.share(t, c.put(t, 1000), m)
	must(t, w.EndGrant(w.ctx, c.Actor, g.ID))
	all := w.wantDue(t, safe.ByWebhook, safe.TopicEvent, safe.TopicEvent)
	for i, what := range []string{journal.WhatGrantCreated, journal.WhatGrantEnded} {
		found := false
		for _, d := range all {
			var said safe.Hook
			must(t, json.Unmarshal(d.Body, &said))
			found = found || said.Type == what && said.Data.Grant == string(g.ID) && d.Address == hookURL
			if bytes.Contains(d.Body, []byte("scolaire")) || bytes.Contains(d.Body, []byte("Angela")) || bytes.Contains(d.Body, []byte(c.Safe)) {
				t.Errorf("a call says who or what: %s", d.Body)
			}
		}
		if !found {
			t.Errorf("call %d, %s, is not there", i, what)
		}
	}
	_, err := w.RegisterWebhook(w.ctx, m.agent, "https://elsewhere.example/")
	if asError(err).Reason != safe.ReasonNotListed {
		t.Errorf("a host that is not listed: %v", err)
	}
	wantKind(t, w.EndWebhook(w.ctx, other.agent, h.ID), safe.NotFound)
	c.share(t, c.put(t, 1000), m)
	must(t, w.EndWebhook(w.ctx, m.agent, h.ID))
	w.clock.add(time.Hour)
	w.wantDue(t, safe.ByWebhook)
}

// TestOnlyAReferentSaysWhereSystemsAreCalled: all services are told there, so
// that an agent of one of them sees it, and may neither add nor end.
func TestOnlyAReferentSaysWhereSystemsAreCalled(t *testing.T) {
	w := telling(t)
	m := w.mairieOfTwo(t)
	hugo := w.comes(t, m, "Hugo Petit")
	w.appoint(t, operator(), m.agent, safe.Referent)
	w.appoint(t, operator(), hugo, safe.AgentRole, "ccas")
	h := w.hook(t, m, hookURL)
	_, err := w.RegisterWebhook(w.ctx, hugo, hookURL)
	wantReason(t, err, safe.Forbidden, safe.ReasonNotReferent)
	wantReason(t, w.EndWebhook(w.ctx, hugo, h.ID), safe.Forbidden, safe.ReasonNotReferent)
	seen, err := w.Webhooks(w.ctx, hugo)
	must(t, err)
	if len(seen) != 1 || seen[0].ID != h.ID {
		t.Errorf("an agent sees %+v", seen)
	}
	must(t, w.EndWebhook(w.ctx, m.agent, h.ID))
}

// TestAnActThatIsUndoneTellsNobody, and one that is done tells: both are one
// transaction.
func TestAnActThatIsUndoneTellsNobody(t *testing.T) {
	w := telling(t)
	c, m := w.citizen(t, "angela"), w.keyedMairie(t, "Mairie", "21370999900015")
	w.hook(t, m, hookURL)
	d := c.put(t, 1000)
	cut := errors.New("cut before the commit")
	broken := w.with(func(sc *safe.Config) { sc.Rows, sc.Outlets = undone{w.db, cut}, outlets(t) })
	if _, err := broken.Share(w.ctx, c.Actor, c.newGrant(t, d, m)); !errors.Is(err, cut) {
		t.Fatalf("share: %v", err)
	}
	w.wantDue(t, safe.ByWebhook)
	lost := c.newGrant(t, d, m)
	lost.NotAfter = w.clock.now()
	if _, err := w.Share(w.ctx, c.Actor, lost); err == nil {
		t.Fatal("a grant of the past")
	}
	w.wantDue(t, safe.ByWebhook)
	c.share(t, d, m)
	w.wantDue(t, safe.ByWebhook, safe.TopicEvent)
}

// undone is a database that undoes everything.
type undone struct {
	safe.Rows
	cause error
}

func (u undone) Update(ctx context.Context, fn func(safe.Tx) error) error {
	return u.Rows.Update(ctx, func(tx safe.Tx) error { return errors.Join(fn(tx), u.cause) })
}

// TestOneGatewayAtATimeCarriesAParcel, and when it dies with it, the next one
// does, under the same id.
func TestOneGatewayAtATimeCarriesAParcel(t *testing.T) {
	w := telling(t)
	c, m := w.citizen(t, "angela"), w.keyedMairie(t, "Mairie", "21370999900015")
	w.hook(t, m, hookURL)
	c.share(t, c.put(t, 1000), m)
	first := w.wantDue(t, safe.ByWebhook, safe.TopicEvent)[0]
	w.wantDue(t, safe.ByWebhook) // of another gateway
	w.clock.add(5 * time.Minute)
	second := w.wantDue(t, safe.ByWebhook, safe.TopicEvent)[0]
	if second.ID != first.ID || !bytes.Equal(second.Body, first.Body) || second.Tries != 2 {
		t.Errorf("sent again is %+v, first was %+v", second, first)
	}
	w.arrive(t, second, first)
	w.clock.add(time.Hour)
	w.wantDue(t, safe.ByWebhook)
}

// TestWhatDoesNotAnswerIsAskedLessAndLess, holds up nobody else, is told all
// that was for it when it is back, and is given up after three days.
func TestWhatDoesNotAnswerIsAskedLessAndLess(t *testing.T) {
	w := telling(t)
	c, m, other := w.citizen(t, "angela"), w.keyedMairie(t, "Mairie", "21370999900015"), w.keyedMairie(t, "Département", "22370001900012")
	h := w.hook(t, m, hookURL)
	w.hook(t, other, "https://other.example/")
	d := c.put(t, 1000)
	c.share(t, d, m)
	w.wait(t, w.wantDue(t, safe.ByWebhook, safe.TopicEvent)[0])
	for range 30 {
		c.share(t, d, m)
	}
	c.share(t, d, other)
	got := w.wantDue(t, safe.ByWebhook, safe.TopicEvent)
	if got[0].Address != "https://other.example/" {
		t.Errorf("while one is away, called is %s", got[0].Address)
	}
	w.arrive(t, got...)
	tries := 0
	for until := w.clock.now().Add(24 * time.Hour); w.clock.now().Before(until); w.clock.add(time.Second) {
		all := w.due(t, safe.ByWebhook)
		if len(all) > 0 {
			tries++
		}
		for _, d := range all {
			w.wait(t, d)
		}
	}
	if tries < 20 || tries > 40 {
		t.Errorf("asked %d times a day", tries)
	}
	view, err := w.Webhooks(w.ctx, m.agent)
	must(t, err)
	if len(view) != 1 || view[0].Reach.Reason != "timeout" || view[0].Reach.Failed.IsZero() {
		t.Errorf("agents see %+v", view)
	}
	w.clock.add(time.Hour)
	seen := map[string]bool{}
	for all := w.due(t, safe.ByWebhook); len(all) > 0; all = w.due(t, safe.ByWebhook) {
		for _, d := range all {
			seen[d.ID] = true
		}
		w.arrive(t, all...)
	}
	if len(seen) != 31 {
		t.Errorf("when it is back it is told %d things of 31", len(seen))
	}
	c.share(t, d, m)
	for range 80 {
		w.clock.add(time.Hour)
		for _, d := range w.due(t, safe.ByWebhook) {
			w.wait(t, d)
		}
	}
	must(t, w.db.View(w.ctx, func(tx safe.Tx) error {
		left, err := tx.Outbox.Due(w.ctx, safe.ByWebhook, w.clock.now().Add(1000*time.Hour), 10)
		if len(left) > 0 {
			t.Errorf("after three days %d wait for %s", len(left), h.URL)
		}
		return err
	}))
}

func (w *world) wait(t *testing.T, d safe.Delivery) {
	t.Helper()
	must(t, w.NotDelivered(w.ctx, d, safe.Failure{Reason: "timeout"}))
}

// TestWhoMayChoose: her ways are hers; an administration's agents and systems say
// where these are called.
func TestWhoMayChoose(t *testing.T) {
	w := telling(t)
	c, m := w.citizen(t, "angela"), w.keyedMairie(t, "Mairie", "21370999900015")
	actors := map[string]safe.Actor{"citizen": c.Actor, "agent": m.agent, "system": m.system, "operator": operator()}
	drop := func(_ any, err error) error { return err }
	for name, uc := range map[string]struct {
		allowed string
		run     func(a safe.Actor) error
	}{
		"notices":  {"citizen", func(a safe.Actor) error { return drop(w.Notices(w.ctx, a)) }},
		"email":    {"citizen", func(a safe.Actor) error { return drop(w.ChooseEmail(w.ctx, a, mailbox, "fr")) }},
		"push":     {"citizen", func(a safe.Actor) error { return drop(w.ChoosePush(w.ctx, a, endpoint, "fr")) }},
		"confirm":  {"citizen", func(a safe.Actor) error { return w.ConfirmNotice(w.ctx, a, safe.NewID[safe.NoticeID](), "1") }},
		"end":      {"citizen", func(a safe.Actor) error { return w.EndNotice(w.ctx, a, safe.NewID[safe.NoticeID]()) }},
		"webhooks": {"agent system", func(a safe.Actor) error { return drop(w.Webhooks(w.ctx, a)) }},
		"register": {"agent system", func(a safe.Actor) error { return drop(w.RegisterWebhook(w.ctx, a, hookURL)) }},
		"endhook":  {"agent system", func(a safe.Actor) error { return w.EndWebhook(w.ctx, a, safe.NewID[safe.WebhookID]()) }},
	} {
		for who, a := range actors {
			err := uc.run(a)
			if refused := safe.IsKind(err, safe.Forbidden); refused == strings.Contains(uc.allowed, who) {
				t.Errorf("%s by %s: %v", name, who, err)
			}
		}
	}
}
