package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"slices"
	"strconv"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// events writes the journal in one transaction.
type events struct {
	tx   *sql.Tx
	turn *turn
}

// Hold takes the counters in the order of their safes: two transactions that
// want the same ones never wait for each other in a circle.
func (s events) Hold(ctx context.Context, safes ...string) error {
	sorted := slices.Compact(slices.Sorted(slices.Values(safes)))
	if err := s.turn.take(sorted...); err != nil {
		return err
	}
	for _, whose := range sorted {
		_, err := s.tx.ExecContext(ctx, `INSERT INTO journal_places (safe, n) VALUES ($1, 0)
ON CONFLICT (safe) DO UPDATE SET n = journal_places.n`, whose)
		if err != nil {
			return mapError("hold journal", err)
		}
	}
	return nil
}

func (s events) Next(ctx context.Context, whose string) (int64, error) {
	if held := s.turn.held; len(held) > 0 && !held[whose] {
		return 0, fmt.Errorf("next place in the journal of %s: its counter is not held", whose)
	}
	if err := s.turn.take(whose); err != nil {
		return 0, err
	}
	var n int64
	err := s.tx.QueryRowContext(ctx, `INSERT INTO journal_places (safe, n) VALUES ($1, 1)
ON CONFLICT (safe) DO UPDATE SET n = journal_places.n + 1 RETURNING n`, whose).Scan(&n)
	return n, mapError("next place in journal", err)
}

func (s events) Append(ctx context.Context, whose string, event []byte, salt [32]byte) (string, error) {
	id := safe.NewID[string]()
	sum := journal.Summarise(event)
	_, err := s.tx.ExecContext(ctx,
		`INSERT INTO events (id, safe, event, salt, n, at, what, result, book) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		id, whose, event, salt[:], sum.N, micros(sum.At), sum.What, sum.Result, sum.Book)
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
	return s.list(ctx, eventRead+`WHERE e.safe = $1 AND e.seq < $2 ORDER BY e.seq DESC LIMIT $3`, whose, before, limit)
}

func (s leaves) OfBook(ctx context.Context, book, before string, limit int) ([]journal.Record, error) {
	return s.list(ctx, eventRead+`WHERE e.book = $1 AND e.seq < $2 ORDER BY e.seq DESC LIMIT $3`, book, before, limit)
}

func (s leaves) list(ctx context.Context, text, of, before string, limit int) ([]journal.Record, error) {
	from := int64(1<<63 - 1)
	if before != "" {
		var err error
		if from, err = strconv.ParseInt(before, 10, 64); err != nil {
			return nil, &safe.Error{Kind: safe.Invalid, Msg: "malformed cursor"}
		}
	}
	return query(ctx, s.tx, "list events", scanRecord, text, of, from, limit)
}

func (s leaves) FactIndex(ctx context.Context, fact []byte) (int64, error) {
	hash := sha256.Sum256(fact)
	var leaf int64
	err := s.tx.QueryRowContext(ctx,
		`SELECT COALESCE(MAX(l.leaf), -1) FROM facts f JOIN log_entries l ON l.id = f.id WHERE f.hash = $1`, hash[:]).Scan(&leaf)
	return leaf, mapError("find fact", err)
}
