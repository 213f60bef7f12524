package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// live is a process of the world, which sequences each second or when kicked.
func (w *world) live(t *testing.T) (log *journal.Log, stop func()) {
	t.Helper()
	c := w.config(10)
	c.Interval = 0
	seq := journal.NewSequencer(c)
	return journal.NewLog(w, w.view, seq), w.run(t, seq)
}

func (w *world) publicSize() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.public.Size
}

func (w *world) checkpoints() (n int) {
	for path := range w.tiles.All() {
		if strings.HasPrefix(path, "checkpoints/") {
			n++
		}
	}
	return n
}

// TestASlowBucketHoldsNoSequencerBack: while one checkpoint is on its way, any
// number of batches are decided; one publication brings them all to the public.
func TestASlowBucketHoldsNoSequencerBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newPublicWorld(t, 10)
		w.grow(t, 3)
		w.tiles.Fail(func(call, _ string) error {
			if call == "put" {
				time.Sleep(100 * time.Millisecond)
			}
			return nil
		})
		log, stop := w.live(t)
		defer stop()
		before := w.checkpoints()
		first := w.await(t, log, 1)
		synctest.Wait()
		rest := w.await(t, log, 64)
		time.Sleep(50 * time.Millisecond)
		synctest.Wait()
		if w.size() != 68 || w.publicSize() != 3 {
			t.Errorf("%d entries have their place, %d are public", w.size(), w.publicSize())
		}
		w.proven(t, first, 1, 350*time.Millisecond)
		w.proven(t, rest, 64, 650*time.Millisecond)
		if n := w.checkpoints() - before; n != 2 {
			t.Errorf("%d checkpoints for what came in two turns", n)
		}
		stop()
		w.restart(10)
		w.publicSound(t)
	})
}

// TestTheBucketIsAway: what was public goes on being shown, acts get their
// places, nobody is told that he is proven; all is made good without a restart.
func TestTheBucketIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newPublicWorld(t, 10)
		w.grow(t, 3)
		log, stop := w.live(t)
		defer stop()
		down := errors.New("down")
		w.tiles.Fail(func(string, string) error { return down })
		answers := w.await(t, log, 20)
		time.Sleep(10 * time.Second)
		if head, err := log.Head(t.Context()); err != nil || head.Size != 3 || w.size() != 23 || len(answers) > 0 {
			t.Errorf("%d entries are shown, %v; %d have their place; %d were told", head.Size, err, w.size(), len(answers))
		}
		if waiting, err := log.Waiting(t.Context()); !waiting || err != nil {
			t.Errorf("nobody would know: %v, %v", waiting, err)
		}
		if leaf, err := log.Leaf(t.Context(), 1); err != nil || leaf.Size != 3 {
			t.Errorf("an old leaf: %+v, %v", leaf, err)
		}
		_, err := log.Leaf(t.Context(), 7)
		refused(t, "a leaf that is not public", err, journal.ErrProof)
		w.tiles.Fail(nil)
		w.proven(t, answers, 20, 12*time.Second)
		if waiting, err := log.Waiting(t.Context()); waiting || err != nil {
			t.Errorf("%v, %v", waiting, err)
		}
	})
}

// TestAnotherGatewayPublishes: who waits here is told when it has; and where it
// dies between deciding and publishing, this one publishes in its place.
func TestAnotherGatewayPublishes(t *testing.T) {
	for _, dies := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newPublicWorld(t, 100)
			w.grow(t, 3)
			log, stop := w.live(t)
			defer stop()
			killed := errors.New("killed")
			once := false
			other := w.sequencer(100)
			w.failing(func(call string) error {
				if call != "publish" || once {
					return nil
				}
				once = true
				w.mu.Unlock() // the other one is faster
				defer w.mu.Lock()
				if dies {
					w.tiles.Fail(func(string, string) error { return killed })
				}
				if _, err := other.Step(t.Context()); !dies && err != nil || dies && !errors.Is(err, killed) {
					t.Error(err)
				}
				w.tiles.Fail(nil)
				return nil
			})
			most := 100 * time.Millisecond
			if dies {
				most = 3 * time.Second
			}
			w.proven(t, w.await(t, log, 5), 5, most)
			if head, err := log.Head(t.Context()); err != nil || head.Size != 8 {
				t.Errorf("%d entries are shown, %v", head.Size, err)
			}
			stop()
			w.publicSound(t)
		})
	}
}

// TestNothingIsPublicThatWitnessesHaveNotSigned.
func TestNothingIsPublicThatWitnessesHaveNotSigned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newPublicWorld(t, 10)
		sign, away := cosigning("witness"), false
		var mu sync.Mutex // guards away and asked
		var asked []int64
		set := func(to bool) {
			mu.Lock()
			defer mu.Unlock()
			away = to
		}
		w.cosign = func(ctx context.Context, older int64, b []byte) ([]byte, error) {
			mu.Lock()
			asked = append(asked, older)
			no := away
			mu.Unlock()
			if no {
				return nil, errors.New("too few")
			}
			for _, path := range []string{"tile/0/000", "tile/entries/000"} {
				c, err := journal.OpenCheckpoint(w.vkey, string(b))
				if err != nil {
					return nil, err
				}
				if c.Size > 0 && w.tiles.All()[fmt.Sprintf("%s.p/%d", path, c.Size)] == nil {
					t.Errorf("witnesses are asked about %d entries whose tiles nobody can read", c.Size)
				}
			}
			return sign(ctx, older, b)
		}
		w.restart(10)
		w.grow(t, 3)
		log, stop := w.live(t)
		defer stop()
		set(true)
		answers := w.await(t, log, 5)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		mu.Lock()
		after := asked[len(asked)-1]
		mu.Unlock()
		if head, err := log.Head(t.Context()); err != nil || head.Size != 3 || len(answers) > 0 || after != 3 {
			t.Errorf("%d entries are shown, %v; %d were told; witnesses were asked after %v", head.Size, err, len(answers), after)
		}
		set(false)
		w.proven(t, answers, 5, 7*time.Second)
		head, err := log.Head(t.Context())
		if n, openErr := note.Open(head.Checkpoint, nil); err != nil || bytes.Count(head.Checkpoint, []byte("— ")) != 2 {
			t.Errorf("the checkpoint is %q, %v, %v, %v", head.Checkpoint, n, openErr, err)
		}
		stop()
		w.restart(10)
		w.publicSound(t)
	})
}

// TestTheFirstOfTwoCheckpointsIsTheOne: two gateways publish one head, each with
// other witnesses; both show what was published first.
func TestTheFirstOfTwoCheckpointsIsTheOne(t *testing.T) {
	w := newPublicWorld(t, 10)
	w.grow(t, 2)
	late := newPublicWorld(t, 10)
	late.vkey, late.signer, late.memory, late.tiles = w.vkey, w.signer, w.memory, w.tiles
	sign := cosigning("another")
	late.cosign = func(ctx context.Context, older int64, b []byte) ([]byte, error) {
		if w.publicSize() == 2 { // between its asking and its publishing
			w.restart(10)
			w.drain(t)
		}
		return sign(ctx, older, b)
	}
	late.restart(10)
	w.cosign = cosigning("witness")
	w.add(someEvent(t, "x"))
	if _, err := late.seq.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	head, err := late.log.Head(t.Context())
	if err != nil || head.Size != 3 || !bytes.Contains(head.Checkpoint, []byte("— witness ")) || bytes.Contains(head.Checkpoint, []byte("— another ")) {
		t.Errorf("%s, %v", head.Checkpoint, err)
	}
	if !bytes.Equal(w.tiles.All()[journal.CheckpointPath(3)], head.Checkpoint) {
		t.Error("what is shown is not what is published")
	}
}

// TestTilesAreServed: of the public log alone; an incomplete one that the sweep
// has taken away is given from the complete one, byte for byte.
func TestTilesAreServed(t *testing.T) {
	w := newPublicWorld(t, 1000)
	for _, n := range []int{1, 6, 200, 60, 400} {
		w.growBy(t, n)
	}
	before := w.tiles.All()
	same := func(when string) {
		t.Helper()
		for path, want := range before {
			if got, err := w.log.Tile(t.Context(), path); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s: %s has %d bytes, %v; want %d", when, path, len(got), err, len(want))
			}
		}
	}
	same("before the sweep")
	n, err := w.seq.Tidy(t.Context())
	if err != nil || n != 8 {
		t.Errorf("%d incomplete tiles went, %v; want those of 1, 7, 207 and 267 entries", n, err)
	}
	same("after the sweep")
	w.publicSound(t)
	for i := range 100 {
		w.addFact([]byte{byte(i)})
	}
	w.tiles.Fail(func(call, path string) error {
		if call == "put" && strings.HasPrefix(path, "checkpoints/") {
			return errors.New("down")
		}
		return nil
	})
	if _, err := w.seq.Step(t.Context()); err == nil {
		t.Fatal("it was published")
	}
	for _, path := range []string{"tile/0/002", "tile/entries/002", "tile/0/002.p/156", journal.CheckpointPath(767), "tile/0/002.p/255"} {
		_, err := w.log.Tile(t.Context(), path)
		refused(t, path, err, journal.ErrNoTile)
	}
	_, err = w.log.Tile(t.Context(), "signed/00000000000000000667")
	refused(t, "signed", err, journal.ErrPath)
}

// TestAuditReadsWhatIsPublished, and Mend brings back what is missing, but
// rewrites nothing.
func TestAuditReadsWhatIsPublished(t *testing.T) {
	w := newPublicWorld(t, 1000)
	w.growBy(t, 300)
	for path := range w.tiles.All() {
		if strings.HasSuffix(path, ".p/300") || path == journal.CheckpointPath(0) {
			continue
		}
		body := w.tiles.All()[path]
		w.tiles.Spoil(path, nil)
		refused(t, path+" is missing", w.log.Audit(t.Context()), journal.ErrAudit)
		if err := w.seq.Mend(t.Context()); err != nil {
			t.Errorf("mend %s: %v", path, err)
		}
		if err := w.log.Audit(t.Context()); err != nil {
			t.Errorf("%s is mended: %v", path, err)
		}
		other := bytes.Clone(body)
		other[len(other)/2] ^= 1
		w.tiles.Spoil(path, other)
		refused(t, path+" is another one", w.log.Audit(t.Context()), journal.ErrAudit)
		refused(t, path+" is another one", w.seq.Mend(t.Context()), journal.ErrFork)
		w.tiles.Spoil(path, body)
	}
	w.publicSound(t)
}
