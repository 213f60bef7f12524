package safe

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// Structure is an organisation whose mediators help citizens, within mandates:
// a France Services counter, a CCAS, an association. The operator approves it,
// for a time.
type Structure struct {
	ID    StructureID
	SIRET string
	Name  string
	From  time.Time // of its habilitation
	Until time.Time
	Ended time.Time // when it was withdrawn; zero while it is not
	// Made is when what the public fact says was last changed: it is in it, so
	// that each is a fact of its own.
	Made time.Time
}

// Current says whether its mediators may act at that time.
func (st Structure) Current(now time.Time) bool {
	return st.Ended.IsZero() && !now.Before(st.From) && now.Before(st.Until)
}

// StructureView is a structure with the leaf of its fact, nil until it is
// public.
type StructureView struct {
	Structure
	Leaf *journal.Leaf
}

// NewStructure approves one, or changes what was approved.
type NewStructure struct {
	SIRET       string // 14 digits
	Name        string
	From, Until time.Time
}

// maxHabilitation is the longest that one is approved for at once.
const maxHabilitation = 5 * 366 * 24 * time.Hour

// ApproveStructure adds a structure to the registry, renews or renames one, or
// approves again one that was withdrawn.
func (s *Domain) ApproveStructure(ctx context.Context, a Actor, n NewStructure) (Structure, error) {
	n.From, n.Until = n.From.UTC().Truncate(time.Second), n.Until.UTC().Truncate(time.Second)
	if err := checkStructure(n); err != nil {
		return Structure{}, err
	}
	ev := s.begin(a, journal.WhatStructure)
	var st Structure
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRegister); err != nil {
			return err
		}
		var err error
		st, err = tx.Structures.BySIRET(ctx, n.SIRET)
		if IsKind(err, NotFound) {
			st = Structure{ID: NewID[StructureID](), SIRET: n.SIRET}
		} else if err != nil {
			return backend("find structure", err)
		}
		next := st
		next.Name, next.From, next.Until, next.Ended = n.Name, n.From, n.Until, time.Time{}
		if next == st {
			return nil
		}
		st = next
		return s.keepStructure(ctx, tx, &st, ev)
	})
	return st, err
}

// EndStructure withdraws one, suddenly: its mediators do nothing more, and
// their open sessions and what citizens have let them do later end now. Whoever
// approves it again brings none of it back.
func (s *Domain) EndStructure(ctx context.Context, a Actor, siret string) (Structure, error) {
	ev := s.begin(a, journal.WhatStructureEnded)
	var st Structure
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRegister); err != nil {
			return err
		}
		var err error
		if st, err = tx.Structures.BySIRET(ctx, siret); err != nil {
			return backend("find structure", err)
		}
		if !st.Ended.IsZero() {
			return nil
		}
		st.Ended = s.now()
		if err := s.keepStructure(ctx, tx, &st, ev); err != nil {
			return err
		}
		return s.endAllOf(ctx, tx, a, st.ID, "")
	})
	return st, err
}

// keepStructure writes the row, its public fact and the event.
func (s *Domain) keepStructure(ctx context.Context, tx Tx, st *Structure, ev *journal.Event) error {
	st.Made = s.now()
	if err := tx.Structures.Put(ctx, *st); err != nil {
		return backend("put structure", err)
	}
	if err := appendFact(ctx, tx, structureFact(*st)); err != nil {
		return err
	}
	done := *ev
	done.Detail = detail("structure", string(st.ID), "siret", st.SIRET, "name", st.Name, "from", rfc3339(st.From), "until", rfc3339(st.Until))
	_, err := s.record(ctx, tx, done)
	return err
}

func structureFact(st Structure) journal.StructureFact {
	f := journal.StructureFact{
		Type: journal.FactStructure, ID: string(st.ID), SIRET: st.SIRET, Name: st.Name,
		From: rfc3339(st.From), Until: rfc3339(st.Until), Time: rfc3339(st.Made),
	}
	if !st.Ended.IsZero() {
		f.Ended = rfc3339(st.Ended)
	}
	return f
}

// viewStructure proves the fact, as far as it is public.
func (s *Domain) viewStructure(ctx context.Context, st Structure) (StructureView, error) {
	v := StructureView{Structure: st}
	leaf, err := s.Announced(ctx, structureFact(st))
	if IsKind(err, NotFound) {
		return v, nil
	}
	v.Leaf = leaf
	return v, err
}

// Structures lists those that were ever approved, by id.
func (s *Domain) Structures(ctx context.Context, a Actor, p Page) ([]Structure, string, error) {
	var all []Structure
	var next string
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRegister); err != nil {
			return err
		}
		var err error
		all, next, err = tx.Structures.All(ctx, p.bounded())
		return err
	})
	return all, next, s.refusePolicy(ctx, s.begin(a, journal.WhatStructure), backend("list structures", err))
}

// StructureOf finds one by SIRET, for the operator.
func (s *Domain) StructureOf(ctx context.Context, a Actor, siret string) (Structure, error) {
	var st Structure
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRegister); err != nil {
			return err
		}
		var err error
		st, err = tx.Structures.BySIRET(ctx, siret)
		return err
	})
	return st, s.refusePolicy(ctx, s.begin(a, journal.WhatStructure), backend("find structure", err))
}

var siretForm = regexp.MustCompile(`^[0-9]{14}$`)

func checkStructure(n NewStructure) error {
	switch {
	case !siretForm.MatchString(n.SIRET):
		return refusal(Invalid, "a SIRET has 14 digits")
	case !n.Until.After(n.From):
		return refusal(Invalid, "the habilitation ends before it begins")
	case n.Until.Sub(n.From) > maxHabilitation:
		return refusal(Invalid, "a habilitation lasts five years at most")
	case n.Name != strings.TrimSpace(n.Name):
		return refusal(Invalid, "the name begins or ends with a space")
	}
	return checkLine("name", n.Name, 1, 100)
}
