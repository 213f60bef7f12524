package sqlstore

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// sqliteReaders is how many snapshots may be open at once.
const sqliteReaders = 8

func sqliteDialect() dialect {
	return dialect{
		name:  "sqlite",
		spell: strings.NewReplacer("{blob}", "BLOB", "{serial}", "INTEGER PRIMARY KEY AUTOINCREMENT"),
	}
}

// openSQLite makes the file when it is not there yet.
func openSQLite(path string) (*DB, error) {
	if !filepath.IsAbs(path) {
		return nil, fmt.Errorf("open database %q: want sqlite:///absolute/path.db", path)
	}
	if err := reserve(path); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	d := &DB{dialect: sqliteDialect()}
	var err error
	// One connection: SQLite has one writer, and queues it here.
	if d.write, err = connectSQLite(path, 1, "_txlock=immediate"); err != nil {
		return nil, err
	}
	if d.read, err = connectSQLite(path, sqliteReaders, "_pragma=query_only(1)"); err != nil {
		return nil, errors.Join(err, d.write.Close())
	}
	d.slow = d.write
	return d, nil
}

// reserve makes the file for its owner alone, before SQLite makes it for
// everybody; the files beside it take its mode.
func reserve(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the operator says where
	if err != nil {
		return err
	}
	return f.Close()
}

func connectSQLite(path string, most int, more string) (*sql.DB, error) {
	u := url.URL{Scheme: "file", Path: path}
	dsn := u.String() + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=foreign_keys(1)&_pragma=cache_size(-2000)" +
		"&_pragma=secure_delete(1)&" + more // what is erased does not stay in free pages
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	db.SetMaxOpenConns(most)
	db.SetMaxIdleConns(most)
	return db, nil
}

// sqliteKind is 0 for what the caller cannot mend.
func sqliteKind(err error) safe.Kind {
	var lite *sqlite.Error
	if !errors.As(err, &lite) {
		return 0
	}
	switch lite.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return safe.AlreadyExists
	case sqlite3.SQLITE_FULL:
		return safe.StorageFull
	}
	if strings.Contains(lite.Error(), "no space left") {
		return safe.StorageFull
	}
	return 0
}
