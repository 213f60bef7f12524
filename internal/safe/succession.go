package safe

import (
	"bytes"
	"context"
	"crypto/sha256"
	"slices"
	"strconv"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// Succession is another root in the place of the safe's, with everything that
// the old one has signed and that counts still.
type Succession struct {
	Keyring sealed.Container
	// Match is the hash of the present manifest.
	Match    [32]byte
	Epoch    int64
	Manifest []byte
	// Grants are exactly those in force, each for the version that it was for.
	Grants []Regrant
}

// Succeed replaces keyring, manifest and every grant in force in one step, or
// nothing: nobody meets a signature of the old root where the new one counts.
// The line of the container is what shows that the old root wants it. Stale:
// the keyring or the manifest is another one by now, or another grant is in
// force than those that were sealed again.
func (s *Domain) Succeed(ctx context.Context, a Actor, match [32]byte, n Succession) (Sealed, error) {
	ev := s.begin(a, journal.WhatRootChanged)
	if err := n.check(); err != nil {
		return Sealed{}, s.refuse(ctx, ev, err)
	}
	var ring Sealed
	err := s.update(ctx, ev, func(tx Tx) error {
		sf, err := s.mayKeys(ctx, tx, a)
		if err != nil {
			return err
		}
		have, err := tx.Safes.Keyring(ctx, string(a.Safe))
		if err != nil {
			return backend("read keyring", err)
		}
		if have.Epoch == n.Keyring.Epoch && have.Hash == n.Keyring.Hash() {
			ring = have // an earlier try, whose answer was lost
			return nil
		}
		if have.Hash != match {
			return refusal(Stale, "the keyring has changed")
		}
		if ring, err = s.successor(sf, have, n.Keyring); err != nil {
			return err
		}
		return s.succeed(ctx, tx, a, sf, ring, n, ev)
	})
	return ring, err
}

func (n Succession) check() error {
	seen := map[GrantID]bool{}
	for _, g := range n.Grants {
		if seen[g.ID] {
			return refusal(Invalid, "grant named twice")
		}
		seen[g.ID] = true
		if err := checkGrant(g.Grant); err != nil {
			return err
		}
	}
	return checkManifest(n.Manifest)
}

// successor checks the container of the next root against the present one.
func (s *Domain) successor(sf Safe, have Sealed, c sealed.Container) (Sealed, error) {
	ring, err := s.container(c, string(sf.ID), have.Epoch+1)
	if err != nil {
		return Sealed{}, err
	}
	var now sealed.Container
	if err := sealed.DecodeCanonical(have.Body, &now); err != nil {
		return Sealed{}, &Error{Kind: Damaged, Msg: "read present keyring", Err: err}
	}
	n := len(now.Line)
	if len(c.Line) != n+1 || !sameLine(c.Line[:n], now.Line) || !bytes.Equal(c.Line[n].VK, sf.VK) || c.Line[n].Epoch != c.Epoch {
		return Sealed{}, refusal(Invalid, "the line does not lead from the present root to the next")
	}
	if slices.ContainsFunc(c.Copies, func(x sealed.Copy) bool { return x.Kind == sealed.KindCustodians }) {
		return Sealed{}, refusal(Invalid, "custodians are named anew after a succession")
	}
	if err := c.CheckSignature(); err != nil {
		return Sealed{}, formError("check who replaces a root", err)
	}
	return ring, nil
}

func sameLine(a, b []sealed.Former) bool {
	return slices.EqualFunc(a, b, func(x, y sealed.Former) bool {
		return x.Epoch == y.Epoch && bytes.Equal(x.VK, y.VK) && bytes.Equal(x.Signature, y.Signature)
	})
}

func (s *Domain) succeed(ctx context.Context, tx Tx, a Actor, sf Safe, ring Sealed, n Succession, ev *journal.Event) error {
	m, err := tx.Safes.Manifest(ctx, a.Safe)
	if err != nil {
		return backend("read manifest", err)
	}
	if m.Hash != n.Match {
		return refusal(Stale, "the manifest has changed")
	}
	if n.Epoch != m.Epoch+1 {
		return refusal(Invalid, "manifest has epoch %d, expected %d", n.Epoch, m.Epoch+1)
	}
	if err := s.succeedGrants(ctx, tx, a.Safe, n.Grants); err != nil {
		return err
	}
	next := Sealed{Epoch: n.Epoch, Hash: sha256.Sum256(n.Manifest), Body: n.Manifest, At: s.now()}
	if err := tx.Safes.PutManifest(ctx, a.Safe, next); err != nil {
		return backend("put manifest", err)
	}
	if err := tx.Safes.PutKeyring(ctx, string(a.Safe), ring); err != nil {
		return backend("put keyring", err)
	}
	sf = sf.renewed(a, n.Keyring.VK, n.Keyring.Recipient)
	if err := tx.Safes.Put(ctx, sf); err != nil {
		return backend("put safe", err)
	}
	if err := appendFact(ctx, tx, safeFact(sf, ring.Epoch)); err != nil {
		return err
	}
	if err := s.custodyAfter(ctx, tx, a, n.Keyring); err != nil {
		return err
	}
	done := *ev
	done.Detail = detail("epoch", decimal(ring.Epoch), "grants", strconv.Itoa(len(n.Grants)))
	_, err = s.record(ctx, tx, done)
	return err
}

// succeedGrants replaces every grant in force. One that was given, or ended,
// since they were listed has to be seen by the holder's client first.
func (s *Domain) succeedGrants(ctx context.Context, tx Tx, id SafeID, sent []Regrant) error {
	live := map[GrantID]Grant{}
	err := eachPage(func(p Page) (string, error) {
		all, next, err := tx.Grants.OfSafe(ctx, id, p)
		for _, g := range all {
			if g.Live(s.now()) {
				live[g.ID] = g
			}
		}
		return next, backend("list grants", err)
	})
	if err != nil {
		return err
	}
	if len(sent) != len(live) {
		return refusal(Stale, "%d grants are in force, %d were sealed again", len(live), len(sent))
	}
	for _, r := range sent {
		g, ok := live[r.ID]
		if !ok {
			return refusal(Stale, "a grant is no longer in force")
		}
		g.Sealed = r.Grant
		if err := tx.MandateGrants.Drop(ctx, g.ID); err != nil { // signed by the holder herself now
			return backend("forget mandate of grant", err)
		}
		if err := tx.Grants.Update(ctx, g); err != nil {
			return backend("replace grant", err)
		}
	}
	return nil
}
