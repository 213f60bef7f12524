package storagetest_test

import (
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
)

func TestMemoryTiles(t *testing.T) {
	storagetest.Tiles(t, func(*testing.T) journal.Tiles { return storagetest.NewMemoryTiles() })
}
