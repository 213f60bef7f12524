package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// divided says whether the store and what is published, or about to be, are two
// histories of which neither begins with the other. That is so when a dump comes
// back whose last entries were decided and never published, and the log went on
// without them from an older dump.
func (w *world) divided(t testing.TB) bool {
	t.Helper()
	now := w.tiles.All()
	public := int64(-1)
	claims := map[int64]journal.Checkpoint{}
	for path, body := range now {
		claim := strings.HasPrefix(path, "signed/")
		if !claim && !strings.HasPrefix(path, "checkpoints/") {
			continue
		}
		c, err := journal.OpenCheckpoint(w.vkey, string(body))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if !claim {
			public = max(public, c.Size)
		}
		if was, ok := claims[c.Size]; ok && was.Root != c.Root {
			t.Fatalf("two checkpoints of %d", c.Size)
		}
		claims[c.Size] = c
	}
	for size, c := range claims {
		if size < public {
			continue // the newest one holds for it
		}
		entries := w.entries
		if size > int64(len(entries)) {
			entries = entriesOf(t, now, size)
		}
		if !bytes.Equal(rootOf(leavesOf(entries[:size])), c.Root[:]) {
			return true
		}
		for i, e := range w.entries[:min(len(w.entries), int(size))] {
			if !bytes.Equal(e, entries[i]) {
				return true
			}
		}
	}
	return false
}

func leavesOf(entries [][]byte) [][]byte {
	if len(entries) == 0 {
		return nil
	}
	return nodes(entries)[0]
}

// TestHistoriesOfThePublic: any order of acts, publications, deaths, restores
// of older dumps and new buckets. Whatever was public once is so for ever, and
// the log goes on; only a dump of another history is refused, and changes nothing.
func TestHistoriesOfThePublic(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newPublicWorld(t, rapid.IntRange(1, 300).Draw(rt, "batch"))
		loads := []func(){w.dump()}
		added := 0
		rt.Repeat(map[string]func(*rapid.T){
			"act": func(rt *rapid.T) {
				for range rapid.IntRange(1, 200).Draw(rt, "acts") {
					w.add(someEvent(t, fmt.Sprint("e", added)))
					added++
				}
			},
			"step": func(rt *rapid.T) {
				if _, err := w.seq.Step(t.Context()); err != nil {
					rt.Fatal(err)
				}
			},
			"restart": func(*rapid.T) { w.restart(100) },
			"dump":    func(*rapid.T) { loads = append(loads, w.dump()) },
			"restore": func(rt *rapid.T) {
				rapid.SampledFrom(loads).Draw(rt, "dump")()
				w.restart(100)
				if !w.divided(t) {
					return
				}
				was := w.tiles.All()
				if _, err := w.seq.Step(t.Context()); !errors.Is(err, journal.ErrFork) {
					rt.Fatalf("a dump of another history: %v", err)
				}
				if !maps.EqualFunc(w.tiles.All(), was, bytes.Equal) {
					rt.Fatal("what is published has changed")
				}
				loads[0]() // the operator starts with nothing but the key
				w.restart(100)
			},
			"die": func(rt *rapid.T) {
				left := rapid.IntRange(0, 20).Draw(rt, "calls")
				after := rapid.Bool().Draw(rt, "after it is done")
				w.tiles.Fail(func(call, _ string) error {
					w.mu.Lock()
					defer w.mu.Unlock()
					if (call == "done") == after {
						left--
					}
					if left < 0 {
						return errors.New("killed")
					}
					return nil
				})
				if _, err := w.seq.Step(t.Context()); errors.Is(err, journal.ErrFork) {
					rt.Fatal(err)
				}
				w.tiles.Fail(nil)
				w.restart(100)
			},
			"tidy": func(rt *rapid.T) {
				if _, err := w.seq.Tidy(t.Context()); err != nil {
					rt.Fatal(err)
				}
			},
		})
		w.restart(100)
		if _, err := w.seq.Step(t.Context()); err != nil {
			rt.Fatal(err)
		}
		w.drain(t)
		w.publicSound(t)
	})
}
