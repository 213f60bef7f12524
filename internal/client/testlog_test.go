package client_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
)

const testOrigin = "coffre.test/journal"

// testLog is a log that a test writes entry by entry, with its tiles in the
// layout of C2SP tlog-tiles, by code that has nothing of the verifier's.
type testLog struct {
	signer  note.Signer
	vkey    string
	entries [][]byte
	hashes  []tlog.Hash // by stored-hash index
}

func newTestLog(t testing.TB) *testLog {
	t.Helper()
	skey, vkey, err := journal.GenerateKey(testOrigin)
	must(t, err)
	signer, err := note.NewSigner(skey)
	must(t, err)
	return &testLog{signer: signer, vkey: vkey}
}

// ReadHashes is tlog's port.
func (l *testLog) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = l.hashes[x]
	}
	return out, nil
}

func (l *testLog) add(t testing.TB, entries ...[]byte) {
	t.Helper()
	for _, e := range entries {
		hs, err := tlog.StoredHashes(int64(len(l.entries)), e, l)
		must(t, err)
		l.entries, l.hashes = append(l.entries, e), append(l.hashes, hs...)
	}
}

// event adds an event, and gives it with its salt.
func (l *testLog) event(t testing.TB, e journal.Event) (text string, salt []byte) {
	t.Helper()
	b, err := e.Encode()
	must(t, err)
	s := journal.NewSalt()
	c := journal.Commitment(b, s)
	l.add(t, c[:])
	return string(b), s[:]
}

// fill adds that many commitments to nothing.
func (l *testLog) fill(t testing.TB, n int) {
	t.Helper()
	for range n {
		c := journal.Commitment(fmt.Append(nil, len(l.entries)), journal.NewSalt())
		l.add(t, c[:])
	}
}

func (l *testLog) sign(t testing.TB, text string) string {
	t.Helper()
	b, err := note.Sign(&note.Note{Text: text}, l.signer)
	must(t, err)
	return string(b)
}

// note is the checkpoint of the first size entries.
func (l *testLog) note(t testing.TB, size int64) string {
	t.Helper()
	root, err := tlog.TreeHash(size, l)
	must(t, err)
	return l.sign(t, fmt.Sprintf("%s\n%d\n%s\n", testOrigin, size, root))
}

func (l *testLog) leaf(t testing.TB, index int64) journal.Leaf {
	t.Helper()
	size := int64(len(l.entries))
	path, err := tlog.ProveRecord(size, index, l)
	must(t, err)
	leaf := journal.Leaf{Index: index, Size: size, Path: [][]byte{}, Checkpoint: l.note(t, size)}
	for _, h := range path {
		leaf.Path = append(leaf.Path, h[:])
	}
	return leaf
}

// tileName is C2SP tlog-tiles' name of tile n, w hashes or entries wide.
func tileName(level string, n int64, w int) string {
	name := fmt.Sprintf("%03d", n%1000)
	for n /= 1000; n > 0; n /= 1000 {
		name = fmt.Sprintf("x%03d/%s", n%1000, name)
	}
	if w < 256 {
		name += fmt.Sprintf(".p/%d", w)
	}
	return "tile/" + level + "/" + name
}

// tiles are those of the first size entries, with their checkpoint, by name.
func (l *testLog) tiles(t testing.TB, size int64) map[string][]byte {
	t.Helper()
	all := map[string][]byte{fmt.Sprintf("checkpoints/%020d", size): []byte(l.note(t, size))}
	for level, n := 0, size; n > 0; level, n = level+1, n>>8 {
		for at := int64(0); at < n; at += 256 {
			var b, bundle []byte
			for i := at; i < min(at+256, n); i++ {
				h := l.hashes[tlog.StoredHashIndex(8*level, i)]
				b = append(b, h[:]...)
				if level == 0 {
					bundle = binary.BigEndian.AppendUint16(bundle, uint16(len(l.entries[i])))
					bundle = append(bundle, l.entries[i]...)
				}
			}
			all[tileName(fmt.Sprint(level), at/256, len(b)/32)] = b
			if level == 0 {
				all[tileName("entries", at/256, len(b)/32)] = bundle
			}
		}
	}
	return all
}

// write puts them below a directory. What a smaller size has left stays.
func (l *testLog) write(t testing.TB, dir string, size int64) {
	t.Helper()
	for name, b := range l.tiles(t, size) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		must(t, os.MkdirAll(filepath.Dir(path), 0o700))
		must(t, os.WriteFile(path, b, 0o600))
	}
}

// published writes the whole log into a fresh directory.
func (l *testLog) published(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	l.write(t, dir, int64(len(l.entries)))
	return dir
}

func someEvent(what string, detail map[string]string) journal.Event {
	return journal.Event{
		V: 1, ID: id("e"), N: 1, Time: "2026-03-03T13:12:00Z", What: what, Result: journal.ResultDone, Safe: id("s"), Doc: id("d"), Version: id("v"),
		Who: journal.Who{Kind: "citizen", ID: id("a"), Name: "Angela Dubois"}, Detail: detail,
	}
}

func proofOf(t testing.TB, l *testLog, text string, salt []byte, index int64) client.Proof {
	t.Helper()
	leaf := l.leaf(t, index)
	return client.Proof{Event: text, Salt: salt, Leaf: &leaf}
}

func replaced(t testing.TB, s, old, with string) string {
	t.Helper()
	if !strings.Contains(s, old) {
		t.Fatalf("no %s in %.200s", old, s)
	}
	return strings.Replace(s, old, with, 1)
}
