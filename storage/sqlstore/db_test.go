package sqlstore_test

import (
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/sqlstore"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

func open(tb testing.TB, dsn string) *sqlstore.DB {
	tb.Helper()
	db, err := sqlstore.Open(tb.Context(), sqlstore.Config{DSN: dsn, Now: time.Now})
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

func openFile(tb testing.TB, path string) *sqlstore.DB {
	tb.Helper()
	return open(tb, "sqlite://"+path)
}

// both runs a test on an empty database of each kind, given by its DSN.
func both(t *testing.T, test func(t *testing.T, dsn func(*testing.T) string)) {
	t.Run("sqlite", func(t *testing.T) {
		test(t, func(t *testing.T) string {
			t.Helper()
			return "sqlite://" + filepath.Join(t.TempDir(), "test.db")
		})
	})
	t.Run("postgres", func(t *testing.T) {
		test(t, func(t *testing.T) string {
			t.Helper()
			return servers.Postgres(t)
		})
	})
}

func TestRows(t *testing.T) {
	both(t, func(t *testing.T, dsn func(*testing.T) string) {
		storagetest.Rows(t, func(t *testing.T) storagetest.Database { t.Helper(); return open(t, dsn(t)) })
	})
}

func TestLog(t *testing.T) {
	both(t, func(t *testing.T, dsn func(*testing.T) string) {
		storagetest.Log(t, func(t *testing.T) storagetest.Database { t.Helper(); return open(t, dsn(t)) })
	})
}

// TestTwoProcesses: `coffred check` opens the database that a gateway is
// writing to. Each waits for the other; neither loses an update.
func TestTwoProcesses(t *testing.T) {
	both(t, func(t *testing.T, dsn func(*testing.T) string) {
		at := dsn(t)
		one := open(t, at)
		s := safe.Safe{ID: safe.NewID[safe.SafeID](), VK: []byte{1}}
		put := func(tx safe.Tx) error { return tx.Safes.Put(t.Context(), s) }
		if err := one.Update(t.Context(), put); err != nil {
			t.Fatal(err)
		}
		const each = 40
		var wg sync.WaitGroup
		for _, db := range []*sqlstore.DB{one, open(t, at)} {
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
	})
}
