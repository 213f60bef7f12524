package safe_test

import (
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

const relinkSIRET = "21370999900015"

func hugo(sub, idp string) safe.SignIn {
	return safe.SignIn{
		Kind: safe.Agent, Issuer: "https://pc.test", Sub: sub, Name: "Hugo PETIT", SIRET: relinkSIRET, IDP: idp, ACR: "eidas1", Door: "web",
	}
}

func (w *world) wantWaits(t *testing.T, in safe.SignIn) {
	t.Helper()
	acc, err := w.SignIn(w.ctx, in)
	wantKind(t, err, safe.Forbidden)
	if asError(err).Reason != safe.ReasonRelink || acc.ID != "" {
		t.Fatalf("reason %q, account %q", asError(err).Reason, acc.ID)
	}
	if e := w.events(t, "")[0]; e.What != journal.WhatLoginRefused || e.Reason != safe.ReasonRelink || e.Who.Name != in.Name {
		t.Fatalf("journalled as %+v", e)
	}
}

func (w *world) waiting(t *testing.T) []safe.WaitingAgent {
	t.Helper()
	all, err := w.WaitingAgents(w.ctx, operator())
	must(t, err)
	return all
}

// TestAnAgentWhoseProviderChanged is not taken for himself, nor for somebody
// new: he waits for the operator, whose word gives him his account back.
func TestAnAgentWhoseProviderChanged(t *testing.T) {
	w := newWorld(t)
	w.mairie(t, "Mairie de Valmont", relinkSIRET)
	before, err := w.SignIn(w.ctx, hugo("sub-1", "idp-1"))
	must(t, err)
	w.clock.add(time.Hour)
	w.wantWaits(t, hugo("sub-2", "idp-2"))
	w.wantWaits(t, hugo("sub-2", "idp-2")) // asking again changes nothing
	all := w.waiting(t)
	if len(all) != 1 || all[0].Account != before.ID || all[0].Name != "Hugo PETIT" || all[0].IDP != "idp-2" || all[0].By != "idp-1" ||
		all[0].AdministrationName != "Mairie de Valmont" {
		t.Fatalf("waiting: %+v", all)
	}
	if still, err := w.SignIn(w.ctx, hugo("sub-1", "idp-1")); err != nil || still.ID != before.ID {
		t.Errorf("meanwhile the account is %+v, %v", still, err)
	}

	must(t, w.Relink(w.ctx, operator(), all[0].ID, true))
	if e := w.events(t, "")[0]; e.What != journal.WhatRelinked || e.Detail["account"] != string(before.ID) || e.Detail["idp"] != "idp-2" {
		t.Errorf("journalled as %+v", e)
	}
	after, err := w.SignIn(w.ctx, hugo("sub-2", "idp-2"))
	must(t, err)
	if after.ID != before.ID || len(w.waiting(t)) != 0 {
		t.Errorf("he is %+v, was %+v; waiting %+v", after, before, w.waiting(t))
	}
	w.wantWaits(t, hugo("sub-1", "idp-1")) // whoever still has the old way in
	wantKind(t, w.Relink(w.ctx, operator(), after.ID, true), safe.NotFound)
}

// TestANamesakeIsAnotherPerson, by the operator's word, or by that of the
// identity provider that knows both.
func TestANamesakeIsAnotherPerson(t *testing.T) {
	w := newWorld(t)
	w.mairie(t, "Mairie de Valmont", relinkSIRET)
	w.mairie(t, "Université", "19370999900012")
	first, err := w.SignIn(w.ctx, hugo("sub-1", "idp-1"))
	must(t, err)
	second, err := w.SignIn(w.ctx, hugo("sub-2", "idp-1"))
	must(t, err)
	elsewhere := hugo("sub-3", "idp-2")
	elsewhere.SIRET = "19370999900012"
	third, err := w.SignIn(w.ctx, elsewhere)
	must(t, err)
	untold, err := w.SignIn(w.ctx, hugo("sub-4", "")) // a provider that tells nothing
	must(t, err)
	w.wantWaits(t, hugo("sub-5", "idp-2"))
	must(t, w.Relink(w.ctx, operator(), w.waiting(t)[0].ID, false))
	own, err := w.SignIn(w.ctx, hugo("sub-5", "idp-2"))
	must(t, err)
	seen := map[safe.AccountID]bool{}
	for _, a := range []safe.Account{first, second, third, untold, own} {
		if seen[a.ID] || a.ID == "" {
			t.Errorf("two people share %s", a.ID)
		}
		seen[a.ID] = true
	}
}

// TestOnlyTheOperatorRelinks.
func TestOnlyTheOperatorRelinks(t *testing.T) {
	w := newWorld(t)
	m := w.keyedMairie(t, "Mairie de Valmont", relinkSIRET)
	_, err := w.SignIn(w.ctx, hugo("sub-1", "idp-1"))
	must(t, err)
	w.wantWaits(t, hugo("sub-2", "idp-2"))
	id := w.waiting(t)[0].ID
	for _, a := range []safe.Actor{m.agent, w.login(t, "angela")} {
		wantKind(t, w.Relink(w.ctx, a, id, true), safe.Forbidden)
		_, err := w.WaitingAgents(w.ctx, a)
		wantKind(t, err, safe.Forbidden)
	}
	wantKind(t, w.Relink(w.ctx, operator(), "nobody", true), safe.NotFound)
}
