package gateway_test

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// checkpoint is the one that is public now.
func (w *world) checkpoint(t *testing.T) (string, journal.Checkpoint) {
	t.Helper()
	a := w.do(t, request{method: "GET", path: "/log/checkpoint"}).is(t, http.StatusOK)
	c, err := journal.OpenCheckpoint(w.vkey, string(a.body))
	must(t, err)
	return string(a.body), c
}

func (w *world) tile(t *testing.T, path string, status int) []byte {
	t.Helper()
	return w.do(t, request{method: "GET", path: "/log/" + path}).is(t, status).body
}

// acts writes so many events, and waits for them to be public.
func (w *world) acts(t *testing.T, n int) {
	t.Helper()
	var last string
	must(t, w.db.Update(t.Context(), func(tx safe.Tx) (err error) {
		for i := range n {
			if last, err = tx.Events.Append(t.Context(), "", fmt.Appendf(nil, `{"act":%d}`, i), journal.NewSalt()); err != nil {
				return err
			}
		}
		return nil
	}))
	_, _, err := w.log.Await(t.Context(), last)
	must(t, err)
}

// TestTheJournalIsReadFromItsTiles: by a stranger, with another implementation
// of the tree than ours: the bundles give the root that the gateway has signed,
// the tiles are those of that tree, and nothing that was once read is ever
// answered otherwise.
func TestTheJournalIsReadFromItsTiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	read := map[string][]byte{}
	keep := func(path string, body []byte) {
		if had, ok := read[path]; ok && !bytes.Equal(had, body) {
			t.Errorf("%s was answered with other bytes before", path)
		}
		read[path] = body
	}
	for round := range 3 {
		w.acts(t, 101)
		note, newest := w.checkpoint(t)
		if newest.Size < int64(100*(round+1)) {
			t.Fatalf("%d entries", newest.Size)
		}
		keep(journal.CheckpointPath(newest.Size), w.tile(t, fmt.Sprint("checkpoints/", newest.Size), 200))
		if string(read[journal.CheckpointPath(newest.Size)]) != note {
			t.Error("the newest checkpoint is kept otherwise than it is shown")
		}
		tree := (&compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}).NewEmptyRange(0)
		for n := int64(0); n<<8 < newest.Size; n++ {
			width := int(min(256, newest.Size-n<<8))
			bundle, hashes := journal.TilePath(-1, n, width), journal.TilePath(0, n, width)
			keep(bundle, w.tile(t, bundle, 200))
			keep(hashes, w.tile(t, hashes, 200))
			entries, _, err := journal.ParseBundle(read[bundle], width)
			must(t, err)
			var want []byte
			for _, e := range entries {
				h := rfc6962.DefaultHasher.HashLeaf(e)
				want = append(want, h...)
				must(t, tree.Append(h, nil))
			}
			if !bytes.Equal(want, read[hashes]) {
				t.Errorf("%s is not of its entries", hashes)
			}
		}
		if root, err := tree.GetRootHash(nil); err != nil || !bytes.Equal(root, newest.Root[:]) {
			t.Errorf("the entries give %x, %v; signed is %x", root, err, newest.Root)
		}
	}
	for path, body := range read { // once more, and the sweep has been by
		if size, err := journal.ParseCheckpointPath(path); err == nil {
			path = fmt.Sprint("checkpoints/", size)
		}
		if got := w.tile(t, path, 200); !bytes.Equal(got, body) {
			t.Errorf("%s has changed", path)
		}
	}
}

// TestWhatIsNotPublicIsNotThere: neither what no log has, nor what this one
// will have later.
func TestWhatIsNotPublicIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.citizen(t, "angela")
	_, c := w.checkpoint(t)
	for _, path := range []string{
		"tile/0/001", journal.TilePath(0, 0, int(c.Size)+1), journal.TilePath(-1, 0, int(c.Size)+1), "tile/0/000", "tile/1/000.p/1", "tile/63/000.p/1",
		"tile/0/000.p/0", "tile/0/0", "tile/", "tile/x", "tile/0/000/", "tile/entries/../0/000.p/1", "tile/8/0/000", "tile/0/000.p%2F1", "tile/0//000",
		fmt.Sprint("checkpoints/", c.Size+1), "checkpoints/-1", "checkpoints/01", "checkpoints/x", "checkpoints/99999999999999999999", "checkpoints/",
		"signed/00000000000000000001",
	} {
		w.do(t, request{method: "GET", path: "/log/" + path}).is(t, 404).refuses(t, "not-found")
	}
	head := w.do(t, request{method: "HEAD", path: "/log/" + journal.TilePath(0, 0, int(c.Size))}).is(t, 200)
	if head.header.Get("Content-Length") != fmt.Sprint(32*c.Size) || len(head.body) != 0 {
		t.Errorf("HEAD announces %s bytes", head.header.Get("Content-Length"))
	}
}
