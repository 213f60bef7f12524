package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// logStore implements journal.Store.
type logStore struct{ db *DB }

func readHead(ctx context.Context, tx *sql.Tx) (journal.Head, error) {
	var h journal.Head
	var root []byte
	var at int64
	err := tx.QueryRowContext(ctx, `SELECT size, root, checkpoint, at, fence FROM log_head WHERE one = 1`).
		Scan(&h.Size, &root, &h.Checkpoint, &at, &h.Fence)
	if errors.Is(err, sql.ErrNoRows) {
		return journal.Head{}, nil
	}
	if err != nil {
		return journal.Head{}, mapError("read log head", err)
	}
	h.At = timeOf(at)
	r, err := hash32("read log head", root)
	h.Root = r
	return h, mapError("read log head", err)
}

func (s logStore) Head(ctx context.Context) (h journal.Head, err error) {
	err = s.db.snapshot(ctx, func(tx *sql.Tx) error {
		h, err = readHead(ctx, tx)
		return err
	})
	return h, err
}

func (s logStore) Queue(ctx context.Context, limit int) (q []journal.Queued, err error) {
	scan := func(r row) (journal.Queued, error) {
		var e journal.Queued
		err := r.Scan(&e.ID, &e.Entry)
		return e, err
	}
	err = s.db.snapshot(ctx, func(tx *sql.Tx) error {
		q, err = query(ctx, tx, "read log queue", scan, `SELECT id, entry FROM log_queue ORDER BY seq LIMIT $1`, limit)
		return err
	})
	return q, err
}

// Publish implements journal.Store. The head row is the fence: the statement
// that replaces it waits for whoever is replacing it, and then meets another
// head. So rows that are locked are enough here, and the sequencer is in
// nobody's way: it needs no more isolation than each statement has.
func (s logStore) Publish(ctx context.Context, old, head journal.Head, entries []journal.Queued, hashes []tlog.Hash) error {
	return inTx(ctx, s.db.write, func(tx *sql.Tx) error {
		if err := replaceHead(ctx, tx, old, head); err != nil {
			return err
		}
		if err := putEntries(ctx, tx, old.Size, entries); err != nil {
			return err
		}
		return putHashes(ctx, tx, tlog.StoredHashCount(old.Size), hashes)
	})
}

func replaceHead(ctx context.Context, tx *sql.Tx, old, head journal.Head) error {
	text := `UPDATE log_head SET size = $1, root = $2, checkpoint = $3, at = $4, fence = $5
WHERE one = 1 AND fence = $6 AND size = $7 AND root = $8`
	args := []any{head.Size, head.Root[:], head.Checkpoint, micros(head.At), head.Fence}
	if old.Checkpoint == nil {
		text = `INSERT INTO log_head (one, size, root, checkpoint, at, fence) VALUES (1, $1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`
	} else {
		args = append(args, old.Fence, old.Size, old.Root[:])
	}
	r, err := tx.ExecContext(ctx, text, args...)
	err = changed("replace log head", r, err)
	if safe.IsKind(err, safe.NotFound) {
		return fmt.Errorf("publish over head %d: %w", old.Fence, journal.ErrFenced)
	}
	return err
}

func (s logStore) Hashes(ctx context.Context, indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	err := s.db.snapshot(ctx, func(tx *sql.Tx) error {
		for from := 0; from < len(indexes); from += 500 {
			to := min(from+500, len(indexes))
			if err := readHashes(ctx, tx, indexes[from:to], out[from:to]); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

func readHashes(ctx context.Context, tx *sql.Tx, indexes []int64, out []tlog.Hash) error {
	where := make(map[int64][]int, len(indexes))
	var holes []string
	var args []any
	for i, x := range indexes {
		where[x] = append(where[x], i)
		args = append(args, x)
		holes = append(holes, fmt.Sprintf("$%d", len(args)))
	}
	type positioned struct {
		at   int64
		hash []byte
	}
	got, err := query(ctx, tx, "read log hashes", func(r row) (positioned, error) {
		var p positioned
		err := r.Scan(&p.at, &p.hash)
		return p, err
	}, `SELECT position, hash FROM log_hashes WHERE position IN (`+strings.Join(holes, ", ")+`)`, args...)
	if err != nil {
		return err
	}
	for _, p := range got {
		h, err := hash32("read log hash", p.hash)
		if err != nil {
			return mapError("read log hashes", err)
		}
		for _, i := range where[p.at] {
			out[i] = h
		}
	}
	if len(got) != len(where) {
		return mapError("read log hashes", fmt.Errorf("%d of %d are missing", len(where)-len(got), len(where)))
	}
	return nil
}

func (s logStore) Entries(ctx context.Context, from int64, limit int) (out [][]byte, err error) {
	scan := func(r row) ([]byte, error) {
		var b []byte
		err := r.Scan(&b)
		return b, err
	}
	err = s.db.snapshot(ctx, func(tx *sql.Tx) error {
		out, err = query(ctx, tx, "read log entries", scan,
			`SELECT entry FROM log_entries WHERE leaf >= $1 ORDER BY leaf LIMIT $2`, from, limit)
		return err
	})
	return out, err
}
