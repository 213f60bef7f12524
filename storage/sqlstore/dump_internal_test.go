package sqlstore

import (
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// A table that a dump left out would be lost with the next restore or move.
func TestADumpLeavesOutNoTable(t *testing.T) {
	db, err := Open(t.Context(), Config{DSN: "sqlite://" + filepath.Join(t.TempDir(), "rows.db"), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	rows, err := db.read.QueryContext(t.Context(),
		`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'schema_versions'`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var there []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		there = append(there, name)
	}
	dumped, err := tables()
	if err != nil || rows.Err() != nil {
		t.Fatal(err, rows.Err())
	}
	slices.Sort(there)
	slices.Sort(dumped)
	if !slices.Equal(there, dumped) || len(there) == 0 {
		t.Errorf("there are\n%v\nand dumped are\n%v", there, dumped)
	}
}
