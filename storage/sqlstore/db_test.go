package sqlstore_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/storage/sqlstore"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
)

func openFile(t testing.TB, path string) *sqlstore.DB {
	t.Helper()
	db, err := sqlstore.Open(t.Context(), sqlstore.Config{DSN: "sqlite://" + path, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func openEmpty(t *testing.T) storagetest.Database {
	return openFile(t, filepath.Join(t.TempDir(), "test.db"))
}

func TestRows(t *testing.T) { storagetest.Rows(t, openEmpty) }

func TestLog(t *testing.T) { storagetest.Log(t, openEmpty) }
