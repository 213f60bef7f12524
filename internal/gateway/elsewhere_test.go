package gateway_test

import (
	"io"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/journal"
)

// TestALinkElsewhereIsNoAct: a page on another site that leads her browser to
// an export, or to the way back of a log-in, writes nothing in her journal.
func TestALinkElsewhereIsNoAct(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.citizen(t, "angela")
	acc, err := w.domain.Account(w.ctx, c.Actor)
	must(t, err)
	var who caller
	who.cookie, _ = w.login(t, acc, session.Browser)
	export := request{who: who, method: "GET", path: "/api/v1/safe/export"}
	for _, from := range []string{"cross-site", "same-site"} {
		w.do(t, export.with("Sec-Fetch-Site", from)).is(t, 403).refuses(t, "cross-origin")
	}
	page, err := w.domain.Journal(w.ctx, c.Actor, "", 50)
	must(t, err)
	for _, it := range page.Items {
		ev, err := journal.DecodeEvent(it.Event)
		must(t, err)
		if ev.What == journal.WhatExported {
			t.Errorf("the journal tells of an export: %s", it.Event)
		}
	}
	for _, from := range []string{"same-origin", "none"} {
		w.do(t, export.with("Sec-Fetch-Site", from)).is(t, 200)
	}
	w.do(t, request{method: "GET", path: "/api/v1/site"}.with("Sec-Fetch-Site", "cross-site")).is(t, 200)
}

// TestAPageKeepsNobody who announces a body that never comes.
func TestAPageKeepsNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, hasty)
	l := w.dial(t)
	must(t, l.SetReadDeadline(time.Now().Add(30*time.Second)))
	l.announce(t, w, request{method: "GET", path: "/partages"}, 1000, false)
	if _, err := io.Copy(io.Discard, l.r); err != nil {
		t.Errorf("the connection goes on: %v", err)
	}
}

// TestPagesAreForTLSToo: the first thing that a browser asks for tells it
// never to come back without TLS.
func TestPagesAreForTLSToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	resp, err := straight.Do(request{method: "GET", path: "/partages"}.make(t, w))
	must(t, err)
	defer resp.Body.Close()
	if resp.StatusCode != 200 || resp.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("%d: a page may be asked for without TLS", resp.StatusCode)
	}
}
