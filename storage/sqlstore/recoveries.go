package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

type recoveries struct{ tx *sql.Tx }

func (s recoveries) Get(ctx context.Context, id safe.SafeID) (safe.Recovery, error) {
	var v safe.Recovery
	var created, ended int64
	err := s.tx.QueryRowContext(ctx,
		`SELECT safe, request, custody, created, ended, reason FROM recoveries WHERE safe = $1`, string(id)).
		Scan(&v.Safe, &v.Request, &v.Custody, &created, &ended, &v.Reason)
	if err != nil {
		return safe.Recovery{}, mapError("read recovery", err)
	}
	v.Created, v.Ended = timeOf(created), timeOf(ended)
	v.Parts, err = query(ctx, s.tx, "read recovery", scanPart,
		`SELECT custodian, name, agreement, agreed, sealed, given FROM recovery_parts WHERE safe = $1 ORDER BY position`, string(id))
	return v, err
}

func scanPart(r row) (safe.RecoveryPart, error) {
	var p safe.RecoveryPart
	var agreed, given int64
	err := r.Scan(&p.Custodian, &p.Name, &p.Agreement, &agreed, &p.Sealed, &given)
	p.Agreed, p.Given = timeOf(agreed), timeOf(given)
	return p, err
}

func (s recoveries) Put(ctx context.Context, v safe.Recovery) error {
	_, err := s.tx.ExecContext(ctx, `INSERT INTO recoveries (safe, request, custody, created, ended, reason)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (safe) DO UPDATE SET request = excluded.request, custody = excluded.custody, created = excluded.created,
ended = excluded.ended, reason = excluded.reason`,
		string(v.Safe), v.Request, v.Custody, micros(v.Created), micros(v.Ended), v.Reason)
	if err != nil {
		return mapError("write recovery", err)
	}
	if _, err := s.tx.ExecContext(ctx, `DELETE FROM recovery_parts WHERE safe = $1`, string(v.Safe)); err != nil {
		return mapError("write recovery", err)
	}
	for i, p := range v.Parts {
		_, err := s.tx.ExecContext(ctx, `INSERT INTO recovery_parts (safe, position, custodian, name, agreement, agreed, sealed, given)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			string(v.Safe), i, p.Custodian, p.Name, p.Agreement, micros(p.Agreed), p.Sealed, micros(p.Given))
		if err != nil {
			return mapError("write recovery", err)
		}
	}
	return nil
}

func (s recoveries) Lapsed(ctx context.Context, until time.Time, limit int) ([]safe.SafeID, error) {
	scan := func(r row) (safe.SafeID, error) {
		var id safe.SafeID
		err := r.Scan(&id)
		return id, err
	}
	return query(ctx, s.tx, "list lapsed recoveries", scan,
		`SELECT safe FROM recoveries WHERE ended = 0 AND created <= $1 ORDER BY created LIMIT $2`, micros(until), limit)
}
