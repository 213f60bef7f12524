package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

func sentPage(d safe.DelegationID, i int) safe.SentPage {
	return safe.SentPage{
		Delegation: d, ID: safe.NewID[safe.SentPageID](), Sealed: 1000 + int64(i), SHA256: [32]byte{7, byte(i)},
		Created: start().Add(time.Duration(i) * time.Second),
	}
}

func sentPageRows(t *testing.T, db Database) {
	on, over := delegation(1), delegation(2)
	var mine, gone []safe.SentPage
	for i := range 3 {
		p, q := sentPage(on.ID, i), sentPage(over.ID, i)
		insert := func(tx safe.Tx) error { return tx.SentPages.Insert(t.Context(), p) }
		update(t, db, insert)
		wantKind(t, db.Update(t.Context(), insert), safe.AlreadyExists)
		update(t, db, func(tx safe.Tx) error { return tx.SentPages.Insert(t.Context(), q) })
		mine, gone = append(mine, p), append(gone, q)
	}
	p := mine[1]
	p.Stored, p.Taken = start().Add(time.Minute), start().Add(2*time.Minute)
	update(t, db, func(tx safe.Tx) error { return tx.SentPages.Update(t.Context(), p) })
	mine[1] = p
	lost := sentPage(on.ID, 9)
	wantKind(t, db.Update(t.Context(), func(tx safe.Tx) error { return tx.SentPages.Update(t.Context(), lost) }), safe.NotFound)
	of := func(d safe.DelegationID) []safe.SentPage {
		return mustRead(t, db, func(ctx context.Context, tx safe.Tx) ([]safe.SentPage, error) { return tx.SentPages.Of(ctx, d) })
	}
	wantEqual(t, of(on.ID), mine)
	wantEqual(t, of("nobody"), nil)
	update(t, db, func(tx safe.Tx) error { return tx.SentPages.End(t.Context(), over.ID) })
	found := map[safe.SentPageID]bool{}
	for range gone {
		for _, q := range mustRead(t, db, func(ctx context.Context, tx safe.Tx) ([]safe.SentPage, error) { return tx.SentPages.Over(ctx, 1) }) {
			found[q.ID] = true
			for range 2 {
				update(t, db, func(tx safe.Tx) error { return tx.SentPages.Drop(t.Context(), q.Delegation, q.ID) })
			}
		}
	}
	for _, q := range gone {
		if !found[q.ID] {
			t.Errorf("page %s of a session that is over was not found", q.ID)
		}
	}
	wantEqual(t, of(on.ID), mine)
}
