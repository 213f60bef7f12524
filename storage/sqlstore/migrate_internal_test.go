package sqlstore

import (
	"strings"
	"testing"
	"time"
)

// TestEachMigrationHasItsNumber: a file whose number another one has would be
// passed over in silence, and a database in which that has happened is refused.
func TestEachMigrationHasItsNumber(t *testing.T) {
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, f := range files {
		number, _, _ := strings.Cut(f.Name(), "_")
		if was, taken := seen[number]; taken {
			t.Errorf("%s and %s have one number", was, f.Name())
		}
		seen[number] = f.Name()
	}

	db, err := Open(t.Context(), Config{DSN: "sqlite://" + t.TempDir() + "/rows.db", Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := db.write.ExecContext(t.Context(), `UPDATE schema_versions SET name = '0003_another' WHERE number = 3`); err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), "0003_another") {
		t.Errorf("a database with another migration 3: %v", err)
	}
}
