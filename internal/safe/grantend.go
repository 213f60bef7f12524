package safe

import (
	"context"
	"errors"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// endPause is between two looks for an event that is not public yet.
const endPause = 50 * time.Millisecond

// EndProofs prove of listed grants that their citizens have ended them before
// their day: the events that say so, by grant. Whoever is to delete copies by our
// word need not take it. One whose event was pruned, or is not in the log after
// the usual patience, is left out.
func (s *Domain) EndProofs(ctx context.Context, all []Grant) (map[GrantID]Proof, error) {
	out := map[GrantID]Proof{}
	patience := time.NewTimer(s.cfg.Patience)
	defer patience.Stop()
	late := false
	for _, g := range all {
		if g.Ended.IsZero() || !g.Ended.Before(g.NotAfter) {
			continue
		}
		p, err := s.endProof(ctx, g)
		for errors.Is(err, journal.ErrWaiting) && !late {
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-patience.C:
				late = true
			case <-time.After(endPause):
				p, err = s.endProof(ctx, g)
			}
		}
		switch {
		case err == nil:
			out[g.ID] = p
		case !errors.Is(err, journal.ErrWaiting) && !IsKind(err, NotFound):
			return nil, err
		}
	}
	return out, nil
}

// endProof looks through what is newer than the end in the safe's journal. The
// event was begun before the end was written down, by less than an hour.
func (s *Domain) endProof(ctx context.Context, g Grant) (Proof, error) {
	rec, err := s.endRecord(ctx, g)
	if err != nil {
		return Proof{}, err
	}
	if rec.Index < 0 {
		return Proof{}, journal.ErrWaiting
	}
	leaf, err := s.leaf(ctx, rec.Index)
	if err != nil {
		return Proof{}, err
	}
	return Proof{Event: rec.Event, Salt: rec.Salt, Leaf: *leaf}, nil
}

func (s *Domain) endRecord(ctx context.Context, g Grant) (found journal.Record, err error) {
	oldest := g.Ended.Add(-time.Hour)
	none := refusal(NotFound, "no event of this end")
	err = s.rows.View(ctx, func(tx Tx) error {
		for before := ""; ; {
			recs, err := tx.Leaves.OfSafe(ctx, string(g.Safe), before, pageLimit)
			if err != nil {
				return backend("read journal", err)
			}
			for _, rec := range recs {
				e, err := journal.DecodeEvent(rec.Event)
				if err != nil {
					return &Error{Kind: Damaged, Msg: "decode event", Err: err}
				}
				if e.What == journal.WhatGrantEnded && e.Result == journal.ResultDone && e.Grant == string(g.ID) {
					found = rec
					return nil
				}
				at, err := time.Parse(time.RFC3339, e.Time)
				if err != nil || at.Before(oldest) {
					return none
				}
				before = rec.Cursor
			}
			if len(recs) < pageLimit {
				return none
			}
		}
	})
	return found, backend("find event of an end", err)
}
