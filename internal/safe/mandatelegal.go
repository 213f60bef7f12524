package safe

import (
	"context"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// Measure is how a court has protected an adult.
type Measure string

const (
	// Tutelle: the representative acts in the person's place. Alone he deposits;
	// the rest needs keys that no court has.
	Tutelle Measure = "tutelle"
	// Curatelle: the representative assists. Each session of his needs the
	// person's presence, and her signature.
	Curatelle Measure = "curatelle"
)

// NewLegal is a court's decision, as an operator has it before his eyes.
type NewLegal struct {
	Safe      SafeID
	Mediator  MediatorID // the representative, in his structure
	Measure   Measure
	Reference string // of the decision: court, day, number
	NotAfter  time.Time
}

// longestLegal is what a judge may decide at once, in general.
const longestLegal = 5 * 366 * 24 * time.Hour

// EnterLegal writes down who represents a protected adult. Nothing can be done
// under it before somebody else has confirmed it; her journal has both.
func (s *Domain) EnterLegal(ctx context.Context, a Actor, n NewLegal) (MandateRow, error) {
	n.NotAfter = n.NotAfter.UTC().Truncate(time.Second)
	if err := s.checkLegal(a, n); err != nil {
		return MandateRow{}, err
	}
	ev := s.begin(a, journal.WhatMandateLegal)
	var row MandateRow
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActLegal); err != nil {
			return err
		}
		sf, err := openSafe(ctx, tx, n.Safe)
		if err != nil {
			return err
		}
		m, err := tx.Mediators.Get(ctx, n.Mediator)
		if err != nil {
			return backend("read mediator", err)
		}
		st, err := tx.Structures.Get(ctx, m.Structure)
		if err != nil {
			return backend("read structure", err)
		}
		if err := s.habilitated(m, st, rule{}); err != nil {
			return err
		}
		acc, err := tx.Accounts.Get(ctx, sf.Account)
		if err != nil {
			return backend("read account", err)
		}
		if samePerson(acc.Name, m.Name) {
			return narrowed(Forbidden, ReasonSamePerson, "the representative has the citizen's name")
		}
		row = legalRow(n, m, st, s.now())
		row.ConfirmedBy = a.Name
		if err := tx.Mandates.Insert(ctx, row); err != nil {
			return backend("insert mandate", err)
		}
		return s.recordLegal(ctx, tx, ev, row, "entered")
	})
	return row, err
}

func legalRow(n NewLegal, m Mediator, st Structure, now time.Time) MandateRow {
	row := MandateRow{
		ID: NewID[MandateID](), Kind: LegalMandate, Safe: n.Safe, Structure: st.ID, StructureName: st.Name, Mediator: m.ID, MediatorName: m.Name,
		Acts: []string{sealed.ActDeposit}, Presence: sealed.PresenceDeposit, Purpose: string(n.Measure), Reference: n.Reference,
		Created: now, NotAfter: n.NotAfter,
	}
	if n.Measure == Curatelle {
		row.Presence = sealed.PresenceEach
		row.Acts = []string{sealed.ActAnswer, sealed.ActDeposit, sealed.ActOrganise, sealed.ActRead, sealed.ActShare}
	}
	return row
}

func (s *Domain) checkLegal(a Actor, n NewLegal) error {
	now := s.now()
	switch {
	case n.Measure != Tutelle && n.Measure != Curatelle:
		return refusal(Invalid, "a measure is tutelle or curatelle")
	case !n.NotAfter.After(now) || n.NotAfter.Sub(now) > longestLegal:
		return refusal(Invalid, "legal representation lasts five years at most")
	case a.Name == "":
		return refusal(Invalid, "whoever enters it is named")
	}
	return checkLine("reference", n.Reference, 1, 100)
}

// ConfirmLegal is the word of a second person, who has seen the decision too.
func (s *Domain) ConfirmLegal(ctx context.Context, a Actor, id MandateID) (MandateRow, error) {
	ev := s.begin(a, journal.WhatMandateLegal)
	var row MandateRow
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActLegal); err != nil {
			return err
		}
		var err error
		row, err = tx.Mandates.Get(ctx, id)
		if err == nil && row.Kind != LegalMandate {
			err = refusal(NotFound, "no such mandate")
		}
		if err != nil {
			return backend("read mandate", err)
		}
		ev.Safe, ev.Detail = string(row.Safe), aboutRow(row)
		switch {
		case a.Name == "" || plainName(a.Name) == plainName(row.ConfirmedBy) || samePerson(a.Name, row.ConfirmedBy) || samePerson(a.Name, row.MediatorName):
			return narrowed(Forbidden, ReasonSamePerson, "a second person confirms")
		case !row.Ended.IsZero() || !s.now().Before(row.NotAfter):
			return sessionOver("the mandate is over")
		case !row.Confirmed.IsZero():
			return nil
		}
		row.Confirmed, row.ConfirmedBy = s.now(), row.ConfirmedBy+", "+a.Name
		if err := tx.Mandates.Update(ctx, row); err != nil {
			return backend("confirm mandate", err)
		}
		return s.recordLegal(ctx, tx, ev, row, "confirmed")
	})
	return row, err
}

func (s *Domain) recordLegal(ctx context.Context, tx Tx, ev *journal.Event, row MandateRow, state string) error {
	done := *ev
	done.Safe, done.Purpose = string(row.Safe), row.Purpose
	done.Detail = aboutRow(row, "state", state, "until", rfc3339(row.NotAfter))
	_, err := s.record(ctx, tx, done)
	return err
}
