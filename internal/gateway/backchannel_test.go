//go:build demo

package gateway_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// enter logs somebody in at keycloak.
func (b *browser) enter(k *keycloak, sub, sid string) {
	b.t.Helper()
	to := b.sentTo(b.get("/login/keycloak"))
	if end := b.sentTo(b.get(k.back(b.t, to, sub, sid, b.w))); end != "/" {
		b.t.Fatalf("log-in ended at %s", end)
	}
}

// TestLoggedOutThereIsLoggedOutHere: the sessions that it names end at once,
// her journal says where, and nobody else's end.
func TestLoggedOutThereIsLoggedOutHere(t *testing.T) {
	for name, c := range map[string]struct {
		sub, sid string
		ended    []bool // phone, desk, Marcel
	}{
		"one session of hers":     {"angela", "sid-phone", []bool{true, false, false}},
		"that session, by name":   {"", "sid-phone", []bool{true, false, false}},
		"all of hers":             {"angela", "", []bool{true, true, false}},
		"nobody's here":           {"somebody", "", []bool{false, false, false}},
		"a session that is none":  {"", "sid-x", []bool{false, false, false}},
		"hers, by another's name": {"marcel", "sid-phone", []bool{false, false, false}},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKeycloak(t)
			w := newWorld(t, k.registered)
			all := []*browser{w.browser(t), w.browser(t), w.browser(t)}
			all[0].enter(k, "angela", "sid-phone")
			all[1].enter(k, "angela", "sid-desk")
			all[2].enter(k, "marcel", "sid-marcel")
			w.do(t, k.logout(w, "jti-1", c.sub, c.sid)).is(t, http.StatusOK)
			told := w.told
			ends := 0
			for i, b := range all {
				if ended := b.who() == ""; ended != c.ended[i] {
					t.Errorf("browser %d: ended is %v, want %v", i, ended, c.ended[i])
				}
				if c.ended[i] {
					ends++
				}
			}
			for _, e := range told {
				if e.What != journal.WhatSessionEnded || e.Detail["provider"] != "keycloak" || e.Detail["session"] == "" || e.Safe == "" {
					t.Errorf("the journal says %+v", e)
				}
			}
			if len(told) != ends {
				t.Errorf("%d sessions ended and %d are in the journal", ends, len(told))
			}
		})
	}
}

// TestLogoutIsToldOnce, and only by the provider.
func TestLogoutIsToldOnce(t *testing.T) {
	k := newKeycloak(t)
	w := newWorld(t, k.registered)
	b := w.browser(t)
	b.enter(k, "angela", "sid-1")
	again := k.logout(w, "jti-1", "angela", "")
	for name, r := range map[string]request{
		"no token":        form("/logout/keycloak"),
		"two tokens":      twice(again),
		"an ID token":     form("/logout/keycloak", "logout_token", k.sign("JWT", object{"iss": k.URL, "aud": "coffre", "sub": "angela", "nonce": "n"})),
		"another's token": newKeycloak(t).logout(w, "jti-1", "angela", ""),
	} {
		w.do(t, r).is(t, http.StatusBadRequest)
		if b.who() == "" {
			t.Fatalf("%s has ended her session", name)
		}
	}
	w.do(t, again).is(t, http.StatusOK)
	if b.who() != "" {
		t.Fatal("her session goes on")
	}
	b.enter(k, "angela", "sid-2")
	w.do(t, again).is(t, http.StatusBadRequest)
	if b.who() == "" {
		t.Error("a token of before has ended a later session")
	}
	w.do(t, form("/logout/nowhere", "logout_token", "x")).is(t, http.StatusNotFound).refuses(t, "not-found")
}

// twice sends a good token two times in one form.
func twice(r request) request {
	r.body = append(append(append([]byte{}, r.body...), '&'), r.body...)
	return r
}

// TestLogoutMeanwhile: when its keys cannot be had, nothing ends and it may say
// so again; a command line that she allowed lives on.
func TestLogoutMeanwhile(t *testing.T) {
	k := newKeycloak(t)
	w := newWorld(t, k.registered)
	b := w.browser(t)
	b.enter(k, "angela", "sid-1")
	acc, err := w.domain.Known(w.ctx, k.URL, "angela")
	must(t, err)
	token, _ := w.login(t, safe.Account{ID: acc.ID, Kind: acc.Kind, Issuer: acc.Issuer, Sub: acc.Sub, Safe: acc.Safe, Name: acc.Name}, session.CLI)
	k.mu.Lock()
	k.down = true
	k.mu.Unlock()
	w.clock.add(2 * time.Hour) // the keys that were read are not believed for ever
	w.do(t, k.logout(w, "jti-1", "angela", "")).is(t, http.StatusServiceUnavailable)
	k.mu.Lock()
	k.down = false
	k.mu.Unlock()
	w.clock.add(10 * time.Second)
	b.enter(k, "angela", "sid-2")
	w.do(t, k.logout(w, "jti-1", "angela", "")).is(t, http.StatusOK)
	if b.who() != "" {
		t.Error("her session goes on")
	}
	w.do(t, request{who: caller{bearer: token}, method: "GET", path: "/api/v1/me"}).is(t, http.StatusOK)
}
