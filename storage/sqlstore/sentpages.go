package sqlstore

import (
	"context"
	"database/sql"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

type sentPages struct{ tx *sql.Tx }

const sentPageColumns = `delegation, id, sealed, sha256, created, stored, taken`

func scanSentPage(r row) (safe.SentPage, error) {
	var p safe.SentPage
	var sum []byte
	var created, stored, taken int64
	if err := r.Scan(&p.Delegation, &p.ID, &p.Sealed, &sum, &created, &stored, &taken); err != nil {
		return safe.SentPage{}, err
	}
	p.Created, p.Stored, p.Taken = timeOf(created), timeOf(stored), timeOf(taken)
	var err error
	p.SHA256, err = hash32("read page", sum)
	return p, err
}

func (s sentPages) Insert(ctx context.Context, p safe.SentPage) error {
	r, err := s.tx.ExecContext(ctx, `INSERT INTO sent_pages (delegation, id, sealed, sha256, created, stored, taken, ended)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0) ON CONFLICT DO NOTHING`,
		string(p.Delegation), string(p.ID), p.Sealed, p.SHA256[:], micros(p.Created), micros(p.Stored), micros(p.Taken))
	return inserted("insert page", r, err)
}

func (s sentPages) Update(ctx context.Context, p safe.SentPage) error {
	r, err := s.tx.ExecContext(ctx, `UPDATE sent_pages SET stored = $3, taken = $4 WHERE delegation = $1 AND id = $2`,
		string(p.Delegation), string(p.ID), micros(p.Stored), micros(p.Taken))
	return changed("update page", r, err)
}

func (s sentPages) Of(ctx context.Context, d safe.DelegationID) ([]safe.SentPage, error) {
	return query(ctx, s.tx, "list pages", scanSentPage,
		`SELECT `+sentPageColumns+` FROM sent_pages WHERE delegation = $1 ORDER BY created, id`, string(d))
}

func (s sentPages) End(ctx context.Context, d safe.DelegationID) error {
	_, err := s.tx.ExecContext(ctx, `UPDATE sent_pages SET ended = 1 WHERE delegation = $1`, string(d))
	return mapError("end pages", err)
}

func (s sentPages) Over(ctx context.Context, limit int) ([]safe.SentPage, error) {
	return query(ctx, s.tx, "list pages of sessions that are over", scanSentPage,
		`SELECT `+sentPageColumns+` FROM sent_pages WHERE ended = 1 ORDER BY delegation, id LIMIT $1`, limit)
}

func (s sentPages) Drop(ctx context.Context, d safe.DelegationID, id safe.SentPageID) error {
	_, err := s.tx.ExecContext(ctx, `DELETE FROM sent_pages WHERE delegation = $1 AND id = $2`, string(d), string(id))
	return mapError("drop page", err)
}
