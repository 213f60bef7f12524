package sqlstore

import (
	"context"
	"database/sql"
	"strings"
)

// dialect is what one database does in its own way.
type dialect struct {
	name string
	// spell replaces what migrations write in neither's words; see the top of
	// 0001_create_tables.sql.
	spell *strings.Replacer
	// alone are the statements that let one transaction migrate at a time, as
	// long as it takes.
	alone []string
	// update and view are how transactions are isolated; nil where the
	// database knows one way only.
	update, view *sql.TxOptions
	// bulk writes many rows on the driver's own connection; nil where
	// statements are as quick.
	bulk func(ctx context.Context, driver any, table string, columns []string, rows [][]any) error
}
