package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
)

// TestAnOldDatabaseBesideANewerBucket: what is public and was lost comes back
// under the checkpoints that the public has seen; what waits and is public
// already has its place; what comes new comes after.
func TestAnOldDatabaseBesideANewerBucket(t *testing.T) {
	for _, lost := range []int{1, 5, 255, 256, 300, 3000} {
		w := newPublicWorld(t, 100)
		w.grow(t, 290)
		waiting := w.add(someEvent(t, "waits in the dump"))
		load := w.dump()
		w.drain(t)
		w.growBy(t, lost)
		was := maps.Clone(w.tiles.All())
		wanted := w.entries

		load()
		w.restart(100)
		after := w.add(someEvent(t, "after"))
		w.drain(t)
		w.publicSound(t)
		if w.public.Size != int64(292+lost) || w.records[waiting].Index != 290 || w.records[after].Index != int64(291+lost) {
			t.Errorf("%d entries are public, what waited has place %d, what came after %d", w.public.Size, w.records[waiting].Index, w.records[after].Index)
		}
		for i, e := range wanted {
			if !bytes.Equal(w.entries[i], e) {
				t.Fatalf("entry %d is another one", i)
			}
		}
		for path, body := range was {
			if !bytes.Equal(w.tiles.All()[path], body) {
				t.Errorf("%s was changed", path)
			}
		}
	}
}

// TestANewDatabaseBesideABucket: everything was lost but the key.
func TestANewDatabaseBesideABucket(t *testing.T) {
	w := newPublicWorld(t, 100)
	empty := w.dump()
	w.grow(t, 700)
	empty()
	w.restart(100)
	w.drain(t)
	w.publicSound(t)
	if w.head.Size != 700 {
		t.Errorf("%d entries", w.head.Size)
	}
	w.grow(t, 3)
	w.publicSound(t)
}

// TestLongWayBack: more was lost than is taken back at once.
func TestLongWayBack(t *testing.T) {
	w := newPublicWorld(t, 9000)
	empty := w.dump()
	for range 14 {
		w.growBy(t, 8999)
	}
	empty()
	before := len(w.published)
	w.restart(9000)
	w.drain(t)
	if n := len(w.published) - before; w.head.Size != 14*8999 || n < 2 || n > 4 {
		t.Errorf("%d entries in %d steps", w.head.Size, n)
	}
	if err := w.log.Audit(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestADatabaseThatGoesBackWhileItIsServed, as after a failover that lost what
// was committed: without a restart, and nobody sees a shorter log meanwhile.
func TestADatabaseThatGoesBackWhileItIsServed(t *testing.T) {
	w := newPublicWorld(t, 100)
	w.grow(t, 20)
	load := w.dump()
	w.grow(t, 10)
	load()
	if head, err := w.log.Head(t.Context()); err != nil || head.Size != 30 {
		t.Errorf("%d entries are shown, %v", head.Size, err)
	}
	w.add(someEvent(t, "after"))
	w.drain(t)
	w.publicSound(t)
	if w.public.Size != 31 {
		t.Errorf("%d entries are public", w.public.Size)
	}
}

// TestWhatWasOnItsWayToThePublic when it was lost leaves nothing behind, and
// harms nobody: no checkpoint was over it.
func TestWhatWasOnItsWayToThePublic(t *testing.T) {
	killed := errors.New("killed")
	for _, at := range []string{"tile/0/", "tile/entries/", "checkpoints/"} {
		w := newPublicWorld(t, 1000)
		w.grow(t, 200)
		load := w.dump()
		for i := range 300 {
			w.addFact(fmt.Appendf(nil, "lost %d", i))
		}
		w.tiles.Fail(func(call, path string) error {
			if call == "put" && strings.HasPrefix(path, at) {
				return killed
			}
			return nil
		})
		if _, err := w.seq.Step(t.Context()); !errors.Is(err, killed) {
			t.Fatal(err)
		}
		w.tiles.Fail(nil)
		load()
		w.restart(1000)
		w.growBy(t, 300)
		w.growBy(t, 3)
		w.publicSound(t)
	}
}

// TestWitnessesSawMore: they have signed a checkpoint that did not become
// public before the database lost it. It is gone on from there: they would
// sign nothing else.
func TestWitnessesSawMore(t *testing.T) {
	w := newPublicWorld(t, 1000)
	seen := map[int64]string{}
	down := errors.New("killed")
	var fail error
	w.cosign = func(_ context.Context, _ int64, b []byte) ([]byte, error) {
		c, err := journal.OpenCheckpoint(w.vkey, string(b))
		if err != nil {
			return nil, err
		}
		if root, ok := seen[c.Size]; ok && root != c.Root.String() {
			t.Errorf("the witness is shown another history of %d entries", c.Size)
		}
		seen[c.Size] = c.Root.String()
		return b, fail
	}
	w.restart(1000)
	w.grow(t, 200)
	load := w.dump()
	fail = down
	w.add(someEvent(t, "lost"))
	for range 2 {
		if _, err := w.seq.Step(t.Context()); !errors.Is(err, down) {
			t.Fatal(err)
		}
		w.add(someEvent(t, "lost, too"))
	}
	fail = nil
	load()
	w.restart(1000)
	w.add(someEvent(t, "after"))
	w.drain(t)
	w.publicSound(t)
	if w.public.Size != 203 {
		t.Errorf("%d entries are public", w.public.Size)
	}
	for path := range w.tiles.All() {
		if strings.HasPrefix(path, "signed/") && path != "signed/00000000000000000202" && path != "signed/00000000000000000201" {
			t.Errorf("%s was left", path)
		}
	}
	w.restart(1000)
	w.drain(t)
	for path := range w.tiles.All() {
		if strings.HasPrefix(path, "signed/") {
			t.Errorf("%s was left", path)
		}
	}
}

// TestANewBucket: everything public is published again, with the very bytes of
// the newest checkpoint.
func TestANewBucket(t *testing.T) {
	w := newPublicWorld(t, 100)
	w.cosign = cosigning("witness")
	w.restart(100)
	w.grow(t, 520)
	was := w.tiles.All()
	w.tiles = storagetest.NewMemoryTiles()
	w.restart(100)
	w.drain(t)
	w.publicSound(t)
	path := journal.CheckpointPath(520)
	if !bytes.Equal(w.tiles.All()[path], was[path]) {
		t.Error("the newest checkpoint is another one, or has other signatures")
	}
	w.grow(t, 5)
	w.publicSound(t)
}

// TestAnUpgrade: a log that had no tiles gets them all.
func TestAnUpgrade(t *testing.T) {
	w := newWorld(t, 100)
	w.grow(t, 600)
	w.tiles = storagetest.NewMemoryTiles()
	w.restart(100)
	w.drain(t)
	w.publicSound(t)
}

// TestTwoHistories: whoever meets another one among what is public signs
// nothing, publishes nothing, releases nothing, and goes on showing what it
// has shown.
func TestTwoHistories(t *testing.T) {
	for name, spoil := range map[string]func(w, other *world){
		"another database beside the bucket, shorter": func(w, other *world) { other.growBy(t, 10) },
		"the same length": func(w, other *world) { other.growBy(t, 30) },
		"longer":          func(w, other *world) { other.growBy(t, 50) },
		"a checkpoint of another key": func(w, _ *world) {
			stranger := newWorld(t, 100)
			stranger.growBy(t, 31)
			w.tiles.Spoil(journal.CheckpointPath(31), stranger.head.Checkpoint)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newPublicWorld(t, 100)
			w.growBy(t, 30)
			other := newPublicWorld(t, 100)
			other.vkey, other.signer = w.vkey, w.signer
			other.restart(100)
			other.addFact([]byte("something else"))
			spoil(w, other)
			if name == "a checkpoint of another key" {
				other = w
			} else {
				other.tiles = w.tiles
			}
			shown := w.tiles.All()
			other.restart(100)
			other.add(someEvent(t, "refused"))
			before := len(other.published)
			for range 3 {
				_, err := other.seq.Step(t.Context())
				refused(t, "step", err, journal.ErrFork)
			}
			if len(other.published) != before {
				t.Error("something was signed")
			}
			if !maps.EqualFunc(w.tiles.All(), shown, bytes.Equal) {
				t.Error("what is published has changed")
			}
			refused(t, "forked", other.seq.Forked(), journal.ErrFork)
			_, _, err := other.log.Await(t.Context(), fmt.Sprint("r", len(other.records)-1))
			refused(t, "await", err, journal.ErrFork)
		})
	}
}
