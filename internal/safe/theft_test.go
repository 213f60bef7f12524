package safe_test

import (
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// TestASessionAloneReplacesNoKeys: who has stolen a session, or had a machine
// allowed, holds no unlocker. He cannot have deposits and shares sealed to a
// key of his own, nor lock the holder out; and the try is in the journal.
func TestASessionAloneReplacesNoKeys(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	thief, err := sealed.NewIdentity()
	must(t, err)
	forged := c.keyring
	forged.Epoch, forged.Recipient = 2, thief.Recipient().String()
	_, err = w.PutKeyring(w.ctx, c.Actor, c.keyring.Hash(), forged)
	wantKind(t, err, safe.Forbidden)
	forged.Signature = make([]byte, 64)
	_, err = w.PutKeyring(w.ctx, c.Actor, c.keyring.Hash(), forged)
	wantKind(t, err, safe.Forbidden)
	kept, err := w.Keyring(w.ctx, c.Actor)
	must(t, err)
	if kept.Hash != c.keyring.Hash() {
		t.Fatal("the keyring was replaced")
	}
	tries := 0
	for _, e := range w.events(t, c.Safe) {
		if e.What == journal.WhatKeyringChanged && e.Result == journal.ResultRefused && e.Reason == "forbidden" {
			tries++
		}
	}
	if tries != 2 {
		t.Fatalf("%d tries journalled", tries)
	}

	m := w.mairie(t, "Mairie de Valmont", "21370999900015")
	_, first := newKeyring(t, w, string(m.ID))
	_, err = w.PutAdministrationKeyring(w.ctx, m.agent, nil, first)
	must(t, err)
	own := first
	own.Epoch, own.Recipient = 2, thief.Recipient().String()
	hash := first.Hash()
	_, err = w.PutAdministrationKeyring(w.ctx, m.agent, &hash, own)
	wantKind(t, err, safe.Forbidden)
}
