package gateway_test

import (
	"net/http"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/journal"
)

// TestO3MachinesTriesAreJournalled: a credential that is not good, sent in the
// name of a registered system, is in its administration's journal; so is a
// token sent by somebody who cannot show that it is his.
func TestO3MachinesTriesAreJournalled(t *testing.T) {
	w := newWorld(t, unlimited)
	o := w.office(t, "Mairie de Valmont", valmont)
	m, other := w.standardMachine(t, o, "deposit"), w.standardMachine(t, o, "deposit")
	refused := func(why, reason string) {
		t.Helper()
		for _, e := range w.read(t, o.agent, "/api/v1/administration/journal") {
			if e.What != journal.WhatLoginRefused {
				continue
			}
			if e.Result != journal.ResultRefused || e.Reason != reason || e.Who.Kind != "system" || e.Who.ID != m.id ||
				e.Who.Administration != string(o.ID) || e.Who.AdministrationName != "Mairie de Valmont" || e.Safe != "" {
				t.Errorf("%s: the journal says %+v", why, e)
			}
			return
		}
		t.Errorf("%s: nothing is in the administration's journal", why)
	}
	count := func() (n int) {
		for _, e := range w.read(t, o.agent, "/api/v1/administration/journal") {
			if e.What == journal.WhatLoginRefused {
				n++
			}
		}
		return n
	}
	ask := func(assertion string, pairs ...string) answer {
		return w.do(t, form("/oauth/token", append([]string{
			"grant_type", "client_credentials", "client_id", m.id, "client_assertion", assertion,
			"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
		}, pairs...)...))
	}
	ask(m.assertion(func(c map[string]any) { c["exp"] = w.clock.now().Add(-time.Hour).Unix() })).is(t, 401)
	refused("an assertion that is over", "invalid-client")
	ask(m.assertion(nil), "scope", "retrieve").is(t, 400)
	refused("a scope that is not registered", "invalid-scope")
	n := count()
	ask(other.assertion(nil)).is(t, 401) // whom it names is not whom it says
	w.do(t, form("/oauth/token", "grant_type", "client_credentials", "client_id", newKey(), "client_assertion", "x")).is(t, 401)
	if got := count(); got != n {
		t.Errorf("%d tries in nobody's name are in the journal", got-n)
	}
	config := m.config(oauth2.AuthStyleInParams)
	token, err := config.Token(w.ctx)
	must(t, err)
	w.do(t, request{
		method: http.MethodGet, path: "/api/v1/administration", header: object{"Authorization": "DPoP " + token.AccessToken},
	}).is(t, 401).refuses(t, "token-proof")
	refused("a token without the proof that it was sent with", "invalid-token")
}

// TestO3TheWrongKindOfCallerIsJournalled: who is turned away before any use
// case was looked at is in the journal all the same, in his own where he has
// one.
func TestO3TheWrongKindOfCallerIsJournalled(t *testing.T) {
	w := newWorld(t, unlimited)
	c, o := w.citizen(t, "angela"), w.office(t, "Mairie de Valmont", valmont)
	tried := 0
	for _, rt := range w.gateway.Routes() {
		if rt.Operation == "" || rt.Class == gateway.Public {
			continue
		}
		for kind, who := range map[string]caller{"citizen": c.caller, "agent": o.agent, "system": o.system} {
			if admits(rt.Class, kind) {
				continue
			}
			tried++
			path := parameter.ReplaceAllStringFunc(rt.Path, func(string) string { return newKey() })
			r := request{who: who, method: rt.Method, path: path}
			if rt.Body != 0 {
				r.json = object{}
			}
			w.do(t, r).is(t, 403).refuses(t, "forbidden")
			if len(w.told) != 1 || w.told[0].Result != journal.ResultRefused || w.told[0].Reason != "forbidden" || w.told[0].Who.Kind != kind {
				t.Errorf("%s by a %s: the journal says %+v", rt.Operation, kind, w.told)
			}
			if kind == "citizen" && (len(w.told) != 1 || w.told[0].Safe != string(c.Safe) || w.told[0].N == 0) {
				t.Errorf("%s: not in her own journal: %+v", rt.Operation, w.told)
			}
		}
	}
	if tried < 60 {
		t.Errorf("only %d tries: is this still the route table?", tried)
	}
}
