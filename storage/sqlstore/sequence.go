package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// batch is a transaction that writes many rows at once.
type batch struct {
	tx   *sql.Tx
	conn *sql.Conn // on which it is
	bulk func(ctx context.Context, driver any, table string, columns []string, rows [][]any) error
}

// inBatch is inTx for that.
func (d *DB) inBatch(ctx context.Context, fn func(batch) error) error {
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return mapError("begin", err)
	}
	defer func() { _ = conn.Close() }() // back to the others
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return mapError("begin", err)
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	if err := fn(batch{tx, conn, d.bulk}); err != nil {
		return err
	}
	return mapError("commit", tx.Commit())
}

// putEntries moves entries from the queue into the log. An entry that is no
// longer queued has its place already: somebody published it after the caller
// read the queue, and two leaves for one event would be a lie. Entries without
// id are those that the public has and this database has lost.
func (b batch) putEntries(ctx context.Context, at int64, entries []journal.Queued) error {
	queued := len(entries)
	if slices.ContainsFunc(entries, func(e journal.Queued) bool { return e.ID == "" }) {
		var err error
		if entries, queued, err = b.identify(ctx, entries); err != nil {
			return err
		}
	}
	var ids [][]any
	placed := make([][]any, len(entries))
	for i, e := range entries {
		placed[i] = []any{at + int64(i), sql.NullString{String: e.ID, Valid: e.ID != ""}, e.Entry}
		if e.ID != "" {
			ids = append(ids, []any{e.ID})
		}
	}
	taken, err := b.many(ctx, `DELETE FROM log_queue WHERE id IN (VALUES {rows})`, "($)", ids)
	if err != nil {
		return err
	}
	if taken != int64(queued) {
		return fmt.Errorf("publish %d entries of which %d are queued: %w", queued, taken, journal.ErrFenced)
	}
	return b.insert(ctx, "log_entries", []string{"leaf", "id", "entry"}, placed)
}

func (b batch) putHashes(ctx context.Context, at int64, hashes []tlog.Hash) error {
	rows := make([][]any, len(hashes))
	for i, h := range hashes {
		rows[i] = []any{at + int64(i), h[:]}
	}
	return b.insert(ctx, "log_hashes", []string{"position", "hash"}, rows)
}

// chunk is how many rows one statement writes: twice as quick as one row each,
// and parsed once.
const chunk = 32

// insert writes rows by the database's own way for many, where there is one.
func (b batch) insert(ctx context.Context, table string, columns []string, rows [][]any) error {
	if b.bulk != nil && len(rows) >= chunk {
		err := b.conn.Raw(func(driver any) error { return b.bulk(ctx, driver, table, columns, rows) })
		return mapError("sequence entries", err)
	}
	text := `INSERT INTO ` + table + ` (` + strings.Join(columns, ", ") + `) VALUES {rows}`
	_, err := b.many(ctx, text, "("+strings.Repeat("$, ", len(columns)-1)+"$)", rows)
	return err
}

// many runs a statement over rows and counts what it changed. {rows} becomes
// the shape once for each row of a chunk, each $ a numbered argument.
func (b batch) many(ctx context.Context, text, shape string, rows [][]any) (int64, error) {
	whole := len(rows) / chunk * chunk
	changed, err := b.chunks(ctx, strings.Replace(text, "{rows}", holes(shape, chunk), 1), chunk, rows[:whole])
	if err != nil {
		return 0, mapError("sequence entries", err)
	}
	rest, err := b.chunks(ctx, strings.Replace(text, "{rows}", holes(shape, 1), 1), 1, rows[whole:])
	return changed + rest, mapError("sequence entries", err)
}

func (b batch) chunks(ctx context.Context, text string, size int, rows [][]any) (changed int64, err error) {
	run := func(args ...any) (sql.Result, error) { return b.tx.ExecContext(ctx, text, args...) }
	if len(rows) > 2*size { // worth the way there
		st, err := b.tx.PrepareContext(ctx, text)
		if err != nil {
			return 0, err
		}
		defer func() { _ = st.Close() }()
		run = func(args ...any) (sql.Result, error) { return st.ExecContext(ctx, args...) }
	}
	for ; len(rows) > 0; rows = rows[size:] {
		var args []any
		for _, row := range rows[:size] {
			args = append(args, row...)
		}
		r, err := run(args...)
		if err != nil {
			return 0, err
		}
		n, err := r.RowsAffected()
		if err != nil {
			return 0, err
		}
		changed += n
	}
	return changed, nil
}

// holes repeats a shape with its arguments numbered.
func holes(shape string, times int) string {
	if times == 0 {
		return ""
	}
	var b strings.Builder
	n := 0
	for _, c := range strings.Repeat(", "+shape, times)[2:] {
		b.WriteRune(c)
		if c == '$' {
			n++
			fmt.Fprint(&b, n)
		}
	}
	return b.String()
}
