package safe

import (
	"bytes"
	"context"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// At the counter one machine serves two people, one after the other: the
// mediator is locked out, the citizen logs in, approves and is logged out, also
// at her provider, and the mediator proves himself again.

// LockDelegation locks the mediator out of a session at the counter. Whoever
// calls ends his log-in next.
func (s *Domain) LockDelegation(ctx context.Context, a Actor, id DelegationID) (Delegation, error) {
	ev := s.begin(a, journal.WhatMediationLocked)
	var out Delegation
	err := s.step(ctx, a, id, ev, func(tx Tx, d Delegation) (refused, err error) {
		switch {
		case d.Opener != a.Session:
			return refusal(NotFound, "no such session"), nil
		case d.State.Over():
			return sessionOver("the session is %s", d.State), nil
		case d.Way != ByCounter || d.State != DelegationPending || !d.Locked.IsZero():
			return refusal(Invalid, "only a session at the counter is locked, once, and before its code is used"), nil
		}
		d.Locked, out = s.now(), d
		out.Locked = d.Locked
		if err := tx.Delegations.Move(ctx, d, DelegationPending); err != nil {
			return nil, backend("lock delegation", err)
		}
		done := *ev
		done.Detail = detail("session", string(d.ID))
		_, err = s.record(ctx, tx, done)
		return nil, err
	})
	return out, err
}

// CounterOpen is nil while somebody may log in at the counter for a session.
func (s *Domain) CounterOpen(ctx context.Context, id DelegationID) error {
	return backend("look at the session", s.rows.View(ctx, func(tx Tx) error {
		d, err := tx.Delegations.Get(ctx, id)
		if err == nil && (d.Way != ByCounter || d.Locked.IsZero() || !d.Left.IsZero() || d.State != DelegationPending || !s.now().Before(d.over())) {
			err = refusal(NotFound, "no such session")
		}
		return err
	}))
}

// CitizenLeft notes that a citizen was logged out at the counter, at her provider
// too: only when she who approved has left can the mediator come back. Whoever
// leaves before she has said yes has said no.
func (s *Domain) CitizenLeft(ctx context.Context, id DelegationID, who AccountID, at time.Time) error {
	return backend("note a log-out", s.rows.Update(ctx, func(tx Tx) error {
		d, err := tx.Delegations.Get(ctx, id)
		if err != nil {
			return err
		}
		if d.Way != ByCounter || d.Locked.IsZero() || d.State.Over() || !d.Left.IsZero() {
			return nil
		}
		if d.Account != "" && d.Account != who {
			return nil // somebody else's
		}
		if d.State == DelegationPending || d.State == DelegationClaimed {
			_, err = s.finish(ctx, tx, d.citizen(), d, DelegationDenied, EndedByCitizen)
			return err
		}
		d.Left = at.UTC().Truncate(time.Microsecond) // to be told from a log-in of the same second
		return tx.Delegations.Move(ctx, d, d.State)
	}))
}

// expose notes that the caller's keys were used at a counter: whoever runs that
// machine may have read what was typed.
func (s *Domain) expose(ctx context.Context, tx Tx, a Actor) error {
	if a.Counter == "" {
		return nil
	}
	sf, err := openSafe(ctx, tx, a.Safe)
	if err != nil {
		return err
	}
	sf.Exposed = s.now()
	return backend("note keys used at a counter", tx.Safes.Put(ctx, sf))
}

// renewed forgets it once a way to open the safe was taken away, or its root
// replaced, on a machine of her own.
func (sf Safe) renewed(a Actor, vk []byte, recipient string) Safe {
	if a.Counter == "" && (recipient != sf.Recipient || !bytes.Equal(vk, sf.VK)) {
		sf.Exposed = time.Time{}
	}
	sf.VK, sf.Recipient, sf.KeyLeaf = vk, recipient, -1
	return sf
}

// citizen is who has claimed the session, once her log-in is over.
func (d Delegation) citizen() Actor {
	return Actor{Kind: Citizen, Account: d.Account, Safe: d.Safe, Name: d.Citizen, Door: "web"}
}

// decidedAt says whether whoever claims a session is where it is to be decided:
// logged in for it on the mediator's locked machine, or anywhere else.
func (d Delegation) decidedAt(a Actor) bool {
	if d.Way == ByCounter {
		return a.Counter == d.ID && !d.Locked.IsZero() && d.Left.IsZero()
	}
	return a.Counter == ""
}

// free says whether the machine is the mediator's again: always, but at the
// counter only once the citizen has left it.
func (d Delegation) free() error {
	if d.Way == ByCounter && (d.Locked.IsZero() || d.Left.IsZero()) {
		return narrowed(TooEarly, ReasonLocked, "the citizen is still logged in")
	}
	return nil
}

// ResumeDelegation gives a session at the counter to the mediator's new log-in,
// which has to be of after the citizen's log-out.
func (s *Domain) ResumeDelegation(ctx context.Context, a Actor, id DelegationID) (Delegation, error) {
	ev := s.begin(a, journal.WhatMediationResumed)
	var out Delegation
	err := s.step(ctx, a, id, ev, func(tx Tx, d Delegation) (refused, err error) {
		switch {
		case d.State.Over():
			return sessionOver("the session is %s", d.State), nil
		case d.Way != ByCounter || d.Locked.IsZero() || a.Session == "" || a.Session == d.Opener:
			return refusal(NotFound, "no such session"), nil
		case d.Left.IsZero():
			return narrowed(TooEarly, ReasonLocked, "the citizen is still logged in"), nil
		case !a.Since.After(d.Left):
			return narrowed(Forbidden, ReasonLocked, "the mediator has to log in again"), nil
		}
		d.Opener = a.Session
		out = d
		if err := tx.Delegations.Move(ctx, d, d.State); err != nil {
			return nil, backend("resume delegation", err)
		}
		_, err = s.record(ctx, tx, *ev)
		return nil, err
	})
	return out, err
}
