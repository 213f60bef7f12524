package journal_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// TestAwaitSaysThatWitnessesAreMissing: nothing is proven before they have
// cosigned, who waits is told why, and once they are back it goes on.
func TestAwaitSaysThatWitnessesAreMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newPublicWorld(t, 10)
		w.grow(t, 3)
		away := true
		w.cosign = func(_ context.Context, _ int64, note []byte) ([]byte, error) {
			if away {
				return nil, fmt.Errorf("%w: b: no answer", journal.ErrQuorum)
			}
			return note, nil
		}
		w.restart(10)
		if err := w.log.Held(); err != nil {
			t.Errorf("held before anything was asked: %v", err)
		}
		id := w.add(someEvent(t, "e"))
		_, err := w.seq.Step(t.Context())
		refused(t, "step", err, journal.ErrQuorum)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		_, leaf, err := w.log.Await(ctx, id)
		if !errors.Is(err, journal.ErrQuorum) || !errors.Is(err, context.DeadlineExceeded) || leaf.Checkpoint != "" {
			t.Errorf("error is %v, with leaf %+v", err, leaf)
		}
		if head, err := w.log.Head(t.Context()); err != nil || head.Size != 3 {
			t.Errorf("public are %d entries, %v", head.Size, err)
		}
		away = false
		if _, err := w.seq.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, leaf, err := w.log.Await(t.Context(), id); err != nil || leaf.Size != 4 || w.log.Held() != nil {
			t.Errorf("once they are back: %+v, %v, held %v", leaf, err, w.log.Held())
		}
	})
}

// TestHeldIsForgottenOnceAnotherHasPublished: what kept this process back is no
// reason any more.
func TestHeldIsForgottenOnceAnotherHasPublished(t *testing.T) {
	w := newPublicWorld(t, 10)
	w.grow(t, 3)
	w.cosign = func(context.Context, int64, []byte) ([]byte, error) { return nil, journal.ErrQuorum }
	w.restart(10)
	w.add(someEvent(t, "e"))
	_, err := w.seq.Step(t.Context())
	refused(t, "step", err, journal.ErrQuorum)
	refused(t, "held", w.log.Held(), journal.ErrQuorum)
	w.cosign = nil
	if _, err := w.sequencer(10).Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.seq.Step(t.Context()); err != nil || w.log.Held() != nil {
		t.Errorf("%v, held %v", err, w.log.Held())
	}
}
