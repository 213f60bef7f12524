package sqlstore_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/sqlstore"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
)

// TestFullDisk: what does not fit is refused whole, what was acknowledged
// stays, and with room again the same process goes on.
func TestFullDisk(t *testing.T) {
	storagetest.OnSmallDisk(t, func(t *testing.T, disk storagetest.Disk) {
		path := filepath.Join(disk.Dir, "test.db")
		db := openFile(t, path)
		put := func(name string) error {
			return db.Update(t.Context(), func(tx safe.Tx) error {
				a := safe.Account{ID: safe.NewID[safe.AccountID](), Name: strings.Repeat(name, 50_000)}
				a.Sub = string(a.ID)
				if err := tx.Accounts.Put(t.Context(), a); err != nil {
					return err
				}
				_, err := tx.Events.Append(t.Context(), "s", []byte(a.ID), [32]byte{})
				return err
			})
		}
		acknowledged := 0
		var err error
		for err == nil {
			if err = put("x"); err == nil {
				acknowledged++
			}
		}
		// Where only the length of files is limited, SQLite cannot tell.
		if want := map[bool]safe.Kind{true: safe.StorageFull, false: safe.Unavailable}[disk.Real]; !safe.IsKind(err, want) {
			t.Errorf("on a full disk: %v", err)
		}
		if rows, events := count(t, db); acknowledged < 10 || rows != acknowledged || events != acknowledged {
			t.Errorf("%d rows, %d events, %d acknowledged", rows, events, acknowledged)
		}
		disk.Grow()
		if err := put("y"); err != nil {
			t.Fatalf("with room again: %v", err)
		}
		again, err := sqlstore.Open(t.Context(), sqlstore.Config{DSN: "sqlite://" + path, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = again.Close() }()
		if rows, events := count(t, again); rows != acknowledged+1 || events != rows {
			t.Errorf("opened again: %d rows, %d events, %d acknowledged", rows, events, acknowledged+1)
		}
	})
}
