package sqlstore_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// TestEachReplicaProvesItsActs: three gateways over one database, each with a
// sequencer that is often too late. Whoever publishes, everybody gets the
// proof of her own act.
func TestEachReplicaProvesItsActs(t *testing.T) {
	both(t, func(t *testing.T, dsn func(*testing.T) string) {
		at, key := dsn(t), newLogKey(t)
		const replicas, callers, each = 3, 8, 10
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var sequencers, acts sync.WaitGroup
		for range replicas {
			db := open(t, at)
			seq := key.sequencer(t, db, nil)
			sequencers.Go(func() { _ = seq.Run(ctx) }) // its only error is that ctx ended
			log := journal.NewLog(db.Log(), func(_ context.Context, fn func(journal.Reader) error) error { return fn(db.Leaves()) }, seq)
			for range callers {
				acts.Go(func() {
					for range each {
						if err := actAndProve(t.Context(), db, log, key.vkey); err != nil {
							t.Error(err)
							return
						}
					}
				})
			}
		}
		acts.Wait()
		stop()
		sequencers.Wait()
		key.soundLog(t, open(t, at), replicas*callers*each)
	})
}

func actAndProve(ctx context.Context, db safe.Rows, log *journal.Log, vkey string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	event, err := journal.Event{
		V: 1, ID: "e", Time: "2026-03-01T10:00:00Z", What: journal.WhatDocumentAdded, Result: journal.ResultDone,
		Who: journal.Who{Kind: "citizen", ID: "a", Name: "Angela"}, Safe: "s",
	}.Encode()
	if err != nil {
		return err
	}
	var id string
	err = db.Update(ctx, func(tx safe.Tx) (err error) {
		id, err = tx.Events.Append(ctx, "s", event, journal.NewSalt())
		return err
	})
	if err != nil {
		return err
	}
	rec, leaf, err := log.Await(ctx, id)
	if err != nil {
		return err
	}
	_, _, err = journal.VerifyEvent(vkey, rec.Event, rec.Salt[:], leaf)
	return err
}
