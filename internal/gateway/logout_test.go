//go:build demo

package gateway_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/simulator"
	"github.com/coffre-citoyen/coffre/internal/journal"
)

// TestLogOutHereAndThere: the session ends at once, the provider is told, and
// sends the browser back.
func TestLogOutHereAndThere(t *testing.T) {
	w := newWorld(t, simulated(t))
	b := w.browser(t)
	b.logIn("franceconnect", "angela", "")
	session := b.cookies["__Host-sid"]
	a := b.call(http.MethodPost, "/logout", nil)
	e := w.wantJournal(t, journal.WhatSessionEnded, journal.ResultDone, "")
	if e.Safe == "" || e.Who.ID == "" {
		t.Errorf("nobody's journal has it: %+v", e)
	}
	if !strings.Contains(a.header.Get("Clear-Site-Data"), `"cache"`) || b.cookies["__Host-sid"] != "" {
		t.Errorf("the browser keeps %v, is told %v", b.cookies, a.header)
	}
	stolen := w.browser(t)
	stolen.cookies["__Host-sid"] = session
	if who := stolen.who(); who != "" {
		t.Errorf("the cookie is still %s", who)
	}
	to := b.sentTo(a)
	at, err := url.Parse(to)
	must(t, err)
	q := at.Query()
	if at.Path != simulator.Prefix+"franceconnect/api/v2/session/end" || q.Get("id_token_hint") == "" || q.Get("state") == "" ||
		q.Get("post_logout_redirect_uri") != w.url+"/logout/callback" || len(q) != 3 {
		t.Errorf("the provider is told %s", to)
	}
	back := b.theirs(http.MethodGet, to, nil)
	if !strings.HasPrefix(back, "/logout/callback?") {
		t.Errorf("the provider sends back to %s", back)
	}
	if end := b.sentTo(b.get(back)); end != "/" {
		t.Errorf("ended at %s", end)
	}
}

// TestHintRestsSealed: the ID token names the citizen; nothing that is kept
// shows it.
func TestHintRestsSealed(t *testing.T) {
	w := newWorld(t, simulated(t))
	b := w.browser(t)
	b.get(b.leave("franceconnect", "angela", ""))
	account := w.wantJournal(t, journal.WhatLogin, journal.ResultDone, "").Who.ID
	all, err := w.sessions.List(w.ctx, account)
	must(t, err)
	if len(all) != 1 || len(all[0].IDTokenHint) == 0 || strings.Contains(string(all[0].IDTokenHint), "eyJ") {
		t.Errorf("kept %+v", all)
	}
}

func TestLogOutOfNothing(t *testing.T) {
	w := newWorld(t, simulated(t))
	b := w.browser(t)
	if to := b.sentTo(b.call(http.MethodPost, "/logout", nil)); to != "/" {
		t.Errorf("nobody logs out to %s", to)
	}
	b.cookies["__Host-sid"] = strings.Repeat("A", 43)
	if to := b.sentTo(b.call(http.MethodPost, "/logout", nil)); to != "/" {
		t.Errorf("whose session is over logs out to %s", to)
	}
	if to := b.sentTo(b.get("/logout/callback?state=anything&error=%3Cscript%3E")); to != "/" {
		t.Errorf("a forged way back leads to %s", to)
	}
}

// TestNobodyElseLogsHerOut: not another site, and not an image.
func TestNobodyElseLogsHerOut(t *testing.T) {
	w := newWorld(t, simulated(t))
	b := w.browser(t)
	b.logIn("franceconnect", "angela", "")
	for _, h := range []object{{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}} {
		b.call(http.MethodPost, "/logout", h).is(t, http.StatusForbidden).refuses(t, "cross-origin")
	}
	b.call(http.MethodGet, "/logout", object{"Sec-Fetch-Site": "cross-site"})
	b.get("/logout/callback")
	if b.who() == "" {
		t.Error("she is logged out")
	}
}

func TestSessionsOfAnAccount(t *testing.T) {
	w := newWorld(t, simulated(t))
	here, there, other := w.browser(t), w.browser(t), w.browser(t)
	there.agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1"
	there.logIn("franceconnect", "angela", "")
	w.clock.add(time.Minute)
	here.logIn("franceconnect", "angela", "")
	other.logIn("franceconnect", "marcel", "")
	a := here.get("/api/v1/sessions").is(t, http.StatusOK)
	var page struct {
		Items []struct {
			ID, Kind, Device string
			Current          bool
		}
	}
	a.read(t, &page)
	if len(page.Items) != 2 || !page.Items[0].Current || page.Items[1].Current || page.Items[0].Device != "Firefox, Linux" ||
		page.Items[1].Device != "Safari, iPhone" || page.Items[0].Kind != "browser" {
		t.Fatalf("sessions %s", a.body)
	}
	for _, secret := range []string{here.cookies["__Host-sid"], there.cookies["__Host-sid"], "hint", "eyJ"} {
		if strings.Contains(string(a.body), secret) {
			t.Errorf("the list tells %s", secret)
		}
	}
	lost := "/api/v1/sessions/" + page.Items[1].ID
	other.call(http.MethodDelete, lost, nil).is(t, http.StatusNotFound)
	here.call(http.MethodDelete, lost, object{"Sec-Fetch-Site": "cross-site"}).is(t, http.StatusForbidden)
	if there.who() == "" {
		t.Error("somebody else has ended it")
	}
	here.call(http.MethodDelete, lost, nil).is(t, http.StatusNoContent)
	there.get("/api/v1/me").is(t, http.StatusUnauthorized).refuses(t, "session-expired")
	here.call(http.MethodDelete, lost, nil).is(t, http.StatusNotFound).refuses(t, "not-found")
	if here.who() == "" || other.who() == "" {
		t.Error("one ended too many")
	}
	here.call(http.MethodDelete, "/api/v1/sessions/"+page.Items[0].ID, nil).is(t, http.StatusNoContent) // her own
	if here.who() != "" {
		t.Error("her own session goes on")
	}
}

// TestIdleSessionIsOver in the middle of what she does; and use keeps it.
func TestIdleSessionIsOver(t *testing.T) {
	w := newWorld(t, simulated(t))
	b := w.browser(t)
	b.logIn("franceconnect", "angela", "")
	for range 3 {
		w.clock.add(14 * time.Minute)
		if b.who() == "" {
			t.Fatal("a session in use has ended")
		}
	}
	for range 3 { // what her page asks by itself is no use
		w.clock.add(5 * time.Minute)
		b.get("/api/v1/safe/delegations")
	}
	b.get("/api/v1/safe").is(t, http.StatusUnauthorized).refuses(t, "session-expired")
}
