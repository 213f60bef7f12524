package safe

import (
	"context"
	"encoding/base64"
	"errors"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// The holders of a key fact (SPEC.md §9).
const (
	holderSafe           = "safe"
	holderAdministration = "administration"
)

func safeFact(sf Safe, epoch int64) journal.KeyFact {
	return keyFact(holderSafe, string(sf.ID), epoch, sf.VK, sf.Recipient)
}

func administrationFact(adm Administration) journal.KeyFact {
	f := keyFact(holderAdministration, string(adm.ID), adm.Epoch, adm.VK, adm.Recipient)
	f.Name, f.SIRET = adm.Name, adm.SIRET
	return f
}

func keyFact(holder, id string, epoch int64, vk []byte, recipient string) journal.KeyFact {
	f := journal.KeyFact{Type: "key", Holder: holder, ID: id, Epoch: epoch, VK: base64.StdEncoding.EncodeToString(vk)}
	if r, err := sealed.ParseRecipient(recipient); err == nil { // was checked with its container
		f.Recipient = r.Fingerprint()
	}
	return f
}

func appendFact(ctx context.Context, tx Tx, f Fact) error {
	b, err := f.Encode()
	if err != nil {
		return &Error{Kind: Invalid, Msg: "encode fact", Err: err}
	}
	_, err = tx.Events.AppendFact(ctx, b)
	return backend("append fact", err)
}

// factIndex finds where the log carries the fact; -1 while it waits.
func factIndex(ctx context.Context, tx Tx, f Fact) (int64, error) {
	b, err := f.Encode()
	if err != nil {
		return -1, &Error{Kind: Damaged, Msg: "encode fact", Err: err}
	}
	i, err := tx.Leaves.FactIndex(ctx, b)
	return i, backend("find fact", err)
}

// safeKeyLeaf proves the safe's key. The index is not known when the fact is
// queued, so it is looked up and kept by whoever needs it first.
func (s *Domain) safeKeyLeaf(ctx context.Context, sf Safe) (*journal.Leaf, error) {
	index := sf.KeyLeaf
	if index < 0 {
		err := s.rows.View(ctx, func(tx Tx) error {
			ring, err := tx.Safes.Keyring(ctx, string(sf.ID))
			if err != nil {
				return backend("read keyring", err)
			}
			index, err = factIndex(ctx, tx, safeFact(sf, ring.Epoch))
			return err
		})
		if err != nil || index < 0 {
			return nil, backend("find key leaf", err)
		}
		if err := s.keepSafeLeaf(ctx, sf, index); err != nil {
			return nil, err
		}
	}
	leaf, err := s.leaf(ctx, index)
	if errors.Is(err, journal.ErrWaiting) {
		return nil, nil
	}
	return leaf, err
}

// shown puts -1 in the place of every index that the log has given and that is
// not public yet: while witnesses are away that may last, and the rest is
// shown all the same.
func (s *Domain) shown(ctx context.Context, indexes []*int64) error {
	if len(indexes) == 0 {
		return nil
	}
	head, err := s.log.Head(ctx)
	if err != nil {
		return &Error{Kind: Unavailable, Msg: "read public head", Err: err}
	}
	for _, index := range indexes {
		if *index >= head.Size {
			*index = -1
		}
	}
	return nil
}

func (s *Domain) keepSafeLeaf(ctx context.Context, sf Safe, index int64) error {
	return backend("keep key leaf", s.rows.Update(ctx, func(tx Tx) error {
		now, err := openSafe(ctx, tx, sf.ID)
		if err != nil {
			return err
		}
		if now.KeyLeaf >= 0 || now.Recipient != sf.Recipient {
			return nil // somebody was faster, or the key has changed since
		}
		now.KeyLeaf = index
		return tx.Safes.Put(ctx, now)
	}))
}

func (s *Domain) leaf(ctx context.Context, index int64) (*journal.Leaf, error) {
	leaf, err := s.log.Leaf(ctx, index)
	if err != nil {
		return nil, &Error{Kind: Unavailable, Msg: "prove key leaf", Err: err}
	}
	return &leaf, nil
}

// resolve fills in KeyLeaf of administrations whose key has been sequenced
// since their row was written. It reads only; PutAdministrationKeyring keeps
// the index.
func resolve(ctx context.Context, tx Tx, all []Administration) error {
	for i, adm := range all {
		if adm.KeyLeaf >= 0 || adm.Recipient == "" {
			continue
		}
		index, err := factIndex(ctx, tx, administrationFact(adm))
		if err != nil {
			return err
		}
		all[i].KeyLeaf = index
	}
	return nil
}
