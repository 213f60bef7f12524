package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

type grants struct{ tx *sql.Tx }

const (
	grantColumns = `id, safe, doc, version, administration, service, purpose, procedure_name, sealed,
idempotency_key, created, not_after, ended, opened, openings, most_openings, request, kind`
	// grantShown are the row and what lists show beside it. The sealed bytes are
	// ten times the rest, kept apart from it by PostgreSQL, and no list's.
	grantShown = `SELECT g.id, g.safe, g.doc, g.version, g.administration, g.service, g.purpose, g.procedure_name,
g.idempotency_key, g.created, g.not_after, g.ended, g.opened, g.openings, g.most_openings, g.request, g.kind,
COALESCE(a.name, ''), COALESCE(h.name, ''), COALESCE(v.sealed, 0), COALESCE(q.reference, '')`
	grantBeside = `
LEFT JOIN administrations a ON a.id = g.administration
LEFT JOIN safes s ON s.id = g.safe
LEFT JOIN accounts h ON h.id = s.account
LEFT JOIN versions v ON v.doc = g.doc AND v.id = g.version
LEFT JOIN requests q ON q.id = g.request AND q.administration = g.administration `
	grantListed = grantShown + ` FROM grants g` + grantBeside
	grantRead   = grantShown + `, g.sealed FROM grants g` + grantBeside
)

type grantTimes struct{ created, notAfter, ended, opened int64 }

func grantFields(g *safe.Grant, at *grantTimes) []any {
	return []any{
		&g.ID, &g.Safe, &g.Doc, &g.Version, &g.Administration, &g.Service, &g.Purpose, &g.Procedure, &g.Key,
		&at.created, &at.notAfter, &at.ended, &at.opened, &g.Openings, &g.MostOpenings, &g.Request, &g.Kind,
		&g.AdministrationName, &g.Holder, &g.DocSealed, &g.Reference,
	}
}

func (at grantTimes) into(g *safe.Grant) {
	g.Created, g.NotAfter, g.Ended, g.Opened = timeOf(at.created), timeOf(at.notAfter), timeOf(at.ended), timeOf(at.opened)
}

func scanGrant(r row) (safe.Grant, error) {
	var g safe.Grant
	var at grantTimes
	err := r.Scan(append(grantFields(&g, &at), &g.Sealed)...)
	at.into(&g)
	if g.Sealed == nil { // emptied, and read
		g.Sealed = []byte{}
	}
	return g, err
}

func scanListedGrant(r row) (safe.Grant, error) {
	var g safe.Grant
	var at grantTimes
	err := r.Scan(grantFields(&g, &at)...)
	at.into(&g)
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

// errListed is what a list left out: nobody writes it back as nothing.
var errListed = errors.New("update grant: its sealed bytes were not read")

func (s grants) Update(ctx context.Context, g safe.Grant) error {
	if g.Sealed == nil {
		return errListed
	}
	r, err := s.tx.ExecContext(ctx, `UPDATE grants SET ended = $2, opened = $3, openings = $4, version = $5, sealed = $6 WHERE id = $1`,
		string(g.ID), micros(g.Ended), micros(g.Opened), g.Openings, string(g.Version), g.Sealed)
	return changed("update grant", r, err)
}

func (s grants) OfSafe(ctx context.Context, id safe.SafeID, p safe.Page) ([]safe.Grant, string, error) {
	return s.paged(ctx, listing{column: "safe", whose: string(id)}, p)
}

func grantCursor(g safe.Grant) string { return cursorAt(micros(g.Created), string(g.ID)) }

func (s grants) OfAdministration(ctx context.Context, a safe.AdministrationID, f safe.GrantFilter, p safe.Page) ([]safe.Grant, string, error) {
	return s.paged(ctx, listing{column: "administration", whose: string(a), filter: f}, p)
}

func (s grants) paged(ctx context.Context, l listing, p safe.Page) ([]safe.Grant, string, error) {
	us, id, err := before(p.After)
	if err != nil {
		return nil, "", err
	}
	if l.narrowed() {
		return s.find(ctx, l, us, id, p.Limit)
	}
	list, err := s.listed(ctx, l, us, id, p.Limit+1, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	list, next := page(list, p.Limit, grantCursor)
	return list, next, nil
}
