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

// KeepPaper writes a paper down. Nothing can be done under it before another
// mediator of the structure has confirmed it; the citizen's journal has both.
func (s *Domain) KeepPaper(ctx context.Context, a Actor, n NewPaper) (MandateRow, error) {
	n.NotAfter = n.NotAfter.UTC().Truncate(time.Second)
	ev := s.begin(a, journal.WhatMandatePaper)
	if err := s.checkPaper(n); err != nil {
		return MandateRow{}, err
	}
	var row MandateRow
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
		row = MandateRow{
			ID: NewID[MandateID](), Kind: PaperMandate, Safe: n.Safe, Structure: d.Structure, StructureName: d.StructureName,
			Mediator: d.Mediator, MediatorName: d.MediatorName, Acts: []string{sealed.ActDeposit}, Presence: sealed.PresenceDeposit,
			Purpose: n.Purpose, Reference: n.Reference, Created: s.now(), NotAfter: n.NotAfter,
		}
		if err := tx.Mandates.Insert(ctx, row); err != nil {
			return backend("insert paper", err)
		}
		done := *ev
		done.Safe, done.Purpose, done.Detail = string(row.Safe), row.Purpose, aboutRow(row, "until", rfc3339(row.NotAfter))
		_, err = s.record(ctx, tx, done)
		return err
	})
	return row, err
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
func (s *Domain) Papers(ctx context.Context, a Actor, p Page) ([]MandateRow, string, error) {
	var all []MandateRow
	var next string
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActMediate); err != nil {
			return err
		}
		var err error
		all, next, err = tx.Mandates.Unconfirmed(ctx, a.Structure, p.bounded())
		return err
	})
	return all, next, s.refusePolicy(ctx, s.begin(a, journal.WhatMediationRead), backend("list papers", err))
}

// ConfirmPaper is the word of a second mediator of the structure, who has seen
// the paper and its signature.
func (s *Domain) ConfirmPaper(ctx context.Context, a Actor, id MandateID) (MandateRow, error) {
	ev := s.begin(a, journal.WhatMandateConfirmed)
	var row MandateRow
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActMediate); err != nil {
			return err
		}
		var err error
		row, err = tx.Mandates.Get(ctx, id)
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
		switch {
		case row.Mediator == second.ID || samePerson(row.MediatorName, second.Name):
			return narrowed(Forbidden, ReasonSamePerson, "a second mediator confirms")
		case !row.Ended.IsZero() || !s.now().Before(row.NotAfter):
			return sessionOver("the paper is over")
		case !row.Confirmed.IsZero():
			return nil
		}
		row.Confirmed, row.ConfirmedBy = s.now(), second.Name
		if err := tx.Mandates.Update(ctx, row); err != nil {
			return backend("confirm paper", err)
		}
		done := *ev
		done.Purpose = row.Purpose
		_, err = s.record(ctx, tx, done)
		return err
	})
	return row, err
}
