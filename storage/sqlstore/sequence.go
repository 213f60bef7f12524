package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// putEntries moves entries from the queue into the log. An entry that is no
// longer queued has its place already: somebody published it after the caller
// read the queue, and two leaves for one event would be a lie.
func putEntries(ctx context.Context, tx *sql.Tx, at int64, entries []journal.Queued) error {
	ids, placed := make([][]any, len(entries)), make([][]any, len(entries))
	for i, e := range entries {
		ids[i], placed[i] = []any{e.ID}, []any{at + int64(i), e.ID, e.Entry}
	}
	taken, err := many(ctx, tx, `DELETE FROM log_queue WHERE id IN (VALUES {rows})`, "($)", ids)
	if err != nil {
		return err
	}
	if taken != int64(len(entries)) {
		return fmt.Errorf("publish %d entries of which %d are queued: %w", len(entries), taken, journal.ErrFenced)
	}
	_, err = many(ctx, tx, `INSERT INTO log_entries (leaf, id, entry) VALUES {rows}`, "($, $, $)", placed)
	return err
}

func putHashes(ctx context.Context, tx *sql.Tx, at int64, hashes []tlog.Hash) error {
	rows := make([][]any, len(hashes))
	for i, h := range hashes {
		rows[i] = []any{at + int64(i), h[:]}
	}
	_, err := many(ctx, tx, `INSERT INTO log_hashes (position, hash) VALUES {rows}`, "($, $)", rows)
	return err
}

// many runs a statement over rows, a few hundred of them at once, and counts
// what it changed. {rows} becomes the shape as often as there are rows, each $
// a numbered argument. The sizes are few, so that a database which keeps what
// it has parsed keeps them all.
func many(ctx context.Context, tx *sql.Tx, text, shape string, rows [][]any) (int64, error) {
	var changed int64
	for _, size := range [...]int{256, 32, 4, 1} {
		for ; len(rows) >= size; rows = rows[size:] {
			var args []any
			for _, row := range rows[:size] {
				args = append(args, row...)
			}
			r, err := tx.ExecContext(ctx, strings.Replace(text, "{rows}", holes(shape, size), 1), args...)
			if err != nil {
				return 0, mapError("sequence entries", err)
			}
			n, err := r.RowsAffected()
			if err != nil {
				return 0, mapError("sequence entries", err)
			}
			changed += n
		}
	}
	return changed, nil
}

// holes repeats a shape with its arguments numbered.
func holes(shape string, times int) string {
	var b strings.Builder
	n := 0
	for _, c := range strings.Repeat(shape+", ", times)[:times*(len(shape)+2)-2] {
		b.WriteRune(c)
		if c == '$' {
			n++
			fmt.Fprint(&b, n)
		}
	}
	return b.String()
}
