package safe

import (
	"context"
	"slices"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// At a counter, where the operator allows it, a paper key stands for a log-in:
// whoever unlocks a safe with it signs a challenge with the safe's root. A paper
// can be stolen, so this opens less than a log-in, only on a machine that a
// mediator has locked for her, and only while a provider's word for her is not
// old.

// provenFor is how long a provider's word stands in for another one.
const provenFor = 365 * 24 * time.Hour

// byPaper are the acts for which nobody but her paper key need vouch for a
// citizen: she looks at what she has, and lets the mediator act.
func byPaper(act Act) bool {
	return slices.Contains([]Act{ActRead, ActOpen, ActMandate}, act)
}

// PaperDoor says whether the operator allows it at all.
func (s *Domain) PaperDoor() bool { return s.cfg.PaperDoor }

func paperRefused(why string) error { return narrowed(Forbidden, ReasonPaperRefused, "%s", why) }

// CounterAt is the session that a counter is open for, as CounterOpen.
func (s *Domain) CounterAt(ctx context.Context, id DelegationID) (Delegation, error) {
	if err := s.CounterOpen(ctx, id); err != nil {
		return Delegation{}, err
	}
	var d Delegation
	err := s.rows.View(ctx, func(tx Tx) error {
		var err error
		d, err = tx.Delegations.Get(ctx, id)
		return err
	})
	return d, backend("read delegation", err)
}

// PaperKeyring is the sealed keyring of the safe whose number is on a sheet. It
// opens nothing; that somebody asked and was refused is in the holder's journal.
func (s *Domain) PaperKeyring(ctx context.Context, id DelegationID, of SafeID) (Sealed, error) {
	ev := s.begin(Actor{Kind: Citizen, Door: "web"}, journal.WhatPaperLogin)
	var ring Sealed
	err := s.view(ctx, ev, func(tx Tx) error {
		sf, _, err := s.paperDoor(ctx, tx, id, of, ev)
		if err != nil {
			return err
		}
		ring, err = tx.Safes.Keyring(ctx, string(sf.ID))
		return backend("read keyring", err)
	})
	return ring, err
}

// paperDoor finds who would come in. A number that is no safe's is refused as
// one whose holder does not want it.
func (s *Domain) paperDoor(ctx context.Context, tx Tx, id DelegationID, of SafeID, ev *journal.Event) (Safe, Account, error) {
	d, err := tx.Delegations.Get(ctx, id)
	if err != nil {
		return Safe{}, Account{}, backend("read delegation", err)
	}
	ev.Detail = aboutDelegation(d)
	if !s.cfg.PaperDoor {
		return Safe{}, Account{}, paperRefused("the operator does not allow it")
	}
	sf, err := tx.Safes.Get(ctx, of)
	if IsKind(err, NotFound) {
		return Safe{}, Account{}, paperRefused("no such safe")
	}
	if err != nil {
		return Safe{}, Account{}, backend("read safe", err)
	}
	acc, err := tx.Accounts.Get(ctx, sf.Account)
	if err != nil {
		return Safe{}, Account{}, backend("read account", err)
	}
	ev.Safe, ev.Who.ID, ev.Who.Name = string(sf.ID), string(acc.ID), acc.Name
	switch {
	case acc.NoPaper:
		return Safe{}, Account{}, paperRefused("the holder does not allow it")
	case acc.Proven.IsZero() || s.now().Sub(acc.Proven) > provenFor:
		return Safe{}, Account{}, paperRefused("her last log-in is older than a year")
	case samePerson(acc.Name, d.MediatorName):
		return Safe{}, Account{}, narrowed(Forbidden, ReasonSamePerson, "the mediator has the citizen's name")
	}
	return sf, acc, s.stillHabilitated(ctx, tx, d)
}

// PaperProof is what a client sends that has unlocked a safe at a counter.
type PaperProof struct {
	Counter   DelegationID
	Safe      SafeID
	Challenge string
	Fresh     bool // made for this counter and safe, not long ago, and not used
	Signed    []byte
}

// SignInByPaper lets the holder in for a session at the counter, by the
// signature of her safe's root.
func (s *Domain) SignInByPaper(ctx context.Context, in PaperProof) (Account, error) {
	ev := s.begin(Actor{Kind: Citizen, Door: "web"}, journal.WhatPaperLogin)
	var acc Account
	err := s.update(ctx, ev, func(tx Tx) error {
		sf, found, err := s.paperDoor(ctx, tx, in.Counter, in.Safe, ev)
		if err != nil {
			return err
		}
		if !in.Fresh {
			return paperRefused("no such challenge")
		}
		vk, err := sealed.ParseVK(sf.VK)
		if err != nil {
			return &Error{Kind: Damaged, Msg: "read safe's key", Err: err}
		}
		p, err := sealed.OpenPresence(in.Signed, vk)
		if err != nil || p.Safe != string(sf.ID) || p.Session != string(in.Counter) || p.Challenge != in.Challenge {
			return paperRefused("not signed by this safe, for this counter")
		}
		acc = found
		_, err = s.record(ctx, tx, *ev)
		return err
	})
	return acc, err
}

// PaperChoice is what a holder has chosen, and until when her last log-in counts.
type PaperChoice struct {
	Allowed bool
	Until   time.Time // zero: no provider has vouched for her since this is noted
}

// PaperChoice of the caller.
func (s *Domain) PaperChoice(ctx context.Context, a Actor) (PaperChoice, error) {
	var out PaperChoice
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRead); err != nil {
			return err
		}
		acc, err := tx.Accounts.Get(ctx, a.Account)
		out.Allowed = !acc.NoPaper
		if !acc.Proven.IsZero() {
			out.Until = acc.Proven.Add(provenFor)
		}
		return err
	})
	return out, s.refusePolicy(ctx, s.begin(a, journal.WhatSafeRead), backend("read account", err))
}

// ChoosePaper says whether a paper key may stand for a log-in of the caller's.
func (s *Domain) ChoosePaper(ctx context.Context, a Actor, allowed bool) error {
	ev := s.begin(a, journal.WhatPaperChosen)
	ev.Detail = map[string]string{"allowed": "no"}
	if allowed {
		ev.Detail["allowed"] = "yes"
	}
	return s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActNotices); err != nil {
			return err
		}
		acc, err := tx.Accounts.Get(ctx, a.Account)
		if err != nil || acc.NoPaper == !allowed {
			return backend("read account", err)
		}
		acc.NoPaper = !allowed
		if err := tx.Accounts.Put(ctx, acc); err != nil {
			return backend("put account", err)
		}
		_, err = s.record(ctx, tx, *ev)
		return err
	})
}
