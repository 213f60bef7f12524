package safe_test

import (
	"bytes"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// What a disk loses or spoils is found, brought back from a second site where
// that still has it, and told to whom it belongs.
func TestSpoiledObjectsAreMendedFromASecondSite(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	whole, lost, flipped, nowhere, both := c.put(t, 1000), c.put(t, 1100), c.put(t, 70_000), c.put(t, 1200), c.put(t, 1300)
	spoiled := func(d *document) []byte {
		b := bytes.Clone(d.sealed)
		b[len(b)-9] ^= 1
		return b
	}
	at := func(d *document) []byte {
		b, err := w.blobs.get(d.v.Object())
		must(t, err)
		return b
	}
	second := newWorld(t).blobs
	for _, d := range []*document{whole, lost, flipped} {
		second.set(d.v.Object(), d.sealed)
	}
	second.set(both.v.Object(), spoiled(both))
	must(t, w.blobs.Delete(w.ctx, lost.v.Object()))
	must(t, w.blobs.Delete(w.ctx, nowhere.v.Object()))
	w.blobs.set(flipped.v.Object(), spoiled(flipped))
	w.blobs.set(both.v.Object(), spoiled(both))

	r, err := w.Rehash(w.ctx, nil)
	must(t, err)
	if len(r.Findings) != 4 || r.Repaired != 0 || r.Versions != 5 {
		t.Fatalf("without a second site: %+v", r)
	}
	r, err = w.Rehash(w.ctx, second)
	must(t, err)
	if r.Repaired != 2 || len(r.Findings) != 2 {
		t.Fatalf("%+v", r)
	}
	for _, f := range r.Findings {
		if f.Doc != nowhere.v.Doc && f.Doc != both.v.Doc || f.Text == "" {
			t.Errorf("%s", f)
		}
	}
	for _, d := range []*document{whole, lost, flipped} {
		if !bytes.Equal(at(d), d.sealed) {
			t.Errorf("%s is not what it was", d.v.Object())
		}
	}
	if !bytes.Equal(at(both), spoiled(both)) {
		t.Error("what could not be mended was removed")
	}
	told := map[string]int{}
	for _, ev := range w.events(t, c.Safe) {
		if ev.What == journal.WhatScrub && ev.Reason == "repaired" {
			told[ev.Doc]++
		}
	}
	if told[string(lost.v.Doc)] != 1 || told[string(flipped.v.Doc)] != 1 || len(told) != 2 {
		t.Errorf("the journal tells of %v", told)
	}
	if again, err := w.Rehash(w.ctx, second); err != nil || again.Repaired != 0 {
		t.Errorf("once more: %+v, %v", again, err)
	}
}
