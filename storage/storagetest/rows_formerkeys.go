package storagetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

func formerRoots(id safe.AdministrationID) func(context.Context, safe.Tx) ([]safe.FormerKey, error) {
	return func(ctx context.Context, tx safe.Tx) ([]safe.FormerKey, error) { return tx.FormerKeys.Roots(ctx, id) }
}

func replaced(t *testing.T, db Database, id safe.AdministrationID, recipient string) time.Time {
	t.Helper()
	return mustRead(t, db, func(ctx context.Context, tx safe.Tx) (time.Time, error) {
		return tx.FormerKeys.Replaced(ctx, id, recipient)
	})
}

func formerKeyTests() map[string]rowsTest {
	return map[string]rowsTest{
		"what goes in comes out, the newest first, and no epoch twice": func(t *testing.T, db Database) {
			id := safe.NewID[safe.AdministrationID]()
			if got := mustRead(t, db, formerRoots(id)); len(got) != 0 {
				t.Errorf("%+v", got)
			}
			var want []safe.FormerKey
			for epoch := int64(2); epoch < 5; epoch++ {
				k := safe.FormerKey{
					Administration: id, Epoch: epoch, VK: []byte{1, 0, byte(epoch)}, Recipient: "ab", Fact: []byte{0, 255},
					Succession: []byte{byte(epoch), 0}, Ended: start().Add(time.Duration(epoch) * time.Second),
				}
				update(t, db, func(tx safe.Tx) error { return tx.FormerKeys.Add(t.Context(), k) })
				want = append([]safe.FormerKey{k}, want...)
			}
			wantEqual(t, mustRead(t, db, formerRoots(id)), want)
			err := db.Update(t.Context(), func(tx safe.Tx) error { return tx.FormerKeys.Add(t.Context(), want[0]) })
			if !safe.IsKind(err, safe.AlreadyExists) {
				t.Errorf("an epoch twice: %v", err)
			}
			if got := mustRead(t, db, formerRoots(safe.NewID[safe.AdministrationID]())); len(got) != 0 {
				t.Errorf("another administration's: %+v", got)
			}
		},
		"a root is found behind any number of recipients, and when each was replaced": rootBehindRecipients,
	}
}

func rootBehindRecipients(t *testing.T, db Database) {
	id := safe.NewID[safe.AdministrationID]()
	root := safe.FormerKey{Administration: id, Epoch: 2, VK: []byte{1}, Recipient: "r2", Fact: []byte{1}, Succession: []byte{1}, Ended: start()}
	update(t, db, func(tx safe.Tx) error {
		if err := tx.FormerKeys.Add(t.Context(), root); err != nil {
			return err
		}
		for epoch := int64(3); epoch < 150; epoch++ {
			k := safe.FormerKey{
				Administration: id, Epoch: epoch, VK: []byte{2}, Recipient: fmt.Sprint("r", epoch), Fact: []byte{2},
				Ended: start().Add(time.Duration(epoch) * time.Minute),
			}
			if err := tx.FormerKeys.Add(t.Context(), k); err != nil {
				return err
			}
		}
		return nil
	})
	wantEqual(t, mustRead(t, db, formerRoots(id)), []safe.FormerKey{root})
	for recipient, want := range map[string]time.Time{"r2": start(), "r3": start().Add(3 * time.Minute), "r149": start().Add(149 * time.Minute), "r150": {}} {
		if got := replaced(t, db, id, recipient); !got.Equal(want) {
			t.Errorf("%s was replaced at %s, not %s", recipient, got, want)
		}
	}
	if got := replaced(t, db, safe.NewID[safe.AdministrationID](), "r3"); !got.IsZero() {
		t.Errorf("another administration's: %s", got)
	}
}
