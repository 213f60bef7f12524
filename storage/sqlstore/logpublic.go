package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// Public implements journal.Board.
func (s logStore) Public(ctx context.Context) (journal.Head, error) {
	var h journal.Head
	var root []byte
	var at int64
	err := s.db.read.QueryRowContext(ctx, `SELECT size, root, checkpoint, at FROM log_public WHERE one = 1`).
		Scan(&h.Size, &root, &h.Checkpoint, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return journal.Head{}, nil
	}
	if err != nil {
		return journal.Head{}, mapError("read public log head", err)
	}
	h.At = timeOf(at)
	h.Root, err = hash32("read public log head", root)
	return h, mapError("read public log head", err)
}

// Announce implements journal.Board.
func (s logStore) Announce(ctx context.Context, h journal.Head) error {
	_, err := s.db.write.ExecContext(ctx, `INSERT INTO log_public (one, size, root, checkpoint, at) VALUES (1, $1, $2, $3, $4)
ON CONFLICT (one) DO UPDATE SET size = excluded.size, root = excluded.root, checkpoint = excluded.checkpoint, at = excluded.at
WHERE log_public.size < excluded.size`, h.Size, h.Root[:], h.Checkpoint, micros(h.At))
	return mapError("announce log head", err)
}

// identify gives entries that come without id the one of a queued entry with
// the same bytes, or, to a fact that is not queued, one under which it is
// found. The id of what nobody here remembers stays empty.
func (b batch) identify(ctx context.Context, entries []journal.Queued) (all []journal.Queued, queued int, err error) {
	byBytes := map[string][]string{}
	waiting, err := query(ctx, b.tx, "read log queue", scanQueued, `SELECT id, entry FROM log_queue ORDER BY seq`)
	if err != nil {
		return nil, 0, err
	}
	for _, q := range waiting {
		byBytes[string(q.Entry)] = append(byBytes[string(q.Entry)], q.ID)
	}
	for _, e := range entries {
		ids := byBytes[string(e.Entry)]
		switch {
		case e.ID != "":
			queued++
		case len(ids) > 0:
			e.ID, byBytes[string(e.Entry)] = ids[0], ids[1:]
			queued++
		case len(e.Entry) != sha256.Size:
			e.ID = safe.NewID[string]()
			hash := sha256.Sum256(e.Entry)
			if _, err := b.tx.ExecContext(ctx, `INSERT INTO facts (id, hash) VALUES ($1, $2)`, e.ID, hash[:]); err != nil {
				return nil, 0, mapError("take fact", err)
			}
		}
		all = append(all, e)
	}
	return all, queued, nil
}

func scanQueued(r row) (journal.Queued, error) {
	var e journal.Queued
	err := r.Scan(&e.ID, &e.Entry)
	return e, err
}
