package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

type notices struct{ tx *sql.Tx }

const noticeColumns = `id, safe, way, language, target, tries, created, confirmed`

func scanNotice(r row) (safe.Notice, error) {
	var n safe.Notice
	var created, confirmed int64
	err := r.Scan(&n.ID, &n.Safe, &n.Way, &n.Language, &n.Target, &n.Tries, &created, &confirmed)
	n.Created, n.Confirmed = timeOf(created), timeOf(confirmed)
	return n, err
}

func (s notices) OfSafe(ctx context.Context, id safe.SafeID) ([]safe.Notice, error) {
	return query(ctx, s.tx, "list notices", scanNotice,
		`SELECT `+noticeColumns+` FROM notices WHERE safe = $1 ORDER BY created, id LIMIT 50`, string(id))
}

func (s notices) Get(ctx context.Context, id safe.NoticeID) (safe.Notice, error) {
	n, err := scanNotice(s.tx.QueryRowContext(ctx, `SELECT `+noticeColumns+` FROM notices WHERE id = $1`, string(id)))
	return n, mapError("read notice", err)
}

func (s notices) Put(ctx context.Context, n safe.Notice) error {
	_, err := s.tx.ExecContext(ctx, `INSERT INTO notices (id, safe, way, language, target, tries, created, confirmed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET tries = excluded.tries, confirmed = excluded.confirmed`,
		string(n.ID), string(n.Safe), string(n.Way), n.Language, n.Target, n.Tries, micros(n.Created), micros(n.Confirmed))
	return mapError("write notice", err)
}

func (s notices) Remove(ctx context.Context, id safe.NoticeID) error {
	return forget(ctx, s.tx, string(id), `DELETE FROM notices WHERE id = $1`)
}

func (s notices) Unconfirmed(ctx context.Context, until time.Time, limit int) ([]safe.Notice, error) {
	return query(ctx, s.tx, "list unconfirmed notices", scanNotice,
		`SELECT `+noticeColumns+` FROM notices WHERE confirmed = 0 AND created <= $1 ORDER BY created LIMIT $2`, micros(until), limit)
}

// forget removes a target with all that was kept for it.
func forget(ctx context.Context, tx *sql.Tx, target, text string) error {
	for _, text := range []string{text, `DELETE FROM outbox WHERE target = $1`, `DELETE FROM outbox_reach WHERE target = $1`} {
		if _, err := tx.ExecContext(ctx, text, target); err != nil {
			return mapError("remove target", err)
		}
	}
	return nil
}

type webhooks struct{ tx *sql.Tx }

func scanWebhook(r row) (safe.Webhook, error) {
	var w safe.Webhook
	var created int64
	err := r.Scan(&w.ID, &w.Administration, &w.URL, &created)
	w.Created = timeOf(created)
	return w, err
}

func (s webhooks) OfAdministration(ctx context.Context, id safe.AdministrationID) ([]safe.Webhook, error) {
	return query(ctx, s.tx, "list webhooks", scanWebhook,
		`SELECT id, administration, url, created FROM webhooks WHERE administration = $1 ORDER BY created, id LIMIT 50`, string(id))
}

func (s webhooks) Get(ctx context.Context, id safe.WebhookID) (safe.Webhook, error) {
	w, err := scanWebhook(s.tx.QueryRowContext(ctx, `SELECT id, administration, url, created FROM webhooks WHERE id = $1`, string(id)))
	return w, mapError("read webhook", err)
}

func (s webhooks) Insert(ctx context.Context, w safe.Webhook) error {
	_, err := s.tx.ExecContext(ctx, `INSERT INTO webhooks (id, administration, url, created) VALUES ($1, $2, $3, $4)`,
		string(w.ID), string(w.Administration), w.URL, micros(w.Created))
	return mapError("insert webhook", err)
}

func (s webhooks) Remove(ctx context.Context, id safe.WebhookID) error {
	return forget(ctx, s.tx, string(id), `DELETE FROM webhooks WHERE id = $1`)
}

type outbox struct{ tx *sql.Tx }

func scanParcel(r row) (safe.Parcel, error) {
	var p safe.Parcel
	var created, due int64
	err := r.Scan(&p.ID, &p.Lane, &p.Target, &p.Slot, &p.Topic, &p.Body, &created, &due, &p.Tries)
	p.Created, p.Due = timeOf(created), timeOf(due)
	return p, err
}

func (s outbox) Add(ctx context.Context, p safe.Parcel) error {
	_, err := s.tx.ExecContext(ctx, `INSERT INTO outbox (id, lane, target, slot, topic, body, created, due, tries)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (slot) DO NOTHING`,
		p.ID, string(p.Lane), p.Target, p.Slot, p.Topic, p.Body, micros(p.Created), micros(p.Due), p.Tries)
	return mapError("put in outbox", err)
}

func (s outbox) Due(ctx context.Context, lane safe.Way, at time.Time, limit int) ([]safe.Parcel, error) {
	return query(ctx, s.tx, "look into outbox", scanParcel,
		`SELECT id, lane, target, slot, topic, body, created, due, tries FROM outbox WHERE lane = $1 AND due <= $2 ORDER BY due, id LIMIT $3`,
		string(lane), micros(at), limit)
}

func (s outbox) Oldest(ctx context.Context, lane safe.Way) (time.Time, error) {
	var created int64
	err := s.tx.QueryRowContext(ctx, `SELECT created FROM outbox WHERE lane = $1 ORDER BY created, id LIMIT 1`, string(lane)).Scan(&created)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return timeOf(created), mapError("look into outbox", err)
}

func (s outbox) Update(ctx context.Context, p safe.Parcel) error {
	r, err := s.tx.ExecContext(ctx, `UPDATE outbox SET slot = $2, due = $3, tries = $4
WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.slot = $2 AND o.id <> $1)`, p.ID, p.Slot, micros(p.Due), p.Tries)
	return changed("update outbox", r, err)
}

func (s outbox) Remove(ctx context.Context, id string) error {
	_, err := s.tx.ExecContext(ctx, `DELETE FROM outbox WHERE id = $1`, id)
	return mapError("remove from outbox", err)
}

func (s outbox) Reach(ctx context.Context, target string) (safe.Reach, error) {
	r := safe.Reach{Target: target}
	var told, failed, retry int64
	err := s.tx.QueryRowContext(ctx, `SELECT told, failed, retry, failures, reason FROM outbox_reach WHERE target = $1`, target).
		Scan(&told, &failed, &retry, &r.Failures, &r.Reason)
	if errors.Is(err, sql.ErrNoRows) {
		return r, nil
	}
	r.Told, r.Failed, r.Retry = timeOf(told), timeOf(failed), timeOf(retry)
	return r, mapError("read reach", err)
}

func (s outbox) PutReach(ctx context.Context, r safe.Reach) error {
	_, err := s.tx.ExecContext(ctx, `INSERT INTO outbox_reach (target, told, failed, retry, failures, reason)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (target) DO UPDATE SET told = excluded.told, failed = excluded.failed,
retry = excluded.retry, failures = excluded.failures, reason = excluded.reason`,
		r.Target, micros(r.Told), micros(r.Failed), micros(r.Retry), r.Failures, r.Reason)
	if err != nil || r.Retry.IsZero() {
		return mapError("write reach", err)
	}
	_, err = s.tx.ExecContext(ctx, `UPDATE outbox SET due = $2 WHERE target = $1 AND due < $2`, r.Target, micros(r.Retry))
	return mapError("let outbox wait", err)
}
