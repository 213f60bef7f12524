package client_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
)

func openPublic(t testing.TB, where string) *client.PublicLog {
	t.Helper()
	l, err := client.OpenPublic(where, nil)
	must(t, err)
	return l
}

func keyFact(t testing.TB, holder, who, name string, epoch int64) []byte {
	t.Helper()
	f := journal.KeyFact{Type: "key", Holder: holder, ID: who, Epoch: epoch, VK: strings.Repeat("A", 44), Recipient: strings.Repeat("ab", 32)}
	if holder == "administration" {
		f.Name, f.SIRET = name, "21760100000018"
	}
	b, err := f.Encode()
	must(t, err)
	return b
}

// theirRoot is the root by somebody else's code.
func theirRoot(t testing.TB, entries [][]byte) []byte {
	t.Helper()
	r := (&compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}).NewEmptyRange(0)
	for _, e := range entries {
		must(t, r.Append(rfc6962.DefaultHasher.HashLeaf(e), nil))
	}
	if r.End() == 0 {
		return rfc6962.DefaultHasher.EmptyRoot()
	}
	root, err := r.GetRootHash(nil)
	must(t, err)
	return root
}

// TestWholeLogs of any length are sound, by tiles on a disk and by HTTP, with
// every checkpoint that they ever had.
func TestWholeLogs(t *testing.T) {
	l := newTestLog(t)
	dir := t.TempDir()
	l.write(t, dir, 0)
	checkpoints := 1
	for _, size := range []int{0, 1, 2, 255, 256, 257, 511, 512, 513, 3000, 65536, 66000} {
		l.fill(t, size-len(l.entries))
		if size > 0 {
			l.write(t, dir, int64(size))
			checkpoints++
		}
		web := httptest.NewServer(http.StripPrefix("/log/", http.FileServer(http.Dir(dir))))
		note := l.note(t, int64(size))
		must(t, os.WriteFile(filepath.Join(dir, "checkpoint"), []byte(note), 0o600))
		for where, wantChecked := range map[string]int{dir: checkpoints + 1, web.URL: 2} {
			r, err := client.VerifyLog(t.Context(), openPublic(t, where), client.LogOrder{
				Key: l.vkey, Seen: []client.Seen{{Note: l.note(t, int64(size/2)), From: "memory"}},
			})
			must(t, err)
			if size == 0 {
				wantChecked = 1
			}
			if r.Size != int64(size) || r.Events != int64(size) || r.Checkpoints != wantChecked {
				t.Errorf("%d entries at %.4s: %+v, want %d checkpoints", size, where, r, wantChecked)
			}
		}
		c, err := journal.OpenCheckpoint(l.vkey, note)
		must(t, err)
		if !bytes.Equal(theirRoot(t, l.entries), c.Root[:]) {
			t.Errorf("%d entries have another root by somebody else's code", size)
		}
		web.Close()
	}
}

// TestFiguresOfTheLog: whose keys are in it.
func TestFiguresOfTheLog(t *testing.T) {
	l := newTestLog(t)
	l.fill(t, 300)
	l.add(t, keyFact(t, "safe", id("s"), "", 1), keyFact(t, "safe", id("t"), "", 1), keyFact(t, "safe", id("t"), "", 2),
		keyFact(t, "administration", id("m"), "Mairie", 1), keyFact(t, "administration", id("m"), "Mairie de Valmont", 2),
		[]byte("coffre/v1/fact\n{\"type\":\"terms\"}"), []byte("nonsense"))
	r, err := client.VerifyLog(t.Context(), openPublic(t, l.published(t)), client.LogOrder{Key: l.vkey})
	must(t, err)
	if want := map[string]int64{"key": 5, "terms": 1, "?": 1}; !maps.Equal(r.Facts, want) || r.Events != 300 || r.Safes != 2 {
		t.Errorf("%+v", r)
	}
	if len(r.Offices) != 1 || r.Offices[0].Name != "Mairie de Valmont" || r.Offices[0].Keys != 2 {
		t.Errorf("%+v", r.Offices)
	}
}

// flip changes one byte of a file.
func flip(t testing.TB, dir, name string, at int) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	b, err := os.ReadFile(path)
	must(t, err)
	b[at] ^= 1
	must(t, os.WriteFile(path, b, 0o600))
}

func remove(t testing.TB, dir, name string) {
	t.Helper()
	must(t, os.Remove(filepath.Join(dir, filepath.FromSlash(name))))
}

// TestNothingOfALogCanBeChanged: each act on what is published is found, and
// named for what it is, with evidence.
func TestNothingOfALogCanBeChanged(t *testing.T) {
	const size, large = 700, 66_000
	l := newTestLog(t)
	l.fill(t, large)
	fork := newTestLog(t)
	fork.signer, fork.vkey = l.signer, l.vkey
	fork.fill(t, size)
	for name, c := range map[string]struct {
		act  func(t *testing.T, dir string)
		want client.FaultKind
	}{
		"an entry":               {func(t *testing.T, dir string) { flip(t, dir, "tile/entries/001", 40) }, client.FaultEntry},
		"the last entry":         {func(t *testing.T, dir string) { flip(t, dir, "tile/entries/002.p/188", 188*34-1) }, client.FaultEntry},
		"the length of an entry": {func(t *testing.T, dir string) { flip(t, dir, "tile/entries/001", 1) }, client.FaultTile},
		"a hash of a tile":       {func(t *testing.T, dir string) { flip(t, dir, "tile/0/001", 40) }, client.FaultEntry},
		"two levels of it": {func(t *testing.T, dir string) {
			remove(t, dir, "checkpoints/00000000000000000500")
			other := fork.tiles(t, size)
			for _, name := range []string{"tile/entries/001", "tile/0/001"} {
				must(t, os.WriteFile(filepath.Join(dir, name), other[name], 0o600))
			}
		}, client.FaultTile},
		"a tile of level 1":      {func(t *testing.T, dir string) { flip(t, dir, "tile/1/000.p/2", 60) }, client.FaultTile},
		"a full tile of level 1": {func(t *testing.T, dir string) { l.write(t, dir, large); flip(t, dir, "tile/1/000", 1000) }, client.FaultTile},
		"the top":                {func(t *testing.T, dir string) { l.write(t, dir, large); flip(t, dir, "tile/2/000.p/1", 0) }, client.FaultTile},
		"a tile is gone":         {func(t *testing.T, dir string) { remove(t, dir, "tile/0/000") }, client.FaultMissing},
		"a bundle is gone":       {func(t *testing.T, dir string) { remove(t, dir, "tile/entries/000") }, client.FaultMissing},
		"a tile is cut":          {func(t *testing.T, dir string) { must(t, os.Truncate(filepath.Join(dir, "tile/0/000"), 4096)) }, client.FaultTile},
		"an unsigned end":        {func(t *testing.T, dir string) { flip(t, dir, fmt.Sprintf("checkpoints/%020d", size), 30) }, client.FaultSignature},
		"an unsigned beginning":  {func(t *testing.T, dir string) { flip(t, dir, "checkpoints/00000000000000000500", 30) }, client.FaultSignature},
		"another history": {func(t *testing.T, dir string) {
			for name, b := range fork.tiles(t, size) {
				must(t, os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), b, 0o600))
			}
		}, client.FaultRewritten},
		"another history by its end": {func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "checkpoint"), []byte(fork.note(t, size)), 0o600))
		}, client.FaultTwins},
		"a shorter end": {func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "checkpoint"), []byte(l.note(t, 300)), 0o600))
		}, client.FaultShorter},
		"a root that was never computed": {func(t *testing.T, dir string) {
			note := l.sign(t, fmt.Sprintf("%s\n%d\n%s\n", testOrigin, size, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="))
			must(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("checkpoints/%020d", size)), []byte(note), 0o600))
		}, client.FaultRoot},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l.write(t, dir, 500)
			l.write(t, dir, size)
			c.act(t, dir)
			_, err := client.VerifyLog(t.Context(), openPublic(t, dir), client.LogOrder{Key: l.vkey})
			var f *client.Fault
			var a *client.Alarm
			if !errors.As(err, &f) || f.Kind != c.want || !errors.As(err, &a) || a.Evidence["received"] == "" {
				t.Errorf("%v, want %s with evidence", err, c.want)
			}
		})
	}
}

// TestWhatWasSeenStays: a checkpoint of last year is in the log, or is evidence.
func TestWhatWasSeenStays(t *testing.T) {
	l, fork := newTestLog(t), newTestLog(t)
	fork.signer, fork.vkey = l.signer, l.vkey
	l.fill(t, 1000)
	fork.fill(t, 1000)
	dir := l.published(t)
	head, err := journal.OpenCheckpoint(l.vkey, l.note(t, 1000))
	must(t, err)
	for _, size := range []int64{0, 1, 256, 300, 999, 1000} {
		seen := l.note(t, size)
		_, err := client.VerifyLog(t.Context(), openPublic(t, dir), client.LogOrder{Key: l.vkey, Seen: []client.Seen{{Note: seen, From: "last year"}}})
		must(t, err)
		older, err := journal.OpenCheckpoint(l.vkey, seen)
		must(t, err)
		must(t, openPublic(t, dir).Continues(t.Context(), older, head))
	}
	fork.fill(t, 1)
	for size, want := range map[int64]client.FaultKind{
		1: client.FaultRewritten, 300: client.FaultRewritten, 1000: client.FaultTwins, 1001: client.FaultShorter,
	} {
		seen := fork.note(t, size)
		_, err := client.VerifyLog(t.Context(), openPublic(t, dir), client.LogOrder{Key: l.vkey, Seen: []client.Seen{{Note: seen, From: "last year"}}})
		var f *client.Fault
		var a *client.Alarm
		if !errors.As(err, &f) || f.Kind != want || !errors.As(err, &a) || a.Evidence["seen"] != seen {
			t.Errorf("%d entries of a fork: %v, want %s", size, err, want)
		}
		older, err := journal.OpenCheckpoint(l.vkey, seen)
		must(t, err)
		if err := openPublic(t, dir).Continues(t.Context(), older, head); !errors.As(err, &f) || f.Kind != want {
			t.Errorf("%d entries of a fork continue: %v, want %s", size, err, want)
		}
	}
}

// TestProofsFromTiles are those of RFC 9162, by somebody else's verifier; none
// comes of tiles that were changed.
func TestProofsFromTiles(t *testing.T) {
	l := newTestLog(t)
	l.fill(t, 66_000)
	dir := l.published(t)
	note := l.note(t, 66_000)
	c, err := journal.OpenCheckpoint(l.vkey, note)
	must(t, err)
	for _, at := range []int64{0, 1, 255, 256, 4711, 65_535, 65_536, 65_999} {
		leaf, err := openPublic(t, dir).Prove(t.Context(), l.vkey, note, at, l.entries[at])
		must(t, err)
		must(t, proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(at), uint64(c.Size), rfc6962.DefaultHasher.HashLeaf(l.entries[at]), leaf.Path, c.Root[:]))
	}
	var f *client.Fault
	if _, err := openPublic(t, dir).Prove(t.Context(), l.vkey, note, 4711, l.entries[4712]); !errors.As(err, &f) || f.Kind != client.FaultEntry {
		t.Errorf("of another entry: %v", err)
	}
	if _, err := openPublic(t, dir).Prove(t.Context(), l.vkey, note, 66_000, l.entries[1]); !errors.As(err, &f) || f.Kind != client.FaultShorter {
		t.Errorf("of an entry to come: %v", err)
	}
	flip(t, dir, "tile/0/018", 7)
	if _, err := openPublic(t, dir).Prove(t.Context(), l.vkey, note, 4711, l.entries[4711]); !errors.As(err, &f) || f.Kind != client.FaultTile {
		t.Errorf("by a tile that was changed: %v", err)
	}
}

// TestLinksAreProvenByTiles: a QR code needs what is public, and nothing else.
func TestLinksAreProvenByTiles(t *testing.T) {
	l, all, _ := sampleReceipts(t)
	web := httptest.NewServer(http.StripPrefix("/log/", http.FileServer(http.Dir(l.published(t)))))
	defer web.Close()
	for _, r := range all {
		link, err := r.Link(testBase)
		must(t, err)
		_, s, err := client.ParseLink(link)
		must(t, err)
		got, err := s.Prove(t.Context(), openPublic(t, web.URL), l.vkey, l.note(t, int64(len(l.entries))))
		must(t, err)
		if p, err := got.Verify(l.vkey); err != nil || p.Index != r.Leaf.Index || encoded(t, got) != encoded(t, r) {
			t.Errorf("%+v, %v", p, err)
		}
		s.Index++
		var f *client.Fault
		if _, err := s.Prove(t.Context(), openPublic(t, web.URL), l.vkey, l.note(t, int64(len(l.entries)))); !errors.As(err, &f) || f.Kind != client.FaultEntry {
			t.Errorf("at another place: %v", err)
		}
	}
}
