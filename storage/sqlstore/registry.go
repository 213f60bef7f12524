package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

type administrations struct{ tx *sql.Tx }

const administrationColumns = `id, siret, name, services, vk, recipient, epoch, key_leaf, logo`

func scanAdministration(r row) (safe.Administration, error) {
	var a safe.Administration
	var services string
	err := r.Scan(&a.ID, &a.SIRET, &a.Name, &services, &a.VK, &a.Recipient, &a.Epoch, &a.KeyLeaf, &a.Logo)
	if err != nil {
		return safe.Administration{}, err
	}
	return a, json.Unmarshal([]byte(services), &a.Services)
}

func (s administrations) Get(ctx context.Context, id safe.AdministrationID) (safe.Administration, error) {
	a, err := scanAdministration(s.tx.QueryRowContext(ctx,
		`SELECT `+administrationColumns+` FROM administrations WHERE id = $1`, string(id)))
	return a, mapError("read administration", err)
}

func (s administrations) BySIRET(ctx context.Context, siret string) (safe.Administration, error) {
	a, err := scanAdministration(s.tx.QueryRowContext(ctx,
		`SELECT `+administrationColumns+` FROM administrations WHERE siret = $1`, siret))
	return a, mapError("find administration", err)
}

func (s administrations) Put(ctx context.Context, a safe.Administration) error {
	services, err := json.Marshal(a.Services)
	if err != nil {
		return fmt.Errorf("encode services: %w", err)
	}
	_, err = s.tx.ExecContext(ctx, `INSERT INTO administrations (id, siret, name, search, services, vk, recipient, epoch, key_leaf, logo)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (id) DO UPDATE SET siret = excluded.siret, name = excluded.name, search = excluded.search,
services = excluded.services, vk = excluded.vk, recipient = excluded.recipient, epoch = excluded.epoch, key_leaf = excluded.key_leaf, logo = excluded.logo`,
		string(a.ID), a.SIRET, a.Name, fold(a.Name), string(services), a.VK, a.Recipient, a.Epoch, a.KeyLeaf, a.Logo)
	return mapError("write administration", err)
}

// fold is how names are searched: without case and accents.
func fold(s string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.M, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(s)))
}

func (s administrations) Search(ctx context.Context, q string, p safe.Page) ([]safe.Administration, string, error) {
	name, id := "", ""
	if p.After != "" {
		k, err := parts(p.After, 2)
		if err != nil {
			return nil, "", err
		}
		name, id = k[0], k[1]
	}
	where, args := `(search, id) > ($1, $2)`, []any{name, id}
	for _, w := range strings.Fields(fold(q)) {
		args = append(args, "%"+strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(w)+"%")
		where += fmt.Sprintf(` AND (search LIKE $%d ESCAPE '\' OR siret LIKE $%d ESCAPE '\')`, len(args), len(args))
	}
	args = append(args, p.Limit+1)
	list, err := query(ctx, s.tx, "search administrations", scanAdministration,
		`SELECT `+administrationColumns+` FROM administrations WHERE `+where+fmt.Sprintf(` ORDER BY search, id LIMIT $%d`, len(args)), args...)
	if err != nil {
		return nil, "", err
	}
	list, next := page(list, p.Limit, func(a safe.Administration) string { return cursor(fold(a.Name), string(a.ID)) })
	return list, next, nil
}

func (s administrations) System(ctx context.Context, id safe.SystemID) (safe.RegisteredSystem, error) {
	var v safe.RegisteredSystem
	var scopes string
	var created int64
	err := s.tx.QueryRowContext(ctx,
		`SELECT id, administration, name, scopes, key_set, created FROM systems WHERE id = $1`, string(id)).
		Scan(&v.ID, &v.Administration, &v.Name, &scopes, &v.KeySet, &created)
	v.Scopes, v.Created = strings.Fields(scopes), timeOf(created)
	return v, mapError("read system", err)
}

func (s administrations) PutSystem(ctx context.Context, v safe.RegisteredSystem) error {
	_, err := s.tx.ExecContext(ctx, `INSERT INTO systems (id, administration, name, scopes, key_set, created)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id) DO UPDATE SET administration = excluded.administration, name = excluded.name, scopes = excluded.scopes,
key_set = excluded.key_set, created = excluded.created`,
		string(v.ID), string(v.Administration), v.Name, strings.Join(v.Scopes, " "), v.KeySet, micros(v.Created))
	return mapError("write system", err)
}

func (s administrations) Logo(ctx context.Context, id safe.AdministrationID) ([]byte, error) {
	var png []byte
	err := s.tx.QueryRowContext(ctx, `SELECT png FROM logos WHERE administration = $1`, string(id)).Scan(&png)
	return png, mapError("read logo", err)
}

func (s administrations) PutLogo(ctx context.Context, id safe.AdministrationID, png []byte) error {
	if png == nil {
		_, err := s.tx.ExecContext(ctx, `DELETE FROM logos WHERE administration = $1`, string(id))
		return mapError("remove logo", err)
	}
	_, err := s.tx.ExecContext(ctx, `INSERT INTO logos (administration, png) VALUES ($1, $2)
ON CONFLICT (administration) DO UPDATE SET png = excluded.png`, string(id), png)
	return mapError("write logo", err)
}

type addresses struct{ tx *sql.Tx }

const addressRead = `SELECT d.id, d.safe, d.administration, d.idempotency_key, d.created, d.ended, COALESCE(a.name, '')
FROM addresses d LEFT JOIN administrations a ON a.id = d.administration `

func scanAddress(r row) (safe.Address, error) {
	var a safe.Address
	var created, ended int64
	err := r.Scan(&a.ID, &a.Safe, &a.Administration, &a.Key, &created, &ended, &a.AdministrationName)
	a.Created, a.Ended = timeOf(created), timeOf(ended)
	return a, err
}

func (s addresses) Insert(ctx context.Context, a safe.Address) error {
	r, err := s.tx.ExecContext(ctx, `INSERT INTO addresses (id, safe, administration, idempotency_key, created, ended)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		string(a.ID), string(a.Safe), string(a.Administration), a.Key, micros(a.Created), micros(a.Ended))
	return inserted("insert address", r, err)
}

func (s addresses) ByKey(ctx context.Context, id safe.SafeID, key string) (safe.Address, error) {
	a, err := scanAddress(s.tx.QueryRowContext(ctx, addressRead+`WHERE d.safe = $1 AND d.idempotency_key = $2 AND d.idempotency_key <> ''`, string(id), key))
	return a, mapError("find address", err)
}

func (s addresses) Get(ctx context.Context, id safe.AddressID) (safe.Address, error) {
	a, err := scanAddress(s.tx.QueryRowContext(ctx, addressRead+`WHERE d.id = $1`, string(id)))
	return a, mapError("read address", err)
}

func (s addresses) Update(ctx context.Context, a safe.Address) error {
	r, err := s.tx.ExecContext(ctx, `UPDATE addresses SET ended = $2 WHERE id = $1`, string(a.ID), micros(a.Ended))
	return changed("update address", r, err)
}

func (s addresses) OfSafe(ctx context.Context, id safe.SafeID) ([]safe.Address, error) {
	return query(ctx, s.tx, "list addresses", scanAddress,
		addressRead+`WHERE d.safe = $1 AND d.ended = 0 ORDER BY d.created DESC, d.id DESC LIMIT 200`, string(id))
}
