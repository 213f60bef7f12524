package client_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
)

// TestALineDoesNotWaitForEver: a line of the citizen's journal that the log
// passes over for minutes is an alarm; while nothing becomes public it waits.
func TestALineDoesNotWaitForEver(t *testing.T) {
	l := newTestLog(t)
	line := someEvent(journal.WhatDocumentOpened, nil)
	line.N = 1
	b, err := line.Encode()
	must(t, err)
	salt := journal.NewSalt()
	proven := int64(-1)
	c := &counter{t: t, log: l, answers: map[string]any{
		"/api/v1/site": map[string]any{"logKey": l.vkey},
		"/api/v1/me":   map[string]any{"safe": map[string]any{"id": id("s"), "state": "open"}},
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v1/safe/journal" {
			c.ServeHTTP(w, r)
			return
		}
		item := map[string]any{"event": string(b), "salt": salt[:], "cursor": "1"}
		if proven >= 0 {
			item["index"], item["path"] = proven, l.leaf(t, proven).Path
		}
		page := map[string]any{"items": []any{item}, "checkpoint": l.note(t, int64(len(l.entries)))}
		must(t, json.NewEncoder(w).Encode(page))
	}))
	defer server.Close()
	now, err := time.Parse(time.RFC3339, theTime)
	must(t, err)
	cl, err := client.New(client.Config{Server: server.URL, Now: func() time.Time { return now }})
	must(t, err)
	look := func() client.JournalItem {
		t.Helper()
		items, err := cl.Journal(t.Context(), 0)
		if err != nil || len(items) != 1 {
			t.Fatal(items, err)
		}
		return items[0]
	}

	l.fill(t, 3)
	for _, pause := range []time.Duration{0, 24 * time.Hour} {
		now = now.Add(pause)
		if it := look(); it.Err != nil {
			t.Fatalf("nothing at all became public: %v", it.Err)
		}
	}
	l.fill(t, 1)
	if it := look(); it.Err != nil {
		t.Fatalf("it may come with the next checkpoint: %v", it.Err)
	}
	now = now.Add(11 * time.Minute)
	if it := look(); !client.IsAlarm(it.Err) {
		t.Fatalf("the log passed over a line: %+v", it)
	}
	entry := journal.Commitment(b, salt)
	l.add(t, entry[:])
	proven = 4
	if it := look(); it.Err != nil {
		t.Fatalf("it is proven by now: %v", it.Err)
	}
}
