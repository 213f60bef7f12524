package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// logStore implements journal.Store.
type logStore struct{ db *DB }

// Head, and what else reads here, is one statement, or reads what never
// changes: no transaction is around it.
func (s logStore) Head(ctx context.Context) (journal.Head, error) {
	var h journal.Head
	var root []byte
	var at int64
	err := s.db.read.QueryRowContext(ctx, `SELECT size, root, checkpoint, at, fence FROM log_head WHERE one = 1`).
		Scan(&h.Size, &root, &h.Checkpoint, &at, &h.Fence)
	if errors.Is(err, sql.ErrNoRows) {
		return journal.Head{}, nil
	}
	if err != nil {
		return journal.Head{}, mapError("read log head", err)
	}
	h.At = timeOf(at)
	h.Root, err = hash32("read log head", root)
	return h, mapError("read log head", err)
}

func (s logStore) Queue(ctx context.Context, limit int) ([]journal.Queued, error) {
	return query(ctx, s.db.read, "read log queue", scanQueued, `SELECT id, entry FROM log_queue ORDER BY seq LIMIT $1`, limit)
}

// Publish implements journal.Store. The head row is the fence: the statement
// that replaces it waits for whoever is replacing it, and then meets another
// head. So rows that are locked are enough here, and the sequencer is in
// nobody's way: it needs no more isolation than each statement has.
func (s logStore) Publish(ctx context.Context, old, head journal.Head, entries []journal.Queued, hashes []tlog.Hash) error {
	return s.db.inBatch(ctx, func(b batch) error {
		if err := replaceHead(ctx, b.tx, old, head); err != nil {
			return err
		}
		if err := b.putEntries(ctx, old.Size, entries); err != nil {
			return err
		}
		return b.putHashes(ctx, tlog.StoredHashCount(old.Size), hashes)
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

// Hashes implements journal.Store.
func (s logStore) Hashes(ctx context.Context, indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for from := 0; from < len(indexes); from += 500 {
		to := min(from+500, len(indexes))
		if err := s.readHashes(ctx, indexes[from:to], out[from:to]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s logStore) readHashes(ctx context.Context, indexes []int64, out []tlog.Hash) error {
	where := make(map[int64][]int, len(indexes))
	var args []any
	for i, x := range indexes {
		if where[x] == nil {
			args = append(args, x)
		}
		where[x] = append(where[x], i)
	}
	type positioned struct {
		at   int64
		hash []byte
	}
	got, err := query(ctx, s.db.read, "read log hashes", func(r row) (positioned, error) {
		var p positioned
		err := r.Scan(&p.at, &p.hash)
		return p, err
	}, `SELECT position, hash FROM log_hashes WHERE position IN (`+holes("$", len(args))+`)`, args...)
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

// Entries implements journal.Store.
func (s logStore) Entries(ctx context.Context, from int64, limit int) ([][]byte, error) {
	scan := func(r row) ([]byte, error) {
		var b []byte
		err := r.Scan(&b)
		return b, err
	}
	return query(ctx, s.db.read, "read log entries", scan,
		`SELECT entry FROM log_entries WHERE leaf >= $1 ORDER BY leaf LIMIT $2`, from, limit)
}
