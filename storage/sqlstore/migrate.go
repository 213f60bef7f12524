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

// Migrate brings the tables to this release, forward only. Each migration is
// one transaction; running it twice changes nothing. A database of a release
// after the next one is refused: this one would not understand its rows.
func (d *DB) Migrate(ctx context.Context) error {
	const versions = `CREATE TABLE IF NOT EXISTS schema_versions (number BIGINT PRIMARY KEY, name TEXT NOT NULL, at BIGINT NOT NULL)`
	if _, err := d.write.ExecContext(ctx, versions); err != nil {
		return mapError("create schema_versions", err)
	}
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return fmt.Errorf("list migrations: %w", err)
	}
	var there int
	err = d.write.QueryRowContext(ctx, `SELECT COALESCE(MAX(number), 0) FROM schema_versions`).Scan(&there)
	if err != nil {
		return mapError("read schema version", err)
	}
	if there > len(files)+1 {
		return fmt.Errorf("migrate: the database has schema %d, this release knows %d: run a newer release", there, len(files))
	}
	for _, f := range files {
		if err := d.migrate(ctx, f); err != nil {
			return fmt.Errorf("migrate %s: %w", f, err)
		}
	}
	return nil
}

func (d *DB) migrate(ctx context.Context, file string) error {
	name := strings.TrimSuffix(strings.TrimPrefix(file, "migrations/"), ".sql")
	number, err := strconv.Atoi(name[:4])
	if err != nil {
		return fmt.Errorf("read number: %w", err)
	}
	text, err := migrations.ReadFile(file)
	if err != nil {
		return err
	}
	return inTx(ctx, d.write, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx,
			`INSERT INTO schema_versions (number, name, at) VALUES ($1, $2, $3) ON CONFLICT (number) DO NOTHING`,
			number, name, micros(d.now()))
		if err != nil {
			return mapError("note migration", err)
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return err
		}
		spelled := strings.NewReplacer("{blob}", "BLOB", "{serial}", "INTEGER PRIMARY KEY AUTOINCREMENT").Replace(string(text))
		_, err = tx.ExecContext(ctx, spelled)
		return mapError("run migration", err)
	})
}
