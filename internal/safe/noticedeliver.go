package safe

import (
	"context"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

const (
	// noticePause is how long news waits for more of it: one message an hour.
	noticePause = time.Hour
	// lease is how long whoever took a parcel has for it.
	lease = 30 * time.Second
	// firstRetry doubles with each failure.
	firstRetry = 2 * time.Second
)

// Delivery is a parcel on its way, with where to.
type Delivery struct {
	Parcel
	Address  string // e-mail address, endpoint or URL
	Language string
	Code     string
}

// Failure is why a delivery did not arrive.
type Failure struct {
	Reason string // a word that agents see
	// Lasting: another try would end the same.
	Lasting bool
	// Gone: there is nobody at that address any more.
	Gone bool
}

// TakeDeliveries gives what is due in a lane, to this caller alone for the
// time of a lease: of several gateways one sends it. Whoever dies with it lets
// the next one send it again, under the same id.
func (s *Domain) TakeDeliveries(ctx context.Context, lane Way, limit int) ([]Delivery, error) {
	waiting := false
	err := s.rows.View(ctx, func(tx Tx) error {
		due, err := tx.Outbox.Due(ctx, lane, s.now(), 1)
		waiting = len(due) > 0
		return err
	})
	if err != nil || !waiting {
		return nil, backend("look into outbox", err)
	}
	var out []Delivery
	err = s.rows.Update(ctx, func(tx Tx) error {
		out = nil
		for range maxLooks {
			more, err := s.takeSome(ctx, tx, lane, limit, &out)
			if err != nil || !more || len(out) > 0 {
				return err
			}
		}
		return nil
	})
	return out, backend("take from outbox", err)
}

// maxLooks is how many parcels, in times of the limit, are let wait in one go.
const maxLooks = 20

func (s *Domain) takeSome(ctx context.Context, tx Tx, lane Way, limit int, out *[]Delivery) (more bool, err error) {
	due, err := tx.Outbox.Due(ctx, lane, s.now(), limit)
	if err != nil {
		return false, err
	}
	for _, p := range due {
		d, ok, err := s.take(ctx, tx, p)
		if err != nil {
			return false, err
		}
		if ok {
			*out = append(*out, d)
		}
	}
	return len(due) == limit, nil
}

// take sends a parcel on its way, unless it has to wait, or nobody is there
// for it any more.
func (s *Domain) take(ctx context.Context, tx Tx, p Parcel) (Delivery, bool, error) {
	r, err := tx.Outbox.Reach(ctx, p.Target)
	if err != nil {
		return Delivery{}, false, err
	}
	until := r.Retry
	if soon := r.Told.Add(noticePause); p.Topic == TopicNews && !r.Told.IsZero() && soon.After(until) {
		until = soon
	}
	if until.After(s.now()) {
		p.Due = until
		return Delivery{}, false, s.putBack(ctx, tx, p)
	}
	d, err := s.addressed(ctx, tx, p)
	if IsKind(err, NotFound) {
		return Delivery{}, false, tx.Outbox.Remove(ctx, p.ID)
	}
	if err != nil {
		return Delivery{}, false, err
	}
	d.Slot, d.Due, d.Tries = p.ID, s.now().Add(lease), p.Tries+1
	return d, true, tx.Outbox.Update(ctx, d.Parcel)
}

// putBack lets a parcel wait; when another one like it has come meanwhile,
// that one says the same.
func (s *Domain) putBack(ctx context.Context, tx Tx, p Parcel) error {
	p.Slot = p.ID
	if p.Lane != ByWebhook {
		p.Slot = slotOf(p.Target, p.Topic)
	}
	err := tx.Outbox.Update(ctx, p)
	if IsKind(err, NotFound) {
		return tx.Outbox.Remove(ctx, p.ID)
	}
	return err
}

func (s *Domain) addressed(ctx context.Context, tx Tx, p Parcel) (Delivery, error) {
	if p.Lane == ByWebhook {
		w, err := tx.Webhooks.Get(ctx, WebhookID(p.Target))
		return Delivery{Parcel: p, Address: w.URL}, err
	}
	n, err := tx.Notices.Get(ctx, NoticeID(p.Target))
	if err != nil {
		return Delivery{}, err
	}
	c, err := s.contactOf(n)
	if err != nil {
		return Delivery{}, refusal(NotFound, "the key of this address is gone")
	}
	return Delivery{Parcel: p, Address: c.Address, Language: n.Language, Code: c.Code}, nil
}

// Delivered forgets a delivery that has arrived.
func (s *Domain) Delivered(ctx context.Context, d Delivery) error {
	err := s.rows.Update(ctx, func(tx Tx) error {
		if err := tx.Outbox.Remove(ctx, d.ID); err != nil {
			return err
		}
		r, err := tx.Outbox.Reach(ctx, d.Target)
		if err != nil {
			return err
		}
		if d.Topic == TopicCode || r.Failed.IsZero() && s.now().Before(r.Told.Add(time.Minute)) {
			return nil // nothing new: systems are told many things a second
		}
		return tx.Outbox.PutReach(ctx, Reach{Target: d.Target, Told: s.now()})
	})
	return backend("settle delivery", err)
}

// NotDelivered lets a delivery wait for its next try, and with it all that
// waits for the same target: what hangs is asked by one parcel at a time, and
// less and less often. In the end it is given up.
func (s *Domain) NotDelivered(ctx context.Context, d Delivery, f Failure) error {
	err := s.rows.Update(ctx, func(tx Tx) error {
		if f.Gone && d.Lane != ByWebhook {
			return s.endGone(ctx, tx, NoticeID(d.Target))
		}
		r, err := tx.Outbox.Reach(ctx, d.Target)
		if err != nil {
			return err
		}
		r.Target, r.Reason = d.Target, f.Reason
		if r.Failed.IsZero() {
			r.Failed = s.now()
		}
		if !f.Lasting && !r.Retry.After(s.now()) { // else others of the same moment have said so
			r.Failures++
			r.Retry = s.now().Add(backoff(d.Lane, r.Failures))
		}
		if err := tx.Outbox.PutReach(ctx, r); err != nil {
			return err
		}
		if f.Lasting || s.now().After(d.Created.Add(lifeOf(d.Lane))) {
			return tx.Outbox.Remove(ctx, d.ID)
		}
		p := d.Parcel
		p.Due = r.Retry
		return s.putBack(ctx, tx, p)
	})
	return backend("settle delivery", err)
}

// endGone ends a notice at whose address nobody is any more.
func (s *Domain) endGone(ctx context.Context, tx Tx, id NoticeID) error {
	n, err := tx.Notices.Get(ctx, id)
	if IsKind(err, NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	ev := s.begin(maintenance(), journal.WhatNoticeChosen)
	ev.Safe = string(n.Safe)
	return s.endNotice(ctx, tx, n, *ev)
}

// backoff doubles up to what is right for a lane: a relay that is back is told
// within minutes, a system that is away for days is asked once an hour.
func backoff(lane Way, failures int) time.Duration {
	most := 5 * time.Minute
	if lane == ByWebhook {
		most = time.Hour
	}
	return min(firstRetry<<min(failures-1, 20), most)
}

// lifeOf is how long something is tried. What it told of stays: in the
// citizen's safe, and in the administration's list.
func lifeOf(lane Way) time.Duration {
	if lane == ByWebhook {
		return 3 * 24 * time.Hour
	}
	return 24 * time.Hour
}
