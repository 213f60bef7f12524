package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"strconv"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

type events struct{ tx *sql.Tx }

func (s events) Append(ctx context.Context, whose string, event []byte, salt [32]byte) (string, error) {
	id := safe.NewID[string]()
	_, err := s.tx.ExecContext(ctx, `INSERT INTO events (id, safe, event, salt) VALUES ($1, $2, $3, $4)`,
		id, whose, event, salt[:])
	if err != nil {
		return "", mapError("append event", err)
	}
	entry := journal.Commitment(event, salt)
	return id, s.queue(ctx, id, entry[:])
}

func (s events) AppendFact(ctx context.Context, fact []byte) (string, error) {
	id := safe.NewID[string]()
	hash := sha256.Sum256(fact)
	if _, err := s.tx.ExecContext(ctx, `INSERT INTO facts (id, hash) VALUES ($1, $2)`, id, hash[:]); err != nil {
		return "", mapError("append fact", err)
	}
	return id, s.queue(ctx, id, fact)
}

func (s events) queue(ctx context.Context, id string, entry []byte) error {
	_, err := s.tx.ExecContext(ctx, `INSERT INTO log_queue (id, entry) VALUES ($1, $2)`, id, entry)
	return mapError("queue entry", err)
}

type leaves struct{ tx reader }

// eventRead finds an event's leaf beside it; -1 until it has one.
const eventRead = `SELECT e.seq, e.event, e.salt, COALESCE(l.leaf, -1) FROM events e LEFT JOIN log_entries l ON l.id = e.id `

func scanRecord(r row) (journal.Record, error) {
	var v journal.Record
	var salt []byte
	var seq int64
	if err := r.Scan(&seq, &v.Event, &salt, &v.Index); err != nil {
		return journal.Record{}, err
	}
	v.Cursor = strconv.FormatInt(seq, 10)
	var err error
	v.Salt, err = hash32("read event", salt)
	return v, err
}

func (s leaves) Record(ctx context.Context, id string) (journal.Record, error) {
	v, err := scanRecord(s.tx.QueryRowContext(ctx, eventRead+`WHERE e.id = $1`, id))
	return v, mapError("read event", err)
}

func (s leaves) OfSafe(ctx context.Context, whose, before string, limit int) ([]journal.Record, error) {
	from := int64(1<<63 - 1)
	if before != "" {
		var err error
		if from, err = strconv.ParseInt(before, 10, 64); err != nil {
			return nil, &safe.Error{Kind: safe.Invalid, Msg: "malformed cursor"}
		}
	}
	return query(ctx, s.tx, "list events", scanRecord,
		eventRead+`WHERE e.safe = $1 AND e.seq < $2 ORDER BY e.seq DESC LIMIT $3`, whose, from, limit)
}

func (s leaves) FactIndex(ctx context.Context, fact []byte) (int64, error) {
	hash := sha256.Sum256(fact)
	var leaf int64
	err := s.tx.QueryRowContext(ctx,
		`SELECT COALESCE(MAX(l.leaf), -1) FROM facts f JOIN log_entries l ON l.id = f.id WHERE f.hash = $1`, hash[:]).Scan(&leaf)
	return leaf, mapError("find fact", err)
}
