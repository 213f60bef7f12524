package sqlstore

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

type mandates struct{ tx *sql.Tx }

const mandateColumns = `id, kind, safe, structure, structure_name, mediator, mediator_name, delegation, acts, presence, purpose, reference, body,
created, not_after, confirmed, confirmed_by, ended, ended_by, revocation`

func scanMandate(r row) (safe.MandateRow, error) {
	var m safe.MandateRow
	var acts string
	var created, notAfter, confirmed, ended int64
	err := r.Scan(&m.ID, &m.Kind, &m.Safe, &m.Structure, &m.StructureName, &m.Mediator, &m.MediatorName, &m.Delegation, &acts, &m.Presence,
		&m.Purpose, &m.Reference, &m.Body, &created, &notAfter, &confirmed, &m.ConfirmedBy, &ended, &m.By, &m.Revocation)
	m.Acts = strings.Fields(acts)
	m.Created, m.NotAfter, m.Confirmed, m.Ended = timeOf(created), timeOf(notAfter), timeOf(confirmed), timeOf(ended)
	return m, err
}

func (s mandates) Insert(ctx context.Context, m safe.MandateRow) error {
	r, err := s.tx.ExecContext(ctx, `INSERT INTO mandates (`+mandateColumns+`)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) ON CONFLICT DO NOTHING`,
		string(m.ID), string(m.Kind), string(m.Safe), string(m.Structure), m.StructureName, string(m.Mediator), m.MediatorName, string(m.Delegation),
		strings.Join(m.Acts, " "), m.Presence, m.Purpose, m.Reference, m.Body, micros(m.Created), micros(m.NotAfter), micros(m.Confirmed),
		m.ConfirmedBy, micros(m.Ended), m.By, m.Revocation)
	return inserted("insert mandate", r, err)
}

func (s mandates) Get(ctx context.Context, id safe.MandateID) (safe.MandateRow, error) {
	m, err := scanMandate(s.tx.QueryRowContext(ctx, `SELECT `+mandateColumns+` FROM mandates WHERE id = $1`, string(id)))
	return m, mapError("read mandate", err)
}

func (s mandates) Update(ctx context.Context, m safe.MandateRow) error {
	r, err := s.tx.ExecContext(ctx, `UPDATE mandates SET confirmed = $2, confirmed_by = $3, ended = $4, ended_by = $5, revocation = $6 WHERE id = $1`,
		string(m.ID), micros(m.Confirmed), m.ConfirmedBy, micros(m.Ended), m.By, m.Revocation)
	return changed("update mandate", r, err)
}

func (s mandates) OfSafe(ctx context.Context, id safe.SafeID, now time.Time, p safe.Page) ([]safe.MandateRow, string, error) {
	part := func(text string) part[safe.MandateRow] {
		return func(us int64, last string, limit int) ([]safe.MandateRow, error) {
			return query(ctx, s.tx, "list mandates", scanMandate, text, string(id), us, last, limit, micros(now))
		}
	}
	return inParts(p, func(m safe.MandateRow) (time.Time, string) { return m.Created, string(m.ID) },
		part(`SELECT `+mandateColumns+` FROM mandates
WHERE safe = $1 AND ended = 0 AND not_after > $5 AND (created, id) < ($2, $3) ORDER BY created DESC, id DESC LIMIT $4`),
		part(`SELECT `+mandateColumns+` FROM mandates
WHERE safe = $1 AND (ended > 0 OR not_after <= $5) AND (created, id) < ($2, $3) ORDER BY created DESC, id DESC LIMIT $4`))
}

func (s mandates) OfMediator(ctx context.Context, m safe.MediatorID, p safe.Page) ([]safe.MandateRow, string, error) {
	return s.list(ctx, `SELECT `+mandateColumns+` FROM mandates
WHERE mediator = $1 AND kind <> 'session' AND (created, id) < ($2, $3) ORDER BY created DESC, id DESC LIMIT $4`, string(m), p)
}

func (s mandates) InForce(ctx context.Context, id safe.StructureID, m safe.MediatorID, p safe.Page) ([]safe.MandateRow, string, error) {
	list, err := query(ctx, s.tx, "list mandates in force", scanMandate, `SELECT `+mandateColumns+` FROM mandates
WHERE structure = $1 AND ended = 0 AND kind <> 'session' AND ($2 = '' OR mediator = $2) AND id > $3 ORDER BY id LIMIT $4`,
		string(id), string(m), p.After, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	list, next := page(list, p.Limit, func(m safe.MandateRow) string { return string(m.ID) })
	return list, next, nil
}

func (s mandates) Unconfirmed(ctx context.Context, id safe.StructureID, p safe.Page) ([]safe.MandateRow, string, error) {
	return s.list(ctx, `SELECT `+mandateColumns+` FROM mandates
WHERE structure = $1 AND kind = 'paper' AND confirmed = 0 AND ended = 0 AND (created, id) < ($2, $3)
ORDER BY created DESC, id DESC LIMIT $4`, string(id), p)
}

func (s mandates) list(ctx context.Context, text, of string, p safe.Page) ([]safe.MandateRow, string, error) {
	us, id, err := before(p.After)
	if err != nil {
		return nil, "", err
	}
	list, err := query(ctx, s.tx, "list mandates", scanMandate, text, of, us, id, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	list, next := page(list, p.Limit, func(m safe.MandateRow) string { return cursorAt(micros(m.Created), string(m.ID)) })
	return list, next, nil
}

type mandateDocuments struct{ tx *sql.Tx }

func scanMandateDocument(r row) (safe.MandateDocument, error) {
	var d safe.MandateDocument
	var at int64
	err := r.Scan(&d.Mandate, &d.Doc, &d.Version, &d.Sealed, &d.Record, &at)
	d.At = timeOf(at)
	return d, err
}

func (s mandateDocuments) Put(ctx context.Context, d safe.MandateDocument) error {
	_, err := s.tx.ExecContext(ctx, `INSERT INTO mandate_documents (mandate, doc, version, sealed, record, at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (mandate, doc) DO UPDATE SET version = excluded.version, sealed = excluded.sealed, record = excluded.record, at = excluded.at`,
		string(d.Mandate), string(d.Doc), string(d.Version), d.Sealed, d.Record, micros(d.At))
	return mapError("write document of mandate", err)
}

func (s mandateDocuments) Get(ctx context.Context, id safe.MandateID, doc safe.DocumentID) (safe.MandateDocument, error) {
	d, err := scanMandateDocument(s.tx.QueryRowContext(ctx,
		`SELECT mandate, doc, version, sealed, record, at FROM mandate_documents WHERE mandate = $1 AND doc = $2`, string(id), string(doc)))
	return d, mapError("read document of mandate", err)
}

func (s mandateDocuments) Of(ctx context.Context, id safe.MandateID) ([]safe.MandateDocument, error) {
	return query(ctx, s.tx, "list documents of mandate", scanMandateDocument,
		`SELECT mandate, doc, version, NULL, record, at FROM mandate_documents WHERE mandate = $1 ORDER BY doc`, string(id))
}

func (s mandateDocuments) Wipe(ctx context.Context, id safe.MandateID) error {
	_, err := s.tx.ExecContext(ctx, `UPDATE mandate_documents SET sealed = NULL WHERE mandate = $1`, string(id))
	return mapError("wipe grants", err)
}

type mandateGrants struct{ tx *sql.Tx }

func (s mandateGrants) Put(ctx context.Context, g safe.GrantID, m safe.MandateID) error {
	r, err := s.tx.ExecContext(ctx, `INSERT INTO mandate_grants (grant_id, mandate) VALUES ($1, $2) ON CONFLICT DO NOTHING`, string(g), string(m))
	return inserted("note mandate of grant", r, err)
}

func (s mandateGrants) Get(ctx context.Context, g safe.GrantID) (safe.MandateID, error) {
	var m safe.MandateID
	err := s.tx.QueryRowContext(ctx, `SELECT mandate FROM mandate_grants WHERE grant_id = $1`, string(g)).Scan(&m)
	return m, mapError("find mandate of grant", err)
}

func (s mandateGrants) Drop(ctx context.Context, g safe.GrantID) error {
	_, err := s.tx.ExecContext(ctx, `DELETE FROM mandate_grants WHERE grant_id = $1`, string(g))
	return mapError("forget mandate of grant", err)
}

type proposals struct{ tx *sql.Tx }

func scanProposal(r row) (safe.Proposal, error) {
	var p safe.Proposal
	var created int64
	err := r.Scan(&p.ID, &p.Safe, &p.Mandate, &p.MediatorName, &p.StructureName, &p.Doc, &p.Sealed, &created)
	p.Created = timeOf(created)
	return p, err
}

func (s proposals) Insert(ctx context.Context, p safe.Proposal) error {
	r, err := s.tx.ExecContext(ctx, `INSERT INTO proposals (id, safe, mandate, mediator_name, structure_name, doc, sealed, created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
		string(p.ID), string(p.Safe), string(p.Mandate), p.MediatorName, p.StructureName, string(p.Doc), p.Sealed, micros(p.Created))
	return inserted("insert proposal", r, err)
}

func (s proposals) OfSafe(ctx context.Context, id safe.SafeID, limit int) ([]safe.Proposal, error) {
	return query(ctx, s.tx, "list proposals", scanProposal, `SELECT id, safe, mandate, mediator_name, structure_name, doc, sealed, created
FROM proposals WHERE safe = $1 ORDER BY created, id LIMIT $2`, string(id), limit)
}

func (s proposals) Delete(ctx context.Context, of safe.SafeID, id safe.ProposalID) error {
	r, err := s.tx.ExecContext(ctx, `DELETE FROM proposals WHERE id = $1 AND safe = $2`, string(id), string(of))
	return changed("delete proposal", r, err)
}
