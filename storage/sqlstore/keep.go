package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// keeping implements journal.Keeper.
type keeping struct{ tx *sql.Tx }

func (s keeping) Due(ctx context.Context, before time.Time, after *string, limit int) ([]string, error) {
	scan := func(r row) (string, error) {
		var whose string
		err := r.Scan(&whose)
		return whose, err
	}
	if after == nil {
		return query(ctx, s.tx, "list old events", scan,
			`SELECT DISTINCT safe FROM events WHERE at > 0 AND at < $1 ORDER BY safe LIMIT $2`, micros(before), limit)
	}
	return query(ctx, s.tx, "list old events", scan,
		`SELECT DISTINCT safe FROM events WHERE at > 0 AND at < $1 AND safe > $2 ORDER BY safe LIMIT $3`, micros(before), *after, limit)
}

func (s keeping) Prune(ctx context.Context, whose string, before time.Time) (journal.Pruned, error) {
	var kept int64 // the first one
	err := s.tx.QueryRowContext(ctx,
		`SELECT COALESCE(MIN(seq), $3) FROM events WHERE safe = $1 AND (at >= $2 OR at = 0)`,
		whose, micros(before), int64(1<<63-1)).Scan(&kept)
	if err != nil {
		return journal.Pruned{}, mapError("find first event to keep", err)
	}
	var p journal.Pruned
	err = s.tx.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(MAX(n), 0) FROM events WHERE safe = $1 AND seq < $2`, whose, kept).
		Scan(&p.Events, &p.Through)
	if err != nil || p.Events == 0 {
		return p, mapError("count old events", err)
	}
	_, err = s.tx.ExecContext(ctx, `DELETE FROM events WHERE safe = $1 AND seq < $2`, whose, kept)
	return p, mapError("delete old events", err)
}

func (s keeping) Summarise(ctx context.Context, limit int) (int, error) {
	type bare struct {
		seq   int64
		event []byte
	}
	all, err := query(ctx, s.tx, "list events without summary", func(r row) (bare, error) {
		var v bare
		err := r.Scan(&v.seq, &v.event)
		return v, err
	}, `SELECT seq, event FROM events WHERE at = 0 AND what = '' ORDER BY seq LIMIT $1`, limit)
	if err != nil {
		return 0, err
	}
	for _, v := range all {
		sum := journal.Summarise(v.event)
		if sum.What == "" {
			sum.What = "?" // it is looked at once
		}
		_, err := s.tx.ExecContext(ctx, `UPDATE events SET n = $1, at = $2, what = $3, result = $4, book = $5 WHERE seq = $6`,
			sum.N, micros(sum.At), sum.What, sum.Result, sum.Book, v.seq)
		if err != nil {
			return 0, mapError("summarise event", err)
		}
	}
	return len(all), nil
}

func (s keeping) Figures(ctx context.Context, from, until time.Time) ([]journal.Figure, error) {
	return query(ctx, s.tx, "count events", func(r row) (journal.Figure, error) {
		var f journal.Figure
		err := r.Scan(&f.What, &f.Result, &f.Count)
		return f, err
	}, `SELECT what, result, COUNT(*) FROM events WHERE at >= $1 AND at < $2 GROUP BY what, result ORDER BY what, result`,
		micros(from), micros(until))
}

func (s keeping) Oldest(ctx context.Context) (time.Time, error) {
	var at int64
	err := s.tx.QueryRowContext(ctx, `SELECT COALESCE(MIN(at), 0) FROM events WHERE at > 0`).Scan(&at)
	return timeOf(at), mapError("find oldest event", err)
}
