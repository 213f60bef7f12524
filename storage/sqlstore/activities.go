package sqlstore

import (
	"context"
	"database/sql"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

type activities struct{ tx *sql.Tx }

func scanActivity(r row) (safe.ActivityCount, error) {
	var c safe.ActivityCount
	err := r.Scan(&c.Structure, &c.Month, &c.Safe, &c.Kind, &c.N)
	return c, err
}

func (s activities) Add(ctx context.Context, c safe.ActivityCount) error {
	_, err := s.tx.ExecContext(ctx, `INSERT INTO activities (structure, month, safe, kind, n) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (structure, month, safe, kind) DO UPDATE SET n = activities.n + excluded.n`,
		string(c.Structure), c.Month, string(c.Safe), c.Kind, c.N)
	return mapError("count activity", err)
}

func (s activities) Of(ctx context.Context, id safe.StructureID, first, last string) ([]safe.ActivityCount, error) {
	return query(ctx, s.tx, "list activity", scanActivity, `SELECT structure, month, safe, kind, n FROM activities
WHERE structure = $1 AND month >= $2 AND month <= $3 ORDER BY month, safe, kind`, string(id), first, last)
}
