package sqlstore

import (
	"database/sql"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/backup"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// nextRelease does to every table what a next release's migration may do, and
// notes as many migrations as that.
func nextRelease(t *testing.T, dsn string, migrationsAhead int) {
	t.Helper()
	db, err := Open(t.Context(), Config{DSN: dsn, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	names, err := tables()
	if err != nil || len(names) < 15 {
		t.Fatalf("%d tables, %v", len(names), err)
	}
	texts := []string{`CREATE TABLE ahead (id TEXT PRIMARY KEY, body {blob} NOT NULL)`, `CREATE INDEX ahead_by_body ON ahead (body)`}
	for _, name := range names {
		texts = append(texts,
			`ALTER TABLE `+name+` ADD COLUMN ahead_note TEXT`,
			`ALTER TABLE `+name+` ADD COLUMN ahead_count BIGINT NOT NULL DEFAULT 7`,
			`CREATE INDEX ahead_of_`+name+` ON `+name+` (ahead_count, ahead_note)`)
	}
	err = inTx(t.Context(), db.slow, func(tx *sql.Tx) error {
		for _, text := range texts {
			if err := exec(t.Context(), tx, db.spell.Replace(text)); err != nil {
				return fmt.Errorf("%s: %w", text, err)
			}
		}
		for n := range migrationsAhead {
			err := exec(t.Context(), tx, `INSERT INTO schema_versions (number, name, at) SELECT MAX(number) + 1, $1, 0 FROM schema_versions`,
				fmt.Sprintf("ahead_%d", n))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// eachKind gives empty databases of both kinds.
func eachKind(t *testing.T, test func(t *testing.T, dsn func(*testing.T) string)) {
	for kind, dsn := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { t.Helper(); return "sqlite://" + filepath.Join(t.TempDir(), "ahead.db") },
		"postgres": func(t *testing.T) string { t.Helper(); return servers.Postgres(t) },
	} {
		t.Run(kind, func(t *testing.T) { test(t, dsn) })
	}
}

// TestServesTheNextReleasesTables: while replicas are replaced one by one,
// those of this release go on with tables that the next one has migrated, and
// keep every promise.
func TestServesTheNextReleasesTables(t *testing.T) {
	eachKind(t, func(t *testing.T, dsn func(*testing.T) string) {
		ahead := func(t *testing.T) storagetest.Database {
			t.Helper()
			at := dsn(t)
			nextRelease(t, at, 1)
			db, err := Open(t.Context(), Config{DSN: at, Now: time.Now})
			if err != nil {
				t.Fatalf("a database of the next release: %v", err)
			}
			t.Cleanup(func() {
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			})
			return db
		}
		t.Run("rows", func(t *testing.T) { storagetest.Rows(t, ahead) })
		t.Run("log", func(t *testing.T) { storagetest.Log(t, ahead) })
	})
}

// TestRefusesTheReleaseAfterTheNext, and says what to do.
func TestRefusesTheReleaseAfterTheNext(t *testing.T) {
	eachKind(t, func(t *testing.T, dsn func(*testing.T) string) {
		at := dsn(t)
		nextRelease(t, at, 2)
		db, err := Open(t.Context(), Config{DSN: at, Now: time.Now})
		if err == nil {
			_ = db.Close()
			t.Fatal("a database of the release after the next was opened")
		}
		if !strings.Contains(err.Error(), "run a newer release") {
			t.Errorf("error is %v", err)
		}
	})
}

// TestNoDumpOfTheNextReleasesTables: it would leave out those that this
// release does not know, and nobody would notice before the restore.
func TestNoDumpOfTheNextReleasesTables(t *testing.T) {
	eachKind(t, func(t *testing.T, dsn func(*testing.T) string) {
		at := dsn(t)
		nextRelease(t, at, 1)
		db, err := Open(t.Context(), Config{DSN: at, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		err = db.Dump(t.Context(), func(backup.Row) error { return nil })
		if err == nil || !strings.Contains(err.Error(), "with the newer release") {
			t.Errorf("dump: %v", err)
		}
		err = db.Load(t.Context(), func() (backup.Row, bool, error) { return backup.Row{}, false, nil })
		if err == nil || !strings.Contains(err.Error(), "with the newer release") {
			t.Errorf("load: %v", err)
		}
	})
}

// TestStatementsNameTheirColumns: a column that the next release adds is in
// nobody's way.
func TestStatementsNameTheirColumns(t *testing.T) {
	named := regexp.MustCompile(`^INSERT INTO \w+ \([a-z_0-9, \n]+\)\s`)
	inserts := 0
	for _, text := range statements(t) {
		if strings.HasPrefix(text, "INSERT") {
			inserts++
			if !named.MatchString(text) {
				t.Errorf("columns are not named in %s", text)
			}
		}
		if strings.Contains(strings.ReplaceAll(text, "COUNT(*)", ""), "*") {
			t.Errorf("columns are not named in %s", text)
		}
	}
	if inserts < 15 {
		t.Errorf("only %d insertions found: this test looks at the wrong thing", inserts)
	}
}

// additiveFrom is the first migration under which the release before its own
// has to go on: the tables up to there are those of the first release.
const additiveFrom = 6

// TestMigrationsOnlyAdd, so that the release before goes on with the tables.
func TestMigrationsOnlyAdd(t *testing.T) {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil || len(files) < additiveFrom-1 {
		t.Fatalf("%d migrations, %v", len(files), err)
	}
	for i, name := range files {
		text, err := migrations.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(name, fmt.Sprintf("migrations/%04d_", i+1)) {
			t.Errorf("%s is migration %d", name, i+1)
		}
		if bad := notAdditive(string(text)); i+1 >= additiveFrom && len(bad) > 0 {
			t.Errorf("%s: the release before it does not go on with\n\t%s", name, strings.Join(bad, "\n\t"))
		}
	}
}

// TestNotAdditive: the rule finds what it is for.
func TestNotAdditive(t *testing.T) {
	for _, bad := range []string{
		`ALTER TABLE safes DROP COLUMN vk;`, `ALTER TABLE safes RENAME COLUMN vk TO key;`, `ALTER TABLE safes RENAME TO boxes;`,
		`DROP TABLE marks;`, `drop table marks;`, `DROP INDEX versions_by_key;`, `DELETE FROM grants;`,
		`ALTER TABLE safes ADD COLUMN colour TEXT NOT NULL;`, `CREATE UNIQUE INDEX one ON safes (account);`,
		`UPDATE safes SET vk = '';`, `INSERT INTO marks (name, body) VALUES ('a', 'b');`, "-- CREATE TABLE\nDROP\nTABLE marks",
		`ALTER TABLE safes ADD COLUMN colour TEXT; UPDATE safes SET colour = '', vk = '';`,
		`CREATE TABLE a (b TEXT PRIMARY KEY); DROP TABLE marks;`,
	} {
		if len(notAdditive(bad)) != 1 {
			t.Errorf("%q: found %q", bad, notAdditive(bad))
		}
	}
	good := `-- What a safe looks like; nothing is dropped.
CREATE TABLE looks (safe TEXT PRIMARY KEY, colour TEXT NOT NULL);
CREATE UNIQUE INDEX looks_by_colour ON looks (colour, safe);
INSERT INTO looks (safe, colour) SELECT id, 'blue' FROM safes;
ALTER TABLE safes ADD COLUMN note TEXT;
ALTER TABLE safes ADD COLUMN size BIGINT NOT NULL DEFAULT 0;
UPDATE safes SET size = 1 WHERE id > '';
CREATE INDEX safes_by_size ON safes (size);
`
	if bad := notAdditive(good); len(bad) > 0 {
		t.Errorf("refused: %q", bad)
	}
}

var (
	sqlComment  = regexp.MustCompile(`(?m)--.*$`)
	addsTable   = regexp.MustCompile(`^CREATE TABLE (\w+) `)
	addsIndex   = regexp.MustCompile(`^CREATE (UNIQUE )?INDEX \w+ ON (\w+) `)
	addsColumn  = regexp.MustCompile(`^ALTER TABLE (\w+) ADD COLUMN (\w+) (.*)$`)
	fillsTable  = regexp.MustCompile(`^INSERT INTO (\w+) \(`)
	fillsColumn = regexp.MustCompile(`^UPDATE (\w+) SET (\w+) = [^,]*$`)
)

// notAdditive are the statements of a migration that the release before it may
// trip over: all but new tables, indexes and columns, and filling those. It
// writes no new column, so that one has a default or takes NULL, and it keeps
// no new uniqueness.
func notAdditive(text string) (bad []string) {
	var added []string // tables, and table.column
	for s := range strings.SplitSeq(sqlComment.ReplaceAllString(text, ""), ";") {
		s = strings.Join(strings.Fields(s), " ")
		ok := s == ""
		if m := addsTable.FindStringSubmatch(s); m != nil {
			added, ok = append(added, m[1]), true
		}
		if m := addsIndex.FindStringSubmatch(s); m != nil {
			ok = m[1] == "" || slices.Contains(added, m[2])
		}
		if m := addsColumn.FindStringSubmatch(s); m != nil {
			added = append(added, m[1]+"."+m[2])
			ok = !strings.Contains(m[3], "NOT NULL") || strings.Contains(m[3], "DEFAULT")
		}
		if m := fillsTable.FindStringSubmatch(s); m != nil {
			ok = slices.Contains(added, m[1])
		}
		if m := fillsColumn.FindStringSubmatch(s); m != nil {
			ok = slices.Contains(added, m[1]+"."+m[2])
		}
		if !ok {
			bad = append(bad, s)
		}
	}
	return bad
}
