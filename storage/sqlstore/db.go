package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// Config of a DB.
type Config struct {
	// DSN is "sqlite:///absolute/path.db".
	DSN string
	Now func() time.Time
}

// DB is the database. Safe for concurrent use.
type DB struct {
	write *sql.DB // one connection: SQLite has one writer, and queues it here
	read  *sql.DB
	now   func() time.Time
}

// readers is how many snapshots may be open at once.
const readers = 8

// Open opens the database, making the file and the tables when they are not
// there yet.
func Open(ctx context.Context, c Config) (*DB, error) {
	path, ok := strings.CutPrefix(c.DSN, "sqlite://")
	if !ok || !filepath.IsAbs(path) {
		return nil, fmt.Errorf("open database %q: want sqlite:///absolute/path.db", c.DSN)
	}
	if err := reserve(path); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	d := &DB{now: c.Now}
	var err error
	if d.write, err = connect(path, 1, "_txlock=immediate"); err != nil {
		return nil, err
	}
	if d.read, err = connect(path, readers, "_pragma=query_only(1)"); err != nil {
		return nil, errors.Join(err, d.write.Close())
	}
	if err := d.Migrate(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
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

func connect(path string, most int, more string) (*sql.DB, error) {
	u := url.URL{Scheme: "file", Path: path}
	dsn := u.String() + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=foreign_keys(1)&_pragma=cache_size(-2000)&" + more
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	db.SetMaxOpenConns(most)
	db.SetMaxIdleConns(most)
	return db, nil
}

// Kind names the database.
func (d *DB) Kind() string { return "sqlite" }

// Close waits for running transactions.
func (d *DB) Close() error { return errors.Join(d.read.Close(), d.write.Close()) }

// Ping implements safe.Rows.
func (d *DB) Ping(ctx context.Context) error { return mapError("ping", d.read.PingContext(ctx)) }

// View implements safe.Rows: one snapshot.
func (d *DB) View(ctx context.Context, fn func(safe.Tx) error) error {
	return inTx(ctx, d.read, func(tx *sql.Tx) error { return fn(d.stores(tx)) })
}

// Update implements safe.Rows: one writer at a time, synced on return.
func (d *DB) Update(ctx context.Context, fn func(safe.Tx) error) error {
	return inTx(ctx, d.write, func(tx *sql.Tx) error { return fn(d.stores(tx)) })
}

// Log gives the journal's own store.
func (d *DB) Log() journal.Store { return logStore{d} }

func (d *DB) stores(tx *sql.Tx) safe.Tx {
	return safe.Tx{
		Accounts: accounts{tx}, Safes: safes{tx}, Versions: versions{tx}, Sweep: sweep{tx}, Grants: grants{tx},
		Administrations: administrations{tx}, Addresses: addresses{tx}, Events: events{tx}, Leaves: leaves{tx},
	}
}

func inTx(ctx context.Context, db *sql.DB, fn func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return mapError("begin", err)
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	if err := fn(tx); err != nil {
		return err
	}
	return mapError("commit", tx.Commit())
}

// Mark and SetMark keep a few words about the database itself, say that it
// belongs to a demonstration.
func (d *DB) Mark(ctx context.Context, name string) (string, error) {
	var body string
	err := d.read.QueryRowContext(ctx, `SELECT body FROM marks WHERE name = $1`, name).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return body, mapError("read mark", err)
}

// SetMark replaces a mark.
func (d *DB) SetMark(ctx context.Context, name, body string) error {
	_, err := d.write.ExecContext(ctx,
		`INSERT INTO marks (name, body) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET body = excluded.body`, name, body)
	return mapError("write mark", err)
}
