package sqlstore

import (
	"context"
	"database/sql"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

type structures struct{ tx *sql.Tx }

const structureColumns = `id, siret, name, from_at, until_at, ended, made`

func scanStructure(r row) (safe.Structure, error) {
	var v safe.Structure
	var from, until, ended, made int64
	err := r.Scan(&v.ID, &v.SIRET, &v.Name, &from, &until, &ended, &made)
	v.From, v.Until, v.Ended, v.Made = timeOf(from), timeOf(until), timeOf(ended), timeOf(made)
	return v, err
}

func (s structures) Get(ctx context.Context, id safe.StructureID) (safe.Structure, error) {
	v, err := scanStructure(s.tx.QueryRowContext(ctx, `SELECT `+structureColumns+` FROM structures WHERE id = $1`, string(id)))
	return v, mapError("read structure", err)
}

func (s structures) BySIRET(ctx context.Context, siret string) (safe.Structure, error) {
	v, err := scanStructure(s.tx.QueryRowContext(ctx, `SELECT `+structureColumns+` FROM structures WHERE siret = $1`, siret))
	return v, mapError("find structure", err)
}

func (s structures) Put(ctx context.Context, v safe.Structure) error {
	_, err := s.tx.ExecContext(ctx, `INSERT INTO structures (`+structureColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (id) DO UPDATE SET siret = excluded.siret, name = excluded.name, from_at = excluded.from_at,
until_at = excluded.until_at, ended = excluded.ended, made = excluded.made`,
		string(v.ID), v.SIRET, v.Name, micros(v.From), micros(v.Until), micros(v.Ended), micros(v.Made))
	return mapError("write structure", err)
}

func (s structures) All(ctx context.Context, p safe.Page) ([]safe.Structure, string, error) {
	list, err := query(ctx, s.tx, "list structures", scanStructure,
		`SELECT `+structureColumns+` FROM structures WHERE id > $1 ORDER BY id LIMIT $2`, p.After, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	list, next := page(list, p.Limit, func(v safe.Structure) string { return string(v.ID) })
	return list, next, nil
}

type mediators struct{ tx *sql.Tx }

const mediatorColumns = `id, structure, issuer, sub, name, role, trained, from_at, until_at, left_at, created`

func scanMediator(r row) (safe.Mediator, error) {
	var v safe.Mediator
	var from, until, left, created int64
	err := r.Scan(&v.ID, &v.Structure, &v.Issuer, &v.Sub, &v.Name, &v.Role, &v.Trained, &from, &until, &left, &created)
	v.From, v.Until, v.Left, v.Created = timeOf(from), timeOf(until), timeOf(left), timeOf(created)
	return v, err
}

func (s mediators) Get(ctx context.Context, id safe.MediatorID) (safe.Mediator, error) {
	v, err := scanMediator(s.tx.QueryRowContext(ctx, `SELECT `+mediatorColumns+` FROM mediators WHERE id = $1`, string(id)))
	return v, mapError("read mediator", err)
}

func (s mediators) ByIdentity(ctx context.Context, issuer, sub string) (safe.Mediator, error) {
	v, err := scanMediator(s.tx.QueryRowContext(ctx,
		`SELECT `+mediatorColumns+` FROM mediators WHERE issuer = $1 AND sub = $2`, issuer, sub))
	return v, mapError("find mediator", err)
}

func (s mediators) Put(ctx context.Context, v safe.Mediator) error {
	_, err := s.tx.ExecContext(ctx, `INSERT INTO mediators (`+mediatorColumns+`)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (id) DO UPDATE SET structure = excluded.structure, issuer = excluded.issuer, sub = excluded.sub, name = excluded.name,
role = excluded.role, trained = excluded.trained, from_at = excluded.from_at, until_at = excluded.until_at,
left_at = excluded.left_at, created = excluded.created`,
		string(v.ID), string(v.Structure), v.Issuer, v.Sub, v.Name, string(v.Role), v.Trained,
		micros(v.From), micros(v.Until), micros(v.Left), micros(v.Created))
	return mapError("write mediator", err)
}

func (s mediators) OfStructure(ctx context.Context, id safe.StructureID, p safe.Page) ([]safe.Mediator, string, error) {
	name, last := "", ""
	if p.After != "" {
		k, err := parts(p.After, 2)
		if err != nil {
			return nil, "", err
		}
		name, last = k[0], k[1]
	}
	list, err := query(ctx, s.tx, "list mediators", scanMediator, `SELECT `+mediatorColumns+` FROM mediators
WHERE structure = $1 AND (name, id) > ($2, $3) ORDER BY name, id LIMIT $4`, string(id), name, last, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	list, next := page(list, p.Limit, func(v safe.Mediator) string { return cursor(v.Name, string(v.ID)) })
	return list, next, nil
}
