package safe

import (
	"bytes"
	"context"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// AdministrationView is an administration with the leaf of its key, nil until
// the key is made and sequenced.
type AdministrationView struct {
	Administration
	Key *journal.Leaf
}

// Administrations lists those whose name has the words of q, or whose SIRET
// is q. Open to anybody. All leaves are in one checkpoint.
func (s *Domain) Administrations(ctx context.Context, q string, p Page) ([]AdministrationView, string, error) {
	var all []Administration
	var next string
	err := s.rows.View(ctx, func(tx Tx) error {
		var err error
		if all, next, err = tx.Administrations.Search(ctx, q, p.bounded()); err != nil {
			return err
		}
		return resolve(ctx, tx, all)
	})
	if err != nil {
		return nil, "", backend("list administrations", err)
	}
	views, err := s.withLeaves(ctx, all)
	return views, next, err
}

func (s *Domain) withLeaves(ctx context.Context, all []Administration) ([]AdministrationView, error) {
	var given []*int64
	for i := range all {
		if all[i].KeyLeaf >= 0 && all[i].Recipient != "" {
			given = append(given, &all[i].KeyLeaf)
		}
	}
	if err := s.shown(ctx, given); err != nil {
		return nil, err
	}
	var indexes []int64
	for _, adm := range all {
		if adm.KeyLeaf >= 0 && adm.Recipient != "" {
			indexes = append(indexes, adm.KeyLeaf)
		}
	}
	var leaves []journal.Leaf
	if len(indexes) > 0 {
		var err error
		if _, leaves, err = s.log.Proofs(ctx, indexes); err != nil {
			return nil, &Error{Kind: Unavailable, Msg: "prove keys", Err: err}
		}
	}
	views := make([]AdministrationView, len(all))
	for i, adm := range all {
		views[i].Administration = adm
		if adm.KeyLeaf >= 0 && adm.Recipient != "" {
			entry, err := administrationFact(adm).Encode()
			if err != nil {
				return nil, &Error{Kind: Damaged, Msg: "encode key fact", Err: err}
			}
			views[i].Key, leaves = &leaves[0], leaves[1:]
			views[i].Key.Entry = entry
		}
	}
	return views, nil
}

// Administration is the caller's own.
func (s *Domain) Administration(ctx context.Context, a Actor) (AdministrationView, error) {
	all := make([]Administration, 1)
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActAdministration); err != nil {
			return err
		}
		var err error
		if all[0], err = tx.Administrations.Get(ctx, a.Administration); err != nil {
			return err
		}
		return resolve(ctx, tx, all)
	})
	if err != nil {
		ev := s.begin(a, journal.WhatAdministrationKey)
		return AdministrationView{}, s.refusePolicy(ctx, ev, backend("read administration", err))
	}
	views, err := s.withLeaves(ctx, all)
	if err != nil {
		return AdministrationView{}, err
	}
	return views[0], nil
}

// AdministrationKeyring is the sealed keyring of the caller's administration.
func (s *Domain) AdministrationKeyring(ctx context.Context, a Actor) (Sealed, error) {
	var out Sealed
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActOfficeKeyring); err != nil {
			return err
		}
		var err error
		out, err = tx.Safes.Keyring(ctx, string(a.Administration))
		return err
	})
	return out, s.refusePolicy(ctx, s.begin(a, journal.WhatAdministrationKey), backend("read keyring", err))
}

// PutAdministrationKeyring makes the keyring of the caller's administration
// (match nil: AlreadyExists when there is another) or replaces the one whose
// hash is match (Stale when it is not the present one), with another root when
// the present one has named it. It returns once the
// key is in the published log, so that citizens can seal to it at once.
func (s *Domain) PutAdministrationKeyring(ctx context.Context, a Actor, match *[32]byte, c sealed.Container) (Sealed, error) {
	ev := s.begin(a, journal.WhatAdministrationKey)
	ev.Administration = string(a.Administration)
	var ring Sealed
	var step *sealed.Former
	var id string
	err := s.update(ctx, ev, func(tx Tx) error {
		id = ""
		if err := s.may(ctx, tx, a, ActAdministrationKey); err != nil {
			return err
		}
		adm, err := tx.Administrations.Get(ctx, a.Administration)
		if err != nil {
			return backend("read administration", err)
		}
		var done bool
		if match == nil {
			ring, done, err = s.makeKeyring(ctx, tx, string(adm.ID), c)
		} else {
			ring, step, done, err = s.swapOfficeKeyring(ctx, tx, adm, *match, c)
		}
		if err != nil || done {
			return err
		}
		was := adm
		adm.VK, adm.Recipient, adm.Epoch, adm.KeyLeaf = bytes.Clone(c.VK), c.Recipient, ring.Epoch, -1
		if err := tx.Administrations.Put(ctx, adm); err != nil {
			return backend("put administration", err)
		}
		if err := s.retire(ctx, tx, was, adm, step); err != nil {
			return err
		}
		if err := appendFact(ctx, tx, administrationFact(adm)); err != nil {
			return err
		}
		written := *ev
		written.AdministrationName, written.Detail = adm.Name, detail("epoch", decimal(ring.Epoch), "root", replacedRoot(step))
		id, err = s.record(ctx, tx, written)
		return err
	})
	if err != nil || id == "" {
		return ring, err
	}
	if _, err := s.proof(ctx, id); err != nil {
		return Sealed{}, err
	}
	return ring, s.keepAdministrationLeaf(ctx, a.Administration)
}

func (s *Domain) makeKeyring(ctx context.Context, tx Tx, holder string, c sealed.Container) (ring Sealed, done bool, err error) {
	if ring, err = s.container(c, holder, 1); err != nil {
		return Sealed{}, false, err
	}
	if done, err = sameKeyring(ctx, tx, holder, ring); err != nil || done {
		return ring, done, err
	}
	return ring, false, backend("put keyring", tx.Safes.PutKeyring(ctx, holder, ring))
}

// keepAdministrationLeaf writes down where the log carries the key.
func (s *Domain) keepAdministrationLeaf(ctx context.Context, id AdministrationID) error {
	return backend("keep key leaf", s.rows.Update(ctx, func(tx Tx) error {
		adm, err := tx.Administrations.Get(ctx, id)
		if err != nil {
			return err
		}
		if adm.KeyLeaf >= 0 {
			return nil
		}
		if adm.KeyLeaf, err = factIndex(ctx, tx, administrationFact(adm)); err != nil || adm.KeyLeaf < 0 {
			return err
		}
		return tx.Administrations.Put(ctx, adm)
	}))
}
