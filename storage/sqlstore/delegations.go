package sqlstore

import (
	"context"
	"database/sql"
	"encoding/hex"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

type delegations struct{ tx *sql.Tx }

const delegationColumns = `id, mediator, mediator_name, structure, structure_name, opener, code, number, way, recipient, vk, acts, purpose, minutes,
standing, state, safe, account, citizen, mandate, wrong, created, due, started, seen, locked, left_at, ended, ended_by, binding`

func scanDelegation(r row) (safe.Delegation, error) {
	var d safe.Delegation
	var code, acts, binding string
	var created, due, started, seen, locked, left, ended int64
	err := r.Scan(&d.ID, &d.Mediator, &d.MediatorName, &d.Structure, &d.StructureName, &d.Opener, &code, &d.Number, &d.Way, &d.Recipient,
		&d.VK, &acts, &d.Purpose, &d.Minutes, &d.Standing, &d.State, &d.Safe, &d.Account, &d.Citizen, &d.Mandate, &d.Wrong,
		&created, &due, &started, &seen, &locked, &left, &ended, &d.By, &binding)
	if err != nil {
		return safe.Delegation{}, err
	}
	d.Acts = strings.Fields(acts)
	d.Created, d.Until, d.Started, d.Seen = timeOf(created), timeOf(due), timeOf(started), timeOf(seen)
	d.Locked, d.Left, d.Ended = timeOf(locked), timeOf(left), timeOf(ended)
	if binding != "" {
		if d.Binding, err = hex.DecodeString(binding); err != nil {
			return safe.Delegation{}, err
		}
	}
	if code != "" {
		b, err := hex.DecodeString(code)
		if err != nil {
			return safe.Delegation{}, err
		}
		d.Code, err = hash32("read code", b)
		return d, err
	}
	return d, nil
}

func codeOf(hash [32]byte) string {
	if hash == [32]byte{} {
		return ""
	}
	return hex.EncodeToString(hash[:])
}

func (s delegations) Insert(ctx context.Context, d safe.Delegation) error {
	r, err := s.tx.ExecContext(ctx, `INSERT INTO delegations (`+delegationColumns+`)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30)
ON CONFLICT DO NOTHING`,
		string(d.ID), string(d.Mediator), d.MediatorName, string(d.Structure), d.StructureName, d.Opener, codeOf(d.Code), d.Number, string(d.Way),
		d.Recipient, d.VK, strings.Join(d.Acts, " "), d.Purpose, d.Minutes, string(d.Standing), string(d.State), string(d.Safe), string(d.Account),
		d.Citizen, string(d.Mandate), d.Wrong, micros(d.Created), micros(d.Until), micros(d.Started), micros(d.Seen), micros(d.Locked),
		micros(d.Left), micros(d.Ended), d.By, hex.EncodeToString(d.Binding))
	return inserted("insert delegation", r, err)
}

func (s delegations) Get(ctx context.Context, id safe.DelegationID) (safe.Delegation, error) {
	d, err := scanDelegation(s.tx.QueryRowContext(ctx, `SELECT `+delegationColumns+` FROM delegations WHERE id = $1`, string(id)))
	return d, mapError("read delegation", err)
}

func (s delegations) ByCode(ctx context.Context, hash [32]byte) (safe.Delegation, error) {
	d, err := scanDelegation(s.tx.QueryRowContext(ctx,
		`SELECT `+delegationColumns+` FROM delegations WHERE code = $1 AND code <> ''`, codeOf(hash)))
	return d, mapError("find code", err)
}

func (s delegations) Move(ctx context.Context, d safe.Delegation, from safe.DelegationState) error {
	r, err := s.tx.ExecContext(ctx, `UPDATE delegations SET opener = $3, code = $4, acts = $5, state = $6, safe = $7, account = $8, citizen = $9,
mandate = $10, wrong = $11, due = $12, started = $13, seen = $14, locked = $15, left_at = $16, ended = $17, ended_by = $18, binding = $19
WHERE id = $1 AND state = $2`,
		string(d.ID), string(from), d.Opener, codeOf(d.Code), strings.Join(d.Acts, " "), string(d.State), string(d.Safe), string(d.Account), d.Citizen,
		string(d.Mandate), d.Wrong, micros(d.Until), micros(d.Started), micros(d.Seen), micros(d.Locked), micros(d.Left), micros(d.Ended), d.By,
		hex.EncodeToString(d.Binding))
	err = changed("move delegation", r, err)
	if safe.IsKind(err, safe.NotFound) {
		return &safe.Error{Kind: safe.Stale, Msg: "move delegation"}
	}
	return err
}

func (s delegations) OfMediator(ctx context.Context, m safe.MediatorID, p safe.Page) ([]safe.Delegation, string, error) {
	return s.list(ctx, `SELECT `+delegationColumns+` FROM delegations
WHERE mediator = $1 AND (created, id) < ($2, $3) ORDER BY created DESC, id DESC LIMIT $4`, string(m), p)
}

func (s delegations) OfSafe(ctx context.Context, id safe.SafeID, p safe.Page) ([]safe.Delegation, string, error) {
	part := func(text string) part[safe.Delegation] {
		return func(us int64, last string, limit int) ([]safe.Delegation, error) {
			return query(ctx, s.tx, "list delegations", scanDelegation, text, string(id), us, last, limit)
		}
	}
	return inParts(p, func(d safe.Delegation) (time.Time, string) { return d.Created, string(d.ID) },
		part(`SELECT `+delegationColumns+` FROM delegations
WHERE safe = $1 AND ended = 0 AND (created, id) < ($2, $3) ORDER BY created DESC, id DESC LIMIT $4`),
		part(`SELECT `+delegationColumns+` FROM delegations
WHERE safe = $1 AND safe <> '' AND ended > 0 AND (created, id) < ($2, $3) ORDER BY created DESC, id DESC LIMIT $4`))
}

func (s delegations) Under(ctx context.Context, of safe.SafeID, id safe.MandateID) ([]safe.Delegation, error) {
	return query(ctx, s.tx, "list delegations of mandate", scanDelegation, `SELECT `+delegationColumns+` FROM delegations
WHERE safe = $1 AND ended = 0 AND (mandate = $2 OR standing = $2) ORDER BY created DESC, id DESC`, string(of), string(id))
}

func (s delegations) Count(ctx context.Context, since time.Time) ([]safe.DelegationCount, error) {
	scan := func(r row) (safe.DelegationCount, error) {
		var c safe.DelegationCount
		return c, r.Scan(&c.State, &c.By, &c.Count)
	}
	open, err := query(ctx, s.tx, "count open delegations", scan,
		`SELECT state, '', COUNT(*) FROM delegations WHERE ended = 0 AND due > $1 GROUP BY state`, 0)
	if err != nil {
		return nil, err
	}
	over, err := query(ctx, s.tx, "count ended delegations", scan,
		`SELECT state, ended_by, COUNT(*) FROM delegations WHERE ended > 0 AND ended >= $1 GROUP BY state, ended_by`, micros(since))
	return append(open, over...), err
}

func (s delegations) list(ctx context.Context, text, of string, p safe.Page) ([]safe.Delegation, string, error) {
	us, id, err := before(p.After)
	if err != nil {
		return nil, "", err
	}
	list, err := query(ctx, s.tx, "list delegations", scanDelegation, text, of, us, id, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	list, next := page(list, p.Limit, func(d safe.Delegation) string { return cursorAt(micros(d.Created), string(d.ID)) })
	return list, next, nil
}

func (s delegations) Open(ctx context.Context, id safe.StructureID, m safe.MediatorID, p safe.Page) ([]safe.Delegation, string, error) {
	list, err := query(ctx, s.tx, "list open delegations", scanDelegation, `SELECT `+delegationColumns+` FROM delegations
WHERE structure = $1 AND ended = 0 AND ($2 = '' OR mediator = $2) AND id > $3 ORDER BY id LIMIT $4`, string(id), string(m), p.After, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	list, next := page(list, p.Limit, func(d safe.Delegation) string { return string(d.ID) })
	return list, next, nil
}

func (s delegations) Waiting(ctx context.Context, m safe.MediatorID, since time.Time, limit int) ([]safe.Delegation, error) {
	return query(ctx, s.tx, "list delegations that wait", scanDelegation, `SELECT `+delegationColumns+` FROM delegations
WHERE mediator = $1 AND created >= $2 AND state = 'pending' AND ended = 0 ORDER BY created, id LIMIT $3`, string(m), micros(since), limit)
}

func (s delegations) Due(ctx context.Context, now, resting time.Time, limit int) ([]safe.Delegation, error) {
	due, err := query(ctx, s.tx, "list delegations that are over", scanDelegation,
		`SELECT `+delegationColumns+` FROM delegations WHERE ended = 0 AND due <= $1 ORDER BY due, id LIMIT $2`, micros(now), limit)
	if err != nil || len(due) >= limit {
		return due, err
	}
	rested, err := query(ctx, s.tx, "list delegations that rest", scanDelegation,
		`SELECT `+delegationColumns+` FROM delegations WHERE ended = 0 AND seen > 0 AND seen <= $1 AND due > $2 ORDER BY seen, id LIMIT $3`,
		micros(resting), micros(now), limit-len(due))
	return append(due, rested...), err
}
