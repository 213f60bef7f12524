package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

type grants struct{ tx *sql.Tx }

const (
	grantColumns = `id, safe, doc, version, administration, service, purpose, procedure_name, sealed,
idempotency_key, created, not_after, ended, opened, openings, most_openings, request, kind`
	// grantRead joins what lists show beside the row.
	grantRead = `SELECT g.id, g.safe, g.doc, g.version, g.administration, g.service, g.purpose, g.procedure_name, g.sealed,
g.idempotency_key, g.created, g.not_after, g.ended, g.opened, g.openings, g.most_openings, g.request, g.kind,
COALESCE(a.name, ''), COALESCE(h.name, ''), COALESCE(v.sealed, 0)
FROM grants g
LEFT JOIN administrations a ON a.id = g.administration
LEFT JOIN safes s ON s.id = g.safe
LEFT JOIN accounts h ON h.id = s.account
LEFT JOIN versions v ON v.doc = g.doc AND v.id = g.version `
)

func scanGrant(r row) (safe.Grant, error) {
	var g safe.Grant
	var created, notAfter, ended, opened int64
	err := r.Scan(&g.ID, &g.Safe, &g.Doc, &g.Version, &g.Administration, &g.Service, &g.Purpose, &g.Procedure, &g.Sealed,
		&g.Key, &created, &notAfter, &ended, &opened, &g.Openings, &g.MostOpenings, &g.Request, &g.Kind, &g.AdministrationName, &g.Holder, &g.DocSealed)
	g.Created, g.NotAfter, g.Ended, g.Opened = timeOf(created), timeOf(notAfter), timeOf(ended), timeOf(opened)
	return g, err
}

func (s grants) Insert(ctx context.Context, g safe.Grant) error {
	r, err := s.tx.ExecContext(ctx, `INSERT INTO grants (`+grantColumns+`)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT DO NOTHING`,
		string(g.ID), string(g.Safe), string(g.Doc), string(g.Version), string(g.Administration), g.Service, g.Purpose,
		g.Procedure, g.Sealed, g.Key, micros(g.Created), micros(g.NotAfter), micros(g.Ended), micros(g.Opened), g.Openings,
		g.MostOpenings, string(g.Request), g.Kind)
	return inserted("insert grant", r, err)
}

func (s grants) ByKey(ctx context.Context, id safe.SafeID, key string) (safe.Grant, error) {
	g, err := scanGrant(s.tx.QueryRowContext(ctx, grantRead+`WHERE g.safe = $1 AND g.idempotency_key = $2 AND g.idempotency_key <> ''`, string(id), key))
	return g, mapError("find grant", err)
}

func (s grants) Get(ctx context.Context, id safe.GrantID) (safe.Grant, error) {
	g, err := scanGrant(s.tx.QueryRowContext(ctx, grantRead+`WHERE g.id = $1`, string(id)))
	return g, mapError("read grant", err)
}

func (s grants) Update(ctx context.Context, g safe.Grant) error {
	r, err := s.tx.ExecContext(ctx, `UPDATE grants SET ended = $2, opened = $3, openings = $4, version = $5, sealed = $6 WHERE id = $1`,
		string(g.ID), micros(g.Ended), micros(g.Opened), g.Openings, string(g.Version), g.Sealed)
	return changed("update grant", r, err)
}

func (s grants) OfSafe(ctx context.Context, id safe.SafeID, p safe.Page) ([]safe.Grant, string, error) {
	return s.list(ctx, `g.safe = $1`, string(id), nil, p)
}

func (s grants) OfAdministration(ctx context.Context, a safe.AdministrationID, services []string, p safe.Page) ([]safe.Grant, string, error) {
	return s.list(ctx, `g.administration = $1`, string(a), services, p)
}

func (s grants) list(ctx context.Context, where, whose string, services []string, p safe.Page) ([]safe.Grant, string, error) {
	us, id, err := before(p.After)
	if err != nil {
		return nil, "", err
	}
	args := []any{whose, us, id, p.Limit + 1}
	if len(services) > 0 {
		where += ` AND g.service IN (''`
		for _, sv := range services {
			args = append(args, sv)
			where += fmt.Sprintf(`, $%d`, len(args))
		}
		where += `)`
	}
	list, err := query(ctx, s.tx, "list grants", scanGrant,
		grantRead+`WHERE `+where+` AND (g.created, g.id) < ($2, $3) ORDER BY g.created DESC, g.id DESC LIMIT $4`, args...)
	if err != nil {
		return nil, "", err
	}
	list, next := page(list, p.Limit, func(g safe.Grant) string {
		return cursor(strconv.FormatInt(micros(g.Created), 10), string(g.ID))
	})
	return list, next, nil
}
