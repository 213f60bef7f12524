package safe

import (
	"context"
	"slices"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// OpenedDelegation is a session with the code that is told once.
type OpenedDelegation struct {
	Delegation
	ShownCode string
}

// OpenDelegation asks for a session: its code leads one citizen to it, once.
func (s *Domain) OpenDelegation(ctx context.Context, a Actor, n NewDelegation) (OpenedDelegation, error) {
	ev := s.begin(a, journal.WhatMediationOpened)
	if err := n.check(); err != nil {
		return OpenedDelegation{}, err
	}
	var out OpenedDelegation
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActMediate); err != nil {
			return err
		}
		d, err := s.newDelegation(ctx, tx, a)
		if err != nil {
			return err
		}
		if err := s.checkUse(ctx, tx, a, n); err != nil {
			return err
		}
		if err := s.makeRoom(ctx, tx, a); err != nil {
			return err
		}
		out.ShownCode = newCode()
		d.Code, d.Number, d.Way, d.State = hashOfCode(out.ShownCode), newNumber(), n.Way, DelegationPending
		d.Recipient, d.VK, d.Acts, d.Purpose, d.Minutes, d.Standing = n.Recipient, n.VK, n.Acts, n.Purpose, n.Minutes, n.Standing
		d.Until = d.Created.Add(pendingTime)
		out.Delegation = d
		if err := tx.Delegations.Insert(ctx, d); err != nil {
			return backend("insert delegation", err)
		}
		done := *ev
		done.Purpose, done.Detail = d.Purpose, detail("session", string(d.ID), "way", string(d.Way))
		_, err = s.record(ctx, tx, done)
		return err
	})
	return out, err
}

// newDelegation is a session of the caller's, with the names as they are now.
func (s *Domain) newDelegation(ctx context.Context, tx Tx, a Actor) (Delegation, error) {
	m, err := tx.Mediators.Get(ctx, MediatorID(a.Account))
	if err != nil {
		return Delegation{}, backend("read mediator", err)
	}
	st, err := tx.Structures.Get(ctx, m.Structure)
	if err != nil {
		return Delegation{}, backend("read structure", err)
	}
	if a.Session == "" {
		return Delegation{}, refusal(Forbidden, "a session is opened in a browser")
	}
	return Delegation{
		ID: NewID[DelegationID](), Mediator: m.ID, MediatorName: m.Name, Structure: st.ID, StructureName: st.Name,
		Opener: a.Session, Created: s.now(),
	}, nil
}

// checkUse holds a session that uses a standing mandate against it.
func (s *Domain) checkUse(ctx context.Context, tx Tx, a Actor, n NewDelegation) error {
	if n.Standing == "" {
		return nil
	}
	row, err := s.standing(ctx, tx, a, n.Standing)
	if err != nil {
		return err
	}
	for _, act := range n.Acts {
		if !slices.Contains(row.Acts, act) {
			return outside("the standing mandate does not allow to %s", act)
		}
	}
	return nil
}

// standing finds one that names the caller and can be used now.
func (s *Domain) standing(ctx context.Context, tx Tx, a Actor, id MandateID) (MandateRow, error) {
	row, err := tx.Mandates.Get(ctx, id)
	if err == nil && (row.Mediator != MediatorID(a.Account) || row.Structure != a.Structure || row.Kind == SessionMandate) {
		err = refusal(NotFound, "no such mandate")
	}
	if err != nil {
		return MandateRow{}, backend("read mandate", err)
	}
	if !row.Current(s.now()) {
		return MandateRow{}, sessionOver("the mandate is over, or waits to be confirmed")
	}
	st, err := tx.Structures.Get(ctx, row.Structure)
	if err != nil {
		return MandateRow{}, backend("read structure", err)
	}
	named := row.StructureName
	if !row.Kind.Unsigned() {
		sf, err := openSafe(ctx, tx, row.Safe)
		if err != nil {
			return MandateRow{}, err
		}
		m, err := readMandate(row, sf)
		if err != nil {
			return MandateRow{}, err
		}
		named = m.StructureName
	}
	if named != st.Name {
		return MandateRow{}, sessionOver("the mandate was given to the structure under another name")
	}
	return row, nil
}

// readMandate is what the citizen signed, and nothing that anybody has written
// in its place.
func readMandate(row MandateRow, sf Safe) (sealed.Mandate, error) {
	vk, err := sealed.ParseVK(sf.VK)
	if err != nil {
		return sealed.Mandate{}, &Error{Kind: Damaged, Msg: "read the safe's verification key", Err: err}
	}
	m, err := sealed.OpenMandate(row.Body, vk)
	if err != nil {
		return sealed.Mandate{}, &Error{Kind: Ended, Reason: ReasonSessionOver, Msg: "open mandate", Err: err}
	}
	if m.ID != string(row.ID) || m.Safe != string(row.Safe) || m.Mediator != string(row.Mediator) || m.Structure != string(row.Structure) {
		return sealed.Mandate{}, sessionOver("the mandate is another one than was signed")
	}
	return m, nil
}

func sessionOver(format string, args ...any) error {
	return narrowed(Ended, ReasonSessionOver, format, args...)
}

func outside(format string, args ...any) error {
	return narrowed(Forbidden, ReasonOutside, format, args...)
}

// Delegation shows the mediator one of his own, as it is now.
func (s *Domain) Delegation(ctx context.Context, a Actor, id DelegationID) (Delegation, error) {
	var d Delegation
	find := func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActMediator); err != nil {
			return err
		}
		var err error
		d, err = ownDelegation(ctx, tx, a, id)
		return err
	}
	err := s.looked(ctx, find, &d)
	return d, s.refusePolicy(ctx, s.begin(a, journal.WhatMediationRead), backend("read delegation", err))
}

// looked reads a session, and writes down that it is over when it is.
func (s *Domain) looked(ctx context.Context, find func(Tx) error, d *Delegation) error {
	err := s.rows.View(ctx, find)
	if err != nil || d.State.Over() || s.now().Before(d.over()) {
		return err
	}
	return s.rows.Update(ctx, func(tx Tx) error {
		if err := find(tx); err != nil {
			return err
		}
		var err error
		*d, err = s.lapse(ctx, tx, *d)
		return err
	})
}

// ownDelegation finds one of the caller's; that of another mediator, or of
// another of his own sessions, does not exist.
func ownDelegation(ctx context.Context, tx Tx, a Actor, id DelegationID) (Delegation, error) {
	d, err := tx.Delegations.Get(ctx, id)
	if err == nil && (d.Mediator != MediatorID(a.Account) || d.Structure != a.Structure) {
		err = refusal(NotFound, "no such session")
	}
	return d, backend("read delegation", err)
}

// Delegations lists the mediator's own, newest first: for whoever may still act.
func (s *Domain) Delegations(ctx context.Context, a Actor, p Page) ([]Delegation, string, error) {
	var all []Delegation
	var next string
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActMediate); err != nil {
			return err
		}
		var err error
		all, next, err = tx.DelegationLists.OfMediator(ctx, MediatorID(a.Account), p.bounded())
		return err
	})
	now := s.now()
	for i := range all {
		all[i] = asOf(all[i], now)
	}
	return all, next, s.refusePolicy(ctx, s.begin(a, journal.WhatMediationRead), backend("list delegations", err))
}

// asOf shows what is over by the clock as such, before anybody has written so.
func asOf(d Delegation, now time.Time) Delegation {
	if !d.State.Over() && !now.Before(d.over()) {
		d.State, d.By, d.Ended = DelegationExpired, EndedByTime, d.over()
	}
	return d
}

// lapse writes down that a session is over by the clock: a clock that is set
// back does not bring it to life again.
func (s *Domain) lapse(ctx context.Context, tx Tx, d Delegation) (Delegation, error) {
	if d.State.Over() || s.now().Before(d.over()) {
		return d, nil
	}
	return s.finish(ctx, tx, maintenance(), d, DelegationExpired, EndedByTime)
}

// finish is every end of a session: the row, what was sealed to its tab, its
// mandate, and the line in the citizen's journal. Her name goes from the row:
// the mediator reads it as long as he acts for her, the journal keeps it.
func (s *Domain) finish(ctx context.Context, tx Tx, a Actor, d Delegation, to DelegationState, by string) (Delegation, error) {
	from, behalf := d.State, d.behalf()
	if err := s.countTime(ctx, tx, d, d.over()); err != nil {
		return d, err
	}
	d.State, d.By, d.Ended, d.Code, d.Citizen = to, by, s.now(), [32]byte{}, ""
	if err := tx.Delegations.Move(ctx, d, from); err != nil {
		return d, backend("end delegation", err)
	}
	if d.Mandate != "" && d.Way != ByStanding {
		if err := s.endMandateOf(ctx, tx, d); err != nil {
			return d, err
		}
	}
	if err := tx.SentPages.End(ctx, d.ID); err != nil {
		return d, backend("end pages", err)
	}
	if d.Safe == "" {
		return d, nil // nobody has been asked yet
	}
	ev := s.begin(a, journal.WhatMediationEnded)
	ev.Safe = string(d.Safe)
	ev.Detail = aboutDelegation(d, "by", by, "state", string(to))
	if a.Kind == MediatorActor {
		ev.Behalf = behalf
	}
	_, err := s.record(ctx, tx, *ev)
	return d, err
}

func (s *Domain) endMandateOf(ctx context.Context, tx Tx, d Delegation) error {
	row, err := tx.Mandates.Get(ctx, d.Mandate)
	if err != nil {
		return backend("read mandate", err)
	}
	if row.Ended.IsZero() {
		row.Ended, row.By = d.Ended, d.By
		if err := tx.Mandates.Update(ctx, row); err != nil {
			return backend("end mandate", err)
		}
	}
	return backend("wipe grants", tx.MandateDocuments.Wipe(ctx, d.Mandate))
}

// aboutDelegation is what an event says of a session, in the words of those
// who were there.
func aboutDelegation(d Delegation, more ...string) map[string]string {
	return detail(append([]string{
		"session", string(d.ID), "mandate", string(d.Mandate), "mediator", d.MediatorName, "structure", d.StructureName,
	}, more...)...)
}

// behalf is the citizen for whom the mediator acts.
func (d Delegation) behalf() *journal.Who {
	return &journal.Who{Kind: string(Citizen), ID: string(d.Account), Name: d.Citizen}
}

// forWhom is behalf, with her name as it is now where the session has forgotten
// it.
func forWhom(ctx context.Context, tx Tx, d Delegation) (*journal.Who, error) {
	who := d.behalf()
	if who.Name != "" {
		return who, nil
	}
	acc, err := tx.Accounts.Get(ctx, d.Account)
	if err != nil && !IsKind(err, NotFound) {
		return nil, backend("read account", err)
	}
	who.Name = acc.Name
	return who, nil
}

// EndDelegation is the mediator's own end of it: before it began, he gives up.
func (s *Domain) EndDelegation(ctx context.Context, a Actor, id DelegationID) error {
	ev := s.begin(a, journal.WhatMediationEnded)
	return s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActMediator); err != nil {
			return err
		}
		d, err := ownDelegation(ctx, tx, a, id)
		if err != nil || d.State.Over() {
			return err
		}
		_, err = s.finish(ctx, tx, a, d, d.given(), EndedByMediator)
		return err
	})
}

// expireDelegations ends what is over by the clock.
func (s *Domain) expireDelegations(ctx context.Context) (int, error) {
	var due []Delegation
	err := s.rows.View(ctx, func(tx Tx) error {
		var err error
		due, err = tx.DelegationLists.Due(ctx, s.now(), s.now().Add(-activeIdle), sweepBatch)
		return err
	})
	if err != nil {
		return 0, backend("list delegations", err)
	}
	for i, old := range due {
		err := s.rows.Update(ctx, func(tx Tx) error {
			d, err := tx.Delegations.Get(ctx, old.ID)
			if err == nil {
				_, err = s.lapse(ctx, tx, d)
			}
			return err
		})
		if err != nil && !IsKind(err, NotFound) && !IsKind(err, Stale) {
			return i, backend("expire delegation", err)
		}
	}
	return len(due), nil
}
