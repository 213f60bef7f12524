package folder

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
)

const testOrigin = "coffre.test/journal"

// testLog is a log that a test writes entry by entry.
type testLog struct {
	signer note.Signer
	vkey   string
	size   int64
	hashes []tlog.Hash
}

func newTestLog(t *testing.T) *testLog {
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

func (l *testLog) add(t *testing.T, entry []byte) int64 {
	t.Helper()
	hs, err := tlog.StoredHashes(l.size, entry, l)
	must(t, err)
	l.hashes, l.size = append(l.hashes, hs...), l.size+1
	return l.size - 1
}

// event adds one, and proves it.
func (l *testLog) event(t *testing.T, e journal.Event) client.Proof {
	t.Helper()
	b, err := e.Encode()
	must(t, err)
	salt := journal.NewSalt()
	c := journal.Commitment(b, salt)
	index := l.add(t, c[:])
	leaf := l.leaf(t, index)
	return client.Proof{Event: string(b), Salt: salt[:], Leaf: &leaf}
}

func (l *testLog) leaf(t *testing.T, index int64) journal.Leaf {
	t.Helper()
	root, err := tlog.TreeHash(l.size, l)
	must(t, err)
	signed, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", testOrigin, l.size, root)}, l.signer)
	must(t, err)
	path, err := tlog.ProveRecord(l.size, index, l)
	must(t, err)
	leaf := journal.Leaf{Index: index, Size: l.size, Path: [][]byte{}, Checkpoint: string(signed)}
	for _, h := range path {
		leaf.Path = append(leaf.Path, h[:])
	}
	return leaf
}

func (l *testLog) consistency(t *testing.T, q url.Values) [][]byte {
	t.Helper()
	from, err1 := strconv.ParseInt(q.Get("from"), 10, 64)
	to, err2 := strconv.ParseInt(q.Get("to"), 10, 64)
	proof, err3 := tlog.ProveTree(to, from, l)
	must(t, errors.Join(err1, err2, err3))
	path := [][]byte{}
	for _, h := range proof {
		path = append(path, h[:])
	}
	return path
}
