package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

type requests struct{ tx *sql.Tx }

const (
	requestColumns = `id, administration, safe, service, procedure_name, purpose, reference, body, by_id, by_name,
created, answer_by, not_after, closed`
	requestNamed = `r.id, r.administration, r.safe, r.service, r.procedure_name, r.purpose, r.reference, r.body, r.by_id, r.by_name,
r.created, r.answer_by, r.not_after, r.closed, COALESCE(a.name, '')`
	// talliedTo bounds each count at safe.TallyMost: a request on every letter of
	// a town is listed as quickly as any other.
	talliedTo = `
(SELECT COUNT(*) FROM (SELECT 1 FROM replies p WHERE p.request = r.id AND p.given > 0 LIMIT 1000) AS tallied),
(SELECT COUNT(*) FROM (SELECT 1 FROM replies p WHERE p.request = r.id AND p.refused <> '' LIMIT 1000) AS tallied),
(SELECT COUNT(*) FROM (SELECT 1 FROM replies p WHERE p.request = r.id AND p.waiting = 1 LIMIT 1000) AS tallied)`
	requestList = `SELECT ` + requestNamed + `, ` + talliedTo + `
FROM requests r LEFT JOIN administrations a ON a.id = r.administration `
	pageOfRequests = ` AND (r.created, r.id) < ($2, $3) ORDER BY r.created DESC, r.id DESC LIMIT $4`
)

// times of a request as they are kept.
type requestTimes struct{ created, answerBy, notAfter, closed int64 }

func requestFields(r *safe.Request, at *requestTimes) []any {
	return []any{
		&r.ID, &r.Administration, &r.Safe, &r.Service, &r.Procedure, &r.Purpose, &r.Reference, &r.Body, &r.ByID, &r.ByName,
		&at.created, &at.answerBy, &at.notAfter, &at.closed, &r.AdministrationName,
	}
}

func (at requestTimes) into(r *safe.Request) {
	r.Created, r.AnswerBy, r.NotAfter, r.Closed = timeOf(at.created), timeOf(at.answerBy), timeOf(at.notAfter), timeOf(at.closed)
}

func scanRequest(row row) (safe.Request, error) {
	var r safe.Request
	var at requestTimes
	err := row.Scan(requestFields(&r, &at)...)
	at.into(&r)
	return r, err
}

func scanTallied(row row) (safe.Request, error) {
	var r safe.Request
	var at requestTimes
	err := row.Scan(append(requestFields(&r, &at), &r.Tally.Given, &r.Tally.Refused, &r.Tally.Waiting)...)
	at.into(&r)
	return r, err
}

func (s requests) Insert(ctx context.Context, r safe.Request) error {
	done, err := s.tx.ExecContext(ctx, `INSERT INTO requests (`+requestColumns+`)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING`,
		string(r.ID), string(r.Administration), string(r.Safe), r.Service, r.Procedure, r.Purpose, r.Reference, r.Body, r.ByID, r.ByName,
		micros(r.Created), micros(r.AnswerBy), micros(r.NotAfter), micros(r.Closed))
	return inserted("insert request", done, err)
}

func (s requests) Get(ctx context.Context, id safe.RequestID) (safe.Request, error) {
	r, err := scanRequest(s.tx.QueryRowContext(ctx, `SELECT `+requestNamed+`
FROM requests r LEFT JOIN administrations a ON a.id = r.administration WHERE r.id = $1`, string(id)))
	return r, mapError("read request", err)
}

func (s requests) Close(ctx context.Context, r safe.Request) error {
	done, err := s.tx.ExecContext(ctx, `UPDATE requests SET closed = $2 WHERE id = $1`, string(r.ID), micros(r.Closed))
	return changed("close request", done, err)
}

func (s requests) OfAdministration(ctx context.Context, a safe.AdministrationID, f safe.RequestFilter, p safe.Page) ([]safe.Request, string, error) {
	us, id, err := before(p.After)
	if err != nil {
		return nil, "", err
	}
	args := []any{string(a), us, id, p.Limit + 1}
	text := requestList + `WHERE r.administration = $1` + pageOfRequests
	switch {
	case f.Reference != "" && f.Open:
		text = requestList + `WHERE r.administration = $1 AND r.reference = $5 AND r.closed = 0` + pageOfRequests
	case f.Reference != "":
		text = requestList + `WHERE r.administration = $1 AND r.reference = $5` + pageOfRequests
	case f.Open:
		text = requestList + `WHERE r.administration = $1 AND r.closed = 0` + pageOfRequests
	}
	if f.Reference != "" {
		args = append(args, f.Reference)
	}
	if len(f.Services) > 0 {
		among := ` AND r.service IN (''`
		for _, sv := range f.Services {
			args = append(args, sv)
			among += fmt.Sprintf(`, $%d`, len(args))
		}
		text = strings.Replace(text, pageOfRequests, among+`)`+pageOfRequests, 1)
	}
	list, err := query(ctx, s.tx, "list requests", scanTallied, text, args...)
	if err != nil {
		return nil, "", err
	}
	list, next := page(list, p.Limit, func(r safe.Request) string { return cursorAt(micros(r.Created), string(r.ID)) })
	return list, next, nil
}

func cursorAt(us int64, id string) string { return cursor(strconv.FormatInt(us, 10), id) }

func (s requests) Tally(ctx context.Context, id safe.RequestID) (safe.Tally, error) {
	var t safe.Tally
	err := s.tx.QueryRowContext(ctx, `SELECT `+talliedTo+` FROM requests r WHERE r.id = $1`, string(id)).
		Scan(&t.Given, &t.Refused, &t.Waiting)
	return t, mapError("tally request", err)
}
