package safe

import (
	"context"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// NewPaper is a mandate on paper, of somebody who cannot log in: what a
// mediator says that he holds in his hands.
type NewPaper struct {
	Safe      SafeID
	Reference string // in the structure's files
	Purpose   string
	NotAfter  time.Time
}

// longestPaper is how long one is good for: the time that a plastic bag takes.
const longestPaper = 7 * 24 * time.Hour

// MandateFor is a mandate with the name of the holder of its safe: for the
// mediators who hold a mandate of hers, and compare it with what is on paper.
type MandateFor struct {
	MandateRow
	Citizen string // "" once it is over, or she has left
}

// namedFor adds whose safes they are, to those that are not over.
func (s *Domain) namedFor(ctx context.Context, tx Tx, rows ...MandateRow) ([]MandateFor, error) {
	all := make([]MandateFor, len(rows))
	for i, row := range rows {
		all[i].MandateRow = row
		if !row.Ended.IsZero() || !s.now().Before(row.NotAfter) {
			continue
		}
		sf, err := tx.Safes.Get(ctx, row.Safe)
		if IsKind(err, NotFound) {
			continue
		}
		if err != nil {
			return nil, backend("read safe", err)
		}
		acc, err := tx.Accounts.Get(ctx, sf.Account)
		if err != nil && !IsKind(err, NotFound) {
			return nil, backend("read account", err)
		}
		all[i].Citizen = acc.Name
	}
	return all, nil
}

// KeepPaper writes a paper down. Nothing can be done under it before another
// mediator of the structure has confirmed it; the citizen's journal has both.
func (s *Domain) KeepPaper(ctx context.Context, a Actor, n NewPaper) (MandateFor, error) {
	n.NotAfter = n.NotAfter.UTC().Truncate(time.Second)
	ev := s.begin(a, journal.WhatMandatePaper)
	if err := s.checkPaper(n); err != nil {
		return MandateFor{}, err
	}
	var out MandateFor
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActMediate); err != nil {
			return err
		}
		if _, err := openSafe(ctx, tx, n.Safe); err != nil {
			return err
		}
		d, err := s.newDelegation(ctx, tx, a)
		if err != nil {
			return err
		}
		row := MandateRow{
			ID: NewID[MandateID](), Kind: PaperMandate, Safe: n.Safe, Structure: d.Structure, StructureName: d.StructureName,
			Mediator: d.Mediator, MediatorName: d.MediatorName, Acts: []string{sealed.ActDeposit}, Presence: sealed.PresenceDeposit,
			Purpose: n.Purpose, Reference: n.Reference, Created: s.now(), NotAfter: n.NotAfter,
		}
		named, err := s.namedFor(ctx, tx, row)
		if err != nil {
			return err
		}
		if out = named[0]; samePerson(out.Citizen, row.MediatorName) {
			return narrowed(Forbidden, ReasonSamePerson, "the mediator has the citizen's name")
		}
		if err := tx.Mandates.Insert(ctx, row); err != nil {
			return backend("insert paper", err)
		}
		done := *ev
		done.Safe, done.Purpose, done.Detail = string(row.Safe), row.Purpose, aboutRow(row, "until", rfc3339(row.NotAfter))
		_, err = s.record(ctx, tx, done)
		return err
	})
	return out, err
}

func (s *Domain) checkPaper(n NewPaper) error {
	now := s.now()
	if !n.NotAfter.After(now) || n.NotAfter.Sub(now) > longestPaper {
		return refusal(Invalid, "a mandate on paper is good for seven days at most")
	}
	if err := checkLine("reference", n.Reference, 1, 100); err != nil {
		return err
	}
	return checkLine("purpose", n.Purpose, 1, 200)
}

// Papers lists those of the caller's structure that wait for a second mediator.
func (s *Domain) Papers(ctx context.Context, a Actor, p Page) ([]MandateFor, string, error) {
	var all []MandateFor
	var next string
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActMediate); err != nil {
			return err
		}
		rows, n, err := tx.Mandates.Unconfirmed(ctx, a.Structure, p.bounded())
		if err != nil {
			return err
		}
		next = n
		all, err = s.namedFor(ctx, tx, rows...)
		return err
	})
	return all, next, s.refusePolicy(ctx, s.begin(a, journal.WhatMediationRead), backend("list papers", err))
}

// ConfirmPaper is the word of a second mediator of the structure, who has seen
// the paper and its signature.
func (s *Domain) ConfirmPaper(ctx context.Context, a Actor, id MandateID) (MandateFor, error) {
	ev := s.begin(a, journal.WhatMandateConfirmed)
	var out MandateFor
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActMediate); err != nil {
			return err
		}
		row, err := tx.Mandates.Get(ctx, id)
		if err == nil && (row.Kind != PaperMandate || row.Structure != a.Structure) {
			err = refusal(NotFound, "no such paper")
		}
		if err != nil {
			return backend("read paper", err)
		}
		ev.Safe, ev.Detail = string(row.Safe), aboutRow(row)
		second, err := tx.Mediators.Get(ctx, MediatorID(a.Account))
		if err != nil {
			return backend("read mediator", err)
		}
		named, err := s.namedFor(ctx, tx, row)
		if err != nil {
			return err
		}
		switch out = named[0]; {
		case row.Mediator == second.ID || samePerson(row.MediatorName, second.Name):
			return narrowed(Forbidden, ReasonSamePerson, "a second mediator confirms")
		case samePerson(out.Citizen, second.Name):
			return narrowed(Forbidden, ReasonSamePerson, "the mediator has the citizen's name")
		case !row.Ended.IsZero() || !s.now().Before(row.NotAfter):
			return sessionOver("the paper is over")
		case !row.Confirmed.IsZero():
			return nil
		}
		out.Confirmed, out.ConfirmedBy = s.now(), second.Name
		if err := tx.Mandates.Update(ctx, out.MandateRow); err != nil {
			return backend("confirm paper", err)
		}
		done := *ev
		done.Purpose = row.Purpose
		_, err = s.record(ctx, tx, done)
		return err
	})
	return out, err
}
