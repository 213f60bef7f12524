package client_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
)

type event struct {
	text string
	salt []byte
}

// takenOut is a journal of events with places, newest first.
func takenOut(t testing.TB, places ...int64) client.JournalFile {
	t.Helper()
	l := newTestLog(t)
	l.fill(t, 7)
	f := client.JournalFile{V: 1, Type: "journal", Log: l.vkey}
	var all []event
	for i := len(places) - 1; i >= 0; i-- {
		e := someEvent(journal.WhatDocumentAdded, nil)
		e.N = places[i]
		text, salt := l.event(t, e)
		all = append(all, event{text, salt})
	}
	l.fill(t, 3)
	for i := len(all) - 1; i >= 0; i-- {
		f.Events = append(f.Events, proofOf(t, l, all[i].text, all[i].salt, int64(7+i)))
	}
	return f
}

func read(t testing.TB, f client.JournalFile) client.JournalFile {
	t.Helper()
	b, err := json.MarshalIndent(f, "", "\t")
	must(t, err)
	again, err := client.ReadJournalFile(strings.NewReader(string(b)))
	must(t, err)
	return again
}

func TestAJournalThatWasTakenOut(t *testing.T) {
	f := read(t, takenOut(t, 4, 3, 2))
	found, err := f.Verify(f.Log)
	if want := (client.JournalFindings{Proven: 3, From: 2, To: 4, Unbroken: true}); err != nil || found != want {
		t.Errorf("%+v, %v", found, err)
	}
	some := read(t, takenOut(t, 9, 7, 6))
	if found, err := some.Verify(some.Log); err != nil || found.Unbroken || found.From != 6 || found.To != 9 {
		t.Errorf("with one left out: %+v, %v", found, err)
	}
	f.Events[0].Leaf = nil
	found, err = f.Verify(f.Log) // what waits says nothing about numbers
	if want := (client.JournalFindings{Proven: 2, Waiting: 1, From: 2, To: 3, Unbroken: true}); err != nil || found != want {
		t.Errorf("with one that waits: %+v, %v", found, err)
	}
	f.Events[1].Leaf = nil
	if found, err := f.Verify(f.Log); err != nil || found.From != 2 || found.To != 2 {
		t.Errorf("with two that wait: %+v, %v", found, err)
	}
	for name, more := range map[string]func(e *journal.Event){
		"one of another safe":         func(e *journal.Event) { e.N, e.Safe = 3, id("o") },
		"a newer one without a place": func(e *journal.Event) { e.N = 0 },
	} {
		l := newTestLog(t)
		f := client.JournalFile{V: 1, Type: "journal", Log: l.vkey}
		var all []event
		for n := int64(2); n < 5; n++ {
			e := someEvent(journal.WhatDocumentAdded, nil)
			if e.N = n; n == 3 {
				more(&e)
			}
			text, salt := l.event(t, e)
			all = append(all, event{text, salt})
		}
		for i := len(all) - 1; i >= 0; i-- {
			f.Events = append(f.Events, proofOf(t, l, all[i].text, all[i].salt, int64(i)))
		}
		if found, err := f.Verify(f.Log); err != nil || found.Unbroken {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
	f = takenOut(t, 2, 3, 4)
	slices.Reverse(f.Events) // numbers go down, and the log goes up
	if found, err := f.Verify(f.Log); err != nil || found.Unbroken || found.To != 4 {
		t.Errorf("in another order of the log: %+v, %v", found, err)
	}
}

func TestAJournalThatWasTouched(t *testing.T) {
	f := takenOut(t, 3, 2, 1)
	f.Events[1].Event = strings.Replace(f.Events[1].Event, "2026", "2025", 1)
	if _, err := f.Verify(f.Log); !errors.Is(err, journal.ErrProof) {
		t.Errorf("with another time: %v", err)
	}
	f = takenOut(t, 2, 1)
	f.Events[0], f.Events[1] = f.Events[1], f.Events[0]
	if found, err := f.Verify(f.Log); err != nil || found.Unbroken {
		t.Errorf("in another order: %+v, %v", found, err)
	}
	if _, err := f.Verify(newTestLog(t).vkey); !errors.Is(err, journal.ErrProof) {
		t.Errorf("under another key: %v", err)
	}
	for _, none := range []string{"", "{}", "[]", `{"v":2,"type":"journal","log":"","events":[]}`, `{"v":1,"type":"receipt","log":"","events":[]}`} {
		if _, err := client.ReadJournalFile(strings.NewReader(none)); !errors.Is(err, client.ErrJournalFile) {
			t.Errorf("%q: %v", none, err)
		}
	}
}
