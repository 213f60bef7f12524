package safe

import (
	"context"
	"io"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

const (
	// mostSentPage is how many sealed bytes a page has at most.
	mostSentPage = 10 << 20
	// mostSentPages is how many a session takes, those fetched included.
	mostSentPages = 40
)

// SentPage is a photographed page on its way from the citizen's phone to the
// mediator's tab: sealed to the session, relayed, and forgotten with it.
type SentPage struct {
	Delegation DelegationID
	ID         SentPageID // drawn by the citizen's client
	Sealed     int64
	SHA256     [32]byte
	Created    time.Time
	Stored     time.Time // zero while its bytes are on their way
	Taken      time.Time // when the tab had it; its bytes are gone
}

// Object is where its sealed bytes are.
func (p SentPage) Object() string {
	return "pages/" + string(p.Delegation) + "/" + string(p.ID) + ".age"
}

// waits says whether the tab may fetch it.
func (p SentPage) waits() bool { return !p.Stored.IsZero() && p.Taken.IsZero() }

// SendPage relays one page to the session that the citizen has approved, while
// it is active. The same bytes again are no second page.
func (s *Domain) SendPage(ctx context.Context, a Actor, id DelegationID, page SentPageID, body io.Reader, length int64, sum [32]byte) (SentPage, error) {
	ev := s.begin(a, journal.WhatMediationPage)
	if length > mostSentPage {
		return SentPage{}, s.refuse(ctx, ev, &Error{Kind: DocumentTooLarge, Msg: "page over the limit", Limit: mostSentPage})
	}
	p := SentPage{Delegation: id, ID: page, Sealed: length, SHA256: sum}
	err := s.sending(ctx, a, id, ev, func(tx Tx, _ Delegation) (refused, err error) {
		p, refused, err = s.expectPage(ctx, tx, p)
		return refused, err
	})
	if err != nil || !p.Stored.IsZero() {
		return p, err
	}
	work := newSteps()
	defer work.end()
	err = s.blobs.Put(ctx, p.Object(), checkedBody(work, body, length, sum), length)
	if IsKind(err, AlreadyExists) { // an answer was lost
		err = s.sameObject(ctx, p.Object(), length, sum)
	}
	if err != nil {
		return SentPage{}, s.refuse(ctx, ev, backend("store page", err))
	}
	err = s.sending(ctx, a, id, ev, func(tx Tx, d Delegation) (refused, err error) {
		return nil, s.arrive(ctx, tx, d, &p, ev)
	})
	return p, err
}

func sentPage(ctx context.Context, tx Tx, d DelegationID, id SentPageID) (SentPage, error) {
	all, err := tx.SentPages.Of(ctx, d)
	if err != nil {
		return SentPage{}, err
	}
	for _, p := range all {
		if p.ID == id {
			return p, nil
		}
	}
	return SentPage{}, refusal(NotFound, "no such page")
}

// sending runs a step of the citizen's in a session that is active, if what she
// signed lets the mediator put documents in.
func (s *Domain) sending(ctx context.Context, a Actor, id DelegationID, ev *journal.Event, fn func(Tx, Delegation) (refused, err error)) error {
	return s.onClaimed(ctx, a, ActMandate, id, ev, func(tx Tx, d Delegation) (refused, err error) {
		ev.Detail = aboutDelegation(d)
		switch {
		case d.State.Over():
			return sessionOver("the session is %s", d.State), nil
		case d.State != DelegationActive:
			return narrowed(TooEarly, ReasonNotApproved, "the session is %s", d.State), nil
		case d.Way == ByStanding:
			return refusal(Invalid, "no keys of this session are under the citizen's signature"), nil
		}
		w, refused, err := s.begun(ctx, tx, d)
		if refused != nil || err != nil {
			return refused, err
		}
		if !w.m.Allows(sealed.ActDeposit) {
			return outside("the mandate does not allow to %s", sealed.ActDeposit), nil
		}
		return fn(tx, w.d)
	})
}

// expectPage finds the row of a page, or makes it: it is there before its
// object, so that nothing is ever forgotten.
func (s *Domain) expectPage(ctx context.Context, tx Tx, p SentPage) (found SentPage, refused, err error) {
	all, err := tx.SentPages.Of(ctx, p.Delegation)
	if err != nil {
		return p, nil, backend("list pages", err)
	}
	for _, old := range all {
		if old.ID == p.ID && (old.SHA256 != p.SHA256 || old.Sealed != p.Sealed) {
			return p, refusal(AlreadyExists, "this page has other bytes"), nil
		}
		if old.ID == p.ID {
			return old, nil, nil
		}
	}
	if len(all) >= mostSentPages {
		return p, refusal(Invalid, "a session takes %d pages", mostSentPages), nil
	}
	p.Created = s.now()
	return p, nil, backend("expect page", tx.SentPages.Insert(ctx, p))
}

// arrive says that the bytes are there. Sending is an act: a session in which
// pages come does not idle.
func (s *Domain) arrive(ctx context.Context, tx Tx, d Delegation, p *SentPage, ev *journal.Event) error {
	now, err := sentPage(ctx, tx, p.Delegation, p.ID)
	if err != nil {
		return backend("read page", err)
	}
	if !now.Stored.IsZero() { // the same bytes, sent twice at once
		*p = now
		return nil
	}
	p.Stored = s.now()
	if err := tx.SentPages.Update(ctx, *p); err != nil {
		return backend("keep page", err)
	}
	if err := s.seen(ctx, tx, &d); err != nil {
		return err
	}
	_, err = s.record(ctx, tx, *ev)
	return err
}

// SentPages lists what waits for the mediator's tab, in the order in which it
// came. Looking is no act: a desk that nobody sits at idles.
func (s *Domain) SentPages(ctx context.Context, a Actor, id DelegationID) ([]SentPage, error) {
	if err := s.DelegationAlive(ctx, a, id); err != nil {
		return nil, err
	}
	var out []SentPage
	err := s.rows.View(ctx, func(tx Tx) error {
		all, err := tx.SentPages.Of(ctx, id)
		out = nil
		for _, p := range all {
			if p.waits() {
				out = append(out, p)
			}
		}
		return err
	})
	return out, backend("list pages", err)
}

// OpenSentPage streams the sealed bytes of one that waits. The caller closes
// what it gets.
func (s *Domain) OpenSentPage(ctx context.Context, a Actor, id DelegationID, page SentPageID) (SentPage, io.ReadCloser, error) {
	p, err := s.waitingPage(ctx, a, id, page)
	if err != nil {
		return SentPage{}, nil, err
	}
	r, err := s.blobs.Open(ctx, p.Object(), 0, -1)
	return p, r, backend("open page", err)
}

// TakeSentPage forgets the bytes of one that the tab has. Of one that was taken
// before, or is of another session, there is nothing to take.
func (s *Domain) TakeSentPage(ctx context.Context, a Actor, id DelegationID, page SentPageID) error {
	p, err := s.waitingPage(ctx, a, id, page)
	if err != nil {
		return err
	}
	if err := s.blobs.Delete(ctx, p.Object()); err != nil {
		return backend("delete page", err)
	}
	return backend("take page", s.rows.Update(ctx, func(tx Tx) error {
		p.Taken = s.now()
		err := tx.SentPages.Update(ctx, p)
		if IsKind(err, NotFound) { // the session has ended, and it with it
			return nil
		}
		return err
	}))
}

func (s *Domain) waitingPage(ctx context.Context, a Actor, id DelegationID, page SentPageID) (SentPage, error) {
	var p SentPage
	err := s.acting(ctx, a, id, sealed.ActDeposit, s.begin(a, journal.WhatMediationRead), func(tx Tx, w work) error {
		var err error
		p, err = sentPage(ctx, tx, id, page)
		if err == nil && !p.waits() {
			err = refusal(NotFound, "no such page")
		}
		return backend("read page", err)
	})
	return p, err
}

// forgetSentPages erases the pages of sessions that are over, each object before
// its row.
func (s *Domain) forgetSentPages(ctx context.Context) (int, error) {
	var over []SentPage
	err := s.rows.View(ctx, func(tx Tx) error {
		var err error
		over, err = tx.SentPages.Over(ctx, sweepBatch)
		return err
	})
	if err != nil {
		return 0, backend("list pages of sessions that are over", err)
	}
	for i, p := range over {
		err := s.blobs.Delete(ctx, p.Object())
		if err == nil {
			err = s.rows.Update(ctx, func(tx Tx) error { return tx.SentPages.Drop(ctx, p.Delegation, p.ID) })
		}
		if err != nil {
			return i, backend("forget page", err)
		}
	}
	return len(over), nil
}
