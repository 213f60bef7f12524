package safe_test

import (
	"bytes"
	"crypto/sha256"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

func TestASafeIsOpenedOnce(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	body := c.sealManifest(t)
	v, err := w.OpenSafe(w.ctx, c.Actor, c.keyring, body) // the answer was lost
	must(t, err)
	if !v.Open || v.Key == nil {
		t.Fatalf("opened safe shows %+v", v)
	}
	if _, err := journal.VerifyLeaf(w.vkey, v.Key.Entry, *v.Key); err != nil {
		t.Fatal(err)
	}
	_, other := newKeyring(t, w, string(c.Safe))
	_, err = w.OpenSafe(w.ctx, c.Actor, other, body)
	wantKind(t, err, safe.AlreadyExists)
	kept, err := w.Manifest(w.ctx, c.Actor)
	must(t, err)
	if kept.Hash != c.hash {
		t.Fatal("the manifest was replaced")
	}
	newcomer := w.login(t, "marcel")
	must(t, w.AcceptTerms(w.ctx, newcomer, terms))
	_, err = w.OpenSafe(w.ctx, newcomer, c.keyring, body) // somebody else's keyring
	wantKind(t, err, safe.Invalid)
	_, mine := newKeyring(t, w, string(newcomer.Safe))
	_, err = w.OpenSafe(w.ctx, newcomer, mine, []byte("not sealed"))
	wantKind(t, err, safe.WrongForm)
	_, err = w.Keyring(w.ctx, newcomer)
	wantKind(t, err, safe.NotFound)
}

func TestKeyringIsComparedAndSwapped(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	_, next, err := c.ring.Reseal([]sealed.NewUnlocker{{Kind: "paper", Label: "autre", P: sealed.NewSecret()}}, nil, w.clock.now())
	must(t, err)
	_, err = w.PutKeyring(w.ctx, c.Actor, [32]byte{1}, next)
	wantKind(t, err, safe.Stale)
	got, err := w.PutKeyring(w.ctx, c.Actor, c.keyring.Hash(), next)
	must(t, err)
	again, err := w.PutKeyring(w.ctx, c.Actor, c.keyring.Hash(), next) // the answer was lost
	must(t, err)
	if got.Epoch != 2 || again.Hash != got.Hash || got.Hash != next.Hash() {
		t.Fatalf("keyring is %d %x", got.Epoch, got.Hash)
	}
	_, stranger := newKeyring(t, w, string(c.Safe)) // another root key
	stranger.Epoch = 3
	_, err = w.PutKeyring(w.ctx, c.Actor, got.Hash, stranger)
	wantKind(t, err, safe.Invalid)
	changed := 0
	for _, e := range w.events(t, c.Safe) {
		if e.What == journal.WhatKeyringChanged && e.Result == journal.ResultDone {
			changed++
		}
	}
	if changed != 1 {
		t.Fatalf("%d changes journalled", changed)
	}
	sound(t, w)
}

func TestTwoDevicesChangeTheManifestAtOnce(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		_, body := nextManifest(t, c)
		ch := c.signed(t, safe.Change{Epoch: 2, Sealed: body})
		wg.Go(func() {
			_, errs[i] = w.Change(w.ctx, c.Actor, c.hash, ch)
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			wantKind(t, err, safe.Stale)
		}
	}
	if won != 1 {
		t.Fatalf("%d devices won", won)
	}
}

func TestAChangeIsAllOrNothing(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	kept := c.put(t, 1000)
	fresh := newDocument(t, 1000)
	c.upload(t, fresh)
	before := c.hash
	err := c.change(t, w.Domain, []safe.Adoption{c.adoption(t, fresh)}, []safe.DocumentID{safe.NewID[safe.DocumentID]()})
	wantKind(t, err, safe.NotFound)
	err = c.change(t, w.Domain, []safe.Adoption{{Doc: fresh.v.Doc, Version: fresh.v.ID, Grant: []byte("no")}}, []safe.DocumentID{kept.v.Doc})
	wantKind(t, err, safe.WrongForm)
	err = c.change(t, w.Domain, []safe.Adoption{c.adoption(t, fresh), c.adoption(t, fresh)}, nil)
	wantKind(t, err, safe.Invalid)
	m, err := w.Manifest(w.ctx, c.Actor)
	must(t, err)
	if m.Hash != before {
		t.Fatal("the manifest moved")
	}
	_, err = w.Document(w.ctx, c.Actor, kept.v.Doc)
	must(t, err)
	_, err = w.Document(w.ctx, c.Actor, fresh.v.Doc)
	wantKind(t, err, safe.NotFound)

	// The answer to a change is lost; the client sends it again.
	next := c.manifest
	next.Epoch++
	c.manifest = next
	body := c.sealManifest(t)
	ch := c.signedOn(t, before, safe.Change{Epoch: next.Epoch, Sealed: body, Adopt: []safe.Adoption{c.adoption(t, fresh)}})
	for range 2 {
		got, err := w.Change(w.ctx, c.Actor, before, ch)
		must(t, err)
		if got.Hash != sha256.Sum256(body) {
			t.Fatal("another manifest came back")
		}
	}
	w.clock.add(48 * time.Hour)
	late := newDocument(t, 1000)
	c.hash = sha256.Sum256(body)
	c.upload(t, late)
	w.clock.add(25 * time.Hour)
	wantKind(t, c.change(t, w.Domain, []safe.Adoption{c.adoption(t, late)}, nil), safe.Expired)
}

func TestAdministrationKeyIsPublishedBeforeAnybodySealsToIt(t *testing.T) {
	w := newWorld(t)
	m := w.mairie(t, "Mairie de Valmont", "21370999900015")
	ring, first := newKeyring(t, w, string(m.ID))
	got, err := w.PutAdministrationKeyring(w.ctx, m.agent, nil, first)
	must(t, err)
	all, _, err := w.Administrations(w.ctx, "valmont", safe.Page{})
	must(t, err)
	if len(all) != 1 || all[0].Key == nil || all[0].Recipient != first.Recipient {
		t.Fatalf("the registry shows %+v", all)
	}
	if _, err := journal.VerifyLeaf(w.vkey, all[0].Key.Entry, *all[0].Key); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(all[0].Key.Entry, []byte(m.Name)) {
		t.Fatal("the public fact does not name the administration")
	}
	_, other := newKeyring(t, w, string(m.ID))
	_, err = w.PutAdministrationKeyring(w.ctx, m.agent, nil, other)
	wantKind(t, err, safe.AlreadyExists)
	_, next, err := ring.Reseal([]sealed.NewUnlocker{{Kind: "paper", Label: "b", P: sealed.NewSecret()}}, nil, w.clock.now())
	must(t, err)
	_, err = w.PutAdministrationKeyring(w.ctx, m.agent, &[32]byte{}, next)
	wantKind(t, err, safe.Stale)
	_, err = w.PutAdministrationKeyring(w.ctx, m.agent, &got.Hash, next)
	must(t, err)
	v, err := w.Administration(w.ctx, m.system)
	must(t, err)
	if v.Epoch != 2 || v.Key == nil || v.KeyLeaf <= all[0].KeyLeaf {
		t.Fatalf("after the change the registry shows %+v", v)
	}
}

func TestAKeySetWithASecretIsRefused(t *testing.T) {
	w := newWorld(t)
	m := w.mairie(t, "Mairie", "21370999900015")
	for _, set := range []string{`{"keys":[{"kty":"EC","d":"x"}]}`, `{"keys":[{"kty":"oct","k":"x"}]}`, `{"keys":[]}`, `x`} {
		_, err := w.RegisterSystem(w.ctx, operator(), safe.NewSystem{Administration: m.ID, Name: "S", KeySet: []byte(set)})
		wantKind(t, err, safe.Invalid)
	}
}
