package sqlstore

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// accounts remembers the last row that its transaction has read: who asks is
// looked at twice in most of them, by what he may and by what he may see.
type accounts struct {
	tx   *sql.Tx
	last *safe.Account
}

func newAccounts(tx *sql.Tx) accounts { return accounts{tx, &safe.Account{}} }

const accountColumns = `id, kind, issuer, sub, name, safe, administration, terms_version, terms_at, created, idp, waits_for, role, services, left_at, proven_at, no_paper`

func scanAccount(r row) (safe.Account, error) {
	var a safe.Account
	var termsAt, created, left, proven, noPaper int64
	var services string
	err := r.Scan(&a.ID, &a.Kind, &a.Issuer, &a.Sub, &a.Name, &a.Safe, &a.Administration, &a.TermsVersion, &termsAt, &created, &a.IDP, &a.WaitsFor,
		&a.Role, &services, &left, &proven, &noPaper)
	a.TermsAt, a.Created, a.Left = timeOf(termsAt), timeOf(created), timeOf(left)
	a.Proven, a.NoPaper = timeOf(proven), noPaper != 0
	if services != "" {
		a.Services = strings.Fields(services)
	}
	return a, err
}

func (s accounts) ByIdentity(ctx context.Context, issuer, sub string) (safe.Account, error) {
	a, err := scanAccount(s.tx.QueryRowContext(ctx,
		`SELECT `+accountColumns+` FROM accounts WHERE issuer = $1 AND sub = $2`, issuer, sub))
	return a, mapError("find account", err)
}

func (s accounts) Get(ctx context.Context, id safe.AccountID) (safe.Account, error) {
	if id != "" && s.last.ID == id {
		return *s.last, nil
	}
	a, err := scanAccount(s.tx.QueryRowContext(ctx, `SELECT `+accountColumns+` FROM accounts WHERE id = $1`, string(id)))
	if err == nil {
		*s.last = a
		s.last.Services = slices.Clip(a.Services)
	}
	return a, mapError("read account", err)
}

func (s accounts) Put(ctx context.Context, a safe.Account) error {
	*s.last = safe.Account{}
	noPaper := 0
	if a.NoPaper {
		noPaper = 1
	}
	_, err := s.tx.ExecContext(ctx, `INSERT INTO accounts (`+accountColumns+`)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, issuer = excluded.issuer, sub = excluded.sub, name = excluded.name,
safe = excluded.safe, administration = excluded.administration, terms_version = excluded.terms_version,
terms_at = excluded.terms_at, created = excluded.created, idp = excluded.idp, waits_for = excluded.waits_for,
role = excluded.role, services = excluded.services, left_at = excluded.left_at,
proven_at = excluded.proven_at, no_paper = excluded.no_paper`,
		string(a.ID), string(a.Kind), a.Issuer, a.Sub, a.Name, string(a.Safe), string(a.Administration),
		a.TermsVersion, micros(a.TermsAt), micros(a.Created), a.IDP, string(a.WaitsFor),
		string(a.Role), strings.Join(a.Services, " "), micros(a.Left), micros(a.Proven), noPaper)
	return mapError("write account", err)
}

func (s accounts) Agents(ctx context.Context, administration safe.AdministrationID, name string) ([]safe.Account, error) {
	return query(ctx, s.tx, "list accounts", scanAccount, `SELECT `+accountColumns+` FROM accounts WHERE administration = $1 AND name = $2 AND kind = 'agent'`,
		string(administration), name)
}

func (s accounts) AgentsOf(ctx context.Context, administration safe.AdministrationID, p safe.Page) ([]safe.Account, string, error) {
	name, id := "", ""
	if p.After != "" {
		k, err := parts(p.After, 2)
		if err != nil {
			return nil, "", err
		}
		name, id = k[0], k[1]
	}
	list, err := query(ctx, s.tx, "list accounts", scanAccount, `SELECT `+accountColumns+` FROM accounts
WHERE administration = $1 AND kind = 'agent' AND waits_for = '' AND (name, id) > ($2, $3) ORDER BY name, id LIMIT $4`,
		string(administration), name, id, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	list, next := page(list, p.Limit, func(a safe.Account) string { return cursor(a.Name, string(a.ID)) })
	return list, next, nil
}

func (s accounts) Waiting(ctx context.Context) ([]safe.Account, error) {
	return query(ctx, s.tx, "list accounts", scanAccount, `SELECT `+accountColumns+` FROM accounts WHERE waits_for > '' ORDER BY waits_for, id`)
}

func (s accounts) Delete(ctx context.Context, id safe.AccountID) error {
	*s.last = safe.Account{}
	_, err := s.tx.ExecContext(ctx, `DELETE FROM accounts WHERE id = $1`, string(id))
	return mapError("delete account", err)
}
