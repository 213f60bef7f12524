package sqlstore

import (
	"context"
	"database/sql"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

type custodies struct{ tx *sql.Tx }

func scanCustody(r row) (safe.Custody, error) {
	var c safe.Custody
	var active, created int64
	err := r.Scan(&c.Safe, &c.Unlocker, &c.Body, &active, &created)
	c.Active, c.Created = active == 1, timeOf(created)
	return c, err
}

func (s custodies) Get(ctx context.Context, id safe.SafeID) (safe.Custody, error) {
	c, err := scanCustody(s.tx.QueryRowContext(ctx,
		`SELECT safe, unlocker, body, active, created FROM custodies WHERE safe = $1`, string(id)))
	if err != nil {
		return safe.Custody{}, mapError("read custody", err)
	}
	c.Shares, err = s.shares(ctx, id)
	return c, err
}

func (s custodies) shares(ctx context.Context, id safe.SafeID) ([]safe.CustodyShare, error) {
	scan := func(r row) (safe.CustodyShare, error) {
		var v safe.CustodyShare
		err := r.Scan(&v.Custodian, &v.Holder, &v.Name, &v.Sealed)
		return v, err
	}
	return query(ctx, s.tx, "read shares", scan,
		`SELECT custodian, holder, name, sealed FROM custody_shares WHERE safe = $1 ORDER BY position`, string(id))
}

func (s custodies) Put(ctx context.Context, c safe.Custody) error {
	active := 0
	if c.Active {
		active = 1
	}
	_, err := s.tx.ExecContext(ctx, `INSERT INTO custodies (safe, unlocker, body, active, created) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (safe) DO UPDATE SET unlocker = excluded.unlocker, body = excluded.body, active = excluded.active, created = excluded.created`,
		string(c.Safe), c.Unlocker, c.Body, active, micros(c.Created))
	if err != nil {
		return mapError("write custody", err)
	}
	if _, err := s.tx.ExecContext(ctx, `DELETE FROM custody_shares WHERE safe = $1`, string(c.Safe)); err != nil {
		return mapError("write shares", err)
	}
	for i, v := range c.Shares {
		_, err := s.tx.ExecContext(ctx,
			`INSERT INTO custody_shares (safe, position, custodian, holder, name, sealed) VALUES ($1, $2, $3, $4, $5, $6)`,
			string(c.Safe), i, v.Custodian, v.Holder, v.Name, v.Sealed)
		if err != nil {
			return mapError("write shares", err)
		}
	}
	return nil
}

func (s custodies) Remove(ctx context.Context, id safe.SafeID) error {
	for _, text := range []string{`DELETE FROM custody_shares WHERE safe = $1`, `DELETE FROM custodies WHERE safe = $1`} {
		if _, err := s.tx.ExecContext(ctx, text, string(id)); err != nil {
			return mapError("remove custody", err)
		}
	}
	return nil
}

func (s custodies) HeldBy(ctx context.Context, holder string, p safe.Page) ([]safe.Custody, string, error) {
	list, err := query(ctx, s.tx, "list custodies", scanCustody,
		`SELECT c.safe, c.unlocker, c.body, c.active, c.created FROM custody_shares h JOIN custodies c ON c.safe = h.safe
WHERE h.holder = $1 AND h.safe > $2 ORDER BY h.safe LIMIT $3`, holder, p.After, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	list, next := page(list, p.Limit, func(c safe.Custody) string { return string(c.Safe) })
	for i := range list {
		if list[i].Shares, err = s.shares(ctx, list[i].Safe); err != nil {
			return nil, "", err
		}
	}
	return list, next, nil
}

func (s custodies) Card(ctx context.Context, id safe.SafeID) ([]byte, error) {
	var b []byte
	err := s.tx.QueryRowContext(ctx, `SELECT body FROM cards WHERE safe = $1`, string(id)).Scan(&b)
	return b, mapError("read card", err)
}

func (s custodies) PutCard(ctx context.Context, id safe.SafeID, card []byte) error {
	_, err := s.tx.ExecContext(ctx,
		`INSERT INTO cards (safe, body) VALUES ($1, $2) ON CONFLICT (safe) DO UPDATE SET body = excluded.body`, string(id), card)
	return mapError("write card", err)
}
