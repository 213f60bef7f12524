package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/backup"
)

// tables are those that the migrations make, in their order.
func tables() ([]string, error) {
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	made := regexp.MustCompile(`(?m)^CREATE TABLE (\w+)`)
	var all []string
	for _, f := range files {
		text, err := migrations.ReadFile("migrations/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("read migration: %w", err)
		}
		for _, m := range made.FindAllSubmatch(text, -1) {
			all = append(all, string(m[1]))
		}
	}
	return all, nil
}

// Schema is the number of the newest migration that was run.
func (d *DB) Schema(ctx context.Context) (int, error) {
	var n int
	err := d.read.QueryRowContext(ctx, `SELECT COALESCE(MAX(number), 0) FROM schema_versions`).Scan(&n)
	return n, mapError("read schema version", err)
}

// mustBeOurs refuses the tables of another release, some of which would be
// left out.
func mustBeOurs(ctx context.Context, tx *sql.Tx) error {
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		return fmt.Errorf("list migrations: %w", err)
	}
	var there int
	err = tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(number), 0) FROM schema_versions`).Scan(&there)
	if err != nil {
		return mapError("read schema version", err)
	}
	if there != len(files) {
		return fmt.Errorf("the database has schema %d, this release knows %d: do it with the newer release", there, len(files))
	}
	return nil
}

// Dump visits every row of every table, all of one moment. The tables have to
// be those of this release.
func (d *DB) Dump(ctx context.Context, visit func(backup.Row) error) error {
	names, err := tables()
	if err != nil {
		return err
	}
	return d.atLength(ctx, d.read, d.view, func(tx *sql.Tx) error {
		if err := mustBeOurs(ctx, tx); err != nil {
			return fmt.Errorf("dump: %w", err)
		}
		for _, name := range names {
			if err := d.dumpTable(ctx, tx, name, visit); err != nil {
				return fmt.Errorf("dump %s: %w", name, err)
			}
		}
		return nil
	})
}

// atLength runs a transaction that takes its time: where statements have a
// time limit, this one's have none.
func (d *DB) atLength(ctx context.Context, db *sql.DB, how *sql.TxOptions, fn func(*sql.Tx) error) error {
	if d.Kind() != "postgresql" {
		return isolated(ctx, db, how, fn)
	}
	return isolated(ctx, d.slow, how, func(tx *sql.Tx) error {
		for _, limit := range []string{"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"} {
			if _, err := tx.ExecContext(ctx, `SET LOCAL `+limit+` = 0`); err != nil {
				return mapError("lift time limits", err)
			}
		}
		return fn(tx)
	})
}

// columnsOf are all columns of a table, in their order.
func (d *DB) columnsOf(ctx context.Context, tx *sql.Tx, table string) ([]string, error) {
	text := `SELECT name FROM pragma_table_info($1) ORDER BY cid`
	if d.Kind() == "postgresql" {
		text = `SELECT column_name FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position`
	}
	return query(ctx, tx, "read columns", func(r row) (string, error) {
		var name string
		err := r.Scan(&name)
		return name, err
	}, text, table)
}

func (d *DB) dumpTable(ctx context.Context, tx *sql.Tx, name string, visit func(backup.Row) error) error {
	columns, err := d.columnsOf(ctx, tx, name)
	if err != nil {
		return err
	}
	rows, err := tx.QueryContext(ctx, `SELECT `+strings.Join(columns, ", ")+` FROM `+name) //nolint:gosec // names of ours
	if err != nil {
		return mapError("read rows", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		r := backup.Row{Table: name, Columns: columns, Values: make([]any, len(columns))}
		into := make([]any, len(columns))
		for i := range into {
			into[i] = &r.Values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return mapError("read row", err)
		}
		if err := visit(r); err != nil {
			return err
		}
	}
	return mapError("read rows", rows.Err())
}

// Load writes what next gives, until that says false, into an empty database,
// all or nothing. The tables have to be those of the release that made the
// dump.
func (d *DB) Load(ctx context.Context, next func() (backup.Row, bool, error)) error {
	names, err := tables()
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, n := range names {
		known[n] = true
	}
	return d.atLength(ctx, d.write, d.update, func(tx *sql.Tx) error {
		if err := mustBeOurs(ctx, tx); err != nil {
			return fmt.Errorf("load: %w", err)
		}
		for _, n := range names {
			if err := mustBeEmpty(ctx, tx, n); err != nil {
				return err
			}
		}
		for {
			r, more, err := next()
			if err != nil {
				return err
			}
			if !more {
				return d.afterLoad(ctx, tx)
			}
			if !known[r.Table] {
				return fmt.Errorf("load: unknown table %q", r.Table)
			}
			if err := insertRow(ctx, tx, r); err != nil {
				return err
			}
		}
	})
}

func mustBeEmpty(ctx context.Context, tx *sql.Tx, table string) error {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM `+table+` LIMIT 1) AS one`).Scan(&n)
	if err != nil {
		return mapError("look for rows", err)
	}
	if n > 0 {
		return fmt.Errorf("table %s: %w", table, backup.ErrNotEmpty)
	}
	return nil
}

var columnForm = regexp.MustCompile(`^[a-z_0-9]+$`)

func insertRow(ctx context.Context, tx *sql.Tx, r backup.Row) error {
	if len(r.Columns) != len(r.Values) {
		return fmt.Errorf("load %s: %d columns, %d values", r.Table, len(r.Columns), len(r.Values))
	}
	marks := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		if !columnForm.MatchString(c) {
			return fmt.Errorf("load %s: column %q", r.Table, c)
		}
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	text := `INSERT INTO ` + r.Table + ` (` + strings.Join(r.Columns, ", ") + `) VALUES (` + strings.Join(marks, ", ") + `)` //nolint:gosec // names were checked
	_, err := tx.ExecContext(ctx, text, r.Values...)
	return mapError("load row of "+r.Table, err)
}

// afterLoad lets numbers that the database gives out go on after the loaded
// ones; SQLite sees to that by itself.
func (d *DB) afterLoad(ctx context.Context, tx *sql.Tx) error {
	if d.Kind() != "postgresql" {
		return nil
	}
	for _, table := range []string{"events", "log_queue"} {
		text := `SELECT setval(pg_get_serial_sequence('` + table + `', 'seq'), (SELECT COALESCE(MAX(seq), 0) + 1 FROM ` + table + `), false)`
		if _, err := tx.ExecContext(ctx, text); err != nil {
			return mapError("go on with numbers", err)
		}
	}
	return nil
}
