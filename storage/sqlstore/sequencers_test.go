package sqlstore_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/sqlstore"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

const logName = "sqlstore.test/log"

// told is every checkpoint that anybody may have seen.
type told struct {
	mu  sync.Mutex
	all []journal.Checkpoint
}

// watched is a store that notes what was published through it; before runs
// between a sequencer's reading of the head and its publishing.
type watched struct {
	journal.Store
	vkey   string
	told   *told
	before func()
}

func (w watched) Publish(ctx context.Context, old, head journal.Head, entries []journal.Queued, hashes []tlog.Hash) error {
	if w.before != nil {
		w.before()
	}
	if err := w.Store.Publish(ctx, old, head, entries, hashes); err != nil {
		return err
	}
	c, err := journal.OpenCheckpoint(w.vkey, string(head.Checkpoint))
	w.told.mu.Lock()
	defer w.told.mu.Unlock()
	w.told.all = append(w.told.all, c)
	return err
}

type logKey struct {
	skey, vkey string
	told       *told
}

func newLogKey(t *testing.T) logKey {
	t.Helper()
	skey, vkey, err := journal.GenerateKey(logName)
	if err != nil {
		t.Fatal(err)
	}
	return logKey{skey, vkey, &told{}}
}

func (k logKey) sequencer(t *testing.T, db *sqlstore.DB, before func()) *journal.Sequencer {
	t.Helper()
	signer, err := note.NewSigner(k.skey)
	if err != nil {
		t.Fatal(err)
	}
	return journal.NewSequencer(journal.SequencerConfig{
		Store: watched{db.Log(), k.vkey, k.told, before}, Signer: signer, Origin: logName, Now: time.Now,
		Log: slog.New(slog.DiscardHandler), Batch: 7,
	})
}

func write(ctx context.Context, db *sqlstore.DB) error {
	return db.Update(ctx, func(tx safe.Tx) error {
		_, err := tx.Events.Append(ctx, "s", []byte("{}"), journal.NewSalt())
		return err
	})
}

// soundLog holds everything that was told against the log as it is now: one
// history, and in it each event once.
func (k logKey) soundLog(t *testing.T, db *sqlstore.DB, events int) {
	t.Helper()
	log := journal.NewLog(db.Log(), func(ctx context.Context, fn func(journal.Reader) error) error {
		return db.View(ctx, func(tx safe.Tx) error { return fn(tx.Leaves) })
	}, nil)
	if err := log.Audit(t.Context()); err != nil {
		t.Errorf("audit: %v", err)
	}
	head, err := db.Log().Head(t.Context())
	if err != nil || head.Size != int64(events) {
		t.Fatalf("the log has %d entries, %v; want %d", head.Size, err, events)
	}
	last, err := journal.OpenCheckpoint(k.vkey, string(head.Checkpoint))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range k.told.all {
		if c.Size == 0 {
			continue
		}
		path, err := log.Consistency(t.Context(), c.Size, last.Size)
		if err != nil {
			t.Fatal(err)
		}
		if err := journal.VerifyConsistency(c, last, path); err != nil {
			t.Errorf("the checkpoint of %d entries: %v", c.Size, err)
		}
	}
	records, err := ofSafe(t, db, events+1)
	if err != nil || len(records) != events {
		t.Fatalf("%d events, %v; want %d", len(records), err, events)
	}
	var places []int64
	for _, r := range records {
		places = append(places, r.Index)
	}
	slices.Sort(places)
	for i, p := range places {
		if p != int64(i) {
			t.Fatalf("place %d of the log belongs to no event, or to two: %v", i, places)
		}
	}
}

func ofSafe(t *testing.T, db *sqlstore.DB, limit int) (list []journal.Record, err error) {
	t.Helper()
	err = db.View(t.Context(), func(tx safe.Tx) error {
		list, err = tx.Leaves.OfSafe(t.Context(), "s", "", limit)
		return err
	})
	return list, err
}

// writeAtOnce is so many callers, each of whom writes so many entries.
func writeAtOnce(t *testing.T, db *sqlstore.DB, callers, each int) {
	t.Helper()
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for range each {
				if err := write(t.Context(), db); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

// TestSequencersNeverFork: three gateways, each with a sequencer that wants
// every entry, over one database that four callers write to.
func TestSequencersNeverFork(t *testing.T) {
	both(t, func(t *testing.T, dsn func(*testing.T) string) {
		at, key := dsn(t), newLogKey(t)
		const callers, each = 4, 50
		db := open(t, at)
		ctx, stop := context.WithCancel(t.Context())
		var fenced atomic.Int64
		var sequencers sync.WaitGroup
		for range 3 {
			seq := key.sequencer(t, open(t, at), nil)
			sequencers.Go(func() {
				for ctx.Err() == nil {
					switch _, err := seq.Step(ctx); {
					case errors.Is(err, journal.ErrFenced):
						fenced.Add(1)
					case err != nil && ctx.Err() == nil:
						t.Error(err)
					}
				}
			})
		}
		writeAtOnce(t, db, callers, each)
		for rest := 1; rest > 0; {
			q, err := db.Log().Queue(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			rest = len(q)
		}
		stop()
		sequencers.Wait()
		t.Logf("%d checkpoints, %d times fenced", len(key.told.all), fenced.Load())
		key.soundLog(t, db, callers*each)
	})
}

// TestSequencerThatWasPaused: it has read the head and signed the next one
// when its machine stops; another has gone on for long when it wakes up.
func TestSequencerThatWasPaused(t *testing.T) {
	both(t, func(t *testing.T, dsn func(*testing.T) string) {
		at, key := dsn(t), newLogKey(t)
		db := open(t, at)
		other := key.sequencer(t, open(t, at), nil)
		paused := key.sequencer(t, db, func() {
			for range 3 {
				if _, err := other.Step(t.Context()); err != nil {
					t.Errorf("the other one: %v", err)
				}
				if err := write(t.Context(), db); err != nil {
					t.Error(err)
				}
			}
		})
		for range 5 {
			if err := write(t.Context(), db); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := paused.Step(t.Context()); !errors.Is(err, journal.ErrFenced) {
			t.Errorf("it woke up and was told %v, want ErrFenced", err)
		}
		if _, err := other.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		key.soundLog(t, db, 8)
	})
}

const childSequencer = "COFFRE_TEST_SEQUENCER"

// TestSequencerStoppedAnywhere: a process that sequences is stopped by its
// machine again and again, at any instruction, in mid-transaction too. The
// other one goes on in bounded time, and there is one history.
func TestSequencerStoppedAnywhere(t *testing.T) {
	if at := os.Getenv(childSequencer); at != "" {
		sequenceUntilKilled(t, at)
		return
	}
	at, key := servers.Postgres(t), newLogKey(t)
	db := open(t, at)
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSequencerStoppedAnywhere$")
	child.Env = append(os.Environ(), childSequencer+"="+at+"&idle_in_transaction_session_timeout=1000\n"+key.skey+"\n"+key.vkey)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	said, began := make(chan struct{}), make(chan struct{}, 1)
	go func() {
		defer close(said)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if c, ok := strings.CutPrefix(lines.Text(), "told "); ok {
				select {
				case began <- struct{}{}:
				default:
				}
				var one journal.Checkpoint
				if _, err := fmt.Sscanf(c, "%d %s", &one.Size, (*hash)(&one.Root)); err != nil {
					t.Error(err)
				}
				key.told.mu.Lock()
				key.told.all = append(key.told.all, one)
				key.told.mu.Unlock()
			}
		}
	}()
	const rounds, each = 20, 5
	if err := write(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	select {
	case <-began: // it sequences
	case <-said:
		t.Fatal("the child has ended")
	}
	own := key.sequencer(t, db, nil)
	for i := range rounds {
		for range each {
			if err := write(t.Context(), db); err != nil {
				t.Fatal(err)
			}
		}
		if err := child.Process.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if _, err := own.Step(t.Context()); err != nil && !errors.Is(err, journal.ErrFenced) {
			t.Errorf("round %d: %v", i, err)
		}
		if d := time.Since(begin); d > 9*time.Second {
			t.Errorf("round %d: waited %v for one that stands still", i, d)
		}
		if err := child.Process.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-said
	_ = child.Wait() // it was killed
	for n := 1; n > 0; {
		if n, err = own.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	key.soundLog(t, db, 1+rounds*each)
}

// hash reads a root as it is printed.
type hash tlog.Hash

// Scan implements fmt.Scanner.
func (h *hash) Scan(s fmt.ScanState, _ rune) error {
	text, err := s.Token(true, nil)
	if err != nil {
		return err
	}
	v, err := tlog.ParseHash(string(text))
	*h = hash(v)
	return err
}

func sequenceUntilKilled(t *testing.T, told string) {
	t.Helper()
	lines := strings.Split(told, "\n")
	key := newLogKey(t)
	key.skey, key.vkey = lines[1], lines[2]
	db := open(t, lines[0])
	seq := key.sequencer(t, db, nil)
	for {
		n := len(key.told.all)
		// What ends its connection, and what fences it, is no failure here.
		_, _ = seq.Step(context.Background())
		for _, c := range key.told.all[n:] {
			if _, err := fmt.Printf("told %d %s\n", c.Size, c.Root); err != nil {
				return
			}
		}
	}
}
