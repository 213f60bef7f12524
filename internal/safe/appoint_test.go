package safe_test

import (
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// appointing is a world in which nobody acts before he is appointed.
func appointing(t *testing.T) *world {
	return newWorld(t).with(func(c *safe.Config) { c.Policy.Admission = safe.AdmitAppointed })
}

// comes is an agent who has logged in for the first time.
func (w *world) comes(t *testing.T, m *mairie, name string) safe.Actor {
	t.Helper()
	acc, err := w.SignIn(w.ctx, safe.SignIn{Kind: safe.Agent, Issuer: "https://pc.test", Sub: name + m.SIRET, Name: name, SIRET: m.SIRET, Door: "web"})
	must(t, err)
	return safe.Actor{Kind: safe.Agent, Account: acc.ID, Administration: m.ID, Name: name, Level: 1, Door: "web"}
}

func (w *world) appoint(t *testing.T, by, who safe.Actor, role safe.Role, services ...string) {
	t.Helper()
	_, err := w.Appoint(w.ctx, by, who.Account, safe.Appointment{Role: role, Services: services})
	must(t, err)
}

func wantReason(t *testing.T, err error, kind safe.Kind, reason string) {
	t.Helper()
	wantKind(t, err, kind)
	if got := asError(err).Reason; got != reason {
		t.Fatalf("reason %q, expected %q", got, reason)
	}
}

// TestAProviderProvesAnEmployerNotARight: whoever comes from an administration
// sees nothing of what citizens gave it before somebody there says so, and
// nothing any more once he has left, in a session that goes on too.
func TestAProviderProvesAnEmployerNotARight(t *testing.T) {
	w := appointing(t)
	m := w.mairie(t, "Mairie de Valmont", "21370999900015")
	camille, hugo := m.agent, w.comes(t, m, "Hugo Petit")
	receive := func(a safe.Actor) error {
		_, _, err := w.Received(w.ctx, a, safe.ReceivedWanted{}, safe.Page{})
		return err
	}
	wantReason(t, receive(camille), safe.Forbidden, safe.ReasonNotAppointed)
	_, err := w.Administration(w.ctx, camille)
	must(t, err) // what everybody may read
	_, err = w.AdministrationKeyring(w.ctx, camille)
	wantReason(t, err, safe.Forbidden, safe.ReasonNotAppointed)
	_, err = w.Appoint(w.ctx, camille, camille.Account, safe.Appointment{Role: safe.Referent})
	wantReason(t, err, safe.Forbidden, safe.ReasonNotAppointed)

	w.appoint(t, operator(), camille, safe.Referent)
	must(t, receive(camille))
	w.appoint(t, camille, hugo, safe.AgentRole)
	must(t, receive(hugo))
	if e := w.events(t, "")[0]; e.What != journal.WhatAppointed || e.Who.Name != camille.Name || e.Detail["name"] != hugo.Name ||
		e.Detail["role"] != "agent" || e.Administration != string(m.ID) {
		t.Errorf("journalled as %+v", e)
	}
	_, _, err = w.Agents(w.ctx, hugo, safe.Page{})
	wantReason(t, err, safe.Forbidden, safe.ReasonNotReferent)
	_, container := newKeyring(t, w, string(m.ID))
	_, err = w.PutAdministrationKeyring(w.ctx, hugo, nil, container)
	wantReason(t, err, safe.Forbidden, safe.ReasonNotReferent)

	w.appoint(t, camille, hugo, safe.NoRole)
	wantReason(t, receive(hugo), safe.Forbidden, safe.ReasonAgentLeft)
	if e := w.events(t, "")[1]; e.What != journal.WhatAgentLeft {
		t.Errorf("journalled as %+v", e)
	}
	w.comes(t, m, "Hugo Petit") // logging in again gives nothing back
	wantReason(t, receive(hugo), safe.Forbidden, safe.ReasonAgentLeft)
	w.appoint(t, camille, hugo, safe.AgentRole)
	must(t, receive(hugo))
}

// TestAReferentRulesAtHome: agents of others are not there for him, roles and
// services that are none are refused, and he does not leave his administration
// without a referent.
func TestAReferentRulesAtHome(t *testing.T) {
	w := appointing(t)
	m, other := w.mairie(t, "Mairie de Valmont", "21370999900015"), w.mairie(t, "Université", "19370999900012")
	camille := m.agent
	w.appoint(t, operator(), camille, safe.Referent)
	for name, c := range map[string]struct {
		who  safe.AccountID
		to   safe.Appointment
		kind safe.Kind
	}{
		"agent of another administration": {other.agent.Account, safe.Appointment{Role: safe.AgentRole}, safe.NotFound},
		"nobody":                          {"nobody", safe.Appointment{Role: safe.AgentRole}, safe.NotFound},
		"citizen":                         {w.login(t, "a").Account, safe.Appointment{Role: safe.AgentRole}, safe.NotFound},
		"role that is none":               {camille.Account, safe.Appointment{Role: "operator"}, safe.Invalid},
		"service that is none":            {camille.Account, safe.Appointment{Role: safe.Referent, Services: []string{"scolarite"}}, safe.Invalid},
		"the same service twice":          {camille.Account, safe.Appointment{Role: safe.Referent, Services: []string{"etat-civil", "etat-civil"}}, safe.Invalid},
		"the last referent":               {camille.Account, safe.Appointment{Role: safe.AgentRole}, safe.Invalid},
		"the last referent leaves":        {camille.Account, safe.Appointment{}, safe.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.Appoint(w.ctx, camille, c.who, c.to)
			wantKind(t, err, c.kind)
		})
	}
	hugo := w.comes(t, m, "Hugo Petit")
	w.appoint(t, camille, hugo, safe.Referent)
	w.appoint(t, camille, camille, safe.AgentRole)
	w.appoint(t, operator(), hugo, safe.NoRole) // the operator may: he appoints the next one
	all, _, err := w.AgentsOf(w.ctx, operator(), m.ID, safe.Page{})
	must(t, err)
	if len(all) != 2 || all[0].Name != "Camille Martin" || all[1].Left.IsZero() {
		t.Errorf("agents: %+v", all)
	}
	_, _, err = w.AgentsOf(w.ctx, camille, other.ID, safe.Page{})
	wantKind(t, err, safe.Forbidden)
}

// mairieOfTwo has two services.
func (w *world) mairieOfTwo(t *testing.T) *mairie {
	t.Helper()
	m := w.keyedMairie(t, "Mairie de Valmont", "21370999900015")
	_, err := w.RegisterAdministration(w.ctx, operator(), safe.NewAdministration{
		SIRET: m.SIRET, Name: m.Name, Services: []safe.Service{{ID: "etat-civil", Name: "État civil"}, {ID: "ccas", Name: "CCAS"}},
	})
	must(t, err)
	return m
}

// TestAnAgentOfAnotherService does not get what was shared with a service that
// he does not work for; the citizen sees that he tried.
func TestAnAgentOfAnotherService(t *testing.T) {
	w := newWorld(t)
	m := w.mairieOfTwo(t)
	c := w.citizen(t, "a")
	g := c.share(t, c.put(t, 1000), m) // with etat-civil
	hugo := w.comes(t, m, "Hugo Petit")
	w.appoint(t, operator(), hugo, safe.AgentRole, "ccas")
	_, err := w.ReleaseGrant(w.ctx, hugo, g.ID)
	wantReason(t, err, safe.Forbidden, safe.ReasonOtherService)
	if e := w.events(t, c.Safe)[0]; e.What != journal.WhatGrantReleased || e.Reason != safe.ReasonOtherService || e.Who.Name != hugo.Name {
		t.Errorf("journalled as %+v", e)
	}
	seen := func() int {
		all, _, err := w.Received(w.ctx, hugo, safe.ReceivedWanted{}, safe.Page{})
		must(t, err)
		return len(all)
	}
	if n := seen(); n != 0 {
		t.Errorf("he sees %d grants of another service", n)
	}
	w.appoint(t, operator(), hugo, safe.AgentRole, "ccas", "etat-civil")
	if n := seen(); n != 1 {
		t.Errorf("he sees %d grants of his service", n)
	}
	_, err = w.ReleaseGrant(w.ctx, hugo, g.ID)
	must(t, err)
}
