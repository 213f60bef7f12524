package s3store_test

import (
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/storage/s3store"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
)

// TestEveryStoreKeepsTiles as the journal wants them.
func TestEveryStoreKeepsTiles(t *testing.T) {
	for _, b := range backends() {
		t.Run(b.name, func(t *testing.T) {
			storagetest.Tiles(t, func(t *testing.T) journal.Tiles {
				t.Helper()
				return s3store.NewTiles(connect(t, newBucket(t, b.open(t))))
			})
		})
	}
}
