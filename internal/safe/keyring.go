package safe

import (
	"bytes"
	"context"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// Keyring is the caller's sealed keyring.
func (s *Domain) Keyring(ctx context.Context, a Actor) (Sealed, error) {
	return s.read(ctx, a, func(tx Tx) (Sealed, error) { return tx.Safes.Keyring(ctx, string(a.Safe)) })
}

// Manifest is the caller's sealed manifest.
func (s *Domain) Manifest(ctx context.Context, a Actor) (Sealed, error) {
	return s.read(ctx, a, func(tx Tx) (Sealed, error) { return tx.Safes.Manifest(ctx, a.Safe) })
}

func (s *Domain) read(ctx context.Context, a Actor, get func(Tx) (Sealed, error)) (Sealed, error) {
	var out Sealed
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRead); err != nil {
			return err
		}
		var err error
		out, err = get(tx)
		return err
	})
	return out, s.refusePolicy(ctx, s.begin(a, journal.WhatSafeRead), backend("read sealed object", err))
}

// mayKeys admits the caller to the keys of her open safe.
func (s *Domain) mayKeys(ctx context.Context, tx Tx, a Actor) (Safe, error) {
	if err := s.may(ctx, tx, a, ActKeys); err != nil {
		return Safe{}, err
	}
	return openSafe(ctx, tx, a.Safe)
}

// PutKeyring replaces the keyring whose hash is match; Stale when that is no
// longer the present one. The root key stays: a new one would orphan every
// signature of the safe, so it comes by Succeed.
func (s *Domain) PutKeyring(ctx context.Context, a Actor, match [32]byte, c sealed.Container) (Sealed, error) {
	ev := s.begin(a, journal.WhatKeyringChanged)
	var ring Sealed
	err := s.update(ctx, ev, func(tx Tx) error {
		sf, err := s.mayKeys(ctx, tx, a)
		if err != nil {
			return err
		}
		var done bool
		ring, done, err = s.swapKeyring(ctx, tx, string(a.Safe), sf.VK, match, c)
		if err != nil || done {
			return err
		}
		sf = sf.renewed(a, sf.VK, c.Recipient)
		if err := tx.Safes.Put(ctx, sf); err != nil {
			return backend("put safe", err)
		}
		if err := appendFact(ctx, tx, safeFact(sf, ring.Epoch)); err != nil {
			return err
		}
		if err := s.custodyAfter(ctx, tx, a, c); err != nil {
			return err
		}
		ev.Detail = detail("epoch", decimal(ring.Epoch))
		_, err = s.record(ctx, tx, *ev)
		return err
	})
	return ring, err
}

// swapKeyring is the compare-and-swap of a holder's keyring. done: the very
// same replacement was made by an earlier try whose answer was lost.
func (s *Domain) swapKeyring(ctx context.Context, tx Tx, holder string, vk []byte, match [32]byte, c sealed.Container) (ring Sealed, done bool, err error) {
	have, err := tx.Safes.Keyring(ctx, holder)
	if err != nil {
		return Sealed{}, false, backend("read keyring", err)
	}
	if have.Epoch == c.Epoch && have.Hash == c.Hash() {
		return have, true, nil
	}
	if have.Hash != match {
		return Sealed{}, false, refusal(Stale, "the keyring has changed")
	}
	if ring, err = s.container(c, holder, have.Epoch+1); err != nil {
		return Sealed{}, false, err
	}
	if !bytes.Equal(c.VK, vk) {
		return Sealed{}, false, refusal(Invalid, "a keyring may not change its root key")
	}
	var now sealed.Container
	if err := sealed.DecodeCanonical(have.Body, &now); err != nil {
		return Sealed{}, false, &Error{Kind: Damaged, Msg: "read present keyring", Err: err}
	}
	if !sameLine(c.Line, now.Line) {
		return Sealed{}, false, refusal(Invalid, "a keyring may not change its line of former keys")
	}
	// A session opens nothing: with one alone, nobody puts his own recipient,
	// or nothing at all, in the place of the holder's keys.
	if err := c.CheckSignature(); err != nil {
		return Sealed{}, false, formError("check who replaces a keyring", err)
	}
	return ring, false, backend("put keyring", tx.Safes.PutKeyring(ctx, holder, ring))
}
