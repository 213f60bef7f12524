package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/transparency-dev/merkle/rfc6962"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

func leafHash(entry []byte) []byte { return rfc6962.DefaultHasher.HashLeaf(entry) }

func TestAwaitEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 10)
		id := w.add(someEvent(t, "e"))
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		_, _, err := w.log.Await(ctx, id)
		refused(t, "nobody sequences", err, context.DeadlineExceeded)
		if _, _, err := w.log.Await(t.Context(), "nobody's"); err == nil {
			t.Error("a record that is not there was awaited")
		}
		broken := errors.New("down")
		w.fail = func(call string) error {
			if call == "record" {
				return broken
			}
			return nil
		}
		_, _, err = w.log.Await(t.Context(), id)
		refused(t, "store", err, broken)
	})
}

func TestProofsOfSeveral(t *testing.T) {
	w := newWorld(t, 1000)
	w.grow(t, 20)
	head, leaves, err := w.log.Proofs(t.Context(), []int64{19, 0, 7, 7})
	if err != nil || head.Size != 20 || len(leaves) != 4 {
		t.Fatalf("%d leaves, %v", len(leaves), err)
	}
	for i, index := range []int64{19, 0, 7, 7} {
		if _, err := journal.VerifyLeaf(w.vkey, w.entries[index], leaves[i]); err != nil || leaves[i].Index != index {
			t.Errorf("proof %d: %v", i, err)
		}
	}
	for _, x := range []int64{-1, 20, 1 << 40} {
		_, _, err := w.log.Proofs(t.Context(), []int64{0, x})
		refused(t, fmt.Sprint(x), err, journal.ErrProof)
		_, err = w.log.Leaf(t.Context(), x)
		refused(t, fmt.Sprint(x), err, journal.ErrProof)
	}
	for _, call := range []string{"head", "hashes", "entries"} {
		broken := errors.New("down")
		w.fail = func(c string) error {
			if c == call {
				return broken
			}
			return nil
		}
		_, err := w.log.Leaf(t.Context(), 7)
		refused(t, call, err, broken)
	}
}

// TestFactsComeWithTheirBytes, commitments do not.
func TestFactsComeWithTheirBytes(t *testing.T) {
	w := newWorld(t, 1000)
	w.grow(t, 2)
	b, err := someFact().Encode()
	if err != nil {
		t.Fatal(err)
	}
	w.addFact(b)
	w.grow(t, 2)
	leaf, err := w.log.Leaf(t.Context(), 2)
	if err != nil || !bytes.Equal(leaf.Entry, b) {
		t.Fatalf("%s, %v", leaf.Entry, err)
	}
	if _, err := journal.VerifyLeaf(w.vkey, leaf.Entry, leaf); err != nil {
		t.Error(err)
	}
	if f, err := journal.ParseKeyFact(leaf.Entry); err != nil || f != someFact() {
		t.Errorf("%+v, %v", f, err)
	}
	if leaf, err := w.log.Leaf(t.Context(), 1); err != nil || leaf.Entry != nil {
		t.Errorf("%x, %v", leaf.Entry, err)
	}
}

// TestErasedEventLeavesTheTreeSound: without event and salt the entry is 32
// bytes that fit no event, and every other proof holds.
func TestErasedEventLeavesTheTreeSound(t *testing.T) {
	w := newWorld(t, 1000)
	w.grow(t, 9)
	gone := w.records["r4"]
	delete(w.records, "r4")
	if err := w.log.Audit(t.Context()); err != nil {
		t.Error(err)
	}
	w.grow(t, 3)
	for _, r := range w.records {
		leaf, err := w.log.Leaf(t.Context(), r.Index)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := journal.VerifyEvent(w.vkey, r.Event, r.Salt[:], leaf); err != nil {
			t.Error(err)
		}
	}
	// Whoever guesses the event cannot check the guess without the salt.
	leaf, err := w.log.Leaf(t.Context(), gone.Index)
	if err != nil {
		t.Fatal(err)
	}
	other := journal.NewSalt()
	_, _, err = journal.VerifyEvent(w.vkey, gone.Event, other[:], leaf)
	refused(t, "guessed", err, journal.ErrProof)
	if bytes.Contains(w.entries[4], []byte("Angela")) || len(w.entries[4]) != 32 {
		t.Errorf("the entry says %q", w.entries[4])
	}
}

// TestAuditFindsWhatWasChanged in entries, hashes and head.
func TestAuditFindsWhatWasChanged(t *testing.T) {
	for name, spoil := range map[string]func(w *world){
		"an entry":                func(w *world) { w.entries[5] = bytes.Repeat([]byte{1}, 32) },
		"two entries exchanged":   func(w *world) { w.entries[5], w.entries[6] = w.entries[6], w.entries[5] },
		"an entry is missing":     func(w *world) { w.entries = w.entries[:12] },
		"all entries are missing": func(w *world) { w.entries = nil },
		"the hash of a leaf":      func(w *world) { w.hashes[0][0] ^= 1 },
		"the hash of a node":      func(w *world) { w.hashes[2][0] ^= 1 },
		"the last hash":           func(w *world) { w.hashes[len(w.hashes)-1][0] ^= 1 },
		"the root":                func(w *world) { w.head.Root[0] ^= 1 },
		"an old checkpoint":       func(w *world) { w.head.Checkpoint = w.published[0].Checkpoint },
		"no checkpoint":           func(w *world) { w.head.Checkpoint = nil },
		"too few hashes":          func(w *world) { w.short = true },
		"another root, signed": func(w *world) {
			w.head.Root[0] ^= 1
			w.head.Checkpoint = []byte(signed(t, w.signer, fmt.Sprintf("%s\n%d\n%s\n", origin, w.head.Size, w.head.Root)))
		},
		"a smaller head": func(w *world) { w.head.Size-- },
	} {
		w := newWorld(t, 4)
		w.grow(t, 13)
		if err := w.log.Audit(t.Context()); err != nil {
			t.Fatal(err)
		}
		spoil(w)
		refused(t, name, w.log.Audit(t.Context()), journal.ErrAudit)
	}
	w := newWorld(t, 4)
	if err := w.log.Audit(t.Context()); err != nil {
		t.Errorf("an empty log: %v", err)
	}
	w.grow(t, 13)
	for _, call := range []string{"head", "entries", "hashes"} {
		broken := errors.New("down")
		w.fail = func(c string) error {
			if c == call {
				return broken
			}
			return nil
		}
		err := w.log.Audit(t.Context())
		refused(t, call, err, broken)
		if errors.Is(err, journal.ErrAudit) {
			t.Errorf("%s: a store that is down is called unsound", call)
		}
	}
}
