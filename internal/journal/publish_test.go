package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
)

// newPublicWorld is a world with tiles.
func newPublicWorld(t testing.TB, batch int) *world {
	t.Helper()
	w := newWorld(t, batch)
	w.tiles = storagetest.NewMemoryTiles()
	w.restart(batch)
	return w
}

// restart is another process over the same store and tiles.
func (w *world) restart(batch int) {
	w.seq = w.sequencer(batch)
	w.log = journal.NewLog(w, w.view, w.seq)
}

// entriesOf reads a log as the public does: from bundles.
func entriesOf(t testing.TB, tiles map[string][]byte, size int64) (entries [][]byte) {
	t.Helper()
	for n := int64(0); n<<8 < size; n++ {
		width := int(min(256, size-n<<8))
		body, ok := tiles[journal.TilePath(-1, n, width)]
		if !ok {
			body = tiles[journal.TilePath(-1, n, 256)]
		}
		some, _, err := journal.ParseBundle(body, width)
		if err != nil {
			t.Fatalf("bundle %d of %d entries: %v", n, width, err)
		}
		entries = append(entries, some...)
	}
	return entries
}

// nodes are the hashes of the tree by level, computed by another
// implementation than ours.
func nodes(entries [][]byte) (levels [][][]byte) {
	var row [][]byte
	for _, e := range entries {
		row = append(row, rfc6962.DefaultHasher.HashLeaf(e))
	}
	for len(row) > 0 {
		levels = append(levels, row)
		var up [][]byte
		for i := 0; i+1 < len(row); i += 2 {
			up = append(up, rfc6962.DefaultHasher.HashChildren(row[i], row[i+1]))
		}
		row = up
	}
	return levels
}

// publicSound holds whatever was ever published, tiles and checkpoints, against
// the log as the public reads it now: one history, of which nothing was ever
// rewritten, with every tile that its last checkpoint needs.
func (w *world) publicSound(t testing.TB) {
	t.Helper()
	w.sound(t)
	now := w.tiles.All()
	var checkpoints []journal.Checkpoint
	for path, body := range w.tiles.Ever() {
		if !strings.HasPrefix(path, "checkpoints/") {
			continue
		}
		c, err := journal.OpenCheckpoint(w.vkey, string(body))
		if err != nil || journal.CheckpointPath(c.Size) != path || !bytes.Equal(now[path], body) {
			t.Fatalf("%s holds %q, now %q, %v", path, body, now[path], err)
		}
		checkpoints = append(checkpoints, c)
	}
	if len(checkpoints) == 0 {
		t.Fatal("nothing is published")
	}
	last := slices.MaxFunc(checkpoints, func(a, b journal.Checkpoint) int { return int(a.Size - b.Size) })
	head, err := w.log.Head(t.Context())
	if err != nil || head.Size != last.Size || head.Root != last.Root {
		t.Fatalf("the log shows %d entries, %v; published are %d", head.Size, err, last.Size)
	}
	entries := entriesOf(t, now, last.Size)
	levels := nodes(entries)
	var leaves [][]byte
	if len(levels) > 0 {
		leaves = levels[0]
	}
	for _, c := range checkpoints {
		if !bytes.Equal(rootOf(leaves[:c.Size]), c.Root[:]) {
			t.Errorf("the checkpoint of %d is over other entries than those that are published", c.Size)
		}
	}
	for i, e := range entries {
		if !bytes.Equal(w.entries[i], e) {
			t.Errorf("entry %d is published with other bytes than the store has", i)
		}
	}
	w.tilesSound(t, now, levels, last.Size)
}

// tilesSound: the tiles that are there are those of the tree, and none is
// missing.
func (w *world) tilesSound(t testing.TB, now map[string][]byte, levels [][][]byte, size int64) {
	t.Helper()
	for path, body := range now {
		level, n, width, err := journal.ParseTilePath(path)
		if err != nil || level < 0 {
			continue
		}
		if 8*level >= len(levels) || n<<8+int64(width) > int64(len(levels[8*level])) {
			continue // ahead of the public log, on its way
		}
		if want := bytes.Join(levels[8*level][n<<8:n<<8+int64(width)], nil); !bytes.Equal(body, want) {
			t.Errorf("%s is not what the entries give", path)
		}
	}
	for level := 0; size>>(8*level) > 0; level++ {
		for n := int64(0); n<<8 < size>>(8*level); n++ {
			width := int(min(256, size>>(8*level)-n<<8))
			if now[journal.TilePath(level, n, width)] == nil {
				t.Errorf("%s is missing in a log of %d", journal.TilePath(level, n, width), size)
			}
		}
	}
}

// TestPublication of a log that grows over the ends of tiles of two levels.
func TestPublication(t *testing.T) {
	w := newPublicWorld(t, 30_000)
	w.drain(t)
	w.publicSound(t) // an empty log has a checkpoint, too
	for _, n := range []int{1, 1, 253, 1, 1, 300, 1711, 70_000} {
		w.growBy(t, n)
	}
	w.publicSound(t)
	if w.tiles.All()["tile/1/001.p/26"] == nil || w.tiles.All()["tile/2/000.p/1"] == nil {
		t.Error("the upper tiles are missing")
	}
	if err := w.log.Audit(t.Context()); err != nil {
		t.Error(err)
	}
}

// growBy adds n short entries, which nobody asks for.
func (w *world) growBy(t testing.TB, n int) {
	t.Helper()
	for i := range n {
		w.addFact(fmt.Appendf(nil, "entry %d", i))
	}
	w.drain(t)
}

// TestPublisherDiesAnywhere: each call to the object store and to the database
// fails in turn, even one that has done its work; another process goes on, with
// an act more in between. Nothing that was published is ever rewritten.
func TestPublisherDiesAnywhere(t *testing.T) {
	lost := errors.New("killed")
	for _, asking := range []bool{false, true} {
		for nth, died := 0, true; died; nth++ {
			died = false
			w := newPublicWorld(t, 1000)
			if asking {
				w.cosign = cosigning("witness")
				w.restart(1000)
			}
			w.grow(t, 250)
			for i := range 9 {
				w.add(someEvent(t, fmt.Sprint("more", i)))
			}
			w.restart(1000)
			calls := 0
			die := func() error {
				if calls++; died || calls == nth+1 {
					died = true
					return lost
				}
				return nil
			}
			w.failing(func(string) error { return die() })
			w.tiles.Fail(func(string, string) error { w.mu.Lock(); defer w.mu.Unlock(); return die() })
			_, err := w.seq.Step(t.Context())
			if died && !errors.Is(err, lost) && err != nil {
				t.Fatalf("call %d: %v", nth, err)
			}
			w.failing(nil)
			w.tiles.Fail(nil)
			w.restart(1000)
			w.add(someEvent(t, "after"))
			w.drain(t)
			w.publicSound(t)
			if w.public.Size != 260 {
				t.Fatalf("killed at call %d: %d entries are public", nth, w.public.Size)
			}
			if nth > 500 {
				t.Fatal("there is no end")
			}
		}
	}
}

// cosigning adds a signature line, another one at each call.
func cosigning(name string) journal.Cosign {
	n := 0
	return func(_ context.Context, _ int64, b []byte) ([]byte, error) {
		n++
		skey, _, err := note.GenerateKey(seeded(n), name)
		if err != nil {
			return nil, err
		}
		signer, err := note.NewSigner(skey)
		if err != nil {
			return nil, err
		}
		text, _, _ := strings.Cut(string(b), "\n\n")
		own, err := note.Sign(&note.Note{Text: text + "\n"}, signer)
		if err != nil {
			return nil, err
		}
		_, line, _ := strings.Cut(string(own), "\n\n")
		return append(bytes.Clone(b), line...), nil
	}
}

// seeded is a source of bytes that differ by n.
func seeded(n int) *bytes.Reader { return bytes.NewReader(bytes.Repeat([]byte{byte(n)}, 64)) }
