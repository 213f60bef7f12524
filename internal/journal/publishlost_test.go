package journal_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// once has then called at the first put under a path that begins so.
func (w *world) once(prefix string, then func()) {
	done := false
	w.tiles.Fail(func(call, path string) error {
		w.mu.Lock()
		now := !done && call == "put" && strings.HasPrefix(path, prefix)
		done = done || now
		w.mu.Unlock()
		if now {
			then()
		}
		return nil
	})
}

// goOn is growBy of a gateway that may meet another one's tiles first.
func (w *world) goOn(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		w.addFact(fmt.Appendf(nil, "other %d", i))
	}
	var err error
	for range 3 {
		if _, err = w.seq.Step(t.Context()); errors.Is(err, journal.ErrFork) {
			break
		}
	}
	if err != nil {
		t.Error(err)
	}
}

// TestTheDatabaseLosesWhatIsOnItsWay to the public, at a failover while one
// gateway holds each of its objects in its hand; another one takes over and
// goes on, to fewer, as many or more entries. There is one public history, and
// both gateways are in it without being started again.
func TestTheDatabaseLosesWhatIsOnItsWay(t *testing.T) {
	for _, at := range []string{"tile/0/", "tile/entries/", "signed/", "checkpoints/"} {
		for _, more := range []int{0, 7, 50, 201} {
			for _, asking := range []bool{false, true} {
				t.Run(fmt.Sprint(at, more, asking), func(t *testing.T) {
					w := newPublicWorld(t, 1000)
					if asking {
						w.cosign = cosigning("witness")
						w.restart(1000)
					}
					w.grow(t, 450)
					slow, load := w.seq, w.dump()
					for i := range 50 {
						w.add(someEvent(t, fmt.Sprint("lost", i)))
					}
					w.once(at, func() {
						load()
						w.restart(1000)
						w.goOn(t, more)
					})
					_, err := slow.Step(t.Context())
					if errors.Is(err, journal.ErrFork) {
						t.Fatalf("nothing had another history: %v", err)
					}
					w.tiles.Fail(nil)
					w.oneHistory(t)
					for i, seq := range []*journal.Sequencer{slow, w.seq, slow} {
						w.add(someEvent(t, fmt.Sprint("after", i)))
						if _, err := seq.Step(t.Context()); err != nil {
							t.Fatal(err)
						}
						w.publicSound(t)
					}
					for path := range w.tiles.All() {
						if strings.HasPrefix(path, "signed/") {
							t.Errorf("%s was left", path)
						}
					}
				})
			}
		}
	}
}

// TestTilesOfAGatewayThatDied after the database had lost what they were of, and
// after another gateway had looked: they are taken out of the way of its log.
func TestTilesOfAGatewayThatDied(t *testing.T) {
	for _, at := range []string{"tile/0/", "tile/entries/"} {
		for _, lost := range []int{50, 100} {
			w := newPublicWorld(t, 1000)
			w.grow(t, 450)
			slow, load := w.seq, w.dump()
			for i := range lost {
				w.add(someEvent(t, fmt.Sprint("lost", i)))
			}
			w.once(at, func() {
				load()
				w.restart(1000)
				w.goOn(t, 1)
			})
			if _, err := slow.Step(t.Context()); err == nil {
				t.Fatal("what is lost was published")
			}
			w.tiles.Fail(nil)
			w.goOn(t, lost-1)
			w.publicSound(t)
			if w.public.Size != int64(450+lost) {
				t.Errorf("%d entries are public", w.public.Size)
			}
		}
	}
}

// TestTheDatabaseLosesItUnderAnotherGateway that has not looked at it meanwhile,
// and decides on from what it knew: either of both stops, but the public sees one
// history.
func TestTheDatabaseLosesItUnderAnotherGateway(t *testing.T) {
	for _, at := range []string{"tile/0/", "tile/entries/", "signed/", "checkpoints/"} {
		for _, more := range []int{1, 50, 201} {
			t.Run(fmt.Sprint(at, more), func(t *testing.T) {
				w := newPublicWorld(t, 1000)
				w.grow(t, 450)
				other, load := w.sequencer(1000), w.dump()
				if _, err := other.Step(t.Context()); err != nil {
					t.Fatal(err)
				}
				for i := range 50 {
					w.add(someEvent(t, fmt.Sprint("lost", i)))
				}
				w.once(at, func() {
					load()
					for i := range more {
						w.addFact(fmt.Appendf(nil, "entry %d", i))
					}
					_, _ = other.Step(t.Context())
				})
				_, _ = w.seq.Step(t.Context())
				w.tiles.Fail(nil)
				w.oneHistory(t)
			})
		}
	}
}

// oneHistory: all checkpoints that were ever published are of one log.
func (w *world) oneHistory(t *testing.T) {
	t.Helper()
	var last journal.Checkpoint
	all := map[int64]journal.Checkpoint{}
	for path, body := range w.tiles.Ever() {
		if !strings.HasPrefix(path, "checkpoints/") {
			continue
		}
		c, err := journal.OpenCheckpoint(w.vkey, string(body))
		if err != nil {
			t.Fatal(err)
		}
		if all[c.Size] = c; c.Size >= last.Size {
			last = c
		}
	}
	leaves := leavesOf(entriesOf(t, w.tiles.All(), last.Size))
	for size, c := range all {
		if string(rootOf(leaves[:size])) != string(c.Root[:]) {
			t.Errorf("the checkpoint of %d is of another log than that of %d", size, last.Size)
		}
	}
}

// TestWhatIsPublicIsHeldAgainstTheDatabase: a gateway whose commit was lost tells
// nobody that he is proven because the log of another one has grown as long.
func TestWhatIsPublicIsHeldAgainstTheDatabase(t *testing.T) {
	for _, late := range []bool{false, true} {
		t.Run(fmt.Sprint(late), func(t *testing.T) { anotherLogGrows(t, late) })
	}
}

func anotherLogGrows(t *testing.T, late bool) {
	t.Helper()
	w := newPublicWorld(t, 1000)
	w.grow(t, 450)
	load := w.dump()
	lost := w.add(someEvent(t, "lost"))
	down := errors.New("down")
	w.tiles.Fail(func(call, _ string) error {
		if call == "put" {
			return down
		}
		return nil
	})
	slow, log := w.seq, w.log
	if _, err := slow.Step(t.Context()); !errors.Is(err, down) {
		t.Fatal(err)
	}
	w.tiles.Fail(nil)
	other := func() {
		load()
		w.restart(1000)
		w.growBy(t, 1)
		w.growBy(t, 2)
	}
	if late {
		once := false
		w.failing(func(call string) error {
			if call == "public" && !once {
				once = true
				w.mu.Unlock() // after it has looked whether the database goes on from what it knew
				defer w.mu.Lock()
				other()
			}
			return nil
		})
		if _, err := slow.Step(t.Context()); err == nil {
			t.Error("it took another log for its own")
		}
		w.failing(nil)
	} else {
		other()
	}
	if _, err := slow.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, leaf, err := log.Await(ctx, lost); err == nil {
		t.Errorf("what was lost has a proof of place %d", leaf.Index)
	}
	w.publicSound(t)
}
