package safe_test

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// refusals counts the attestations that a journal says were refused: a citizen's,
// or the one of no safe.
func (r *retrieval) refusals(t *testing.T, of safe.SafeID) (n int) {
	t.Helper()
	for _, e := range r.events(t, of) {
		if e.What == journal.WhatGrantDeleted && e.Result == journal.ResultRefused {
			n++
		}
	}
	return n
}

// TestOneRequestFillsNobodysJournal: whoever sends five hundred attestations that
// are none leaves one line of it, and a few where he has forged some.
func TestOneRequestFillsNobodysJournal(t *testing.T) {
	r := newRetrieval(t)
	r.release(t, r.m.system, newKey())
	r.clock.add(time.Minute)
	declare := func(all [][]byte) (int, []safe.RefusedDeletion) {
		t.Helper()
		done, refused, err := r.DeclareDeletions(r.ctx, r.m.agent, all)
		must(t, err)
		return len(done), refused
	}
	thief := *r
	mine := *r.m
	mine.root = r.keyedMairie(t, "Département de la Brenne", "22360999900018").root
	thief.m = &mine

	t.Run("of one grant", func(t *testing.T) {
		var all [][]byte
		for range 500 {
			all = append(all, thief.deleted(t, func(d *sealed.Deletion) { d.Note = sealed.NewID() }))
		}
		if n, refused := declare(all); n != 0 || len(refused) != 500 {
			t.Fatalf("declared %d, refused %d", n, len(refused))
		}
		if n := r.refusals(t, r.c.Safe); n != 1 {
			t.Fatalf("she reads of %d refusals", n)
		}
	})
	t.Run("of many grants", func(t *testing.T) {
		before := r.refusals(t, r.c.Safe)
		var all [][]byte
		for range 8 {
			g := r.c.share(t, r.d, r.m)
			all = append(all, thief.deleted(t, func(d *sealed.Deletion) { d.Grant = string(g.ID) }))
		}
		if n, refused := declare(append(all, r.deleted(t, nil))); n != 0 || len(refused) != 9 {
			t.Fatalf("declared %d, refused %d", n, len(refused))
		}
		if n := r.refusals(t, r.c.Safe) - before; n != 3 {
			t.Fatalf("she reads of %d refusals more", n)
		}
	})
	t.Run("of nothing", func(t *testing.T) {
		before := r.refusals(t, "")
		all := make([][]byte, 500)
		for i := range all {
			all[i] = []byte("{}")
		}
		if n, refused := declare(all); n != 0 || len(refused) != 500 {
			t.Fatalf("declared %d, refused %d", n, len(refused))
		}
		if n := r.refusals(t, "") - before; n != 1 {
			t.Fatalf("%d refusals are written down", n)
		}
	})
	if n, refused := declare([][]byte{r.deleted(t, nil)}); n != 1 || len(refused) != 0 {
		t.Fatalf("one that is good: %d, %+v", n, refused)
	}
}

// TestWhatAFormerRootSaidInTimeIsTaken for a day, though the key was replaced on
// the way; what it says later is nobody's word.
func TestWhatAFormerRootSaidInTimeIsTaken(t *testing.T) {
	w := newWorld(t)
	o := w.office(t, "Mairie de Valmont", "21370999900015")
	r := &retrieval{world: w, c: w.citizen(t, "angela"), m: o.mairie}
	r.d = r.c.put(t, 3000)
	r.g = r.c.share(t, r.d, r.m)
	said := r.acknowledged(t, r.release(t, r.m.system, newKey()), nil)
	deleted := r.deleted(t, nil)
	w.clock.add(time.Minute)
	o.succeed(t, w)
	must(t, r.Acknowledge(r.ctx, r.m.system, r.g.ID, said))
	declare := func(signed []byte) []safe.RefusedDeletion {
		t.Helper()
		_, refused, err := r.DeclareDeletions(r.ctx, r.m.system, [][]byte{signed})
		must(t, err)
		return refused
	}
	if refused := declare(deleted); len(refused) != 0 {
		t.Fatalf("refused: %+v", refused)
	}
	c := r.shown(t).Copies
	if c.Acknowledgement == nil || string(c.Acknowledgement.VK) != string(o.vk()) || c.Deletion == nil || string(c.Deletion.VK) != string(o.vk()) {
		t.Fatalf("it is %+v", c)
	}
	hers, _, err := r.Grants(r.ctx, r.c.Actor, safe.Page{})
	must(t, err)
	keys, err := r.GrantKeys(r.ctx, hers)
	must(t, err)
	if len(keys) != 1 {
		t.Fatalf("%d keys come with it", len(keys))
	}
	fact, err := journal.ParseKeyFact(keys[0].Entry)
	must(t, err)
	if fact.VK != base64.StdEncoding.EncodeToString(o.vk()) {
		t.Fatalf("the key that comes with it is %+v", fact)
	}

	w.clock.add(time.Minute)
	late := r.acknowledged(t, r.release(t, r.m.agent, newKey()), nil)
	wantKind(t, r.Acknowledge(r.ctx, r.m.system, r.g.ID, late), safe.Forbidden)
	before := r.acknowledged(t, r.release(t, r.m.agent, newKey()), func(a *sealed.Acknowledgement) { a.At = stamp(w.clock.now().Add(-time.Minute)) })
	if refused := declare(r.deleted(t, nil)); len(refused) != 1 || !safe.IsKind(refused[0].Err, safe.Forbidden) {
		t.Fatalf("said after the root was replaced: %+v", refused)
	}
	w.clock.add(safe.DefaultOverlap)
	wantKind(t, r.Acknowledge(r.ctx, r.m.system, r.g.ID, before), safe.Forbidden)
}
