package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

type formerKeys struct{ tx *sql.Tx }

func scanFormerKey(r row) (safe.FormerKey, error) {
	var k safe.FormerKey
	var ended int64
	err := r.Scan(&k.Administration, &k.Epoch, &k.VK, &k.Recipient, &k.Fact, &k.Succession, &ended)
	k.Ended = timeOf(ended)
	if len(k.Succession) == 0 {
		k.Succession = nil
	}
	return k, err
}

func (s formerKeys) Add(ctx context.Context, k safe.FormerKey) error {
	succession := k.Succession
	if succession == nil {
		succession = []byte{}
	}
	r, err := s.tx.ExecContext(ctx, `INSERT INTO former_keys (administration, epoch, vk, recipient, fact, succession, ended)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		string(k.Administration), k.Epoch, k.VK, k.Recipient, k.Fact, succession, micros(k.Ended))
	return inserted("insert former key", r, err)
}

func (s formerKeys) Roots(ctx context.Context, id safe.AdministrationID) ([]safe.FormerKey, error) {
	return query(ctx, s.tx, "list former roots", scanFormerKey,
		`SELECT administration, epoch, vk, recipient, fact, succession, ended FROM former_keys WHERE administration = $1 AND LENGTH(succession) > 0 ORDER BY epoch DESC`,
		string(id))
}

func (s formerKeys) Replaced(ctx context.Context, id safe.AdministrationID, recipient string) (time.Time, error) {
	var ended int64
	err := s.tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(ended), 0) FROM former_keys WHERE administration = $1 AND recipient = $2`,
		string(id), recipient).Scan(&ended)
	return timeOf(ended), mapError("find former recipient", err)
}
