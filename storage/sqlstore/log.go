package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/journal"
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
	err = inTx(ctx, s.db.read, func(tx *sql.Tx) error {
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
	err = inTx(ctx, s.db.read, func(tx *sql.Tx) error {
		q, err = query(ctx, tx, "read log queue", scan, `SELECT id, entry FROM log_queue ORDER BY seq LIMIT $1`, limit)
		return err
	})
	return q, err
}

// Publish implements journal.Store. The fence is the head row itself, read
// and replaced in one transaction.
func (s logStore) Publish(ctx context.Context, old, head journal.Head, entries []journal.Queued, hashes []tlog.Hash) error {
	return inTx(ctx, s.db.write, func(tx *sql.Tx) error {
		now, err := readHead(ctx, tx)
		if err != nil {
			return err
		}
		if now.Fence != old.Fence || now.Size != old.Size || now.Root != old.Root {
			return fenced(old.Fence, now.Fence)
		}
		if err := putEntries(ctx, tx, old.Size, entries); err != nil {
			return err
		}
		if err := putHashes(ctx, tx, tlog.StoredHashCount(old.Size), hashes); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO log_head (one, size, root, checkpoint, at, fence) VALUES (1, $1, $2, $3, $4, $5)
ON CONFLICT (one) DO UPDATE SET size = excluded.size, root = excluded.root, checkpoint = excluded.checkpoint,
at = excluded.at, fence = excluded.fence`, head.Size, head.Root[:], head.Checkpoint, micros(head.At), head.Fence)
		return mapError("write log head", err)
	})
}

// putEntries moves entries from the queue into the log. An entry that is no
// longer queued has its place already: somebody published it after the caller
// read the queue, and two leaves for one event would be a lie.
func putEntries(ctx context.Context, tx *sql.Tx, at int64, entries []journal.Queued) error {
	var st [4]*sql.Stmt
	for i, text := range []string{
		`DELETE FROM log_queue WHERE id = $1`,
		`INSERT INTO log_entries (leaf, entry) VALUES ($1, $2)`,
		`UPDATE events SET leaf = $2 WHERE id = $1`,
		`UPDATE facts SET leaf = $2 WHERE id = $1`,
	} {
		var err error
		//nolint:sqlclosecheck // closed two lines below
		if st[i], err = tx.PrepareContext(ctx, text); err != nil {
			return mapError("sequence entry", err)
		}
		defer func() { _ = st[i].Close() }()
	}
	for i, e := range entries {
		leaf := at + int64(i)
		taken, err := rowsOf(st[0].ExecContext(ctx, e.ID))
		if err != nil {
			return err
		}
		if taken == 0 {
			return fmt.Errorf("publish entry %q again: %w", e.ID, journal.ErrFenced)
		}
		if _, err := rowsOf(st[1].ExecContext(ctx, leaf, e.Entry)); err != nil {
			return err
		}
		events, err := rowsOf(st[2].ExecContext(ctx, e.ID, leaf))
		if err != nil {
			return err
		}
		if events > 0 {
			continue
		}
		if _, err := rowsOf(st[3].ExecContext(ctx, e.ID, leaf)); err != nil {
			return err
		}
	}
	return nil
}

func rowsOf(r sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, mapError("sequence entry", err)
	}
	n, err := r.RowsAffected()
	return n, mapError("sequence entry", err)
}

func putHashes(ctx context.Context, tx *sql.Tx, at int64, hashes []tlog.Hash) error {
	st, err := tx.PrepareContext(ctx, `INSERT INTO log_hashes (position, hash) VALUES ($1, $2)`)
	if err != nil {
		return mapError("write log hashes", err)
	}
	defer func() { _ = st.Close() }()
	for i, h := range hashes {
		if _, err := st.ExecContext(ctx, at+int64(i), h[:]); err != nil {
			return mapError("write log hashes", err)
		}
	}
	return nil
}

func (s logStore) Hashes(ctx context.Context, indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	err := inTx(ctx, s.db.read, func(tx *sql.Tx) error {
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
	err = inTx(ctx, s.db.read, func(tx *sql.Tx) error {
		out, err = query(ctx, tx, "read log entries", scan,
			`SELECT entry FROM log_entries WHERE leaf >= $1 ORDER BY leaf LIMIT $2`, from, limit)
		return err
	})
	return out, err
}
