package client

import (
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// oneAct is the proof of an act, in a log of that alone.
func oneAct(t *testing.T, signer note.Signer, e journal.Event) Proof {
	t.Helper()
	e.V, e.ID, e.Time, e.What, e.Result = 1, "eaaaaaaaaaaaaaaaaaaaaaaaaa", "2026-11-26T10:00:00Z", journal.WhatDocumentOpened, journal.ResultDone
	e.Safe = someSafe
	text, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	salt := journal.NewSalt()
	entry := journal.Commitment(text, salt)
	root := tlog.RecordHash(entry[:])
	signed, err := note.Sign(&note.Note{Text: "coffre.test/log\n1\n" + root.String() + "\n"}, signer)
	if err != nil {
		t.Fatal(err)
	}
	return Proof{Event: string(text), Salt: salt[:], Leaf: &journal.Leaf{Size: 1, Checkpoint: string(signed)}}
}

// TestAnActHasAPlace: the proof of an act on a safe that no list would miss
// proves nothing.
func TestAnActHasAPlace(t *testing.T) {
	signer, vkey := newLog(t)
	for n, ok := range map[int64]bool{1: true, 0: false} {
		c := &Client{memory: NewMemory()}
		p := oneAct(t, signer, journal.Event{N: n, Who: journal.Who{Kind: "agent"}})
		_, err := watch{c}.act(t.Context(), mark{vkey: vkey}, p, journal.WhatDocumentOpened)
		if ok != (err == nil) || err != nil && !errors.Is(err, journal.ErrProof) {
			t.Errorf("place %d: %v", n, err)
		}
	}
}

// TestAnActWithAnOldPlaceIsOwed: the journal has to show it, and what was seen
// before is kept.
func TestAnActWithAnOldPlaceIsOwed(t *testing.T) {
	c := &Client{memory: NewMemory()}
	w := watch{c}
	signer, _ := newLog(t)
	act := func(n int64) (Proof, error) {
		e := journal.Event{N: n, Safe: someSafe, Who: journal.Who{Kind: "citizen"}}
		p := oneAct(t, signer, e)
		return p, w.place(e, p)
	}
	for _, n := range []int64{10, 8} {
		if _, err := act(n); err != nil {
			t.Fatal(err)
		}
	}
	seen, err := c.seenPlaces(someSafe)
	if err != nil || seen.N != 10 || len(seen.Owed) != 1 || seen.Owed[0].N != 8 {
		t.Fatalf("%+v, %v", seen, err)
	}
	var alarm *Alarm
	if _, err := act(8); !errors.Is(err, ErrRollback) || !errors.As(err, &alarm) {
		t.Errorf("another event with that place: %v", err)
	}
	places := journal.NewPlaces(someSafe, seen, time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC))
	for n := int64(12); n > 8; n-- {
		e, entry := journal.Event{N: n, Safe: someSafe, Time: "2026-11-26T11:00:00Z"}, [32]byte{byte(n)}
		if n == 10 {
			b, err := hex.DecodeString(seen.Entry)
			if err != nil {
				t.Fatal(err)
			}
			entry = [32]byte(b)
		}
		if err := places.Add(e, entry, n); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := places.Top(); ok || !places.Open() {
		t.Error("the list is believed before it has shown what is owed")
	}
	if err := places.Add(journal.Event{N: 8, Safe: someSafe, Time: "2026-11-26T11:00:00Z"}, [32]byte{8}, 8); err != nil {
		t.Fatal(err)
	}
	if err := places.End(); !errors.Is(err, journal.ErrHole) {
		t.Errorf("another one in its place: %v", err)
	}
}
