package sqlstore

import (
	"context"
	"database/sql"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

type safes struct{ tx *sql.Tx }

func (s safes) Get(ctx context.Context, id safe.SafeID) (safe.Safe, error) {
	var v safe.Safe
	var created, exposed int64
	err := s.tx.QueryRowContext(ctx,
		`SELECT id, account, vk, recipient, key_leaf, created, exposed FROM safes WHERE id = $1`, string(id)).
		Scan(&v.ID, &v.Account, &v.VK, &v.Recipient, &v.KeyLeaf, &created, &exposed)
	v.Created, v.Exposed = timeOf(created), timeOf(exposed)
	return v, mapError("read safe", err)
}

func (s safes) Put(ctx context.Context, v safe.Safe) error {
	_, err := s.tx.ExecContext(ctx, `INSERT INTO safes (id, account, vk, recipient, key_leaf, created, exposed)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (id) DO UPDATE SET account = excluded.account, vk = excluded.vk, recipient = excluded.recipient,
key_leaf = excluded.key_leaf, created = excluded.created, exposed = excluded.exposed`,
		string(v.ID), string(v.Account), v.VK, v.Recipient, v.KeyLeaf, micros(v.Created), micros(v.Exposed))
	return mapError("write safe", err)
}

func (s safes) Keyring(ctx context.Context, holder string) (safe.Sealed, error) {
	return s.sealed(ctx, `SELECT epoch, hash, body, at FROM keyrings WHERE holder = $1`, holder)
}

func (s safes) Manifest(ctx context.Context, id safe.SafeID) (safe.Sealed, error) {
	return s.sealed(ctx, `SELECT epoch, hash, body, at FROM manifests WHERE holder = $1`, string(id))
}

func (s safes) sealed(ctx context.Context, text, holder string) (safe.Sealed, error) {
	var v safe.Sealed
	var hash []byte
	var at int64
	err := s.tx.QueryRowContext(ctx, text, holder).Scan(&v.Epoch, &hash, &v.Body, &at)
	if err != nil {
		return safe.Sealed{}, mapError("read sealed object", err)
	}
	v.At = timeOf(at)
	v.Hash, err = hash32("read sealed object", hash)
	return v, mapError("read sealed object", err)
}

func (s safes) PutKeyring(ctx context.Context, holder string, v safe.Sealed) error {
	return s.swap(ctx, v, holder,
		`INSERT INTO keyrings (holder, epoch, hash, body, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		`UPDATE keyrings SET epoch = $2, hash = $3, body = $4, at = $5 WHERE holder = $1 AND epoch + 1 = $2`)
}

func (s safes) PutManifest(ctx context.Context, id safe.SafeID, v safe.Sealed) error {
	return s.swap(ctx, v, string(id),
		`INSERT INTO manifests (holder, epoch, hash, body, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		`UPDATE manifests SET epoch = $2, hash = $3, body = $4, at = $5 WHERE holder = $1 AND epoch + 1 = $2`)
}

// swap inserts epoch 1 or replaces the epoch before v's; otherwise it is Stale.
func (s safes) swap(ctx context.Context, v safe.Sealed, holder, insert, update string) error {
	text := update
	if v.Epoch == 1 {
		text = insert
	}
	r, err := s.tx.ExecContext(ctx, text, holder, v.Epoch, v.Hash[:], v.Body, micros(v.At))
	err = changed("replace sealed object", r, err)
	if safe.IsKind(err, safe.NotFound) {
		return &safe.Error{Kind: safe.Stale, Msg: "replace sealed object: another epoch is there"}
	}
	return err
}

func (s sweep) Safes(ctx context.Context, p safe.Page) ([]safe.SafeID, string, error) {
	scan := func(r row) (safe.SafeID, error) {
		var id safe.SafeID
		err := r.Scan(&id)
		return id, err
	}
	ids, err := query(ctx, s.tx, "list safes", scan,
		`SELECT id FROM safes WHERE id > $1 ORDER BY id LIMIT $2`, p.After, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	ids, next := page(ids, p.Limit, func(id safe.SafeID) string { return string(id) })
	return ids, next, nil
}
