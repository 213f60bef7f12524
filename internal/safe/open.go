package safe

import (
	"context"
	"crypto/sha256"
	"errors"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// maxManifest bounds a sealed manifest: some 16,000 documents at 400 bytes.
const maxManifest = 8 << 20

// SafeView is a safe with its figures. Open is false, and only Safe.ID and
// Limits say something, until the citizen has opened it.
type SafeView struct {
	Open   bool
	Safe   Safe
	Usage  Usage
	Limits Limits
	Key    *journal.Leaf // leaf of the safe's key; nil until sequenced
}

// Figures shows the caller's safe.
func (s *Domain) Figures(ctx context.Context, a Actor) (SafeView, error) {
	v := SafeView{Safe: Safe{ID: a.Safe}, Limits: s.cfg.Limits}
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRead); err != nil {
			return err
		}
		sf, err := tx.Safes.Get(ctx, a.Safe)
		if IsKind(err, NotFound) {
			return nil
		}
		if err != nil {
			return backend("read safe", err)
		}
		v.Open, v.Safe = true, sf
		v.Usage, err = tx.Versions.Usage(ctx, a.Safe)
		return backend("read usage", err)
	})
	if err != nil || !v.Open {
		return v, s.refusePolicy(ctx, s.begin(a, journal.WhatSafeRead), backend("read figures", err))
	}
	v.Key, err = s.safeKeyLeaf(ctx, v.Safe)
	return v, err
}

// OpenSafe makes the citizen's safe: keyring and manifest of epoch 1, and the
// public fact that this safe has this key. Sending the same keyring again
// after a lost answer is no error; another one is AlreadyExists.
func (s *Domain) OpenSafe(ctx context.Context, a Actor, c sealed.Container, manifest []byte) (SafeView, error) {
	ev := s.begin(a, journal.WhatSafeOpened)
	var id string
	err := s.update(ctx, ev, func(tx Tx) error {
		id = ""
		if err := s.may(ctx, tx, a, ActOpenSafe); err != nil {
			return err
		}
		ring, err := s.container(c, string(a.Safe), 1)
		if err != nil {
			return err
		}
		if err := checkManifest(manifest); err != nil {
			return err
		}
		done, err := sameKeyring(ctx, tx, string(a.Safe), ring)
		if err != nil || done {
			return err
		}
		sf := Safe{ID: a.Safe, Account: a.Account, VK: c.VK, Recipient: c.Recipient, KeyLeaf: -1, Created: s.now()}
		if a.Counter != "" {
			sf.Exposed = s.now()
		}
		if err := s.makeSafe(ctx, tx, sf, ring, manifest); err != nil {
			return err
		}
		id, err = s.record(ctx, tx, *ev)
		return err
	})
	if err != nil {
		return SafeView{}, err
	}
	if id != "" { // the fact was queued before the event, so it is published with it
		if _, err := s.proof(ctx, id); err != nil {
			return SafeView{}, err
		}
	}
	return s.Figures(ctx, a)
}

func (s *Domain) makeSafe(ctx context.Context, tx Tx, sf Safe, ring Sealed, manifest []byte) error {
	if err := tx.Safes.Put(ctx, sf); err != nil {
		return backend("put safe", err)
	}
	if err := tx.Safes.PutKeyring(ctx, string(sf.ID), ring); err != nil {
		return backend("put keyring", err)
	}
	m := Sealed{Epoch: 1, Hash: sha256.Sum256(manifest), Body: manifest, At: s.now()}
	if err := tx.Safes.PutManifest(ctx, sf.ID, m); err != nil {
		return backend("put manifest", err)
	}
	return appendFact(ctx, tx, safeFact(sf, 1))
}

// sameKeyring says whether the holder's keyring is this very one, and is
// AlreadyExists when there is another.
func sameKeyring(ctx context.Context, tx Tx, holder string, ring Sealed) (bool, error) {
	have, err := tx.Safes.Keyring(ctx, holder)
	switch {
	case IsKind(err, NotFound):
		return false, nil
	case err != nil:
		return false, backend("read keyring", err)
	case have.Hash == ring.Hash:
		return true, nil
	default:
		return false, refusal(AlreadyExists, "there is a keyring already")
	}
}

// container checks what can be checked without keys, and makes the row.
func (s *Domain) container(c sealed.Container, holder string, epoch int64) (Sealed, error) {
	if err := c.Check(); err != nil {
		return Sealed{}, formError("check keyring", err)
	}
	if c.Safe != holder {
		return Sealed{}, refusal(Invalid, "keyring is for another holder")
	}
	if c.Epoch != epoch {
		return Sealed{}, refusal(Invalid, "keyring has epoch %d, expected %d", c.Epoch, epoch)
	}
	body, err := sealed.Canonical(c)
	if err != nil {
		return Sealed{}, &Error{Kind: Invalid, Msg: "encode keyring", Err: err}
	}
	return Sealed{Epoch: epoch, Hash: c.Hash(), Body: body, At: s.now()}, nil
}

func checkManifest(b []byte) error {
	if len(b) > maxManifest {
		return &Error{Kind: DocumentTooLarge, Msg: "manifest too large", Limit: maxManifest}
	}
	if err := sealed.CheckSmall(b); err != nil {
		return &Error{Kind: WrongForm, Msg: "check manifest", Err: err}
	}
	return nil
}

// formError tells bytes that are not what age makes from members that
// contradict each other, and both from what the holder did not make.
func formError(verb string, err error) error {
	k := Invalid
	switch {
	case errors.Is(err, sealed.ErrForm), errors.Is(err, sealed.ErrLength):
		k = WrongForm
	case errors.Is(err, sealed.ErrSignature):
		k = Forbidden
	}
	return &Error{Kind: k, Msg: verb, Err: err}
}

// openSafe is the caller's safe, NotFound until it is open.
func openSafe(ctx context.Context, tx Tx, id SafeID) (Safe, error) {
	sf, err := tx.Safes.Get(ctx, id)
	return sf, backend("read safe", err)
}
