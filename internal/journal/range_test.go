package journal_test

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// TestEveryEntryIsRead: from any index to any published size the entries come
// whole, and with one left out, added, swapped or changed they do not verify.
func TestEveryEntryIsRead(t *testing.T) {
	w := newWorld(t, 100)
	var checkpoints []journal.Checkpoint
	for range 13 {
		w.grow(t, 3)
		w.drain(t)
		c, err := journal.OpenCheckpoint(w.vkey, string(w.head.Checkpoint))
		if err != nil {
			t.Fatal(err)
		}
		checkpoints = append(checkpoints, c)
	}
	rapid.Check(t, func(rt *rapid.T) {
		c := rapid.SampledFrom(checkpoints).Draw(rt, "checkpoint")
		from := rapid.Int64Range(0, c.Size).Draw(rt, "from")
		got, err := w.log.Range(t.Context(), from, c.Size)
		if err != nil {
			rt.Fatal(err)
		}
		read := func(left, entries [][]byte) error {
			r, err := journal.StartReading(from, left)
			if err != nil {
				return err
			}
			for _, e := range entries {
				r.Append(e)
			}
			return r.Verify(c)
		}
		if err := read(got.Left, got.Entries); err != nil {
			rt.Fatalf("%d to %d: %v", from, c.Size, err)
		}
		for name, spoil := range map[string]func(e [][]byte) [][]byte{
			"left out": func(e [][]byte) [][]byte { return e[1:] },
			"doubled":  func(e [][]byte) [][]byte { return append(e, e[0]) },
			"changed":  func(e [][]byte) [][]byte { e[0] = bytes.Repeat([]byte{7}, 32); return e },
			"the rest": func(e [][]byte) [][]byte { return e[:len(e)-1] },
			"swapped": func(e [][]byte) [][]byte {
				e[0], e[len(e)-1] = e[len(e)-1], e[0]
				return e
			},
		} {
			if len(got.Entries) < 2 {
				continue
			}
			if err := read(got.Left, spoil(append([][]byte{}, got.Entries...))); !errors.Is(err, journal.ErrProof) {
				rt.Fatalf("%s: %v", name, err)
			}
		}
		if len(got.Left) > 0 {
			other := append([][]byte{bytes.Repeat([]byte{7}, 32)}, got.Left[1:]...)
			if err := read(other, got.Entries); !errors.Is(err, journal.ErrProof) {
				rt.Fatalf("another beginning: %v", err)
			}
			if err := read(got.Left[1:], got.Entries); !errors.Is(err, journal.ErrProof) {
				rt.Fatalf("a beginning too short: %v", err)
			}
		}
	})
	for _, none := range [][2]int64{{-1, 3}, {4, 3}, {0, 9999}, {9999, 0}} {
		if _, err := w.log.Range(t.Context(), none[0], none[1]); !errors.Is(err, journal.ErrProof) {
			t.Errorf("from %d of %d: %v", none[0], none[1], err)
		}
	}
	if all, err := w.log.Range(t.Context(), 0, 0); err != nil || all.Size != checkpoints[12].Size || len(all.Entries) != 39 || len(all.Left) != 0 {
		t.Errorf("the newest has %d of %d, %v", len(all.Entries), all.Size, err)
	}
}

const someSafe, someHash = "aaaaaaaaaaaaaaaaaaaaaaaaaa", "00000000000000000000000000000000000000000000000000000000000000ff"

func TestRecoveryFacts(t *testing.T) {
	for _, kind := range []string{journal.FactRecovery, journal.FactRecoveryEnded} {
		b, err := journal.RecoveryFact{Type: kind, Safe: someSafe, Request: someHash}.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if want := "coffre/v1/fact\n" + `{"request":"` + someHash + `","safe":"` + someSafe + `","type":"` + kind + `"}`; string(b) != want {
			t.Errorf("%q", b)
		}
		if f, err := journal.ParseRecoveryFact(b); err != nil || f.Type != kind {
			t.Errorf("%+v, %v", f, err)
		}
		if _, err := journal.ParseKeyFact(b); !errors.Is(err, journal.ErrFact) {
			t.Errorf("a recovery is read as a key: %v", err)
		}
	}
	key, err := someFact().Encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, none := range [][]byte{key, make([]byte, 32), nil, []byte("coffre/v1/fact\n{}"), []byte(`coffre/v1/fact` + "\n" + `{"request":"x","safe":"` + someSafe + `","type":"recovery"}`)} {
		if _, err := journal.ParseRecoveryFact(none); !errors.Is(err, journal.ErrFact) {
			t.Errorf("%q: %v", none, err)
		}
	}
}

// FuzzRecoveryFact: what is accepted is written as it was read.
func FuzzRecoveryFact(f *testing.F) {
	for _, kind := range []string{journal.FactRecovery, journal.FactRecoveryEnded} {
		b, err := journal.RecoveryFact{Type: kind, Safe: someSafe, Request: someHash}.Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte("coffre/v1/fact\n{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		fact, err := journal.ParseRecoveryFact(b)
		if err != nil {
			if !errors.Is(err, journal.ErrFact) {
				t.Errorf("%v is no ErrFact", err)
			}
			return
		}
		if again, err := fact.Encode(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%q was accepted and is written %q, %v", b, again, err)
		}
	})
}
