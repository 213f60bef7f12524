package storagetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// Log holds a database against the promises of journal.Store. open gives an
// empty one at each call.
func Log(t *testing.T, open func(t *testing.T) Database) {
	for name, test := range map[string]rowsTest{
		"an empty log has the zero head":        logEmpty,
		"publish gives indexes in queue order":  logPublish,
		"a batch leaves the rest in the queue":  logBatches,
		"an old head is fenced":                 logFenced,
		"an entry gets one place":               logTwice,
		"of two sequencers one publishes":       logRace,
		"hashes in any order, none invented":    logHashes,
		"the tree of the entries is that of us": logTree,
		"an ended context publishes nothing":    logCancelled,
		"what is announced stays announced":     logAnnounced,
		"of many announced the longest stays":   logAnnouncedAtOnce,
		"entries that were lost are taken back": logTakenBack,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

type stored struct {
	ctx   context.Context
	log   journal.Store
	added []tlog.Hash
	from  int64
}

func (s *stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if x >= s.from {
			out[i] = s.added[x-s.from]
			continue
		}
		h, err := s.log.Hashes(s.ctx, []int64{x})
		if err != nil {
			return nil, err
		}
		out[i] = h[0]
	}
	return out, nil
}

// step is what Publish is given: the next batch over a head.
type step struct {
	old, head journal.Head
	entries   []journal.Queued
	hashes    []tlog.Hash
}

func plan(t *testing.T, log journal.Store, old journal.Head, entries []journal.Queued) step {
	t.Helper()
	s := &stored{ctx: t.Context(), log: log, from: tlog.StoredHashCount(old.Size)}
	for i, e := range entries {
		hs, err := tlog.StoredHashesForRecordHash(old.Size+int64(i), tlog.RecordHash(e.Entry), s)
		if err != nil {
			t.Fatal(err)
		}
		s.added = append(s.added, hs...)
	}
	size := old.Size + int64(len(entries))
	root, err := tlog.TreeHash(size, s)
	if err != nil {
		t.Fatal(err)
	}
	return step{
		old: old, entries: entries, hashes: s.added,
		head: journal.Head{
			Size: size, Root: root, Checkpoint: fmt.Appendf(nil, "checkpoint of %d", size),
			At: start().Add(time.Duration(size) * time.Second), Fence: old.Fence + 1,
		},
	}
}

func (s step) publish(ctx context.Context, log journal.Store) error {
	return log.Publish(ctx, s.old, s.head, s.entries, s.hashes)
}

func head(t *testing.T, log journal.Store) journal.Head {
	t.Helper()
	h, err := log.Head(t.Context())
	if err != nil {
		t.Fatalf("head: %v", err)
	}
	return h
}

func queue(t *testing.T, log journal.Store, limit int) []journal.Queued {
	t.Helper()
	q, err := log.Queue(t.Context(), limit)
	if err != nil {
		t.Fatalf("queue: %v", err)
	}
	return q
}

// sequence publishes one batch.
func sequence(t *testing.T, log journal.Store, limit int) step {
	t.Helper()
	s := plan(t, log, head(t, log), queue(t, log, limit))
	if err := s.publish(t.Context(), log); err != nil {
		t.Fatalf("publish: %v", err)
	}
	return s
}

func appendMany(t *testing.T, db safe.Rows, n int) (ids []string) {
	t.Helper()
	for i := range n {
		id, _ := appendEvent(t, db, "s", fmt.Sprintf(`{"n":%d}`, i))
		ids = append(ids, id)
	}
	return ids
}

func index(t *testing.T, db safe.Rows, id string) int64 {
	t.Helper()
	return mustRead(t, db, getRecord(id)).Index
}

func logEmpty(t *testing.T, db Database) {
	wantEqual(t, head(t, db.Log()), journal.Head{})
	wantEqual(t, len(queue(t, db.Log(), 10)), 0)
	entries, err := db.Log().Entries(t.Context(), 0, 10)
	if err != nil || len(entries) != 0 {
		t.Fatalf("entries of an empty log: %v, %v", entries, err)
	}
	s := sequence(t, db.Log(), 10) // the first checkpoint may be over nothing
	wantEqual(t, head(t, db.Log()), s.head)
}

func logPublish(t *testing.T, db Database) {
	ids := appendMany(t, db, 5)
	s := sequence(t, db.Log(), 10)
	wantEqual(t, head(t, db.Log()), s.head)
	wantEqual(t, len(queue(t, db.Log(), 10)), 0)
	for i, id := range ids {
		wantEqual(t, index(t, db, id), int64(i))
	}
	for from := range 6 {
		got, err := db.Log().Entries(t.Context(), int64(from), 2)
		if err != nil {
			t.Fatal(err)
		}
		want := s.entries[from:min(from+2, 5)]
		if !slices.EqualFunc(got, want, func(a []byte, b journal.Queued) bool { return bytes.Equal(a, b.Entry) }) {
			t.Errorf("entries from %d are not those published", from)
		}
	}
}

func logBatches(t *testing.T, db Database) {
	ids := appendMany(t, db, 7)
	for size := int64(0); size < 7; {
		s := sequence(t, db.Log(), 3)
		size += int64(len(s.entries))
		for i, id := range ids {
			want := int64(i)
			if want >= size {
				want = -1
			}
			wantEqual(t, index(t, db, id), want)
		}
	}
}

func logFenced(t *testing.T, db Database) {
	appendMany(t, db, 4)
	zero := journal.Head{}
	first := plan(t, db.Log(), zero, queue(t, db.Log(), 2))
	late := plan(t, db.Log(), zero, queue(t, db.Log(), 4))
	if err := first.publish(t.Context(), db.Log()); err != nil {
		t.Fatal(err)
	}
	sameSize := first.head // as if another had published an empty batch over it
	sameSize.Fence++
	for name, s := range map[string]step{"late": late, "same size": {old: sameSize, head: late.head}} {
		if err := s.publish(t.Context(), db.Log()); !errors.Is(err, journal.ErrFenced) {
			t.Errorf("%s: error is %v, want ErrFenced", name, err)
		}
	}
	wantEqual(t, head(t, db.Log()), first.head)
	wantEqual(t, len(queue(t, db.Log(), 10)), 2)
	entries, err := db.Log().Entries(t.Context(), 0, 10)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%d entries, %v; want 2", len(entries), err)
	}
}

// logTwice: a sequencer reads the queue, another publishes it, the first one
// then reads the new head. Its batch must not enter the log again.
func logTwice(t *testing.T, db Database) {
	ids := appendMany(t, db, 2)
	seen := queue(t, db.Log(), 10)
	first := sequence(t, db.Log(), 10)
	appendMany(t, db, 1)
	again := plan(t, db.Log(), first.head, append(seen, queue(t, db.Log(), 10)...))
	if err := again.publish(t.Context(), db.Log()); !errors.Is(err, journal.ErrFenced) {
		t.Errorf("publishing entries a second time: %v, want ErrFenced", err)
	}
	wantEqual(t, head(t, db.Log()), first.head)
	wantEqual(t, index(t, db, ids[0]), 0)
	wantEqual(t, len(queue(t, db.Log(), 10)), 1)
}

func logRace(t *testing.T, db Database) {
	const batches = 4
	appendMany(t, db, 3*batches)
	for range batches {
		s := plan(t, db.Log(), head(t, db.Log()), queue(t, db.Log(), 3))
		var wg sync.WaitGroup
		errs := make([]error, 5)
		for i := range errs {
			wg.Go(func() { errs[i] = s.publish(t.Context(), db.Log()) })
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, journal.ErrFenced):
				t.Errorf("the loser's error is %v, want ErrFenced", err)
			}
		}
		wantEqual(t, won, 1)
	}
	wantEqual(t, head(t, db.Log()).Size, 3*batches)
}

func logHashes(t *testing.T, db Database) {
	appendMany(t, db, 9)
	s := sequence(t, db.Log(), 100)
	got, err := db.Log().Hashes(t.Context(), []int64{5, 0, 5, 3})
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, got, []tlog.Hash{s.hashes[5], s.hashes[0], s.hashes[5], s.hashes[3]})
	for _, beyond := range []int64{int64(len(s.hashes)), -1} {
		if _, err := db.Log().Hashes(t.Context(), []int64{0, beyond}); err == nil {
			t.Errorf("hash %d of %d was invented", beyond, len(s.hashes))
		}
	}
	if got, err := db.Log().Hashes(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("no hashes asked: %v, %v", got, err)
	}
}

// logTree computes the root again from the entries alone, and proves every
// one of more entries than one statement reads.
func logTree(t *testing.T, db Database) {
	const n = 700
	update(t, db, func(tx safe.Tx) error {
		for i := range n {
			if _, err := tx.Events.Append(t.Context(), "s", fmt.Appendf(nil, `{"n":%d}`, i), journal.NewSalt()); err != nil {
				return err
			}
		}
		return nil
	})
	for len(queue(t, db.Log(), 1)) > 0 {
		sequence(t, db.Log(), 333)
	}
	entries, err := db.Log().Entries(t.Context(), 0, n+1)
	if err != nil || len(entries) != n {
		t.Fatalf("%d entries, %v; want %d", len(entries), err, n)
	}
	own := &stored{ctx: t.Context(), log: db.Log()}
	for i, e := range entries {
		hs, err := tlog.StoredHashesForRecordHash(int64(i), tlog.RecordHash(e), own)
		if err != nil {
			t.Fatal(err)
		}
		own.added = append(own.added, hs...)
	}
	root, err := tlog.TreeHash(n, own)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, root, head(t, db.Log()).Root)
	all := make([]int64, len(own.added))
	for i := range all {
		all[i] = int64(i)
	}
	got, err := db.Log().Hashes(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, got, own.added)
}

func logCancelled(t *testing.T, db Database) {
	appendMany(t, db, 2)
	s := plan(t, db.Log(), journal.Head{}, queue(t, db.Log(), 2))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.publish(ctx, db.Log()); !errors.Is(err, context.Canceled) {
		t.Errorf("publish with an ended context: %v", err)
	}
	wantEqual(t, head(t, db.Log()), journal.Head{})
	wantEqual(t, len(queue(t, db.Log(), 10)), 2)
}
