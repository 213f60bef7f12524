package safe

import (
	"context"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// maxAddresses is how many live deposit addresses a safe has at most.
const maxAddresses = 200

// Addresses lists who may deposit in the caller's safe.
func (s *Domain) Addresses(ctx context.Context, a Actor) ([]Address, error) {
	var all []Address
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRead); err != nil {
			return err
		}
		var err error
		all, err = tx.Addresses.OfSafe(ctx, a.Safe)
		return err
	})
	return all, s.refusePolicy(ctx, s.begin(a, journal.WhatSafeRead), backend("list addresses", err))
}

// CreateAddress lets one administration deposit in the caller's safe (O21).
// The same key for the same administration gives the same address.
func (s *Domain) CreateAddress(ctx context.Context, a Actor, key string, id AdministrationID) (Address, error) {
	ev := s.begin(a, journal.WhatAddressCreated)
	ev.Administration = string(id)
	if err := checkKey(key); err != nil {
		return Address{}, s.refuse(ctx, ev, err)
	}
	var out Address
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActAddress); err != nil {
			return err
		}
		old, err := tx.Addresses.ByKey(ctx, a.Safe, key)
		switch {
		case err == nil && old.Administration != id:
			return refusal(KeyReused, "this key made an address for another administration")
		case err == nil:
			out = old
			return nil
		case !IsKind(err, NotFound):
			return backend("find address", err)
		}
		out, err = s.makeAddress(ctx, tx, a, key, id, ev)
		return err
	})
	return out, err
}

func (s *Domain) makeAddress(ctx context.Context, tx Tx, a Actor, key string, id AdministrationID, ev *journal.Event) (Address, error) {
	if _, err := openSafe(ctx, tx, a.Safe); err != nil {
		return Address{}, err
	}
	adm, err := tx.Administrations.Get(ctx, id)
	if err != nil {
		return Address{}, backend("read administration", err)
	}
	live, err := tx.Addresses.OfSafe(ctx, a.Safe)
	if err != nil {
		return Address{}, backend("list addresses", err)
	}
	if len(live) >= maxAddresses {
		return Address{}, refusal(Invalid, "a safe has at most %d deposit addresses", maxAddresses)
	}
	out := Address{
		ID: NewID[AddressID](), Safe: a.Safe, Administration: id, AdministrationName: adm.Name, Key: key, Created: s.now(),
	}
	if err := tx.Addresses.Insert(ctx, out); err != nil {
		return Address{}, backend("insert address", err)
	}
	ev.AdministrationName = adm.Name
	done := *ev
	done.Address = string(out.ID)
	_, err = s.record(ctx, tx, done)
	return out, err
}

// EndAddress stops deposits to an address. Ending it again changes nothing.
func (s *Domain) EndAddress(ctx context.Context, a Actor, id AddressID) error {
	ev := s.begin(a, journal.WhatAddressEnded)
	ev.Address = string(id)
	return s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActEndGrant); err != nil {
			return err
		}
		ad, err := tx.Addresses.Get(ctx, id)
		if err != nil {
			return backend("read address", err)
		}
		if ad.Safe != a.Safe {
			return refusal(NotFound, "no such address")
		}
		if !ad.Ended.IsZero() {
			return nil
		}
		ad.Ended = s.now()
		if err := tx.Addresses.Update(ctx, ad); err != nil {
			return backend("end address", err)
		}
		done := *ev
		done.Administration, done.AdministrationName = string(ad.Administration), ad.AdministrationName
		_, err = s.record(ctx, tx, done)
		return err
	})
}

// Inbox lists deposits that wait to be adopted or refused.
func (s *Domain) Inbox(ctx context.Context, a Actor, p Page) ([]Version, string, error) {
	var all []Version
	var next string
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRead); err != nil {
			return err
		}
		var err error
		all, next, err = tx.Versions.List(ctx, a.Safe, Inbox, p.bounded())
		return err
	})
	return all, next, s.refusePolicy(ctx, s.begin(a, journal.WhatSafeRead), backend("list inbox", err))
}
