package safe

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// AskedDelegation is what a citizen is shown before she lets anybody act.
type AskedDelegation struct {
	Delegation
	Structure StructureView
}

// mostWrong is how many numbers may be wrong before the session is given up.
const mostWrong = 3

// ClaimDelegation takes a session by its code: from then on it is hers to
// allow or refuse, and the code leads nobody else there. What is no code that
// waits is NotFound.
func (s *Domain) ClaimDelegation(ctx context.Context, a Actor, code string) (AskedDelegation, error) {
	ev := s.begin(a, journal.WhatMediationClaimed)
	var d Delegation
	var over error
	err := s.update(ctx, ev, func(tx Tx) error {
		over = nil
		if err := s.may(ctx, tx, a, ActMandate); err != nil {
			return err
		}
		if !IsDelegationCode(code) {
			return refusal(NotFound, "no such code")
		}
		sf, err := openSafe(ctx, tx, a.Safe)
		if err != nil {
			return err
		}
		if d, err = tx.Delegations.ByCode(ctx, hashOfCode(code)); err != nil {
			return backend("find code", err)
		}
		if d, err = s.lapse(ctx, tx, d); err != nil {
			return err
		}
		if d.State != DelegationPending || !d.decidedAt(a) {
			over = refusal(NotFound, "no such code")
			return nil
		}
		return s.claim(ctx, tx, a, sf, &d, ev)
	})
	if err == nil && over != nil {
		err = s.refuse(ctx, ev, over)
	}
	if err != nil {
		return AskedDelegation{}, err
	}
	return s.asked(ctx, d)
}

func (s *Domain) claim(ctx context.Context, tx Tx, a Actor, sf Safe, d *Delegation, ev *journal.Event) error {
	acc, err := tx.Accounts.Get(ctx, a.Account)
	if err != nil {
		return backend("read account", err)
	}
	ev.Detail = aboutDelegation(*d)
	if err := s.stillHabilitated(ctx, tx, *d); err != nil {
		return err
	}
	if samePerson(acc.Name, d.MediatorName) {
		return narrowed(Forbidden, ReasonSamePerson, "the mediator has the citizen's name")
	}
	if d.Standing != "" {
		row, err := tx.Mandates.Get(ctx, d.Standing)
		if err != nil || row.Safe != sf.ID {
			return backend("read standing mandate", orElse(err, refusal(NotFound, "no such code")))
		}
	}
	d.Safe, d.Account, d.Citizen, d.State, d.Code = sf.ID, acc.ID, acc.Name, DelegationClaimed, [32]byte{}
	d.Until = s.now().Add(claimedTime)
	if err := tx.Delegations.Move(ctx, *d, DelegationPending); err != nil {
		return backend("claim delegation", err)
	}
	done := *ev
	done.Purpose = d.Purpose
	_, err = s.record(ctx, tx, done)
	return err
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// stillHabilitated reads the mediator and his structure as they are now.
func (s *Domain) stillHabilitated(ctx context.Context, tx Tx, d Delegation) error {
	m, err := tx.Mediators.Get(ctx, d.Mediator)
	if err != nil {
		return backend("read mediator", err)
	}
	st, err := tx.Structures.Get(ctx, d.Structure)
	if err != nil {
		return backend("read structure", err)
	}
	if m.Structure != d.Structure {
		return &Error{Kind: Forbidden, Reason: ReasonMediatorLeft, Msg: "the mediator works for another structure"}
	}
	return s.habilitated(m, st, rule{})
}

func (s *Domain) asked(ctx context.Context, d Delegation) (AskedDelegation, error) {
	var st Structure
	err := s.rows.View(ctx, func(tx Tx) error {
		var err error
		st, err = tx.Structures.Get(ctx, d.Structure)
		return err
	})
	if err != nil {
		return AskedDelegation{}, backend("read structure", err)
	}
	out := AskedDelegation{Delegation: d}
	out.Structure, err = s.viewStructure(ctx, st)
	return out, err
}

// AskedOf shows the citizen one that she has claimed.
func (s *Domain) AskedOf(ctx context.Context, a Actor, id DelegationID) (AskedDelegation, error) {
	var d Delegation
	find := func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRead); err != nil {
			return err
		}
		var err error
		d, err = claimedBy(ctx, tx, a, id)
		return err
	}
	if err := s.looked(ctx, find, &d); err != nil {
		return AskedDelegation{}, s.refusePolicy(ctx, s.begin(a, journal.WhatSafeRead), backend("read delegation", err))
	}
	return s.asked(ctx, d)
}

// claimedBy finds one of the caller's safe.
func claimedBy(ctx context.Context, tx Tx, a Actor, id DelegationID) (Delegation, error) {
	d, err := tx.Delegations.Get(ctx, id)
	if err == nil && (d.Safe == "" || d.Safe != a.Safe) {
		err = refusal(NotFound, "no such session")
	}
	return d, backend("read delegation", err)
}

// Approval is what the citizen's client sends when she says yes.
type Approval struct {
	Number  string // that the mediator's screen shows
	Mandate []byte // signed
	// Binding is the word of the citizen's client to the mediator's tab, under the
	// secret of its link; nil where the code was typed.
	Binding []byte
	Grants  []SessionGrant
}

// SessionGrant is a document, sealed to the session.
type SessionGrant struct {
	Doc     DocumentID
	Version VersionID
	Sealed  []byte
}

// ApproveDelegation lets the mediator act: once, within what was signed, for
// the keys of the tab that asked. The same approval again is Stale.
func (s *Domain) ApproveDelegation(ctx context.Context, a Actor, id DelegationID, in Approval) (Delegation, error) {
	ev := s.begin(a, journal.WhatMediationApproved)
	var d Delegation
	err := s.onClaimed(ctx, a, ActMandate, id, ev, func(tx Tx, found Delegation) (refused, err error) {
		d = found
		ev.Detail = aboutDelegation(d)
		if d.State != DelegationClaimed {
			return refusal(Stale, "the session is %s", d.State), nil
		}
		if subtle.ConstantTimeCompare([]byte(in.Number), []byte(d.Number)) != 1 {
			return narrowed(Invalid, ReasonWrongNumber, "not the number of the mediator's screen"), s.wrongNumber(ctx, tx, a, d)
		}
		return nil, s.approve(ctx, tx, a, &d, in, ev)
	})
	return d, err
}

// onClaimed runs a step of the citizen's. What fn refuses leaves what it wrote:
// a wrong number counts.
func (s *Domain) onClaimed(ctx context.Context, a Actor, act Act, id DelegationID, ev *journal.Event, fn func(Tx, Delegation) (refused, err error)) error {
	var refused error
	err := s.update(ctx, ev, func(tx Tx) error {
		refused = nil
		if err := s.may(ctx, tx, a, act); err != nil {
			return err
		}
		d, err := claimedBy(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if d, err = s.lapse(ctx, tx, d); err != nil {
			return err
		}
		if d.State == DelegationExpired {
			refused = sessionOver("the session is over by the clock")
			return nil
		}
		refused, err = fn(tx, d)
		return err
	})
	if err == nil && refused != nil {
		return s.refuse(ctx, ev, refused)
	}
	return err
}

func (s *Domain) wrongNumber(ctx context.Context, tx Tx, a Actor, d Delegation) error {
	if d.Wrong++; d.Wrong >= mostWrong {
		_, err := s.finish(ctx, tx, a, d, DelegationCancelled, EndedByNumber)
		return err
	}
	return backend("count a wrong number", tx.Delegations.Move(ctx, d, DelegationClaimed))
}

func (s *Domain) approve(ctx context.Context, tx Tx, a Actor, d *Delegation, in Approval, ev *journal.Event) error {
	if len(in.Binding) != 0 && len(in.Binding) != sha256.Size {
		return refusal(Invalid, "a binding of %d bytes", len(in.Binding))
	}
	if err := s.stillHabilitated(ctx, tx, *d); err != nil {
		return err
	}
	m, row, err := s.signed(ctx, tx, a, in.Mandate)
	if err != nil {
		return err
	}
	if err := s.fits(ctx, tx, *d, m); err != nil {
		return err
	}
	if err := tx.Mandates.Insert(ctx, row.of(*d)); err != nil {
		return backend("insert mandate", err)
	}
	if err := s.keepGrants(ctx, tx, a, m, in.Grants); err != nil {
		return err
	}
	d.State, d.Mandate, d.Acts, d.Until = DelegationApproved, row.ID, m.Acts, s.now().Add(approvedTime)
	d.Binding = in.Binding
	if d.Way == ByCounter {
		d.Until = s.now().Add(approvedCounterTime)
	}
	if err := tx.Delegations.Move(ctx, *d, DelegationClaimed); err != nil {
		return backend("approve delegation", err)
	}
	if err := s.expose(ctx, tx, a); err != nil {
		return err
	}
	done := *ev
	done.Purpose, done.Detail = m.Purpose, aboutMandate(*d, m)
	done.Detail["signed"] = sealed.MandateHash(in.Mandate)
	_, err = s.record(ctx, tx, done)
	return err
}

func (m MandateRow) of(d Delegation) MandateRow {
	m.Kind, m.Delegation = SessionMandate, d.ID
	return m
}

func aboutMandate(d Delegation, m sealed.Mandate) map[string]string {
	return aboutDelegation(d, "acts", joined(m.Acts), "documents", positive(int64(len(m.Documents))), "until", m.NotAfter)
}

// DenyDelegation is the citizen's no.
func (s *Domain) DenyDelegation(ctx context.Context, a Actor, id DelegationID) error {
	ev := s.begin(a, journal.WhatMediationEnded)
	return s.onClaimed(ctx, a, ActRead, id, ev, func(tx Tx, d Delegation) (refused, err error) {
		if d.State.Over() {
			return nil, nil
		}
		if d.State != DelegationClaimed {
			return refusal(Stale, "the session is %s", d.State), nil
		}
		_, err = s.finish(ctx, tx, a, d, DelegationDenied, EndedByCitizen)
		return nil, err
	})
}

// StopDelegation is the citizen's end of a session, at any moment.
func (s *Domain) StopDelegation(ctx context.Context, a Actor, id DelegationID) error {
	ev := s.begin(a, journal.WhatMediationEnded)
	return s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRead); err != nil {
			return err
		}
		d, err := claimedBy(ctx, tx, a, id)
		if err != nil || d.State.Over() {
			return err
		}
		_, err = s.finish(ctx, tx, a, d, DelegationEnded, EndedByCitizen)
		return err
	})
}
