package safe_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// TestANewVersionReplacesNothingThatWasShared: the holder reads the new one,
// the administration the one it was given, and an export has both.
func TestANewVersionReplacesNothingThatWasShared(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	m := w.keyedMairie(t, "Mairie de Valmont", "21370999900015")
	old := c.put(t, 3000)
	g := c.share(t, old, m)
	w.clock.add(time.Hour)
	d := newDocument(t, 4000)
	v, err := w.Reserve(w.ctx, c.Actor, newKey(), old.v.Doc, int64(len(d.sealed)))
	must(t, err)
	if v.Doc != old.v.Doc || v.ID == old.v.ID {
		t.Fatalf("reserved %s/%s for a new version of %s/%s", v.Doc, v.ID, old.v.Doc, old.v.ID)
	}
	d.v, err = w.Store(w.ctx, c.Actor, v.Doc, v.ID, bytes.NewReader(d.sealed), int64(len(d.sealed)), d.sum)
	must(t, err)
	if got, err := w.Document(w.ctx, c.Actor, v.Doc); err != nil || got.ID != old.v.ID {
		t.Fatalf("before its adoption the document is at %s, %v", got.ID, err)
	}
	must(t, c.change(t, w.Domain, []safe.Adoption{c.adoption(t, d)}, nil))

	own, err := w.ReleaseOwn(w.ctx, c.Actor, v.Doc)
	must(t, err)
	given, err := w.ReleaseGrant(w.ctx, m.agent, g.ID)
	must(t, err)
	if !bytes.Equal(open(t, w, own, c.vault), d.plain) || !bytes.Equal(open(t, w, given, m.key), old.plain) {
		t.Fatal("somebody reads the wrong version")
	}
	plan, err := w.Export(w.ctx, c.Actor)
	must(t, err)
	files, id := unpack(t, w, plan), string(v.Doc)
	if !bytes.Equal(files["documents/"+id+".age"], d.sealed) || !bytes.Equal(files["documents/"+id+"."+string(old.v.ID)+".age"], old.sealed) {
		t.Fatal("the export does not hold both versions")
	}
	must(t, c.change(t, w.Domain, nil, []safe.DocumentID{v.Doc}))
	if w.blobs.count() != 0 {
		t.Fatal("erasing a document left a version behind")
	}
	sound(t, w)
}
