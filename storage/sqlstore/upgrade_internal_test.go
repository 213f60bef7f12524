package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// TestLeavesMoveWithTheTables: a journal that was sequenced before 0005 says
// the same after it.
func TestLeavesMoveWithTheTables(t *testing.T) {
	lite, err := openSQLite(filepath.Join(t.TempDir(), "old.db"))
	if err != nil {
		t.Fatal(err)
	}
	big, err := openPostgres(t.Context(), Config{DSN: servers.Postgres(t)})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []*DB{lite, big} {
		t.Run(d.Kind(), func(t *testing.T) {
			defer func() { _ = d.Close() }()
			d.now = time.Now
			migrateTo(t, d, 4)
			fact := sha256.Sum256([]byte("a fact"))
			err := inTx(t.Context(), d.write, func(tx *sql.Tx) error {
				for i, leaf := range []int{0, 2, -1} {
					if err := exec(t.Context(), tx, `INSERT INTO events (id, safe, event, salt, leaf) VALUES ($1, 's', $2, $3, $4)`,
						fmt.Sprintf("event %d", i), []byte("{}"), make([]byte, 32), leaf); err != nil {
						return err
					}
				}
				for leaf := range 3 {
					if err := exec(t.Context(), tx, `INSERT INTO log_entries (leaf, entry) VALUES ($1, $2)`, leaf, []byte("entry")); err != nil {
						return err
					}
				}
				return exec(t.Context(), tx, `INSERT INTO facts (id, hash, leaf) VALUES ('fact', $1, 1)`, fact[:])
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := d.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			err = d.View(t.Context(), func(tx safe.Tx) error {
				for i, want := range []int64{0, 2, -1} {
					r, err := tx.Leaves.Record(t.Context(), fmt.Sprintf("event %d", i))
					if err != nil || r.Index != want {
						t.Errorf("event %d has leaf %d, %v; want %d", i, r.Index, err, want)
					}
				}
				if leaf, err := tx.Leaves.FactIndex(t.Context(), []byte("a fact")); err != nil || leaf != 1 {
					t.Errorf("the fact has leaf %d, %v", leaf, err)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func exec(ctx context.Context, tx *sql.Tx, text string, args ...any) error {
	_, err := tx.ExecContext(ctx, text, args...)
	return err
}

// migrateTo brings an empty database to an older release's tables.
func migrateTo(t *testing.T, d *DB, last int) {
	t.Helper()
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	err = inTx(t.Context(), d.slow, func(tx *sql.Tx) error {
		if err := exec(t.Context(), tx, schemaVersions); err != nil {
			return err
		}
		for _, f := range files[:last] {
			if err := d.migrate(t.Context(), tx, f); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
