package sqlstore

import (
	"context"
	"database/sql"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

type accounts struct{ tx *sql.Tx }

const accountColumns = `id, kind, issuer, sub, name, safe, administration, terms_version, terms_at, created, idp, waits_for`

func scanAccount(r row) (safe.Account, error) {
	var a safe.Account
	var termsAt, created int64
	err := r.Scan(&a.ID, &a.Kind, &a.Issuer, &a.Sub, &a.Name, &a.Safe, &a.Administration, &a.TermsVersion, &termsAt, &created, &a.IDP, &a.WaitsFor)
	a.TermsAt, a.Created = timeOf(termsAt), timeOf(created)
	return a, err
}

func (s accounts) ByIdentity(ctx context.Context, issuer, sub string) (safe.Account, error) {
	a, err := scanAccount(s.tx.QueryRowContext(ctx,
		`SELECT `+accountColumns+` FROM accounts WHERE issuer = $1 AND sub = $2`, issuer, sub))
	return a, mapError("find account", err)
}

func (s accounts) Get(ctx context.Context, id safe.AccountID) (safe.Account, error) {
	a, err := scanAccount(s.tx.QueryRowContext(ctx, `SELECT `+accountColumns+` FROM accounts WHERE id = $1`, string(id)))
	return a, mapError("read account", err)
}

func (s accounts) Put(ctx context.Context, a safe.Account) error {
	_, err := s.tx.ExecContext(ctx, `INSERT INTO accounts (`+accountColumns+`)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, issuer = excluded.issuer, sub = excluded.sub, name = excluded.name,
safe = excluded.safe, administration = excluded.administration, terms_version = excluded.terms_version,
terms_at = excluded.terms_at, created = excluded.created, idp = excluded.idp, waits_for = excluded.waits_for`,
		string(a.ID), string(a.Kind), a.Issuer, a.Sub, a.Name, string(a.Safe), string(a.Administration),
		a.TermsVersion, micros(a.TermsAt), micros(a.Created), a.IDP, string(a.WaitsFor))
	return mapError("write account", err)
}

func (s accounts) Agents(ctx context.Context, administration safe.AdministrationID, name string) ([]safe.Account, error) {
	return query(ctx, s.tx, "list accounts", scanAccount, `SELECT `+accountColumns+` FROM accounts WHERE administration = $1 AND name = $2 AND kind = 'agent'`,
		string(administration), name)
}

func (s accounts) Waiting(ctx context.Context) ([]safe.Account, error) {
	return query(ctx, s.tx, "list accounts", scanAccount, `SELECT `+accountColumns+` FROM accounts WHERE waits_for > '' ORDER BY waits_for, id`)
}

func (s accounts) Delete(ctx context.Context, id safe.AccountID) error {
	_, err := s.tx.ExecContext(ctx, `DELETE FROM accounts WHERE id = $1`, string(id))
	return mapError("delete account", err)
}
