package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

func formerKeyTests() map[string]rowsTest {
	of := func(id safe.AdministrationID) func(context.Context, safe.Tx) ([]safe.FormerKey, error) {
		return func(ctx context.Context, tx safe.Tx) ([]safe.FormerKey, error) { return tx.FormerKeys.Of(ctx, id) }
	}
	return map[string]rowsTest{
		"what goes in comes out, the newest first, and no epoch twice": func(t *testing.T, db Database) {
			id := safe.NewID[safe.AdministrationID]()
			if got := mustRead(t, db, of(id)); len(got) != 0 {
				t.Errorf("%+v", got)
			}
			var want []safe.FormerKey
			for epoch := int64(2); epoch < 5; epoch++ {
				k := safe.FormerKey{
					Administration: id, Epoch: epoch, VK: []byte{1, 0, byte(epoch)}, Recipient: "ab", Fact: []byte{0, 255},
					Ended: start().Add(time.Duration(epoch) * time.Second),
				}
				if epoch > 2 {
					k.Succession = []byte{byte(epoch), 0}
				}
				update(t, db, func(tx safe.Tx) error { return tx.FormerKeys.Add(t.Context(), k) })
				want = append([]safe.FormerKey{k}, want...)
			}
			wantEqual(t, mustRead(t, db, of(id)), want)
			err := db.Update(t.Context(), func(tx safe.Tx) error { return tx.FormerKeys.Add(t.Context(), want[0]) })
			if !safe.IsKind(err, safe.AlreadyExists) {
				t.Errorf("an epoch twice: %v", err)
			}
			if got := mustRead(t, db, of(safe.NewID[safe.AdministrationID]())); len(got) != 0 {
				t.Errorf("another administration's: %+v", got)
			}
		},
	}
}
