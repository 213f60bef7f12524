package safe

import (
	"context"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// Received lists what was shared with the services of the caller, newest first,
// ended and expired grants included where they are not left out.
func (s *Domain) Received(ctx context.Context, a Actor, w ReceivedWanted, p Page) ([]Grant, string, error) {
	var all []Grant
	var next string
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActReceive); err != nil {
			return err
		}
		f, err := s.filterOf(ctx, tx, a, w)
		if err != nil {
			return err
		}
		if all, next, err = tx.Grants.OfAdministration(ctx, a.Administration, f, p.bounded()); err != nil {
			return err
		}
		return withCopies(ctx, tx, all)
	})
	return all, next, s.refusePolicy(ctx, s.begin(a, journal.WhatGrantReleased), backend("list grants", err))
}

// ReleaseGrant gives an agent or a system the sealed grant, once the event
// that says so is under a published checkpoint. Another administration's
// grant is NotFound; an ended one Ended, a past one Expired. Each of these
// tries is in the journal of the safe that granted, with the reason.
func (s *Domain) ReleaseGrant(ctx context.Context, a Actor, id GrantID) (Release, error) {
	return s.ReleaseGrantOnce(ctx, a, id, "")
}

// ReleaseGrantOnce is ReleaseGrant with an Idempotency-Key: for a day the same
// caller gets the same release again, and no opening is counted for it.
func (s *Domain) ReleaseGrantOnce(ctx context.Context, a Actor, id GrantID, key string) (Release, error) {
	ev := s.begin(a, journal.WhatGrantReleased)
	if key != "" {
		if err := checkKey(key); err != nil {
			return Release{}, s.refuse(ctx, ev, err)
		}
	}
	var out Release
	var sf Safe
	var record, deposit string
	err := s.update(ctx, ev, func(tx Tx) error {
		g, v, err := s.received(ctx, tx, a, id, ev)
		if err != nil {
			return err
		}
		before, err := s.releasedBefore(ctx, tx, a, g, key)
		if err != nil {
			return err
		}
		if before == nil && g.Used() {
			return openedOut()
		}
		if sf, err = openSafe(ctx, tx, g.Safe); err != nil {
			return err
		}
		out = Release{Version: v, Grant: g.Sealed, VK: sf.VK}
		if out.Mandate, deposit, err = underMandate(ctx, tx, g); err != nil {
			return err
		}
		if before != nil {
			record = before.Record
			return nil
		}
		done := *ev
		done.Detail = detail("content", v.Content)
		if record, err = s.record(ctx, tx, done); err != nil {
			return err
		}
		return s.opened(ctx, tx, &g, Opening{
			ID: ev.ID, Record: record, Grant: g.ID, Version: g.Version, By: callerOf(a), Key: key, At: s.now(),
		})
	})
	if err != nil {
		return Release{}, err
	}
	if out.Proof, err = s.proof(ctx, record); err != nil {
		return Release{}, err
	}
	if out.Key, err = s.safeKeyLeaf(ctx, sf); err != nil {
		return Release{}, err
	}
	if out.Key == nil { // queued before the event that is now published
		return Release{}, refusal(Unavailable, "key of the safe is not in the log")
	}
	if deposit == "" {
		return out, nil
	}
	came, err := s.proof(ctx, deposit)
	out.Deposit = &came
	return out, err
}

func openedOut() error {
	return &Error{Kind: Ended, Reason: ReasonOpenedOut, Msg: "the grant was opened as often as the citizen allowed"}
}

// fetchTime is how long after its last opening a grant's document can still be
// fetched: what an opening gave the key of, a broken connection does not cost.
const fetchTime = 24 * time.Hour

// GrantContent is the version whose sealed bytes a reader is about to fetch
// with OpenObject, under the same conditions as ReleaseGrant; after the last
// opening that is allowed, for a day.
func (s *Domain) GrantContent(ctx context.Context, a Actor, id GrantID) (Version, error) {
	ev := s.begin(a, journal.WhatGrantReleased)
	var v Version
	err := s.view(ctx, ev, func(tx Tx) error {
		g, found, err := s.received(ctx, tx, a, id, ev)
		if err == nil && g.Used() && !s.now().Before(g.Opened.Add(fetchTime)) {
			err = openedOut()
		}
		v = found
		return err
	})
	return v, err
}

// givenToService finds a grant of the caller's administration and service, ended
// or not. It points ev at the grant first, so that a refusal lands in the right
// journal; the caller sees the same whether or not there was one.
func (s *Domain) givenToService(ctx context.Context, tx Tx, a Actor, id GrantID, ev *journal.Event) (Grant, error) {
	ev.Grant = string(id)
	g, err := tx.Grants.Get(ctx, id)
	if err != nil && !IsKind(err, NotFound) {
		return Grant{}, backend("read grant", err)
	}
	found := err == nil
	if found && (a.Kind == Agent || a.Kind == System) {
		aboutGrant(ev, g)
	}
	if err := s.may(ctx, tx, a, ActReceive); err != nil {
		return Grant{}, err
	}
	if !found || g.Administration != a.Administration {
		return Grant{}, refusal(NotFound, "no such grant")
	}
	return g, serves(ctx, tx, a, g.Service)
}

// received finds one that is live.
func (s *Domain) received(ctx context.Context, tx Tx, a Actor, id GrantID, ev *journal.Event) (Grant, Version, error) {
	g, err := s.givenToService(ctx, tx, a, id, ev)
	if err != nil {
		return Grant{}, Version{}, err
	}
	switch {
	case !g.Ended.IsZero():
		return Grant{}, Version{}, refusal(Ended, "the citizen has ended this grant")
	case !s.now().Before(g.NotAfter):
		return Grant{}, Version{}, refusal(Expired, "the grant ended on %s", rfc3339(g.NotAfter))
	}
	v, err := tx.Versions.Get(ctx, g.Doc, g.Version)
	if err != nil {
		return Grant{}, Version{}, backend("read version", err)
	}
	if ok, err := givenFrom(ctx, tx, g, v); err != nil || !ok {
		return Grant{}, Version{}, orElse(err, refusal(NotFound, "the document is gone"))
	}
	return g, v, nil
}
