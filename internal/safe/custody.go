package safe

import (
	"bytes"
	"context"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// Custody is who gives a safe back when every way to open it is lost: what
// the holder signed, and the shares as she sealed them (SPEC.md §10).
type Custody struct {
	Safe     SafeID
	Unlocker string
	Body     []byte // signed
	// Active: a keyring with the unlocker has been there. Until then the
	// keyring is on its way, and its absence ends nothing.
	Active  bool
	Created time.Time
	Shares  []CustodyShare
}

// CustodyShare is one custodian's.
type CustodyShare struct {
	Custodian string // id in the custody
	Holder    string // id of the safe or administration
	Name      string
	Sealed    []byte
}

// NewCustody is what a holder sends: the shares by custodian.
type NewCustody struct {
	Body   []byte
	Shares map[string][]byte
}

// maxShare and maxSigned bound what is stored of a recovery.
const (
	maxShare  = 8 << 10
	maxSigned = 16 << 10
)

// Custody is the caller's.
func (s *Domain) Custody(ctx context.Context, a Actor) (Custody, error) {
	var out Custody
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRead); err != nil {
			return err
		}
		var err error
		out, err = tx.Custodies.Get(ctx, a.Safe)
		return err
	})
	return out, s.refusePolicy(ctx, s.begin(a, journal.WhatSafeRead), backend("read custody", err))
}

// PutCustody names the custodians of the caller's safe, in the place of those
// before. Only the safe's root can: a session names nobody. A recovery under
// way was asked of others, so it ends.
func (s *Domain) PutCustody(ctx context.Context, a Actor, n NewCustody) (Custody, error) {
	ev := s.begin(a, journal.WhatCustodyNamed)
	var out Custody
	err := s.update(ctx, ev, func(tx Tx) error {
		sf, err := s.mayKeys(ctx, tx, a)
		if err != nil {
			return err
		}
		have, err := tx.Custodies.Get(ctx, a.Safe)
		if err != nil && !IsKind(err, NotFound) {
			return backend("read custody", err)
		}
		if err == nil && bytes.Equal(have.Body, n.Body) {
			out = have
			return nil
		}
		named, err := s.checkCustody(ctx, tx, sf, n)
		if err != nil {
			return err
		}
		out = custodyRow(named, n, s.now())
		if out.Active, err = hasUnlocker(ctx, tx, a.Safe, named.Unlocker); err != nil {
			return err
		}
		if err := holdNamed(ctx, tx, a.Safe, named); err != nil {
			return err
		}
		if err := s.endLive(ctx, tx, a, RecoveryReplaced); err != nil {
			return err
		}
		if err := tx.Custodies.Put(ctx, out); err != nil {
			return backend("put custody", err)
		}
		return s.recordNamed(ctx, tx, a, named, ev)
	})
	return out, err
}

func custodyRow(c sealed.Custody, n NewCustody, now time.Time) Custody {
	out := Custody{Safe: SafeID(c.Safe), Unlocker: c.Unlocker, Body: n.Body, Created: now}
	for _, o := range c.Custodians {
		out.Shares = append(out.Shares, CustodyShare{Custodian: o.ID, Holder: o.Holder, Name: o.Name, Sealed: n.Shares[o.ID]})
	}
	return out
}

// checkCustody is everything that can be checked without keys.
func (s *Domain) checkCustody(ctx context.Context, tx Tx, sf Safe, n NewCustody) (sealed.Custody, error) {
	vk, err := sealed.ParseVK(sf.VK)
	if err != nil {
		return sealed.Custody{}, &Error{Kind: Damaged, Msg: "read the safe's verification key", Err: err}
	}
	if len(n.Body) > maxSigned {
		return sealed.Custody{}, refusal(WrongForm, "custody too long")
	}
	c, err := sealed.OpenCustody(n.Body, vk)
	if err != nil {
		return sealed.Custody{}, formError("check custody", err)
	}
	if SafeID(c.Safe) != sf.ID || len(n.Shares) != len(c.Custodians) {
		return sealed.Custody{}, refusal(Invalid, "custody of another safe, or other shares than it names")
	}
	for _, o := range c.Custodians {
		if err := checkShare(n.Shares[o.ID]); err != nil {
			return sealed.Custody{}, err
		}
		if sealed.HashSigned(n.Shares[o.ID]) != o.Share {
			return sealed.Custody{}, refusal(WrongHash, "a share is not the one that was signed")
		}
		if err := custodianExists(ctx, tx, o); err != nil {
			return sealed.Custody{}, err
		}
	}
	return c, nil
}

func checkShare(b []byte) error {
	if len(b) > maxShare {
		return refusal(WrongForm, "share too long")
	}
	if err := sealed.CheckSmall(b); err != nil {
		return &Error{Kind: WrongForm, Msg: "check share", Err: err}
	}
	return nil
}

func custodianExists(ctx context.Context, tx Tx, o sealed.Custodian) error {
	if o.Kind == sealed.CustodianSafe {
		_, err := openSafe(ctx, tx, SafeID(o.Holder))
		return err
	}
	adm, err := tx.Administrations.Get(ctx, AdministrationID(o.Holder))
	if err != nil {
		return backend("read administration", err)
	}
	if adm.Recipient == "" {
		return refusal(NoKey, "administration %s has no key yet", adm.ID)
	}
	return nil
}

func hasUnlocker(ctx context.Context, tx Tx, id SafeID, unlocker string) (bool, error) {
	ring, err := tx.Safes.Keyring(ctx, string(id))
	if err != nil {
		return false, backend("read keyring", err)
	}
	var c sealed.Container
	if err := sealed.DecodeCanonical(ring.Body, &c); err != nil {
		return false, &Error{Kind: Damaged, Msg: "read keyring", Err: err}
	}
	return copyOf(c, unlocker), nil
}

func copyOf(c sealed.Container, unlocker string) bool {
	for _, x := range c.Copies {
		if x.ID == unlocker && x.Kind == sealed.KindCustodians {
			return true
		}
	}
	return false
}

// holdNamed is for recordNamed.
func holdNamed(ctx context.Context, tx Tx, holder SafeID, c sealed.Custody) error {
	all := []SafeID{holder}
	for _, o := range c.Custodians {
		if o.Kind == sealed.CustodianSafe {
			all = append(all, SafeID(o.Holder))
		}
	}
	return hold(ctx, tx, all...)
}

// recordNamed tells the holder's journal whom she named, and each custodian
// who has a journal that she was.
func (s *Domain) recordNamed(ctx context.Context, tx Tx, a Actor, c sealed.Custody, ev *journal.Event) error {
	var names []string
	for _, o := range c.Custodians {
		names = append(names, o.Name)
	}
	named := *ev
	named.Detail = detail("names", strings.Join(names, ", "), "delay", decimal(c.Delay))
	if _, err := s.record(ctx, tx, named); err != nil {
		return err
	}
	for _, o := range c.Custodians {
		if o.Kind != sealed.CustodianSafe {
			continue
		}
		told := s.begin(a, journal.WhatCustodyAppointed)
		told.Safe, told.Who.ID = o.Holder, "" // the name is enough for somebody else's journal
		if _, err := s.record(ctx, tx, *told); err != nil {
			return err
		}
	}
	return nil
}

// custodyAfter follows a keyring that has just replaced another: the custody
// whose unlocker has left it is over, and so is the recovery that it served.
func (s *Domain) custodyAfter(ctx context.Context, tx Tx, a Actor, c sealed.Container) error {
	have, err := tx.Custodies.Get(ctx, a.Safe)
	if IsKind(err, NotFound) {
		return nil
	}
	if err != nil {
		return backend("read custody", err)
	}
	if copyOf(c, have.Unlocker) {
		if have.Active {
			return nil
		}
		have.Active = true
		return backend("put custody", tx.Custodies.Put(ctx, have))
	}
	vk, err := sealed.ParseVK(c.VK)
	if err != nil {
		return formError("check keyring", err)
	}
	if _, err := sealed.OpenCustody(have.Body, vk); err == nil && !have.Active {
		return nil // the keyring that goes with it is still to come
	}
	if err := s.endLive(ctx, tx, a, RecoveryCompleted); err != nil {
		return err
	}
	if err := tx.Custodies.Remove(ctx, a.Safe); err != nil {
		return backend("remove custody", err)
	}
	_, err = s.record(ctx, tx, *s.begin(a, journal.WhatCustodyEnded))
	return err
}

// PutCard publishes the caller's card: other holders name her by it.
func (s *Domain) PutCard(ctx context.Context, a Actor, card []byte) error {
	ev := s.begin(a, journal.WhatCard)
	return s.update(ctx, ev, func(tx Tx) error {
		sf, err := s.mayKeys(ctx, tx, a)
		if err != nil {
			return err
		}
		if len(card) > maxSigned {
			return refusal(WrongForm, "card too long")
		}
		vk, err := sealed.ParseVK(sf.VK)
		if err != nil {
			return &Error{Kind: Damaged, Msg: "read the safe's verification key", Err: err}
		}
		c, err := sealed.OpenCard(card, vk)
		if err != nil {
			return formError("check card", err)
		}
		if SafeID(c.Safe) != a.Safe || c.Recipient != sf.Recipient {
			return refusal(Invalid, "card of another safe or key")
		}
		if have, err := tx.Custodies.Card(ctx, a.Safe); err == nil && bytes.Equal(have, card) {
			return nil
		}
		if err := tx.Custodies.PutCard(ctx, a.Safe, card); err != nil {
			return backend("put card", err)
		}
		_, err = s.record(ctx, tx, *ev)
		return err
	})
}

// Card shows somebody's card with the key to verify it, to whoever was told
// the code. A safe without card is one that does not exist.
func (s *Domain) Card(ctx context.Context, a Actor, id SafeID) (card, vk []byte, err error) {
	err = s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActCustody); err != nil {
			return err
		}
		sf, err := openSafe(ctx, tx, id)
		if err != nil {
			return err
		}
		vk = sf.VK
		card, err = tx.Custodies.Card(ctx, id)
		return err
	})
	return card, vk, s.refusePolicy(ctx, s.begin(a, journal.WhatSafeRead), backend("read card", err))
}
