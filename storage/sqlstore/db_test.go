package sqlstore_test

import (
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/sqlstore"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
)

func openFile(tb testing.TB, path string) *sqlstore.DB {
	tb.Helper()
	db, err := sqlstore.Open(tb.Context(), sqlstore.Config{DSN: "sqlite://" + path, Now: time.Now})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

func openEmpty(t *testing.T) storagetest.Database {
	t.Helper()
	return openFile(t, filepath.Join(t.TempDir(), "test.db"))
}

func TestRows(t *testing.T) { storagetest.Rows(t, openEmpty) }

func TestLog(t *testing.T) { storagetest.Log(t, openEmpty) }

// TestTwoProcesses: `coffred check` opens the database that a gateway is
// writing to. Each waits for the other; neither loses an update.
func TestTwoProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	one := openFile(t, path)
	s := safe.Safe{ID: safe.NewID[safe.SafeID](), VK: []byte{1}}
	put := func(tx safe.Tx) error { return tx.Safes.Put(t.Context(), s) }
	if err := one.Update(t.Context(), put); err != nil {
		t.Fatal(err)
	}
	const each = 40
	var wg sync.WaitGroup
	for _, db := range []*sqlstore.DB{one, openFile(t, path)} {
		wg.Go(func() {
			for range each {
				err := db.Update(t.Context(), func(tx safe.Tx) error {
					v, err := tx.Safes.Get(t.Context(), s.ID)
					if err != nil {
						return err
					}
					v.KeyLeaf++
					return tx.Safes.Put(t.Context(), v)
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	err := one.View(t.Context(), func(tx safe.Tx) error {
		v, err := tx.Safes.Get(t.Context(), s.ID)
		if v.KeyLeaf != 2*each {
			t.Errorf("%d updates count, want %d", v.KeyLeaf, 2*each)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
