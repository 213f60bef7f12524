package sqlstore

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

func openHere(tb testing.TB) *DB {
	tb.Helper()
	db, err := Open(tb.Context(), Config{DSN: "sqlite://" + filepath.Join(tb.TempDir(), "test.db"), Now: time.Now})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

func openPostgresHere(tb testing.TB) *DB {
	tb.Helper()
	db, err := Open(tb.Context(), Config{DSN: servers.Postgres(tb), Now: time.Now})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

// TestFull: a database that cannot grow refuses with its own kind, keeps what
// it had, and goes on once there is room.
func TestFull(t *testing.T) {
	db := openHere(t)
	room := func(pages string) {
		if _, err := db.write.ExecContext(t.Context(), `PRAGMA max_page_count = `+pages); err != nil {
			t.Fatal(err)
		}
	}
	put := func(name string) error {
		return db.Update(t.Context(), func(tx safe.Tx) error {
			return tx.Accounts.Put(t.Context(), safe.Account{ID: safe.AccountID(name[:1]), Sub: name[:1], Name: name})
		})
	}
	if err := put("a"); err != nil {
		t.Fatal(err)
	}
	room("1") // SQLite takes the present size for anything smaller
	if err := put("b" + strings.Repeat("x", 1<<20)); !safe.IsKind(err, safe.StorageFull) {
		t.Fatalf("error is %v, want StorageFull", err)
	}
	err := db.View(t.Context(), func(tx safe.Tx) error {
		if _, err := tx.Accounts.Get(t.Context(), "b"); !safe.IsKind(err, safe.NotFound) {
			t.Errorf("the refused row: %v", err)
		}
		_, err := tx.Accounts.Get(t.Context(), "a")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	room("1000000")
	if err := put("b" + strings.Repeat("x", 1<<20)); err != nil {
		t.Fatalf("with room again: %v", err)
	}
}

// TestDurableByPragma: WAL alone does not sync each commit.
func TestDurableByPragma(t *testing.T) {
	db := openHere(t)
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
		var got string
		if err := db.write.QueryRowContext(t.Context(), `PRAGMA `+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, %v; want %q", pragma, got, err, want)
		}
	}
}

// TestNewerSchema: the schema after ours is served, the one after that is not.
func TestNewerSchema(t *testing.T) {
	db := openHere(t)
	note := func(number int) {
		if _, err := db.write.ExecContext(t.Context(), `INSERT INTO schema_versions (number, name, at) VALUES ($1, 'x', 0)`, number); err != nil {
			t.Fatal(err)
		}
	}
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		t.Fatal(err)
	}
	note(len(files) + 1)
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatalf("the next schema: %v", err)
	}
	note(len(files) + 2)
	if err := db.Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), "run a newer release") {
		t.Fatalf("the schema after next: %v", err)
	}
}

// TestMigrationNames: numbers are unique, without gaps, and names say what happens.
func TestMigrationNames(t *testing.T) {
	files, err := migrations.ReadDir("migrations")
	if err != nil || len(files) == 0 {
		t.Fatal(err, len(files))
	}
	for i, f := range files {
		number, rest, _ := strings.Cut(f.Name(), "_")
		if want := []byte{'0', '0', byte('0' + (i+1)/10), byte('0' + (i+1)%10)}; number != string(want) || strings.Count(rest, "_") != 1 {
			t.Errorf("%s: want %s_verb_noun.sql", f.Name(), want)
		}
	}
}
