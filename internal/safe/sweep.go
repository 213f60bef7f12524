package safe

import (
	"context"
	"errors"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// sweepBatch is how many rows one step of the sweeping loop takes.
const sweepBatch = 100

// maintenance is the actor of what nobody asked for.
func maintenance() Actor { return Actor{Kind: Operator, Name: "coffred", Door: "maintenance"} }

// Sweep does one step of the erasing loop: lapsed reservations and uploads
// are withdrawn, objects of erased versions deleted, recoveries that took too
// long ended, events forgotten whose time is over, pages of ended sessions too. It returns how many rows it dealt with; call it again soon when
// that is not 0. Safe to run in several replicas at once.
func (s *Domain) Sweep(ctx context.Context) (int, error) {
	lapsed, err := s.withdrawLapsed(ctx)
	n, err2 := s.finishErasures(ctx, sweepBatch)
	expired, err3 := s.expireRecoveries(ctx)
	forgotten, err4 := s.forgetUnconfirmed(ctx)
	pruned, err5 := s.forgetEvents(ctx)
	over, err6 := s.expireDelegations(ctx)
	pages, err7 := s.forgetSentPages(ctx)
	return lapsed + n + expired + forgotten + pruned + over + pages, errors.Join(err, err2, err3, err4, err5, err6, err7)
}

// withdrawLapsed turns what nobody came back for into something to erase. It
// is in the holder's journal: bytes that were sent are being removed (O5).
func (s *Domain) withdrawLapsed(ctx context.Context) (int, error) {
	var lapsed []Version
	err := s.rows.View(ctx, func(tx Tx) error {
		var err error
		lapsed, err = tx.Sweep.Lapsed(ctx, s.now(), sweepBatch)
		return err
	})
	if err != nil {
		return 0, backend("list lapsed uploads", err)
	}
	for i, v := range lapsed {
		if err := s.withdraw(ctx, v); err != nil {
			return i, err
		}
	}
	return len(lapsed), nil
}

func (s *Domain) withdraw(ctx context.Context, v Version) error {
	reason := "lapsed"
	if quarantined(v) {
		reason = "orphan"
	}
	ev := s.maintenanceEvent(v, reason)
	return backend("withdraw lapsed upload", s.rows.Update(ctx, func(tx Tx) error {
		now, err := tx.Versions.Get(ctx, v.Doc, v.ID)
		if IsKind(err, NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if now.State != Reserved && now.State != Stored || s.now().Before(now.Expires) {
			return nil // adopted or renewed since it was listed
		}
		now.State = Erasing
		if err := tx.Versions.Update(ctx, now); err != nil {
			return err
		}
		_, err = s.record(ctx, tx, *ev)
		return err
	}))
}

func (s *Domain) maintenanceEvent(v Version, reason string) *journal.Event {
	ev := s.begin(maintenance(), journal.WhatScrub)
	ev.Safe, ev.Doc, ev.Version, ev.Reason = string(v.Safe), string(v.Doc), string(v.ID), reason
	return ev
}

// finishErasures deletes objects of erased versions, then their rows: a crash
// between the two leaves the row, and so the errand. The journal has told of
// the erasure already.
func (s *Domain) finishErasures(ctx context.Context, limit int) (int, error) {
	var erasing []Version
	err := s.rows.View(ctx, func(tx Tx) error {
		var err error
		erasing, err = tx.Sweep.Erasing(ctx, limit)
		return err
	})
	if err != nil {
		return 0, backend("list erased versions", err)
	}
	for i, v := range erasing {
		if err := s.finishErasure(ctx, v); err != nil {
			return i, err
		}
	}
	return len(erasing), nil
}

func (s *Domain) finishErasure(ctx context.Context, v Version) error {
	if err := s.blobs.Delete(ctx, v.Object()); err != nil {
		return backend("delete object", err)
	}
	return backend("drop version", s.rows.Update(ctx, func(tx Tx) error {
		err := tx.Sweep.Drop(ctx, v.Doc, v.ID)
		if IsKind(err, NotFound) {
			return nil // another replica was faster
		}
		return err
	}))
}
