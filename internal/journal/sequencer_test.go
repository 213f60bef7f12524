package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// sound holds everything that was ever published against what is there now:
// sizes only grow, every checkpoint is the log's own over a prefix of today's
// entries, every record has its one leaf.
func (w *world) sound(t testing.TB) {
	t.Helper()
	if err := w.log.Audit(t.Context()); err != nil {
		t.Error(err)
	}
	size := int64(-1)
	for _, h := range w.published {
		c, err := journal.OpenCheckpoint(w.vkey, string(h.Checkpoint))
		if err != nil || c.Size != h.Size || c.Root != h.Root {
			t.Fatalf("checkpoint of %d: %+v, %v", h.Size, c, err)
		}
		if h.Size < size {
			t.Errorf("the log went from %d entries back to %d", size, h.Size)
		}
		size = h.Size
		var leaves [][]byte
		for _, e := range w.entries[:h.Size] {
			leaves = append(leaves, leafHash(e))
		}
		if !bytes.Equal(rootOf(leaves), h.Root[:]) {
			t.Errorf("the checkpoint of %d is over other entries than today's", h.Size)
		}
	}
	places := map[int64]bool{}
	for id, r := range w.records {
		if r.Index < 0 {
			continue
		}
		c := journal.Commitment(r.Event, r.Salt)
		if places[r.Index] || !bytes.Equal(w.entries[r.Index], c[:]) {
			t.Errorf("record %s is not what stands at %d", id, r.Index)
		}
		places[r.Index] = true
	}
}

func TestSequencerBatches(t *testing.T) {
	w := newWorld(t, 4)
	for i := range 11 {
		w.add(someEvent(t, fmt.Sprint(i)))
	}
	for _, want := range []int{4, 4, 3, 0, 0} {
		if n, err := w.seq.Step(t.Context()); err != nil || n != want {
			t.Fatalf("a batch of %d, %v; want %d", n, err, want)
		}
	}
	if w.head.Size != 11 || len(w.published) != 3 || !w.head.At.Equal(someDay()) {
		t.Errorf("%d entries in %d checkpoints", w.head.Size, len(w.published))
	}
	for i := range 11 {
		if r := w.records[fmt.Sprint("r", i)]; r.Index != int64(i) {
			t.Errorf("event %d has place %d", i, r.Index)
		}
	}
	w.sound(t)
}

// TestEmptyLogGetsItsCheckpoint, once.
func TestEmptyLogGetsItsCheckpoint(t *testing.T) {
	w := newWorld(t, 4)
	for range 3 {
		if n, err := w.seq.Step(t.Context()); n != 0 || err != nil {
			t.Fatal(n, err)
		}
	}
	c, err := journal.OpenCheckpoint(w.vkey, string(w.head.Checkpoint))
	if err != nil || c.Size != 0 || len(w.published) != 1 || !bytes.Equal(c.Root[:], rootOf(nil)) {
		t.Errorf("%+v, %v, %d checkpoints", c, err, len(w.published))
	}
	w.sound(t)
}

// TestSequencerDiesAnywhere: every call to the store fails in turn, even one
// that has published; another sequencer goes on.
func TestSequencerDiesAnywhere(t *testing.T) {
	lost := errors.New("connection lost")
	for _, call := range []string{"head", "queue", "hashes", "publish", "published"} {
		t.Run(call, func(t *testing.T) {
			w := newWorld(t, 3)
			w.grow(t, 5)
			for i := range 7 {
				w.add(someEvent(t, fmt.Sprint("more", i)))
			}
			w.fail = func(c string) error {
				if c == call {
					return lost
				}
				return nil
			}
			if _, err := w.seq.Step(t.Context()); !errors.Is(err, lost) {
				t.Fatalf("error is %v", err)
			}
			w.fail = nil
			w.seq = w.sequencer(3)
			w.drain(t)
			if w.head.Size != 12 {
				t.Errorf("%d entries of 12", w.head.Size)
			}
			w.sound(t)
		})
	}
}

// TestSequencerSignsNothingOverMissingHashes: a store that loses hashes gets no
// checkpoint over zeros in their place.
func TestSequencerSignsNothingOverMissingHashes(t *testing.T) {
	w := newWorld(t, 3)
	w.grow(t, 5)
	w.add(someEvent(t, "x"))
	w.short = true
	if _, err := w.seq.Step(t.Context()); err == nil {
		t.Error("a checkpoint was signed")
	}
	if _, err := w.log.Leaf(t.Context(), 2); err == nil {
		t.Error("a proof was made")
	}
	w.short = false
	w.drain(t)
	w.sound(t)
}

// TestSequencersRace: replicas over one store, each its own step at a time; no
// entry is lost or doubled, and nobody signs a second history that is published.
func TestSequencersRace(t *testing.T) {
	w := newWorld(t, 3)
	const events = 120
	var wg sync.WaitGroup
	for n := range 4 {
		seq := w.sequencer(3 + n)
		wg.Go(func() {
			for w.size() < events {
				if _, err := seq.Step(t.Context()); err != nil && !errors.Is(err, journal.ErrFenced) {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range events {
		w.add(someEvent(t, fmt.Sprint(i)))
	}
	wg.Wait()
	if w.head.Size != events {
		t.Errorf("%d entries", w.head.Size)
	}
	w.sound(t)
}

func (w *world) size() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.head.Size
}

// TestSequencersInTurn interleaves two sequencers by hand: the one that read
// the head first is fenced by the one that publishes first.
func TestSequencersInTurn(t *testing.T) {
	w := newWorld(t, 10)
	w.grow(t, 2)
	w.add(someEvent(t, "x"))
	slow, fast := w.sequencer(10), w.sequencer(10)
	once := false
	w.fail = func(call string) error {
		if call == "publish" && !once {
			once = true
			w.mu.Unlock() // between slow's reading and its publishing
			if n, err := fast.Step(t.Context()); n != 1 || err != nil {
				t.Errorf("%d, %v", n, err)
			}
			w.mu.Lock()
		}
		return nil
	}
	_, err := slow.Step(t.Context())
	refused(t, "slow", err, journal.ErrFenced)
	w.fail = nil
	if w.head.Size != 3 || len(w.published) != 2 {
		t.Errorf("%d entries in %d checkpoints", w.head.Size, len(w.published))
	}
	w.sound(t)
}

// TestHistories: any order of appends, steps, failures and restarts.
func TestHistories(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, rapid.IntRange(1, 5).Draw(rt, "batch"))
		added := 0
		rt.Repeat(map[string]func(*rapid.T){
			"append": func(rt *rapid.T) {
				w.add(someEvent(t, fmt.Sprint(added)))
				added++
			},
			"step":    func(*rapid.T) { _, _ = w.seq.Step(t.Context()) },
			"restart": func(*rapid.T) { w.seq = w.sequencer(2) },
			"fail": func(rt *rapid.T) {
				bad := rapid.SampledFrom([]string{"head", "queue", "hashes", "publish", "published"}).Draw(rt, "call")
				w.fail = func(call string) error {
					if call == bad {
						return errors.New("down")
					}
					return nil
				}
				_, _ = w.seq.Step(t.Context())
				w.fail = nil
			},
		})
		w.drain(t)
		if w.head.Size != int64(added) {
			rt.Fatalf("%d entries of %d", w.head.Size, added)
		}
		w.sound(t)
	})
}

// TestRun: a kick publishes at once, silence within the interval, a failing
// store is tried again, and the end of the context is the end.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2)
		var logged bytes.Buffer
		seq := journal.NewSequencer(journal.SequencerConfig{
			Store: w, Signer: w.signer, Origin: origin, Now: time.Now, Log: slog.New(slog.NewTextHandler(&logged, nil)), Batch: 2,
		})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- seq.Run(ctx) }()
		synctest.Wait()
		if len(w.published) != 1 {
			t.Errorf("%d checkpoints at the start, want the first one", len(w.published))
		}
		for i := range 5 {
			w.add(someEvent(t, fmt.Sprint(i)))
		}
		seq.Kick()
		seq.Kick() // never blocks
		synctest.Wait()
		if w.head.Size != 5 {
			t.Errorf("%d entries after a kick, want all 5 in batches of 2", w.head.Size)
		}
		w.add(someEvent(t, "late"))
		time.Sleep(time.Second)
		synctest.Wait()
		if w.head.Size != 6 {
			t.Errorf("%d entries after a second, want 6", w.head.Size)
		}
		w.failing(func(string) error { return errors.New("down") })
		w.add(someEvent(t, "in the dark"))
		time.Sleep(3 * time.Second)
		synctest.Wait()
		w.failing(nil)
		if !strings.Contains(logged.String(), "journal not sequenced") || strings.Contains(logged.String(), "Angela") {
			t.Errorf("log says %q", logged.String())
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if w.head.Size != 7 {
			t.Errorf("%d entries once the store is back, want 7", w.head.Size)
		}
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
		w.sound(t)
	})
}
