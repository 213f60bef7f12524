package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

//go:embed migrations/*.sql
var migrations embed.FS

const schemaVersions = `CREATE TABLE IF NOT EXISTS schema_versions (number BIGINT PRIMARY KEY, name TEXT NOT NULL, at BIGINT NOT NULL)`

// Migrate brings the tables to this release, forward only, in one transaction;
// running it twice, or in several gateways at once, changes nothing more. A
// database of a release after the next one is refused: this one would not
// understand its rows.
func (d *DB) Migrate(ctx context.Context) error {
	return inTx(ctx, d.slow, func(tx *sql.Tx) error {
		for _, text := range append(d.alone, schemaVersions) {
			if _, err := tx.ExecContext(ctx, text); err != nil {
				return mapError("create schema_versions", err)
			}
		}
		files, err := fs.Glob(migrations, "migrations/*.sql")
		if err != nil {
			return fmt.Errorf("list migrations: %w", err)
		}
		var there int
		err = tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(number), 0) FROM schema_versions`).Scan(&there)
		if err != nil {
			return mapError("read schema version", err)
		}
		if there > len(files)+1 {
			return fmt.Errorf("migrate: the database has schema %d, this release knows %d: run a newer release", there, len(files))
		}
		for _, f := range files {
			if err := d.migrate(ctx, tx, f); err != nil {
				return fmt.Errorf("migrate %s: %w", f, err)
			}
		}
		return nil
	})
}

func (d *DB) migrate(ctx context.Context, tx *sql.Tx, file string) error {
	name := strings.TrimSuffix(strings.TrimPrefix(file, "migrations/"), ".sql")
	number, err := strconv.Atoi(name[:4])
	if err != nil {
		return fmt.Errorf("read number: %w", err)
	}
	text, err := migrations.ReadFile(file)
	if err != nil {
		return err
	}
	r, err := tx.ExecContext(ctx,
		`INSERT INTO schema_versions (number, name, at) VALUES ($1, $2, $3) ON CONFLICT (number) DO NOTHING`,
		number, name, micros(d.now()))
	if err != nil {
		return mapError("note migration", err)
	}
	n, err := r.RowsAffected()
	if err != nil {
		return mapError("note migration", err)
	}
	if n == 0 {
		return sameMigration(ctx, tx, number, name)
	}
	_, err = tx.ExecContext(ctx, d.spell.Replace(string(text)))
	return mapError("run migration", err)
}

// sameMigration refuses a database to which another file of this number was
// done: what this one makes is not there.
func sameMigration(ctx context.Context, tx *sql.Tx, number int, name string) error {
	var was string
	if err := tx.QueryRowContext(ctx, `SELECT name FROM schema_versions WHERE number = $1`, number).Scan(&was); err != nil {
		return mapError("read migration", err)
	}
	if was != name {
		return fmt.Errorf("number %d was %s in this database: run the release that it was made by", number, was)
	}
	return nil
}
