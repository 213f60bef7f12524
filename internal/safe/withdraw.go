package safe

import (
	"context"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// mostWaiting is how many codes of one mediator lead somewhere at once.
const mostWaiting = 5

// makeRoom gives up a mediator's oldest sessions that no citizen has claimed,
// so that there are not more than a few: his tabs are closed without a word.
func (s *Domain) makeRoom(ctx context.Context, tx Tx, a Actor) error {
	all, err := tx.DelegationLists.Waiting(ctx, MediatorID(a.Account), s.now().Add(-pendingTime), pageLimit)
	if err != nil {
		return backend("list delegations that wait", err)
	}
	for len(all) >= mostWaiting {
		if _, err := s.finish(ctx, tx, a, all[0], DelegationCancelled, EndedByMediator); err != nil {
			return err
		}
		all = all[1:]
	}
	return nil
}

// endAllOf ends what is open of a structure, or of one of its mediators, and
// the mandates that could be used again.
func (s *Domain) endAllOf(ctx context.Context, tx Tx, a Actor, id StructureID, m MediatorID) error {
	sessions, mandates, err := allOpenOf(ctx, tx, id, m)
	if err != nil {
		return err
	}
	var safes []SafeID
	for _, d := range sessions {
		if d.Safe != "" {
			safes = append(safes, d.Safe)
		}
	}
	for _, row := range mandates {
		safes = append(safes, row.Safe)
	}
	if len(safes) > 0 {
		if err := hold(ctx, tx, safes...); err != nil {
			return err
		}
	}
	for _, d := range sessions {
		if _, err := s.finish(ctx, tx, a, d, DelegationRevoked, EndedByStructure); err != nil {
			return err
		}
	}
	for _, row := range mandates {
		if err := s.endMandate(ctx, tx, a, row, EndedByStructure, nil, s.begin(a, journal.WhatMandateRevoked)); err != nil {
			return err
		}
	}
	return nil
}

// endOpenedBy ends what a log-in of the caller's has opened, and nobody else can
// go on with: not what waits for a citizen who has his machine.
func (s *Domain) endOpenedBy(ctx context.Context, tx Tx, a Actor, opener string) error {
	var sessions []Delegation
	var safes []SafeID
	err := eachPage(func(p Page) (string, error) {
		all, next, err := tx.DelegationLists.Open(ctx, a.Structure, MediatorID(a.Account), p)
		for _, d := range all {
			if d.Opener != opener || !d.Locked.IsZero() && d.Left.IsZero() {
				continue
			}
			if sessions = append(sessions, d); d.Safe != "" {
				safes = append(safes, d.Safe)
			}
		}
		return next, err
	})
	if err != nil {
		return backend("list open delegations", err)
	}
	if len(safes) > 0 {
		if err := hold(ctx, tx, safes...); err != nil {
			return err
		}
	}
	for _, d := range sessions {
		if _, err := s.finish(ctx, tx, a, d, d.given(), EndedByMediator); err != nil {
			return err
		}
	}
	return nil
}

// given is the state of a session that its mediator gives up.
func (d Delegation) given() DelegationState {
	if d.State == DelegationActive {
		return DelegationEnded
	}
	return DelegationCancelled
}

func allOpenOf(ctx context.Context, tx Tx, id StructureID, m MediatorID) (sessions []Delegation, mandates []MandateRow, err error) {
	err = eachPage(func(p Page) (string, error) {
		all, next, err := tx.DelegationLists.Open(ctx, id, m, p)
		sessions = append(sessions, all...)
		return next, err
	})
	if err != nil {
		return nil, nil, backend("list open delegations", err)
	}
	err = eachPage(func(p Page) (string, error) {
		all, next, err := tx.Mandates.InForce(ctx, id, m, p)
		mandates = append(mandates, all...)
		return next, err
	})
	return sessions, mandates, backend("list mandates in force", err)
}
