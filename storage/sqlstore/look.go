package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Schema says how far the tables of a database are.
type Schema struct {
	Kind  string // sqlite or postgresql
	There int    // 0 where there are none yet
	Known int    // to this release
}

// Look reads how far the tables are, and makes and changes none. No error
// repeats the DSN.
func Look(ctx context.Context, c Config) (s Schema, err error) {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return Schema{}, fmt.Errorf("list migrations: %w", err)
	}
	s.Known = len(files)
	var d *DB
	var tables string
	if path, lite := strings.CutPrefix(c.DSN, "sqlite://"); lite {
		s.Kind = "sqlite"
		tables = `SELECT COUNT(*) FROM sqlite_master WHERE name = 'schema_versions'`
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return s, nil
		}
		d, err = openSQLite(path)
	} else {
		s.Kind = "postgresql"
		tables = `SELECT COUNT(*) FROM information_schema.tables WHERE table_name = 'schema_versions' AND table_schema = ANY (current_schemas(false))`
		d, err = openPostgres(ctx, c)
	}
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	var made int
	if err := d.read.QueryRowContext(ctx, tables).Scan(&made); err != nil {
		return s, mapError("look for tables", err)
	}
	if made == 0 {
		return s, nil
	}
	err = d.read.QueryRowContext(ctx, `SELECT COALESCE(MAX(number), 0) FROM schema_versions`).Scan(&s.There)
	if err != nil {
		return s, mapError("read schema version", err)
	}
	if s.There > s.Known+1 {
		return s, fmt.Errorf("the database has schema %d, this release knows %d: run a newer release", s.There, s.Known)
	}
	return s, nil
}
