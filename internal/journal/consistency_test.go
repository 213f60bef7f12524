package journal_test

import (
	"testing"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

func opened(t *testing.T, w *world) journal.Checkpoint {
	t.Helper()
	c, err := journal.OpenCheckpoint(w.vkey, string(w.head.Checkpoint))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestConsistencyIsThatOfRFC6962: between any two sizes up to 40 the proof is
// one for somebody else's verifier and for ours, and for no other tree.
func TestConsistencyIsThatOfRFC6962(t *testing.T) {
	w := newWorld(t, 1000)
	var seen []journal.Checkpoint
	for range 40 {
		w.grow(t, 1)
		seen = append(seen, opened(t, w))
	}
	for to := 1; to <= len(seen); to++ {
		for from := 1; from <= to; from++ {
			older, newer := seen[from-1], seen[to-1]
			path, err := w.log.Consistency(t.Context(), int64(from), int64(to))
			if err != nil {
				t.Fatal(err)
			}
			if err := journal.VerifyConsistency(older, newer, path); err != nil {
				t.Fatalf("%d in %d: %v", from, to, err)
			}
			if err := proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(from), uint64(to), path, older.Root[:], newer.Root[:]); err != nil {
				t.Fatalf("%d in %d: %v", from, to, err)
			}
			other := older
			other.Root[0] ^= 1
			refused(t, "another older tree", journal.VerifyConsistency(other, newer, path), journal.ErrProof)
			other = newer
			other.Root[0] ^= 1
			refused(t, "another newer tree", journal.VerifyConsistency(older, other, path), journal.ErrProof)
			refused(t, "a longer path", journal.VerifyConsistency(older, newer, append(path, make([]byte, 32))), journal.ErrProof)
			refused(t, "a malformed path", journal.VerifyConsistency(older, newer, append(path, nil)), journal.ErrProof)
			if from < to {
				refused(t, "the newer before the older", journal.VerifyConsistency(newer, older, path), journal.ErrProof)
			}
		}
	}
	for _, bad := range [][2]int64{{0, 5}, {6, 5}, {1, 41}, {-1, 3}} {
		_, err := w.log.Consistency(t.Context(), bad[0], bad[1])
		refused(t, "sizes that are none", err, journal.ErrProof)
	}
}

// TestAForkShowsAtAnySize: a log that was begun anew and has grown further
// than the one that was seen cannot be proven to continue it.
func TestAForkShowsAtAnySize(t *testing.T) {
	w, fork := newWorld(t, 1000), newWorld(t, 1000)
	w.grow(t, 5)
	older := opened(t, w)
	fork.addFact([]byte("another first entry"))
	fork.grow(t, 9)
	newer := opened(t, fork)
	path, err := fork.log.Consistency(t.Context(), 5, 10)
	if err != nil {
		t.Fatal(err)
	}
	refused(t, "a fork", journal.VerifyConsistency(older, newer, path), journal.ErrProof)
}
