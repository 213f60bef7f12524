package storagetest

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

func public(t *testing.T, log journal.Store) journal.Head {
	t.Helper()
	h, err := log.Public(t.Context())
	if err != nil {
		t.Fatalf("public head: %v", err)
	}
	return h
}

func announced(size int64, note string) journal.Head {
	return journal.Head{Size: size, Root: tlog.RecordHash([]byte(note)), Checkpoint: []byte(note), At: start().Add(time.Duration(len(note)) * time.Second)}
}

// logAnnounced: what was shown to anybody is never taken back.
func logAnnounced(t *testing.T, db Database) {
	log := db.Log()
	wantEqual(t, public(t, log), journal.Head{})
	for _, step := range []struct{ say, want journal.Head }{
		{announced(0, "of nothing"), announced(0, "of nothing")},
		{announced(0, "of nothing, otherwise"), announced(0, "of nothing")},
		{announced(7, "seven"), announced(7, "seven")},
		{announced(5, "five"), announced(7, "seven")},
		{announced(7, "seven, with another witness"), announced(7, "seven")},
		{announced(1<<40, "many"), announced(1<<40, "many")},
	} {
		if err := log.Announce(t.Context(), step.say); err != nil {
			t.Fatal(err)
		}
		wantEqual(t, public(t, log), step.want)
	}
	wantEqual(t, head(t, log), journal.Head{})
}

func logAnnouncedAtOnce(t *testing.T, db Database) {
	const n = 24
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			if err := db.Log().Announce(t.Context(), announced(int64(i), "one of many")); err != nil {
				t.Error(err)
			}
			if got := public(t, db.Log()); got.Size < int64(i) {
				t.Errorf("%d entries were announced, %d are public", i, got.Size)
			}
		})
	}
	wg.Wait()
	wantEqual(t, public(t, db.Log()).Size, n-1)
}

// logTakenBack: entries that the public has and the database has lost come in
// without id. What waits in the queue with the same bytes is that entry; a fact
// is found by its bytes.
func logTakenBack(t *testing.T, db Database) {
	ids := appendMany(t, db, 3)
	update(t, db, func(tx safe.Tx) error {
		_, err := tx.Events.AppendFact(t.Context(), []byte("coffre/v1/fact\n{\"queued\":true}"))
		return err
	})
	waiting := queue(t, db.Log(), 10)
	lost := func(b []byte) journal.Queued { return journal.Queued{Entry: b} }
	unknown, lostFact := bytes.Repeat([]byte{7}, 32), []byte("coffre/v1/fact\n{\"lost\":true}")
	s := plan(t, db.Log(), head(t, db.Log()), []journal.Queued{
		lost(unknown), lost(waiting[1].Entry), lost(unknown), lost(lostFact), lost(waiting[3].Entry), lost(waiting[0].Entry),
	})
	if err := s.publish(t.Context(), db.Log()); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, index(t, db, ids[1]), 1)
	wantEqual(t, index(t, db, ids[0]), 5)
	wantEqual(t, index(t, db, ids[2]), -1)
	rest := queue(t, db.Log(), 10)
	if len(rest) != 1 || rest[0].ID != ids[2] {
		t.Errorf("%d entries wait, want the one that is not public", len(rest))
	}
	for body, want := range map[string]int64{string(lostFact): 3, string(waiting[3].Entry): 4} {
		got := mustRead(t, db, func(ctx context.Context, tx safe.Tx) (int64, error) { return tx.Leaves.FactIndex(ctx, []byte(body)) })
		wantEqual(t, got, want)
	}
	entries, err := db.Log().Entries(t.Context(), 0, 10)
	if err != nil || len(entries) != 6 || !bytes.Equal(entries[0], unknown) || !bytes.Equal(entries[2], unknown) {
		t.Errorf("%d entries, %v", len(entries), err)
	}
	again := plan(t, db.Log(), s.head, []journal.Queued{lost(unknown), waiting[0]})
	if err := again.publish(t.Context(), db.Log()); !errors.Is(err, journal.ErrFenced) {
		t.Errorf("publishing an entry that has its place: %v, want ErrFenced", err)
	}
	wantEqual(t, head(t, db.Log()), s.head)
	sequence(t, db.Log(), 10)
	wantEqual(t, index(t, db, ids[2]), 6)
}
