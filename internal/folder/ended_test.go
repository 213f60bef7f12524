package folder

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// TestCopiesGoByTheCitizensWordNotTheGateways: before the day that she has signed
// a copy is deleted only when her journal proves that she has ended the share.
func TestCopiesGoByTheCitizensWordNotTheGateways(t *testing.T) {
	for what, lie := range map[string]func(w *town, id string){
		"no proof":                  func(w *town, id string) { w.saysEnded(id) },
		"of another grant":          func(w *town, id string) { w.ends(id, func(e *journal.Event) { e.Grant = sealed.NewID() }) },
		"of another safe":           func(w *town, id string) { w.ends(id, func(e *journal.Event) { e.Safe = sealed.NewID() }) },
		"of another administration": func(w *town, id string) { w.ends(id, func(e *journal.Event) { e.Administration = sealed.NewID() }) },
		"of the release":            func(w *town, id string) { w.ends(id, func(e *journal.Event) { e.What = journal.WhatGrantReleased }) },
		"of what was refused":       func(w *town, id string) { w.ends(id, func(e *journal.Event) { e.Result = journal.ResultRefused }) },
		"by the operator":           func(w *town, id string) { w.ends(id, func(e *journal.Event) { e.Who.Kind = "operator" }) },
		"of no journal": func(w *town, id string) {
			w.ends(id, nil)
			w.grants[id].listed.End.Salt[0] ^= 1
		},
	} {
		w := newTown(t)
		dir := t.TempDir()
		id := w.give("a.txt", "un", nil)
		d := w.desk(dir, nil)
		must(t, d.Round(t.Context()))
		lie(w, id)
		for range 3 {
			w.later(2 * time.Hour)
			must(t, d.Round(t.Context()))
		}
		if _, err := os.Stat(filepath.Join(dir, "a.txt")); err != nil || d.count(Unproven) != 1 || len(w.attested) != 0 {
			t.Errorf("%s: %v, told %+v, attested %q", what, err, d.told, w.attested)
		}
		w.later(40 * 24 * time.Hour) // past its signed end
		must(t, d.Round(t.Context()))
		if len(w.attested) != 1 {
			t.Errorf("%s: after its day attested %q", what, w.attested)
		}
	}
	w := newTown(t)
	id := w.give("a.txt", "un", nil)
	d := w.desk(t.TempDir(), func(c *Config) { c.Keep = 24 * time.Hour })
	must(t, d.Round(t.Context()))
	w.ends(id, nil)
	w.later(2 * time.Hour)
	must(t, d.Round(t.Context()))
	kept := d.count(Deleted)
	w.later(25 * time.Hour)
	must(t, d.Round(t.Context()))
	if kept != 0 || d.count(Deleted) != 1 || d.count(Unproven) != 0 || len(w.attested) != 1 {
		t.Errorf("the truth: told %+v, attested %q", d.told, w.attested)
	}
}
