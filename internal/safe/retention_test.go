package safe_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// read is a safe's journal as its holder's client reads it, from her memory.
func (c *citizen) read(t *testing.T, seen journal.SeenPlaces) (*journal.Places, []journal.Event, error) {
	t.Helper()
	places := journal.NewPlaces(string(c.Safe), seen, c.w.clock.now())
	var all []journal.Event
	for before := ""; ; {
		page, err := c.w.Journal(c.w.ctx, c.Actor, before, 3)
		must(t, err)
		for _, it := range page.Items {
			e := c.w.checkItem(t, it, page.Checkpoint)
			all = append(all, e)
			if err := places.Add(e, journal.Commitment(it.Event, it.Salt), it.Index); err != nil {
				return places, all, err
			}
		}
		if before = page.Next; before == "" {
			return places, all, places.End()
		}
	}
}

// checkItem fails unless an event of a page is in the log, or waits.
func (w *world) checkItem(t *testing.T, it safe.JournalItem, checkpoint []byte) journal.Event {
	t.Helper()
	e, err := journal.DecodeEvent(it.Event)
	must(t, err)
	if it.Index < 0 {
		return e
	}
	c, err := journal.OpenCheckpoint(w.vkey, string(checkpoint))
	must(t, err)
	leaf := journal.Leaf{Index: it.Index, Size: c.Size, Path: it.Path, Checkpoint: string(checkpoint)}
	_, _, err = journal.VerifyEvent(w.vkey, it.Event, it.Salt[:], leaf)
	must(t, err)
	return e
}

// TestO7Retention: events are kept for as long as the terms say, and their body
// and salt are erased afterwards; the log verifies as before, and the holder's
// client finds the explanation.
func TestO7Retention(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	m := w.keyedMairie(t, "Mairie", "21370999900015")
	d := c.put(t, 600)
	c.share(t, d, m)
	first, _, err := c.read(t, journal.SeenPlaces{})
	must(t, err)
	seen, _ := first.Top()
	for years := range 4 {
		w.clock.add(366 * 24 * time.Hour)
		_, err := w.ReleaseOwn(w.ctx, c.Actor, d.v.Doc)
		must(t, err)
		if n := w.pruned(t, c.Safe); n != 0 {
			t.Fatalf("after %d years something is forgotten", years+1)
		}
	}
	before := len(w.events(t, c.Safe))
	w.clock.add(366 * 24 * time.Hour)
	r, err := w.ReleaseOwn(w.ctx, c.Actor, d.v.Doc) // the same key, from before
	must(t, err)
	w.clock.add(32 * 24 * time.Hour)
	for n := 1; n > 0; {
		n, err = w.Sweep(w.ctx)
		must(t, err)
	}
	w.keyedMairie(t, "Université", "19370999900012") // its key is proven: what was written before is in the log
	places, events, err := c.read(t, seen)
	must(t, err)
	if len(events) != 4+1+1 || events[0].What != journal.WhatPruned {
		t.Errorf("%d events of %d are left, the newest is %q", len(events), before, events[0].What)
	}
	if through, at := places.Pruned(); through != int64(before-4) || at != "2026-12-01T00:00:00Z" {
		t.Errorf("pruned through %d of before %s", through, at)
	}
	for _, whose := range []safe.SafeID{""} { // log-ins and maintenance of nobody's safe, too
		for _, e := range w.events(t, whose) {
			if e.Time < "2026-12-01" {
				t.Errorf("%s of %s is kept", e.What, e.Time)
			}
		}
	}
	checkProof(t, w, r.Proof)
	sound(t, w)
	must(t, w.log.Audit(w.ctx))
	// Once a month at most: nothing more is said until then.
	n, err := w.Sweep(w.ctx)
	if err != nil || n != 0 {
		t.Errorf("the next sweep did %d things, %v", n, err)
	}
}

func (w *world) pruned(t *testing.T, id safe.SafeID) (n int) {
	t.Helper()
	_, err := w.Sweep(w.ctx)
	must(t, err)
	for _, e := range w.events(t, id) {
		if e.What == journal.WhatPruned {
			n++
		}
	}
	return n
}

// TestARowDeletedByHandIsAnAlarm: what retention erases is explained, what
// somebody deletes in the database is not.
func TestARowDeletedByHandIsAnAlarm(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	d := c.put(t, 600)
	for range 4 {
		_, err := w.ReleaseOwn(w.ctx, c.Actor, d.v.Doc)
		must(t, err)
	}
	places, events, err := c.read(t, journal.SeenPlaces{})
	must(t, err)
	seen, ok := places.Top()
	if !ok || seen.N != int64(len(events)) {
		t.Fatalf("%d events, the newest has place %d", len(events), seen.N)
	}
	for n := int64(1); n <= seen.N; n++ {
		err := w.without(t, c.Safe, n, func() error {
			_, _, err := c.read(t, seen)
			return err
		})
		if err == nil {
			t.Errorf("event %d of %d was deleted and nobody noticed", n, seen.N)
		}
	}
	_, _, err = c.read(t, seen)
	must(t, err)
}

// without runs fn on a journal of which one event is deleted by hand.
func (w *world) without(t *testing.T, id safe.SafeID, n int64, fn func() error) error {
	t.Helper()
	other := w.with(func(c *safe.Config) {
		c.Rows = readThrough{w.db, func(r journal.Reader) journal.Reader { return hidingLeaves{r, n} }}
	})
	mine := w.Domain
	w.Domain = other.Domain
	defer func() { w.Domain = mine }()
	return fn()
}

// readThrough is a database whose journal is read through something.
type readThrough struct {
	safe.Rows
	through func(journal.Reader) journal.Reader
}

func (s readThrough) View(ctx context.Context, fn func(safe.Tx) error) error {
	return s.Rows.View(ctx, func(tx safe.Tx) error {
		tx.Leaves = s.through(tx.Leaves)
		return fn(tx)
	})
}

// hidingLeaves are without one event of each safe.
type hidingLeaves struct {
	journal.Reader
	n int64
}

func (h hidingLeaves) OfSafe(ctx context.Context, whose, before string, limit int) ([]journal.Record, error) {
	all, err := h.Reader.OfSafe(ctx, whose, before, limit+1)
	var left []journal.Record
	for _, r := range all {
		if journal.Summarise(r.Event).N != h.n && len(left) < limit {
			left = append(left, r)
		}
	}
	return left, err
}

// TestEventFigures: the operator learns how much happens, and nothing of whom.
func TestEventFigures(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	d := c.put(t, 600)
	w.clock.add(40 * 24 * time.Hour)
	for range 3 {
		_, err := w.ReleaseOwn(w.ctx, c.Actor, d.v.Doc)
		must(t, err)
	}
	_, err := w.ReleaseOwn(w.ctx, w.login(t, "other"), d.v.Doc)
	wantKind(t, err, safe.NotFound)
	all, err := w.EventFigures(w.ctx)
	must(t, err)
	said := map[string]int64{}
	for _, m := range all {
		for _, f := range m.Counts {
			said[m.Month.Format("2006-01")+" "+f.What+" "+f.Result] = f.Count
		}
	}
	for want, n := range map[string]int64{
		"2026-11 document.added done": 1, "2027-01 document.opened done": 3, "2027-01 document.opened refused": 1, "2026-12": 0,
	} {
		if said[want] != n {
			t.Errorf("%s: %d, want %d: %v", want, said[want], n, said)
		}
	}
	if text := fmt.Sprint(all); len(text) == 0 || strings.Contains(text, string(c.Safe)) || strings.Contains(text, "Angela") {
		t.Errorf("figures name somebody: %s", text)
	}
}
