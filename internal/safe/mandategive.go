package safe

import (
	"context"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// GiveMandate keeps a standing mandate that the caller has signed: for a
// mediator of a structure as they are now.
func (s *Domain) GiveMandate(ctx context.Context, a Actor, body []byte) (MandateRow, error) {
	ev := s.begin(a, journal.WhatMandateGiven)
	var row MandateRow
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActMandate); err != nil {
			return err
		}
		m, kept, err := s.signed(ctx, tx, a, body)
		if err != nil {
			return err
		}
		if m.Session != nil {
			return refused("the mandate of a session is given by its code")
		}
		old, err := tx.Mandates.Get(ctx, kept.ID)
		if err == nil && old.Safe == a.Safe && string(old.Body) == string(body) { // a lost answer
			row = old
			return nil
		}
		if row, err = s.giveMandate(ctx, tx, a, m, kept); err != nil {
			return err
		}
		done := *ev
		done.Purpose = m.Purpose
		done.Detail = aboutRow(row, "acts", joined(m.Acts), "presence", m.Presence, "until", m.NotAfter, "signed", sealed.MandateHash(body))
		_, err = s.record(ctx, tx, done)
		return err
	})
	return row, err
}

func (s *Domain) giveMandate(ctx context.Context, tx Tx, a Actor, m sealed.Mandate, row MandateRow) (MandateRow, error) {
	med, err := tx.Mediators.Get(ctx, row.Mediator)
	if err != nil {
		return row, backend("read mediator", err)
	}
	st, err := tx.Structures.Get(ctx, row.Structure)
	if err != nil {
		return row, backend("read structure", err)
	}
	if med.Structure != st.ID || med.Name != m.MediatorName || st.Name != m.StructureName {
		return row, refused("mandate under other names")
	}
	if err := s.habilitated(med, st, rule{}); err != nil {
		return row, err
	}
	acc, err := tx.Accounts.Get(ctx, a.Account)
	if err != nil {
		return row, backend("read account", err)
	}
	if samePerson(acc.Name, med.Name) {
		return row, narrowed(Forbidden, ReasonSamePerson, "the mediator has the citizen's name")
	}
	if err := s.indexed(ctx, tx, m); err != nil {
		return row, err
	}
	if err := s.receivers(ctx, tx, m); err != nil {
		return row, err
	}
	row.Kind = StandingMandate
	return row, backend("insert mandate", tx.Mandates.Insert(ctx, row))
}

func aboutRow(m MandateRow, more ...string) map[string]string {
	return detail(append([]string{
		"mandate", string(m.ID), "mediator", m.MediatorName, "structure", m.StructureName, "reference", m.Reference,
	}, more...)...)
}

// MandateView is a mandate with the session that uses it, as far as one does.
type MandateView struct {
	MandateRow
	Session *Delegation // newest one; of a session's mandate, its own
}

// OwnMandates lists what the caller has given: what somebody can still act
// under first, the newest before the others.
func (s *Domain) OwnMandates(ctx context.Context, a Actor, p Page) ([]MandateView, string, error) {
	var out []MandateView
	var next string
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRead); err != nil {
			return err
		}
		rows, n, err := tx.Mandates.OfSafe(ctx, a.Safe, s.now(), p.bounded())
		if err != nil {
			return err
		}
		out, next = make([]MandateView, len(rows)), n
		for i, row := range rows {
			out[i].MandateRow = row
			if row.Delegation == "" {
				continue
			}
			d, err := tx.Delegations.Get(ctx, row.Delegation)
			if err != nil && !IsKind(err, NotFound) {
				return err
			}
			if err == nil {
				d = asOf(d, s.now())
				out[i].Session = &d
			}
		}
		return nil
	})
	return out, next, s.refusePolicy(ctx, s.begin(a, journal.WhatSafeRead), backend("list mandates", err))
}

// OwnDelegations lists the sessions of the caller's safe: what somebody does
// right now, then what was, each newest first.
func (s *Domain) OwnDelegations(ctx context.Context, a Actor, p Page) ([]Delegation, string, error) {
	var all []Delegation
	var next string
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRead); err != nil {
			return err
		}
		var err error
		all, next, err = tx.DelegationLists.OfSafe(ctx, a.Safe, p.bounded())
		return err
	})
	now := s.now()
	for i := range all {
		all[i] = asOf(all[i], now)
	}
	return all, next, s.refusePolicy(ctx, s.begin(a, journal.WhatSafeRead), backend("list sessions", err))
}

// RevokeMandate ends one and whatever uses it, at once. revocation is the
// caller's signed word, for whoever verifies later; nil ends it all the same.
func (s *Domain) RevokeMandate(ctx context.Context, a Actor, id MandateID, revocation []byte) error {
	ev := s.begin(a, journal.WhatMandateRevoked)
	return s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRead); err != nil {
			return err
		}
		row, err := tx.Mandates.Get(ctx, id)
		if err == nil && row.Safe != a.Safe {
			err = refusal(NotFound, "no such mandate")
		}
		if err != nil {
			return backend("read mandate", err)
		}
		if revocation != nil {
			if err := checkRevocation(ctx, tx, a, id, revocation); err != nil {
				return err
			}
		}
		if !row.Ended.IsZero() && (revocation == nil || row.Revocation != nil) {
			return nil
		}
		if row.Kind == LegalMandate { // a session under it she stops as any other
			return refusal(Forbidden, "a court's decision is ended by the operator")
		}
		return s.endMandate(ctx, tx, a, row, EndedByCitizen, revocation, ev)
	})
}

func checkRevocation(ctx context.Context, tx Tx, a Actor, id MandateID, revocation []byte) error {
	sf, err := openSafe(ctx, tx, a.Safe)
	if err != nil {
		return err
	}
	vk, err := sealed.ParseVK(sf.VK)
	if err != nil {
		return &Error{Kind: Damaged, Msg: "read the safe's verification key", Err: err}
	}
	r, err := sealed.OpenRevocation(revocation, vk)
	if err != nil || r.Safe != string(a.Safe) || r.Mandate != string(id) {
		return &Error{Kind: Invalid, Reason: ReasonMandateRefused, Msg: "check revocation", Err: err}
	}
	return nil
}

// endMandate ends a mandate and the sessions under it. One that is over already
// gets the signed word and no second event: nothing has happened since.
func (s *Domain) endMandate(ctx context.Context, tx Tx, a Actor, row MandateRow, by string, revocation []byte, ev *journal.Event) error {
	over := !row.Ended.IsZero()
	if !over {
		row.Ended, row.By = s.now(), by
	}
	row.Revocation = revocation
	if err := tx.Mandates.Update(ctx, row); err != nil || over {
		return backend("end mandate", err)
	}
	to := DelegationEnded
	if by != EndedByCitizen {
		to = DelegationRevoked
	}
	all, err := tx.DelegationLists.Under(ctx, row.Safe, row.ID)
	if err != nil {
		return backend("list sessions", err)
	}
	for _, d := range all {
		if _, err := s.finish(ctx, tx, a, d, to, by); err != nil {
			return err
		}
	}
	done := *ev
	done.Safe, done.Detail = string(row.Safe), aboutRow(row, "by", by)
	_, err = s.record(ctx, tx, done)
	return err
}

// StopMandate is RevokeMandate at the counter, or by telephone: the operator
// stops, and starts nothing. The journal names who did it.
func (s *Domain) StopMandate(ctx context.Context, a Actor, id MandateID) error {
	ev := s.begin(a, journal.WhatMandateRevoked)
	return s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActStopMandate); err != nil {
			return err
		}
		row, err := tx.Mandates.Get(ctx, id)
		if err != nil {
			return backend("read mandate", err)
		}
		if !row.Ended.IsZero() {
			return nil
		}
		return s.endMandate(ctx, tx, a, row, EndedByOperator, nil, ev)
	})
}

// MandatesOf lists those of a safe, as OwnMandates does, for the operator who is
// asked to stop one.
func (s *Domain) MandatesOf(ctx context.Context, a Actor, id SafeID, p Page) ([]MandateRow, string, error) {
	var all []MandateRow
	var next string
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActStopMandate); err != nil {
			return err
		}
		var err error
		all, next, err = tx.Mandates.OfSafe(ctx, id, s.now(), p.bounded())
		return err
	})
	return all, next, s.refusePolicy(ctx, s.begin(a, journal.WhatMandateRevoked), backend("list mandates", err))
}

// MediatorMandates lists the standing mandates and papers that name the caller,
// newest first.
func (s *Domain) MediatorMandates(ctx context.Context, a Actor, p Page) ([]MandateFor, string, error) {
	var all []MandateFor
	var next string
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActMediate); err != nil {
			return err
		}
		rows, n, err := tx.Mandates.OfMediator(ctx, MediatorID(a.Account), p.bounded())
		if err != nil {
			return err
		}
		next = n
		all, err = s.namedFor(ctx, tx, rows...)
		return err
	})
	return all, next, s.refusePolicy(ctx, s.begin(a, journal.WhatMediationRead), backend("list mandates", err))
}

// UseMandate begins a session for deposits, without the citizen's presence,
// where a mandate of hers or a confirmed paper allows it.
func (s *Domain) UseMandate(ctx context.Context, a Actor, id MandateID) (Collected, error) {
	ev := s.begin(a, journal.WhatMediationStarted)
	var w work
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActMediate); err != nil {
			return err
		}
		row, err := s.standing(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if w.d, err = s.newDelegation(ctx, tx, a); err != nil {
			return err
		}
		if w.sf, err = openSafe(ctx, tx, row.Safe); err != nil {
			return err
		}
		acc, err := tx.Accounts.Get(ctx, w.sf.Account)
		if err != nil {
			return backend("read account", err)
		}
		now := s.now()
		w.d.Way, w.d.State, w.d.Mandate, w.d.Safe, w.d.Account, w.d.Citizen = ByStanding, DelegationActive, row.ID, row.Safe, acc.ID, acc.Name
		w.d.Acts, w.d.Purpose, w.d.Minutes = []string{sealed.ActDeposit}, row.Purpose, mostMinutes
		w.d.Started, w.d.Seen, w.d.Until = now, now, earlier(row.NotAfter, now.Add(activeTime))
		w.row = row
		ev.Safe, ev.Behalf, ev.Detail = string(row.Safe), w.d.behalf(), aboutDelegation(w.d)
		if err := s.held(&w); err != nil {
			return err
		}
		if err := tx.Delegations.Insert(ctx, w.d); err != nil {
			return backend("insert delegation", err)
		}
		done := *ev
		done.Purpose, done.Detail = w.d.Purpose, aboutDelegation(w.d, "acts", sealed.ActDeposit, "until", rfc3339(w.d.Until), "way", string(ByStanding))
		_, err = s.record(ctx, tx, done)
		return err
	})
	if err != nil {
		return Collected{}, err
	}
	return s.collected(ctx, w, nil)
}

// OwnProposals lists what mediators propose to the caller, the oldest first.
func (s *Domain) OwnProposals(ctx context.Context, a Actor) ([]Proposal, error) {
	var all []Proposal
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRead); err != nil {
			return err
		}
		var err error
		all, err = tx.Proposals.OfSafe(ctx, a.Safe, mostProposals)
		return err
	})
	return all, s.refusePolicy(ctx, s.begin(a, journal.WhatSafeRead), backend("list proposals", err))
}

// SettleProposal forgets one, followed or not: following it is a change of the
// manifest like any other.
func (s *Domain) SettleProposal(ctx context.Context, a Actor, id ProposalID) error {
	ev := s.begin(a, journal.WhatProposalSettled)
	return s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRead); err != nil {
			return err
		}
		if err := tx.Proposals.Delete(ctx, a.Safe, id); err != nil {
			return backend("settle proposal", err)
		}
		_, err := s.record(ctx, tx, *ev)
		return err
	})
}
