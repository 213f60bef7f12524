package safe

import (
	"context"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

const (
	// DefaultRetention is how many years the journal is kept.
	DefaultRetention = 5
	// summariseBatch is how many events of an earlier release one step takes.
	summariseBatch = 500
)

// Retention is how many years an event is kept: the terms say so, and the
// sweep holds to it.
func (s *Domain) Retention() int { return s.cfg.Retention }

// forgetBefore is the time before which events are forgotten. It moves by
// whole months: a journal is told once a month at most that it got shorter.
func (s *Domain) forgetBefore() time.Time {
	now := s.now()
	return time.Date(now.Year()-s.cfg.Retention, now.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// forgetEvents erases body and salt of events whose time is over (O7). Their
// commitments stay in the log, which verifies as before.
func (s *Domain) forgetEvents(ctx context.Context) (int, error) {
	looked, err := s.summarise(ctx)
	if err != nil {
		return 0, err
	}
	before := s.forgetBefore()
	var last *string
	for {
		var due []string
		err := s.rows.View(ctx, func(tx Tx) error {
			var err error
			due, err = tx.Keeper.Due(ctx, before, last, sweepBatch)
			return err
		})
		if err != nil {
			return looked, backend("list old events", err)
		}
		for _, id := range due {
			n, err := s.prune(ctx, SafeID(id), before)
			if looked += n; err != nil {
				return looked, err
			}
		}
		if len(due) < sweepBatch {
			return looked, nil
		}
		last = &due[len(due)-1]
	}
}

func (s *Domain) summarise(ctx context.Context) (n int, err error) {
	err = s.rows.Update(ctx, func(tx Tx) error {
		n, err = tx.Keeper.Summarise(ctx, summariseBatch)
		return err
	})
	return n, backend("summarise events", err)
}

// prune forgets one safe's old events, and says so in their place: what is
// missing at the beginning of the list is explained by the list.
func (s *Domain) prune(ctx context.Context, id SafeID, before time.Time) (int, error) {
	var p journal.Pruned
	err := s.rows.Update(ctx, func(tx Tx) error {
		var err error
		if p, err = tx.Keeper.Prune(ctx, string(id), before); err != nil || p.Events == 0 {
			return err
		}
		ev := s.begin(maintenance(), journal.WhatPruned)
		ev.Safe = string(id)
		ev.Detail = detail("before", rfc3339(before), "events", decimal(p.Events), "through", decimal(p.Through))
		_, err = s.record(ctx, tx, *ev)
		return err
	})
	return int(p.Events), backend("forget old events", err)
}
