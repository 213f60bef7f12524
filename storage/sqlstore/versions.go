package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

type versions struct{ tx *sql.Tx }

const versionColumns = `doc, id, safe, state, sealed, sha256, door, depositor, origin, origin_name,
own_grant, idempotency_key, created, expires, at, content`

func scanVersion(r row) (safe.Version, error) {
	var v safe.Version
	var hash []byte
	var created, expires, at int64
	err := r.Scan(&v.Doc, &v.ID, &v.Safe, &v.State, &v.Sealed, &hash, &v.Door, &v.Depositor, &v.Origin, &v.OriginName,
		&v.Grant, &v.Key, &created, &expires, &at, &v.Content)
	if err != nil {
		return safe.Version{}, err
	}
	v.Created, v.Expires, v.At = timeOf(created), timeOf(expires), timeOf(at)
	v.SHA256, err = hash32("read version", hash)
	return v, err
}

func (s versions) Insert(ctx context.Context, v safe.Version) error {
	r, err := s.tx.ExecContext(ctx, `INSERT INTO versions (`+versionColumns+`)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT DO NOTHING`,
		string(v.Doc), string(v.ID), string(v.Safe), string(v.State), v.Sealed, v.SHA256[:], string(v.Door),
		v.Depositor, string(v.Origin), v.OriginName, v.Grant, v.Key, micros(v.Created), micros(v.Expires), micros(v.At), v.Content)
	return inserted("insert version", r, err)
}

func (s versions) ByKey(ctx context.Context, depositor, key string) (safe.Version, error) {
	v, err := scanVersion(s.tx.QueryRowContext(ctx,
		`SELECT `+versionColumns+` FROM versions WHERE depositor = $1 AND idempotency_key = $2 AND idempotency_key <> ''`, depositor, key))
	return v, mapError("find version", err)
}

func (s versions) Get(ctx context.Context, doc safe.DocumentID, id safe.VersionID) (safe.Version, error) {
	text := `SELECT ` + versionColumns + ` FROM versions WHERE doc = $1 AND id = $2`
	if id == "" {
		text = `SELECT ` + versionColumns + ` FROM versions
WHERE doc = $1 AND state IN ('inbox', 'kept') AND $2 = '' ORDER BY at DESC, created DESC, id DESC LIMIT 1`
	}
	v, err := scanVersion(s.tx.QueryRowContext(ctx, text, string(doc), string(id)))
	return v, mapError("read version", err)
}

func (s versions) Update(ctx context.Context, v safe.Version) error {
	r, err := s.tx.ExecContext(ctx, `UPDATE versions
SET state = $3, sealed = $4, sha256 = $5, own_grant = $6, expires = $7, at = $8, content = $9 WHERE doc = $1 AND id = $2`,
		string(v.Doc), string(v.ID), string(v.State), v.Sealed, v.SHA256[:], v.Grant, micros(v.Expires), micros(v.At), v.Content)
	return changed("update version", r, err)
}

func (s versions) List(ctx context.Context, id safe.SafeID, state safe.VersionState, p safe.Page) ([]safe.Version, string, error) {
	doc, version, err := afterVersion(p.After)
	if err != nil {
		return nil, "", err
	}
	list, err := query(ctx, s.tx, "list versions", scanVersion, `SELECT `+versionColumns+` FROM versions
WHERE safe = $1 AND state = $2 AND (doc, id) > ($3, $4) ORDER BY doc, id LIMIT $5`,
		string(id), string(state), doc, version, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	list, next := page(list, p.Limit, versionCursor)
	return list, next, nil
}

const usageOf = `SELECT
(SELECT COUNT(DISTINCT doc) FROM versions WHERE safe = $1 AND state = 'kept'),
(SELECT COUNT(DISTINCT doc) FROM versions WHERE safe = $1 AND state = 'inbox'),
(SELECT CAST(COALESCE(SUM(sealed), 0) AS BIGINT) FROM versions WHERE safe = $1 AND state <> 'erasing')`

func (s versions) Usage(ctx context.Context, id safe.SafeID) (safe.Usage, error) {
	var u safe.Usage
	err := s.tx.QueryRowContext(ctx, usageOf, string(id)).Scan(&u.Documents, &u.Inbox, &u.Bytes)
	return u, mapError("count versions", err)
}

func versionCursor(v safe.Version) string { return cursor(string(v.Doc), string(v.ID)) }

func afterVersion(after string) (doc, version string, err error) {
	if after == "" {
		return "", "", nil
	}
	p, err := parts(after, 2)
	if err != nil {
		return "", "", err
	}
	return p[0], p[1], nil
}

type sweep struct{ tx *sql.Tx }

func (s sweep) Erase(ctx context.Context, id safe.SafeID, doc safe.DocumentID) error {
	r, err := s.tx.ExecContext(ctx,
		`UPDATE versions SET state = 'erasing', own_grant = NULL WHERE safe = $1 AND doc = $2`, string(id), string(doc))
	if err := changed("erase document", r, err); err != nil {
		return err
	}
	if err := eraseRetrievals(ctx, s.tx, id, doc); err != nil {
		return err
	}
	_, err = s.tx.ExecContext(ctx, `DELETE FROM grants WHERE safe = $1 AND doc = $2`, string(id), string(doc))
	return mapError("erase grants", err)
}

func (s sweep) Erasing(ctx context.Context, limit int) ([]safe.Version, error) {
	return query(ctx, s.tx, "list erasing", scanVersion,
		`SELECT `+versionColumns+` FROM versions WHERE state = 'erasing' ORDER BY doc, id LIMIT $1`, limit)
}

func (s sweep) Lapsed(ctx context.Context, at time.Time, limit int) ([]safe.Version, error) {
	return query(ctx, s.tx, "list lapsed", scanVersion, `SELECT `+versionColumns+` FROM versions
WHERE state IN ('reserved', 'stored') AND expires < $1 ORDER BY expires, doc, id LIMIT $2`, micros(at), limit)
}

func (s sweep) Drop(ctx context.Context, doc safe.DocumentID, id safe.VersionID) error {
	r, err := s.tx.ExecContext(ctx, `DELETE FROM versions WHERE doc = $1 AND id = $2`, string(doc), string(id))
	return changed("drop version", r, err)
}

func (s sweep) All(ctx context.Context, p safe.Page) ([]safe.Version, string, error) {
	doc, version, err := afterVersion(p.After)
	if err != nil {
		return nil, "", err
	}
	list, err := query(ctx, s.tx, "list all versions", scanVersion, `SELECT `+versionColumns+` FROM versions
WHERE (doc, id) > ($1, $2) ORDER BY doc, id LIMIT $3`, doc, version, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	list, next := page(list, p.Limit, versionCursor)
	return list, next, nil
}
