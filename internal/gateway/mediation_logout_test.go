//go:build demo

package gateway_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// deskAt is a mediator who came by way of a provider that tells of log-outs.
func (m *mediated) deskAt(t *testing.T, k *keycloak) *desk {
	t.Helper()
	in := safe.SignIn{Kind: safe.MediatorActor, Issuer: k.URL, Sub: "nadia", Name: "Nadia Haddad", SIRET: m.desk.st.SIRET, ACR: "eidas1-mfa", Door: "web"}
	who, err := m.domain.SignInMediator(m.ctx, in)
	must(t, err)
	now := m.clock.now()
	_, err = m.domain.AppointMediator(m.ctx, operator(), who.ID, safe.MediatorAppointment{
		Role: safe.MediatorRole, Trained: "2026-01-31", From: now.Add(-time.Hour), Until: now.AddDate(0, 6, 0),
	})
	must(t, err)
	d := &desk{w: m.world, st: m.desk.st, Actor: safe.Actor{Kind: safe.MediatorActor, Account: safe.AccountID(who.ID), Structure: m.desk.st.ID, Name: who.Name, Level: 1, Door: "web"}}
	d.cookie, d.session, err = m.sessions.Create(m.ctx, session.Session{
		Kind: session.Browser, Principal: "mediator", Account: string(who.ID), Structure: string(d.Structure), Name: who.Name, Provider: "keycloak",
		Issuer: k.URL, Sub: "nadia", SID: "sid-nadia", ACR: "eidas1-mfa", Level: 1, AuthTime: now,
	})
	must(t, err)
	d.Session = d.session.ID
	return d
}

// TestAMediatorsLogOutEndsHisSessions: here or at his provider, at once, and the
// citizen's journal says so. What a citizen decides on his locked machine goes on.
func TestAMediatorsLogOutEndsHisSessions(t *testing.T) {
	t.Parallel()
	for name, out := range map[string]func(*world, *keycloak, *desk) request{
		"at his provider": func(w *world, k *keycloak, _ *desk) request { return k.logout(w, "jti", "nadia", "") },
		"that log-in":     func(w *world, k *keycloak, _ *desk) request { return k.logout(w, "jti", "nadia", "sid-nadia") },
		"here": func(_ *world, _ *keycloak, d *desk) request {
			return request{who: d.caller, method: "POST", path: "/logout"}.with("Sec-Fetch-Site", "same-origin")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKeycloak(t)
			m := newMediated(t, k.registered)
			d := m.deskAt(t, k)
			other := m.visit(t, m.desk, m.c, []*document{m.doc}, nil, sealed.ActRead)
			v := m.visit(t, d, m.c, []*document{m.doc}, nil, sealed.ActRead)
			if a := m.do(t, out(m.world, k, d)); a.status != http.StatusOK && a.status != http.StatusSeeOther {
				t.Fatalf("the log-out: %d %s", a.status, a.body)
			}
			m.do(t, v.lists()).is(t, 401)
			if e := v.told(t, m.c, journal.WhatMediationEnded, journal.ResultDone); e.Detail["by"] != safe.EndedByMediator || e.Detail["session"] != v.id {
				t.Errorf("she is told %+v", e)
			}
			m.do(t, other.lists()).is(t, 200)
		})
	}
	k := newKeycloak(t)
	m := newMediated(t, k.registered)
	d := m.deskAt(t, k)
	v, open := d.opens(t, "counter", sealed.ActDeposit)
	v.opened(t, m.do(t, open).is(t, 201))
	m.do(t, request{who: v.caller, method: "POST", path: v.path("/lock")}).is(t, 200)
	m.do(t, k.logout(m.world, "jti", "nadia", "")).is(t, 200)
	m.do(t, m.c.at(t, v).claims(v.code)).is(t, 200)
}
