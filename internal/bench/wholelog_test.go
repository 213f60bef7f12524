package bench

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
)

const (
	wholeSize = 1_000_000
	// What somebody reads of a public journal each second: from a copy, and by
	// HTTP from a server in the same process.
	wantCopy = 500_000
	wantHTTP = 100_000
)

// BenchmarkWholeLog reads 10^6 entries again as `coffre verify log` does: every
// entry, every tile, the root; from a copy on a disk, then by HTTP.
func BenchmarkWholeLog(b *testing.B) {
	dir := b.TempDir()
	vkey := publishTiles(b, dir)
	web := httptest.NewServer(http.StripPrefix("/log/", http.FileServer(http.Dir(dir))))
	defer web.Close()
	model, kernel, load := machine()
	fmt.Printf("\n%s, Linux %s, load %s\n", model, kernel, load)
	for b.Loop() {
		for _, at := range []struct {
			what, where string
			want        int
		}{{"a copy on a disk", dir, wantCopy}, {"HTTP", web.URL, wantHTTP}} {
			l, err := client.OpenPublic(at.where, nil)
			must(b, err)
			before := cpu(b, os.Getpid())
			r, err := client.VerifyLog(b.Context(), l, client.LogOrder{Key: vkey})
			must(b, err)
			fmt.Printf("whole journal verified from %s (want %d/s): %d entries, %.0f/s, %.2f s of processor time\n",
				at.what, at.want, r.Size, float64(r.Size)/r.Took.Seconds(), cpu(b, os.Getpid())-before)
		}
	}
}

// publishTiles writes a log as its gateway publishes it.
func publishTiles(b *testing.B, dir string) (vkey string) {
	b.Helper()
	skey, vkey, err := journal.GenerateKey("coffre.test/journal")
	must(b, err)
	signer, err := note.NewSigner(skey)
	must(b, err)
	level := make([]tlog.Hash, wholeSize)
	entries := make([][32]byte, wholeSize)
	for i := range entries {
		binary.BigEndian.PutUint64(entries[i][:], uint64(i))
		level[i] = tlog.RecordHash(entries[i][:])
	}
	put := func(path string, body []byte) {
		name := filepath.Join(dir, filepath.FromSlash(path))
		must(b, os.MkdirAll(filepath.Dir(name), 0o700))
		must(b, os.WriteFile(name, body, 0o600))
	}
	r := (&compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}).NewEmptyRange(0)
	for _, h := range level {
		must(b, r.Append(h[:], nil))
	}
	root, err := r.GetRootHash(nil)
	must(b, err)
	for at := 0; len(level) > 0; at++ {
		var up []tlog.Hash
		for n := 0; n*256 < len(level); n++ {
			part := level[n*256 : min(len(level), (n+1)*256)]
			var tile, bundle []byte
			for i, h := range part {
				tile = append(tile, h[:]...)
				if at == 0 {
					bundle, err = journal.AppendBundle(bundle, entries[n*256+i][:])
					must(b, err)
				}
			}
			put(journal.TilePath(at, int64(n), len(part)), tile)
			if at == 0 {
				put(journal.TilePath(-1, int64(n), len(part)), bundle)
			}
			if len(part) == 256 {
				up = append(up, joined(part))
			}
		}
		level = up
	}
	head, err := note.Sign(&note.Note{Text: fmt.Sprintf("coffre.test/journal\n%d\n%s\n", wholeSize, base64.StdEncoding.EncodeToString(root))}, signer)
	must(b, err)
	put("checkpoint", head)
	return vkey
}

// joined is the root of a full tile.
func joined(part []tlog.Hash) tlog.Hash {
	if len(part) == 1 {
		return part[0]
	}
	half := len(part) / 2
	return tlog.NodeHash(joined(part[:half]), joined(part[half:]))
}
