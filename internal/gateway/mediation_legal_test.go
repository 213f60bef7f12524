package gateway_test

import (
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

func byHand(name string) safe.Actor { return safe.Actor{Kind: safe.Operator, Name: name, Door: "cli"} }

// legal is a court's decision, entered by one hand and confirmed by another.
func (m *mediated) legal(t *testing.T, measure safe.Measure) safe.MandateRow {
	t.Helper()
	row, err := m.domain.EnterLegal(m.ctx, byHand("Rose Martin"), m.decision(measure))
	must(t, err)
	row, err = m.domain.ConfirmLegal(m.ctx, byHand("Jean Petit"), row.ID)
	must(t, err)
	return row
}

func (m *mediated) decision(measure safe.Measure) safe.NewLegal {
	return safe.NewLegal{
		Safe: m.c.Safe, Mediator: safe.MediatorID(m.desk.Account), Measure: measure, Reference: "TJ Valmont, 12 mars 2026, n° 26/00123",
		NotAfter: m.clock.now().AddDate(3, 0, 0),
	}
}

func (m *mediated) uses(id safe.MandateID) request {
	return request{who: m.desk.caller, method: "POST", path: mediation + "/mandates/" + string(id) + "/sessions"}
}

// TestACourtsDecisionNeedsTwo: one hand alone lets nobody act; the second is
// another person's than the first and the representative; then a tuteur
// deposits and does nothing else, until the operator or the clock ends it.
func TestACourtsDecisionNeedsTwo(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	row, err := m.domain.EnterLegal(m.ctx, byHand("Rose Martin"), m.decision(safe.Tutelle))
	must(t, err)
	m.do(t, m.uses(row.ID)).is(t, 410).refuses(t, "session-over")
	for _, same := range []string{"Rose Martin", "ROSE  Martin", "Rose Anne Martin", "", m.desk.Name} {
		if _, err := m.domain.ConfirmLegal(m.ctx, byHand(same), row.ID); !safe.IsKind(err, safe.Forbidden) {
			t.Errorf("%q confirms what Rose Martin has entered: %v", same, err)
		}
	}
	if _, err := m.domain.ConfirmLegal(m.ctx, m.desk.Actor, row.ID); !safe.IsKind(err, safe.Forbidden) {
		t.Errorf("the representative confirms it: %v", err)
	}
	_, err = m.domain.ConfirmLegal(m.ctx, byHand("Jean Petit"), row.ID)
	must(t, err)
	hers := m.do(t, request{who: m.c.caller, method: "GET", path: "/api/v1/safe/mandates"}).is(t, 200)
	if kinds, refs := hers.items(t, "kind"), hers.items(t, "reference"); kinds[0] != "legal" || refs[0] != row.Reference {
		t.Errorf("her mandates: %s", hers.body)
	}
	states := map[string]string{}
	for _, e := range m.c.events(t) {
		if e.What == journal.WhatMandateLegal && e.Result == journal.ResultDone {
			states[e.Detail["state"]] = e.Who.Name + ", " + e.Purpose + ", " + e.Detail["reference"]
		}
	}
	if want := ", tutelle, " + row.Reference; states["entered"] != "Rose Martin"+want || states["confirmed"] != "Jean Petit"+want {
		t.Errorf("her journal has %q", states)
	}

	a := m.do(t, m.uses(row.ID)).is(t, 201)
	v := &visit{desk: m.desk, id: a.string(t, "id")}
	v.deposit(t, m.c, 1000)
	m.do(t, request{who: v.caller, method: "POST", path: v.path("/documents/" + m.doc.doc + "/release")}).is(t, 404)
	must(t, m.domain.StopMandate(m.ctx, byHand("Rose Martin"), row.ID))
	v.over(t)
	m.do(t, m.uses(row.ID)).is(t, 410).refuses(t, "session-over")
}

// TestACuratorAssists: he may do nothing without her, and with her what she
// signs.
func TestACuratorAssists(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	row := m.legal(t, safe.Curatelle)
	m.do(t, m.uses(row.ID)).is(t, 410).refuses(t, "session-over")
	v, r := m.desk.opens(t, "phone", sealed.ActRead)
	r.json.(object)["standing"] = row.ID
	v.opened(t, m.do(t, r).is(t, 201))
	m.c.approve(t, v, []*document{m.doc}, func(s *sealed.Mandate) { s.Standing = string(row.ID) })
	m.do(t, v.collects()).is(t, 200)
	m.do(t, request{who: v.caller, method: "POST", path: v.path("/documents/" + m.doc.doc + "/release")}).is(t, 200)
}

// TestACourtsDecisionIsBounded: in time, to a mediator who is accredited now,
// and nobody represents herself.
func TestACourtsDecisionIsBounded(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	herself := m.world.desk(t, m.desk.st, m.c.Name)
	for name, change := range map[string]func(*safe.NewLegal){
		"six years":  func(n *safe.NewLegal) { n.NotAfter = m.clock.now().AddDate(6, 0, 0) },
		"over":       func(n *safe.NewLegal) { n.NotAfter = m.clock.now() },
		"no measure": func(n *safe.NewLegal) { n.Measure = "" },
		"no number":  func(n *safe.NewLegal) { n.Reference = "" },
		"herself":    func(n *safe.NewLegal) { n.Mediator = safe.MediatorID(herself.Account) },
		"nobody":     func(n *safe.NewLegal) { n.Mediator = safe.MediatorID(newKey()) },
	} {
		n := m.decision(safe.Tutelle)
		change(&n)
		if row, err := m.domain.EnterLegal(m.ctx, byHand("Rose Martin"), n); err == nil {
			t.Errorf("%s is entered: %+v", name, row)
		}
	}
	if _, err := m.domain.EnterLegal(m.ctx, m.desk.Actor, m.decision(safe.Tutelle)); !safe.IsKind(err, safe.Forbidden) {
		t.Errorf("the representative enters it: %v", err)
	}
	row := m.legal(t, safe.Tutelle)
	_, err := m.domain.AppointMediator(m.ctx, operator(), safe.MediatorID(m.desk.Account), safe.MediatorAppointment{})
	must(t, err)
	m.clock.add(time.Second)
	all, _, err := m.domain.MandatesOf(m.ctx, operator(), m.c.Safe, safe.Page{Limit: 5})
	must(t, err)
	for _, r := range all {
		if r.ID == row.ID && r.Ended.IsZero() {
			t.Error("a representative who was cut off still is one")
		}
	}
}
