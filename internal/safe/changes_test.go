package safe_test

import (
	"bytes"
	"crypto/sha256"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// send makes the next manifest, signs what comes with it and sends it.
func (c *citizen) send(t *testing.T, ch safe.Change) error {
	t.Helper()
	m, body := nextManifest(t, c)
	ch.Epoch, ch.Sealed = m.Epoch, body
	got, err := c.w.Change(c.w.ctx, c.Actor, c.hash, c.signed(t, ch))
	if err == nil {
		c.manifest, c.hash = m, got.Hash
	}
	return err
}

// TestASessionAloneChangesNothing: who has stolen a session has no key to sign
// with. He erases nothing, and puts no manifest in the place of the holder's;
// each try is in the journal.
func TestASessionAloneChangesNothing(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	d, other := c.put(t, 1000), c.put(t, 2000)
	thief := w.citizen(t, "voleur")
	thief.Actor, thief.hash, thief.manifest = c.Actor, c.hash, c.manifest
	wantKind(t, thief.send(t, safe.Change{Erase: []safe.DocumentID{d.v.Doc}}), safe.Forbidden)
	wantKind(t, thief.send(t, safe.Change{}), safe.Forbidden)

	// A genuine signature is for one change only.
	m, body := nextManifest(t, c)
	good := c.signed(t, safe.Change{Epoch: m.Epoch, Sealed: body, Erase: []safe.DocumentID{d.v.Doc}})
	for name, spoil := range map[string]func(*safe.Change){
		"another document erased": func(ch *safe.Change) { ch.Erase = []safe.DocumentID{other.v.Doc} },
		"nothing erased":          func(ch *safe.Change) { ch.Erase = nil },
		"another manifest":        func(ch *safe.Change) { _, ch.Sealed = nextManifest(t, c) },
		"another grant":           func(ch *safe.Change) { ch.Reseal = []safe.Adoption{c.adoption(t, other)} },
		"no signature":            func(ch *safe.Change) { ch.Signature = nil },
		"half a signature":        func(ch *safe.Change) { ch.Signature = ch.Signature[:32] },
	} {
		ch := good
		spoil(&ch)
		_, err := w.Change(w.ctx, c.Actor, c.hash, ch)
		if !safe.IsKind(err, safe.Forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
	refused := 0
	for _, e := range w.events(t, c.Safe) {
		if e.What == journal.WhatOrganised && e.Result == journal.ResultRefused && e.Reason == "forbidden" {
			refused++
		}
	}
	if refused != 8 {
		t.Errorf("%d tries are in the journal", refused)
	}
	for _, x := range []*document{d, other} {
		if !readable(t, w, c, x) {
			t.Error("a document is gone")
		}
	}
	_, err := w.Change(w.ctx, c.Actor, c.hash, good)
	must(t, err)
	sound(t, w)
}

// TestOwnGrantsAreSealedAgain: after a key was replaced the holder's own grants
// are, in one change with one event, and only of what is in her safe.
func TestOwnGrantsAreSealedAgain(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	a, b := c.put(t, 1000), c.put(t, 2000)
	stranger := w.citizen(t, "minh")
	theirs := stranger.put(t, 1000)
	before := len(w.events(t, c.Safe))
	must(t, c.send(t, safe.Change{Reseal: []safe.Adoption{c.adoption(t, a), c.adoption(t, b)}}))
	for _, d := range []*document{a, b} {
		rel, err := w.ReleaseOwn(w.ctx, c.Actor, d.v.Doc)
		must(t, err)
		if !bytes.Equal(rel.Grant, d.grant) || !bytes.Equal(open(t, w, rel, c.vault), d.plain) {
			t.Error("the grant is not the new one, or opens something else")
		}
	}
	events := w.events(t, c.Safe)
	if e := events[2]; len(events) != before+3 || e.What != journal.WhatOrganised || e.Detail["resealed"] != "2" || e.Doc != "" {
		t.Errorf("%d events, the one of the change is %+v", len(events)-before, e)
	}
	wantKind(t, c.send(t, safe.Change{Reseal: []safe.Adoption{c.adoption(t, theirs)}}), safe.NotFound)
	gone := *a
	gone.v.ID = safe.NewID[safe.VersionID]()
	wantKind(t, c.send(t, safe.Change{Reseal: []safe.Adoption{c.adoption(t, &gone)}}), safe.NotFound)
	wantKind(t, c.send(t, safe.Change{Reseal: []safe.Adoption{c.adoption(t, a), c.adoption(t, a)}}), safe.Invalid)
	wantKind(t, c.send(t, safe.Change{Reseal: []safe.Adoption{{Doc: a.v.Doc, Version: a.v.ID, Grant: []byte("no")}}}), safe.WrongForm)
	up := newDocument(t, 1000)
	c.upload(t, up)
	wantKind(t, c.send(t, safe.Change{Reseal: []safe.Adoption{c.adoption(t, up)}}), safe.NotFound)
	sound(t, w)
}

// newVersion seals a document anew and uploads it.
func (c *citizen) newVersion(t *testing.T, old *document) *document {
	t.Helper()
	key, err := sealed.NewIdentity()
	must(t, err)
	d := newDocument(t, len(old.plain))
	d.plain, d.key = old.plain, key
	d.seal(t)
	v, err := c.w.Reserve(c.w.ctx, c.Actor, newKey(), old.v.Doc, int64(len(d.sealed)))
	must(t, err)
	d.v, err = c.w.Store(c.w.ctx, c.Actor, v.Doc, v.ID, bytes.NewReader(d.sealed), int64(len(d.sealed)), d.sum)
	must(t, err)
	return d
}

// TestADocumentIsSealedAnew: the new version takes the place of the old one for
// the holder and for whom she gave it to, at once; the old one is gone. The
// journal tells of it as maintenance.
func TestADocumentIsSealedAnew(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	m := w.keyedMairie(t, "Mairie de Valmont", "21370999900015")
	old := c.put(t, 3000)
	live, ended := c.share(t, old, m), c.share(t, old, m)
	must(t, w.EndGrant(w.ctx, c.Actor, ended.ID))
	short := c.newGrant(t, old, m)
	short.NotAfter = w.clock.now().Add(time.Minute)
	past, err := w.Share(w.ctx, c.Actor, short)
	must(t, err)
	w.clock.add(time.Hour)
	d := c.newVersion(t, old)
	again := safe.Regrant{ID: live.ID, Version: d.v.ID, Grant: c.sealGrant(t, d, string(m.ID), m.key.Recipient())}
	drop := safe.VersionRef{Doc: old.v.Doc, Version: old.v.ID}
	adopt := []safe.Adoption{c.adoption(t, d)}

	wantKind(t, c.send(t, safe.Change{Adopt: adopt, Drop: []safe.VersionRef{drop}}), safe.Stale)
	wantKind(t, c.send(t, safe.Change{Drop: []safe.VersionRef{drop}}), safe.Invalid)
	wantKind(t, c.send(t, safe.Change{Grants: []safe.Regrant{again}}), safe.NotFound)
	other := again
	other.ID = past.ID
	wantKind(t, c.send(t, safe.Change{Adopt: adopt, Grants: []safe.Regrant{other}}), safe.Stale)
	stranger := w.citizen(t, "minh")
	wantKind(t, stranger.send(t, safe.Change{Grants: []safe.Regrant{again}}), safe.NotFound)
	wantKind(t, stranger.send(t, safe.Change{Drop: []safe.VersionRef{drop}}), safe.NotFound)
	if !readable(t, w, c, old) {
		t.Fatal("what was refused has changed the document")
	}

	must(t, c.send(t, safe.Change{Adopt: adopt, Grants: []safe.Regrant{again}, Drop: []safe.VersionRef{drop}}))
	own, err := w.ReleaseOwn(w.ctx, c.Actor, old.v.Doc)
	must(t, err)
	given, err := w.ReleaseGrant(w.ctx, m.agent, live.ID)
	must(t, err)
	if !bytes.Equal(open(t, w, own, c.vault), old.plain) || !bytes.Equal(open(t, w, given, m.key), old.plain) {
		t.Error("somebody reads something else")
	}
	if given.Version.ID != d.v.ID || given.Version.SHA256 != sha256.Sum256(d.sealed) {
		t.Error("the administration is served the old version")
	}
	if n := w.blobs.count(); n != 1 {
		t.Errorf("%d objects are stored", n)
	}
	var tells []journal.Event
	for _, e := range w.events(t, c.Safe) {
		if e.What == journal.WhatMigrated {
			tells = append(tells, e)
		}
	}
	if len(tells) != 1 || tells[0].Version != string(d.v.ID) || tells[0].Detail["replaces"] != string(old.v.ID) || tells[0].Detail["sha256"] == "" {
		t.Errorf("the journal says %+v", tells)
	}
	all, _, err := w.Grants(w.ctx, c.Actor, safe.Page{})
	must(t, err)
	if len(all) != 3 {
		t.Errorf("%d grants are listed", len(all))
	}
	must(t, w.db.View(w.ctx, func(tx safe.Tx) error {
		for _, listed := range all {
			g, err := tx.Grants.Get(w.ctx, listed.ID)
			must(t, err)
			if (len(g.Sealed) > 0) != (g.ID == live.ID) {
				t.Errorf("grant %s keeps %d sealed bytes", g.ID, len(g.Sealed))
			}
		}
		return nil
	}))
	sound(t, w)
}

// TestTheVersionAdoptedLastIsTheNewest, however fast they follow each other.
func TestTheVersionAdoptedLastIsTheNewest(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	d := c.put(t, 3000)
	for range 6 {
		d = c.newVersion(t, d)
		must(t, c.send(t, safe.Change{Adopt: []safe.Adoption{c.adoption(t, d)}}))
		own, err := w.ReleaseOwn(w.ctx, c.Actor, d.v.Doc)
		must(t, err)
		if own.Version.ID != d.v.ID {
			t.Fatal("an older version is given")
		}
	}
	sound(t, w)
}

// TestAVersionThatGoesByItselfIsTold: so is a grant that opens another version,
// whatever else the change brings about.
func TestAVersionThatGoesByItselfIsTold(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	m := w.keyedMairie(t, "Mairie de Valmont", "21370999900015")
	old := c.put(t, 3000)
	live := c.share(t, old, m)
	d := c.newVersion(t, old)
	must(t, c.send(t, safe.Change{Adopt: []safe.Adoption{c.adoption(t, d)}}))
	up := newDocument(t, 1000)
	c.upload(t, up)
	again := safe.Regrant{ID: live.ID, Version: d.v.ID, Grant: c.sealGrant(t, d, string(m.ID), m.key.Recipient())}
	drop := safe.VersionRef{Doc: old.v.Doc, Version: old.v.ID}
	must(t, c.send(t, safe.Change{Adopt: []safe.Adoption{c.adoption(t, up)}, Grants: []safe.Regrant{again}, Drop: []safe.VersionRef{drop}}))
	told := map[string]string{}
	for _, e := range w.events(t, c.Safe) {
		if e.What == journal.WhatOrganised && len(e.Detail) > 0 {
			told = e.Detail
		}
	}
	if told["dropped"] != "1" || told["regranted"] != "1" {
		t.Errorf("the journal says %v", told)
	}
	sound(t, w)
}
