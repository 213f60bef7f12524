package journal_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

type answer struct {
	rec  journal.Record
	leaf journal.Leaf
	err  error
	took time.Duration
}

// await has n events that are waited for, each by itself.
func (w *world) await(t *testing.T, log *journal.Log, n int) (answers chan answer) {
	t.Helper()
	answers = make(chan answer, n)
	var ids []string
	for range n {
		ids = append(ids, w.add(someEvent(t, "awaited")))
	}
	for _, id := range ids {
		go func() {
			begin := time.Now()
			rec, leaf, err := log.Await(t.Context(), id)
			answers <- answer{rec, leaf, err, time.Since(begin)}
		}()
	}
	return answers
}

// proven takes n answers: each is a proof, in time.
func (w *world) proven(t *testing.T, answers chan answer, n int, most time.Duration) {
	t.Helper()
	for range n {
		a := <-answers
		if a.err != nil || a.took > most || a.leaf.Index != a.rec.Index {
			t.Fatalf("place %d and %d after %v, %v; want it within %v", a.rec.Index, a.leaf.Index, a.took, a.err, most)
		}
		ev, _, err := journal.VerifyEvent(w.vkey, a.rec.Event, a.rec.Salt[:], a.leaf)
		if err != nil || ev.ID != "awaited" {
			t.Fatalf("%+v, %v", ev, err)
		}
	}
}

// calls counts what the store is asked from now on.
func (w *world) calls() func() map[string]int {
	n := map[string]int{}
	w.failing(func(call string) error { n[call]++; return nil })
	return func() map[string]int {
		w.mu.Lock()
		defer w.mu.Unlock()
		return maps.Clone(n)
	}
}

// run starts a sequencer as a gateway does.
func (w *world) run(t *testing.T, seq *journal.Sequencer) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = seq.Run(ctx) // its only error is that ctx ended
	}()
	synctest.Wait()
	return func() { cancel(); <-ended }
}

// TestAwaitIsTold by the sequencer of its own process: at once, and the store
// is asked for each record once. (Who comes while a batch is being published
// may find it there, and proves it by itself.)
func TestAwaitIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1000)
		w.grow(t, 37)
		defer w.run(t, w.seq)()
		const each, rounds = 64, 5
		calls := w.calls()
		for range rounds {
			w.proven(t, w.await(t, w.log, each), each, 0)
		}
		got := calls()
		if turns := got["queue"]; got["record"] != each*rounds || got["head"] > turns+2*each*rounds {
			t.Errorf("%d waiters asked the store %v", each*rounds, got)
		}
		// Sequenced already: without a checkpoint of its own.
		before := len(w.published)
		if rec, leaf, err := w.log.Await(t.Context(), "r5"); err != nil || rec.Index != 5 || leaf.Index != 5 || len(w.published) != before {
			t.Errorf("place %d, %v, %d new checkpoints", rec.Index, err, len(w.published)-before)
		}
		w.sound(t)
	})
}

// TestWaitersGather: what comes while a batch is on its way is in the next
// one, all of it.
func TestWaitersGather(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1000)
		w.grow(t, 3)
		slow := journal.NewSequencer(journal.SequencerConfig{
			Store: slowly{w}, Signer: w.signer, Origin: origin, Now: someDay, Log: slog.New(slog.DiscardHandler), Interval: time.Hour,
		})
		log := journal.NewLog(w, w.view, slow)
		defer w.run(t, slow)()
		calls := w.calls()
		first := w.await(t, log, 1)
		synctest.Wait()
		rest := w.await(t, log, 64)
		w.proven(t, first, 1, 100*time.Millisecond)
		w.proven(t, rest, 64, 200*time.Millisecond)
		if got := calls(); got["record"] != 65 || got["head"] != got["queue"] || got["entries"] > 0 || got["hashes"] > 2 {
			t.Errorf("65 waiters asked the store %v", got)
		}
		if n := len(w.published); n != 3 {
			t.Errorf("%d checkpoints, want the first, that of the one and that of the 64", n)
		}
	})
}

// slowly publishes in a tenth of a second.
type slowly struct{ *world }

func (s slowly) Publish(ctx context.Context, old, head journal.Head, entries []journal.Queued, hashes []tlog.Hash) error {
	time.Sleep(100 * time.Millisecond)
	return s.world.Publish(ctx, old, head, entries, hashes)
}

// TestAwaitOfAnotherReplica: here nobody sequences, or somebody who is always
// too late. One looks for all, less and less often.
func TestAwaitOfAnotherReplica(t *testing.T) {
	for _, own := range []bool{false, true} {
		t.Run(fmt.Sprintf("a sequencer of its own %v", own), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 1000)
				w.grow(t, 5)
				log := journal.NewLog(w, w.view, nil)
				if own {
					log = w.log // its sequencer does not run
				}
				calls := w.calls()
				answers := w.await(t, log, 64)
				time.Sleep(time.Second)
				synctest.Wait()
				if got := calls(); got["head"] > 30 || got["record"] > 2*64 {
					t.Errorf("asked the store %v in a second", got)
				}
				if _, err := w.sequencer(1000).Step(t.Context()); err != nil {
					t.Fatal(err)
				}
				w.proven(t, answers, 64, 1100*time.Millisecond)
			})
		})
	}
}

// TestAwaitWhenFenced: another replica publishes what is waited for here
// between this sequencer's reading and its publishing.
func TestAwaitWhenFenced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1000)
		w.grow(t, 5)
		other := w.sequencer(1000)
		defer w.run(t, w.seq)()
		fenced := 0
		w.failing(func(call string) error {
			if call == "publish" && fenced < 3 {
				fenced++
				w.fail, w.fenceOnce = nil, w.fail
				w.mu.Unlock()
				if _, err := other.Step(t.Context()); err != nil {
					t.Error(err)
				}
				w.mu.Lock()
				w.fail = w.fenceOnce
			}
			return nil
		})
		for range 5 {
			w.proven(t, w.await(t, w.log, 16), 16, 100*time.Millisecond)
		}
		if fenced != 3 {
			t.Errorf("%d times fenced", fenced)
		}
		w.sound(t)
	})
}

// TestWhoLooksLeaves: another one of those who wait looks instead.
func TestWhoLooksLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1000)
		log := journal.NewLog(w, w.view, nil)
		ctx, leave := context.WithCancel(t.Context())
		id := w.add(someEvent(t, "left"))
		var left sync.WaitGroup
		left.Go(func() {
			if _, _, err := log.Await(ctx, id); !errors.Is(err, context.Canceled) {
				t.Errorf("who leaves is told %v", err)
			}
		})
		synctest.Wait()
		answers := w.await(t, log, 3)
		time.Sleep(time.Second)
		leave()
		left.Wait()
		w.drain(t)
		w.proven(t, answers, 3, 1100*time.Millisecond)
	})
}

// TestAwaitOutlivesFailures of the store while the sequencer of its own
// process is the one that meets them.
func TestAwaitOutlivesFailures(t *testing.T) {
	for _, call := range []string{"queue", "hashes", "publish", "published"} {
		t.Run(call, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 1000)
				w.grow(t, 5)
				seq := journal.NewSequencer(journal.SequencerConfig{
					Store: w, Signer: w.signer, Origin: origin, Now: someDay, Log: slog.New(slog.DiscardHandler),
				})
				log := journal.NewLog(w, w.view, seq)
				defer w.run(t, seq)()
				failed := 0
				w.failing(func(c string) error {
					if c == call && failed < 3 {
						failed++
						return errors.New("down")
					}
					return nil
				})
				w.proven(t, w.await(t, log, 8), 8, 200*time.Millisecond)
				if failed == 0 {
					t.Error("nothing failed")
				}
				w.sound(t)
			})
		})
	}
}
