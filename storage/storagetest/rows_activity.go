package storagetest

import (
	"context"
	"fmt"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// activityRows: what is added adds up, each structure, month, safe and kind for
// itself.
func activityRows(t *testing.T, db Database) {
	one := safe.StructureID("activity")
	add := func(c safe.ActivityCount) {
		update(t, db, func(tx safe.Tx) error { return tx.Activities.Add(t.Context(), c) })
	}
	var want []safe.ActivityCount
	for _, month := range []string{"2026-01", "2026-11", "2026-12"} {
		for i := range 2 {
			for _, kind := range []string{"deposit", "seconds"} {
				c := safe.ActivityCount{Structure: one, Month: month, Safe: safe.SafeID(fmt.Sprint("safe ", i)), Kind: kind, N: 5}
				add(c)
				c.N = 1 << 40
				add(c)
				c.N += 5
				want = append(want, c)
				c.Structure = "another"
				add(c)
			}
		}
	}
	of := func(first, last string) []safe.ActivityCount {
		return mustRead(t, db, func(ctx context.Context, tx safe.Tx) ([]safe.ActivityCount, error) {
			return tx.Activities.Of(ctx, one, first, last)
		})
	}
	wantEqual(t, of("2026-01", "2026-12"), want)
	wantEqual(t, of("2026-11", "2026-11"), want[4:8])
	wantEqual(t, len(of("2025-01", "2025-12")), 0)
}
