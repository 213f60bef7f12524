package safe_test

import (
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// TestAReferentSaysWhichServicesThereAre: citizens see them at once, the
// journal tells, no agent is left with a service that is none, and nobody else
// may.
func TestAReferentSaysWhichServicesThereAre(t *testing.T) {
	w := newWorld(t)
	m := w.mairieOfTwo(t)
	hugo := w.comes(t, m, "Hugo Petit")
	w.appoint(t, operator(), hugo, safe.AgentRole, "ccas")
	w.appoint(t, operator(), m.agent, safe.Referent)
	civil, schools, poor := safe.Service{ID: "etat-civil", Name: "État civil"}, safe.Service{ID: "ecoles", Name: "Écoles"}, safe.Service{ID: "ccas", Name: "Centre d’action sociale"}
	_, err := w.SetServices(w.ctx, hugo, []safe.Service{schools})
	wantReason(t, err, safe.Forbidden, safe.ReasonNotReferent)
	_, err = w.SetServices(w.ctx, m.system, []safe.Service{schools})
	wantKind(t, err, safe.Forbidden)
	_, err = w.SetServices(w.ctx, m.agent, []safe.Service{civil, schools})
	wantReason(t, err, safe.Invalid, safe.ReasonServiceServed)
	_, err = w.SetServices(w.ctx, m.agent, []safe.Service{schools, schools, poor})
	wantKind(t, err, safe.Invalid)
	_, err = w.SetServices(w.ctx, m.agent, make([]safe.Service, 101))
	wantKind(t, err, safe.Invalid)
	count := func() (n int) {
		for _, e := range w.book(t, m.agent) {
			if e.What == journal.WhatRegistered && e.Result == journal.ResultDone && e.Who.ID == string(m.agent.Account) {
				n++
			}
		}
		return n
	}
	for range 2 { // the same again changes nothing
		adm, err := w.SetServices(w.ctx, m.agent, []safe.Service{schools, poor})
		must(t, err)
		if len(adm.Services) != 2 {
			t.Errorf("the services are %+v", adm.Services)
		}
	}
	if n := count(); n != 1 {
		t.Errorf("the journal tells %d times", n)
	}
	all, _, err := w.Administrations(w.ctx, m.Name, safe.Page{})
	must(t, err)
	if len(all) != 1 || len(all[0].Services) != 2 || all[0].Services[1] != poor {
		t.Errorf("citizens see %+v", all)
	}
	w.appoint(t, operator(), hugo, safe.NoRole)
	_, err = w.SetServices(w.ctx, m.agent, []safe.Service{schools})
	must(t, err)
}
