package safe_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

func findings(t *testing.T, w *world) []string {
	t.Helper()
	r, err := w.CheckDeep(w.ctx)
	must(t, err)
	var all []string
	for _, f := range r.Findings {
		all = append(all, string(f.Fault))
	}
	return all
}

// TestCheckFindsWhatIsBroken breaks one thing at a time, behind the domain's
// back.
func TestCheckFindsWhatIsBroken(t *testing.T) {
	for name, tc := range map[string]struct {
		want  safe.Fault
		spoil func(t *testing.T, w *world, c *citizen, d *document, g safe.Grant)
	}{
		"object lost": {safe.FaultMissing, func(t *testing.T, w *world, _ *citizen, d *document, _ safe.Grant) {
			t.Helper()
			must(t, w.blobs.Delete(w.ctx, d.v.Object()))
		}},
		"object cut": {safe.FaultSize, func(_ *testing.T, w *world, _ *citizen, d *document, _ safe.Grant) {
			w.blobs.set(d.v.Object(), d.sealed[:100])
		}},
		"bit flipped": {safe.FaultHash, func(_ *testing.T, w *world, _ *citizen, d *document, _ safe.Grant) {
			b := bytes.Clone(d.sealed)
			b[2000] ^= 1
			w.blobs.set(d.v.Object(), b)
		}},
		"object without row": {safe.FaultOrphan, func(_ *testing.T, w *world, _ *citizen, d *document, _ safe.Grant) {
			w.blobs.set(safe.Version{Doc: safe.NewID[safe.DocumentID](), ID: safe.NewID[safe.VersionID]()}.Object(), d.sealed)
		}},
		"object of nobody": {safe.FaultForeign, func(_ *testing.T, w *world, _ *citizen, d *document, _ safe.Grant) {
			w.blobs.set("docs/notes.txt", d.sealed)
		}},
		"grant lost": {safe.FaultNoGrant, func(t *testing.T, w *world, _ *citizen, d *document, _ safe.Grant) {
			t.Helper()
			must(t, w.db.Update(w.ctx, func(tx safe.Tx) error {
				v, err := tx.Versions.Get(w.ctx, d.v.Doc, d.v.ID)
				v.Grant = nil
				if err != nil {
					return err
				}
				return tx.Versions.Update(w.ctx, v)
			}))
		}},
		"version behind a grant lost": {safe.FaultGrant, func(t *testing.T, w *world, _ *citizen, d *document, _ safe.Grant) {
			t.Helper()
			must(t, w.blobs.Delete(w.ctx, d.v.Object()))
			must(t, w.db.Update(w.ctx, func(tx safe.Tx) error { return tx.Sweep.Drop(w.ctx, d.v.Doc, d.v.ID) }))
		}},
		"manifest of other bytes": {safe.FaultManifest, func(t *testing.T, w *world, c *citizen, _ *document, _ safe.Grant) {
			t.Helper()
			must(t, w.db.Update(w.ctx, func(tx safe.Tx) error {
				m, err := tx.Safes.Manifest(w.ctx, c.Safe)
				if err != nil {
					return err
				}
				m.Epoch, m.Body = m.Epoch+1, bytes.Clone(m.Body)
				m.Body[len(m.Body)-1] ^= 1
				return tx.Safes.PutManifest(w.ctx, c.Safe, m)
			}))
		}},
		"keyring of other bytes": {safe.FaultKeyring, func(t *testing.T, w *world, c *citizen, _ *document, _ safe.Grant) {
			t.Helper()
			must(t, w.db.Update(w.ctx, func(tx safe.Tx) error {
				return tx.Safes.PutKeyring(w.ctx, string(c.Safe), safe.Sealed{Epoch: 2, Body: []byte("{}"), At: w.clock.now()})
			}))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c := w.citizen(t, "angela")
			m := w.keyedMairie(t, "Mairie", "21370999900015")
			d := c.put(t, 1000)
			g := c.share(t, d, m)
			if all := findings(t, w); len(all) > 0 {
				t.Fatalf("before: %q", all)
			}
			tc.spoil(t, w, c, d, g)
			if all := findings(t, w); len(all) != 1 || all[0] != string(tc.want) {
				t.Fatalf("check finds %q, want %q", all, tc.want)
			}
		})
	}
}

func TestScrubKeepsAnOrphanForAWhileThenSaysThatItIsGone(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	d := c.put(t, 1000)
	orphan := safe.Version{Doc: safe.NewID[safe.DocumentID](), ID: safe.NewID[safe.VersionID]()}
	w.blobs.set(orphan.Object(), d.sealed)
	r, err := w.Scrub(w.ctx)
	must(t, err)
	if r.Sound() || r.Findings[0].Fault != safe.FaultOrphan || w.blobs.count() != 2 {
		t.Fatalf("first scrub: %v, %d objects", r.Findings, w.blobs.count())
	}
	w.clock.add(23 * time.Hour)
	_, err = w.Scrub(w.ctx)
	must(t, err)
	if w.blobs.count() != 2 {
		t.Fatal("the orphan was removed before its time")
	}
	w.clock.add(2 * time.Hour)
	r, err = w.Scrub(w.ctx)
	must(t, err)
	if !r.Sound() || r.Removed == 0 || w.blobs.count() != 1 {
		t.Fatalf("second scrub: %v, %d objects", r.Findings, w.blobs.count())
	}
	said := false
	for _, e := range w.events(t, "") {
		said = said || e.What == journal.WhatScrub && e.Version == string(orphan.ID) && e.Reason == "orphan"
	}
	if !said {
		t.Fatal("the removal is not in the journal")
	}
	if _, err := w.ReleaseOwn(w.ctx, c.Actor, d.v.Doc); err != nil {
		t.Fatalf("scrub took a living document: %v", err)
	}
}

func TestWhatNobodyCameBackForIsRemovedAndTheHolderIsTold(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	d := newDocument(t, 1000)
	c.upload(t, d)
	_, err := w.Reserve(w.ctx, c.Actor, newKey(), "", 5000)
	must(t, err)
	w.clock.add(23 * time.Hour)
	n, err := w.Sweep(w.ctx)
	must(t, err)
	if n != 0 || w.blobs.count() != 1 {
		t.Fatalf("%d rows swept before their time", n)
	}
	w.clock.add(2 * time.Hour)
	r, err := w.Scrub(w.ctx)
	must(t, err)
	if w.blobs.count() != 0 || r.Versions != 0 {
		t.Fatalf("%d objects, %d rows left", w.blobs.count(), r.Versions)
	}
	told := 0
	for _, e := range w.events(t, c.Safe) {
		if e.What == journal.WhatScrub && e.Reason == "lapsed" {
			told++
		}
	}
	if told != 2 {
		t.Fatalf("%d removals in the holder's journal, want 2", told)
	}
}

// unsoundLog is a log whose tree is not the signed one; deafLog does not
// answer.
type (
	unsoundLog struct{ safe.Publisher }
	deafLog    struct{ safe.Publisher }
)

func (unsoundLog) Audit(context.Context) error { return fmt.Errorf("entry 7: %w", journal.ErrAudit) }
func (deafLog) Audit(context.Context) error    { return errBroken }

func TestCheckTellsAnUnsoundLogFromOneThatDoesNotAnswer(t *testing.T) {
	w := newWorld(t)
	r, err := w.with(func(c *safe.Config) { c.Log = unsoundLog{w.log} }).Check(w.ctx)
	must(t, err)
	if len(r.Findings) != 1 || r.Findings[0].Fault != safe.FaultLog {
		t.Fatalf("check finds %v", r.Findings)
	}
	_, err = w.with(func(c *safe.Config) { c.Log = deafLog{w.log} }).Check(w.ctx)
	wantKind(t, err, safe.Unavailable)
}

func TestFindingIsOneLine(t *testing.T) {
	f := safe.Finding{Fault: safe.FaultSize, Safe: "s", Doc: "d", Object: "docs/d/v.age", Text: "1 bytes, expected 2"}
	if got := f.String(); got != "object-size: safe=s doc=d object=docs/d/v.age 1 bytes, expected 2" || strings.Contains(got, "\n") {
		t.Fatal(got)
	}
}
