package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// said reads what an administration has signed; nil where there is nothing.
type said struct {
	body, vk []byte
	what     string
	leaf, at sql.NullInt64
}

func (f said) value() *safe.Said {
	if len(f.body) == 0 {
		return nil
	}
	return &safe.Said{Body: f.body, What: f.what, VK: f.vk, KeyLeaf: f.leaf.Int64, At: timeOf(f.at.Int64)}
}

// saidArgs are body, what, vk, leaf and time.
func saidArgs(s *safe.Said) []any {
	if s == nil {
		return []any{nil, "", nil, -1, int64(0)}
	}
	return []any{s.Body, s.What, s.VK, s.KeyLeaf, micros(s.At)}
}

type openings struct{ tx *sql.Tx }

const openingRead = `SELECT id, record, grant_id, version, opened_by, idempotency_key, at, said, outcome, vk, key_leaf, said_at FROM openings `

func scanOpening(r row) (safe.Opening, error) {
	var o safe.Opening
	var at int64
	var f said
	err := r.Scan(&o.ID, &o.Record, &o.Grant, &o.Version, &o.By, &o.Key, &at, &f.body, &f.what, &f.vk, &f.leaf, &f.at)
	o.At, o.Said = timeOf(at), f.value()
	return o, err
}

func (s openings) Insert(ctx context.Context, o safe.Opening) error {
	args := append([]any{o.ID, o.Record, string(o.Grant), string(o.Version), o.By, o.Key, micros(o.At)}, saidArgs(o.Said)...)
	r, err := s.tx.ExecContext(ctx, `INSERT INTO openings (id, record, grant_id, version, opened_by, idempotency_key, at, said, outcome, vk, key_leaf, said_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`, args...)
	return inserted("insert opening", r, err)
}

func (s openings) Get(ctx context.Context, id string) (safe.Opening, error) {
	o, err := scanOpening(s.tx.QueryRowContext(ctx, openingRead+`WHERE id = $1`, id))
	return o, mapError("read opening", err)
}

func (s openings) ByKey(ctx context.Context, by, key string) (safe.Opening, error) {
	o, err := scanOpening(s.tx.QueryRowContext(ctx,
		openingRead+`WHERE opened_by = $1 AND idempotency_key = $2 AND idempotency_key <> '' ORDER BY at DESC, id LIMIT 1`, by, key))
	return o, mapError("find opening", err)
}

func (s openings) Acknowledge(ctx context.Context, o safe.Opening) error {
	r, err := s.tx.ExecContext(ctx,
		`UPDATE openings SET said = $2, outcome = $3, vk = $4, key_leaf = $5, said_at = $6 WHERE id = $1 AND said IS NULL`,
		append([]any{o.ID}, saidArgs(o.Said)...)...)
	return inserted("acknowledge opening", r, err)
}

type holdings struct{ tx *sql.Tx }

const copiesRead = `SELECT c.grant_id, c.administration, c.service, c.ends, c.delete_by, c.last_opening,
c.deletion, c.how, c.vk, c.key_leaf, c.deleted, o.said, COALESCE(o.outcome, ''), o.vk, o.key_leaf, o.said_at
FROM copies c LEFT JOIN openings o ON o.id = c.last_opening `

func scanCopies(r row) (safe.Copies, error) {
	var c safe.Copies
	var ends, by int64
	var d, a said
	err := r.Scan(&c.Grant, &c.Administration, &c.Service, &ends, &by, &c.Last,
		&d.body, &d.what, &d.vk, &d.leaf, &d.at, &a.body, &a.what, &a.vk, &a.leaf, &a.at)
	c.Ends, c.DeleteBy, c.Deletion, c.Acknowledgement = timeOf(ends), timeOf(by), d.value(), a.value()
	return c, err
}

func (s holdings) Get(ctx context.Context, id safe.GrantID) (safe.Copies, error) {
	c, err := scanCopies(s.tx.QueryRowContext(ctx, copiesRead+`WHERE c.grant_id = $1`, string(id)))
	return c, mapError("read copies", err)
}

func (s holdings) Put(ctx context.Context, c safe.Copies) error {
	args := append([]any{string(c.Grant), string(c.Administration), c.Service, micros(c.Ends), micros(c.DeleteBy), c.Last}, saidArgs(c.Deletion)...)
	_, err := s.tx.ExecContext(ctx, `INSERT INTO copies (grant_id, administration, service, ends, delete_by, last_opening, deletion, how, vk, key_leaf, deleted)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (grant_id) DO UPDATE SET ends = excluded.ends, delete_by = excluded.delete_by, last_opening = excluded.last_opening,
deletion = excluded.deletion, how = excluded.how, vk = excluded.vk, key_leaf = excluded.key_leaf, deleted = excluded.deleted`, args...)
	return mapError("write copies", err)
}

func (s holdings) Of(ctx context.Context, grants []safe.GrantID) ([]safe.Copies, error) {
	if len(grants) == 0 {
		return nil, nil
	}
	var list strings.Builder
	args := make([]any, len(grants))
	for i, id := range grants {
		args[i] = string(id)
		fmt.Fprintf(&list, ", $%d", i+1)
	}
	return query(ctx, s.tx, "list copies", scanCopies, copiesRead+`WHERE c.grant_id IN (`+list.String()[2:]+`)`, args...)
}

// dueOf finds the page in the order of its index, and what is shown beside it.
const (
	dueFound = ` FROM (SELECT grant_id, ends FROM copies
WHERE administration = $1 AND delete_by > 0 AND ends <= $2 AND (ends, grant_id) > ($3, $4)`
	dueSorted = ` ORDER BY ends, grant_id LIMIT $5) AS due JOIN grants g ON g.id = due.grant_id`
)

func (s holdings) Due(ctx context.Context, a safe.AdministrationID, services []string, at time.Time, p safe.Page) ([]safe.Grant, string, error) {
	ends, id := int64(0), ""
	if p.After != "" {
		var err error
		if ends, id, err = before(p.After); err != nil {
			return nil, "", err
		}
	}
	args := []any{string(a), micros(at), ends, id, p.Limit + 1}
	found := dueFound
	if len(services) > 0 {
		found += ` AND service IN (''`
		for _, sv := range services {
			args = append(args, sv)
			found += fmt.Sprintf(`, $%d`, len(args))
		}
		found += `)`
	}
	list, err := query(ctx, s.tx, "list due deletions", scanListedGrant,
		grantShown+found+dueSorted+grantBeside+`ORDER BY due.ends, due.grant_id`, args...)
	if err != nil {
		return nil, "", err
	}
	list, next := page(list, p.Limit, func(g safe.Grant) string {
		end := g.NotAfter
		if !g.Ended.IsZero() && g.Ended.Before(end) {
			end = g.Ended
		}
		return cursor(strconv.FormatInt(micros(end), 10), string(g.ID))
	})
	return list, next, nil
}

// eraseRetrievals takes away what became of a document's grants, with them.
func eraseRetrievals(ctx context.Context, tx *sql.Tx, id safe.SafeID, doc safe.DocumentID) error {
	const of = ` WHERE grant_id IN (SELECT id FROM grants WHERE safe = $1 AND doc = $2)`
	for _, text := range []string{`DELETE FROM openings` + of, `DELETE FROM copies` + of} {
		if _, err := tx.ExecContext(ctx, text, string(id), string(doc)); err != nil {
			return mapError("erase retrievals", err)
		}
	}
	return nil
}
