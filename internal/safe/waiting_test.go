package safe_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// behind is a log of which only so much is public: its witnesses are away.
type behind struct {
	*journal.Log
	size int64
}

func (b behind) Head(ctx context.Context) (journal.Head, error) {
	h, err := b.Log.Head(ctx)
	h.Size = min(h.Size, b.size)
	return h, err
}

func (b behind) Leaf(ctx context.Context, index int64) (journal.Leaf, error) {
	if index >= b.size {
		return journal.Leaf{}, fmt.Errorf("%w: %w", journal.ErrWaiting, journal.ErrProof)
	}
	return b.Log.Leaf(ctx, index)
}

func (b behind) Proofs(ctx context.Context, indexes []int64) (journal.Head, []journal.Leaf, error) {
	for _, x := range indexes {
		if _, err := b.Leaf(ctx, x); err != nil {
			return journal.Head{}, nil, err
		}
	}
	return b.Log.Proofs(ctx, indexes)
}

// TestWhatIsNotPublicYetKeepsNothingElseBack: while witnesses are away, safes,
// journals and lists are read, without the proofs that there are not yet.
func TestWhatIsNotPublicYetKeepsNothingElseBack(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	w.keyedMairie(t, "Mairie de Valmont", "21760001200014")
	page, err := w.Journal(w.ctx, c.Actor, "", 10)
	must(t, err)
	if len(page.Items) == 0 || page.Items[0].Index < 1 {
		t.Fatalf("%+v", page.Items)
	}
	newest := page.Items[0].Index

	away := w.with(func(cfg *safe.Config) { cfg.Log = behind{w.log, newest} })
	page, err = away.Journal(w.ctx, c.Actor, "", 10)
	must(t, err)
	if it := page.Items[0]; it.Index != -1 || it.Path != nil {
		t.Errorf("the newest event is proven at %d", it.Index)
	}
	for _, it := range page.Items[1:] {
		if it.Index < 0 || it.Index >= newest || it.Path == nil {
			t.Errorf("an older one is at %d", it.Index)
		}
	}

	none := w.with(func(cfg *safe.Config) { cfg.Log = behind{w.log, 0} })
	f, err := none.Figures(w.ctx, c.Actor)
	must(t, err)
	all, _, err := none.Administrations(w.ctx, "", safe.Page{})
	must(t, err)
	if f.Key != nil || len(all) != 1 || all[0].Key != nil {
		t.Errorf("keys are proven: %+v, %+v", f.Key, all)
	}
	f, err = w.Figures(w.ctx, c.Actor)
	must(t, err)
	all, _, err = w.Administrations(w.ctx, "", safe.Page{})
	must(t, err)
	if f.Key == nil || len(all) != 1 || all[0].Key == nil {
		t.Errorf("once all is public, keys are not proven: %+v, %+v", f.Key, all)
	}
}
