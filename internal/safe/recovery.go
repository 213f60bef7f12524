package safe

import (
	"bytes"
	"context"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// How a recovery ends.
const (
	RecoveryCancelled = "cancelled"
	RecoveryCompleted = "completed"
	RecoveryExpired   = "expired"
	RecoveryReplaced  = "replaced" // other custodians were named
)

// recoveryLife is how long custodians have.
const recoveryLife = 30 * 24 * time.Hour

// Recovery is the newest one of a safe.
type Recovery struct {
	Safe    SafeID
	Request []byte
	Custody []byte // of whom it was asked, signed
	Created time.Time
	Ended   time.Time // zero while open
	Reason  string
	Parts   []RecoveryPart
}

// RecoveryPart is what one custodian has done. The times are the server's:
// what counts for a custodian is in her agreement.
type RecoveryPart struct {
	Custodian string
	Name      string
	Agreement []byte
	Agreed    time.Time
	Sealed    []byte // the share, for the request's recipient
	Given     time.Time
}

// Open says whether shares may still be given.
func (r Recovery) Open() bool { return r.Ended.IsZero() }

// Hash names it in facts, agreements and journals.
func (r Recovery) Hash() string { return sealed.HashSigned(r.Request) }

// Delay that its custody asks for. Whoever signed that is not checked here.
func (r Recovery) Delay() time.Duration {
	var c sealed.Custody
	if len(r.Custody) < 64 || sealed.DecodeCanonical(r.Custody[64:], &c) != nil {
		return recoveryLife // of a damaged row nothing is given
	}
	return c.Wait()
}

// Ready is when a second share may be given; zero until two have agreed.
func (r Recovery) Ready() time.Time {
	var first, second time.Time
	for _, p := range r.Parts {
		switch {
		case p.Agreed.IsZero():
		case first.IsZero() || p.Agreed.Before(first):
			first, second = p.Agreed, first
		case second.IsZero() || p.Agreed.Before(second):
			second = p.Agreed
		}
	}
	if second.IsZero() {
		return time.Time{}
	}
	return second.Add(r.Delay())
}

func (r *Recovery) part(custodian string) *RecoveryPart {
	for i := range r.Parts {
		if r.Parts[i].Custodian == custodian {
			return &r.Parts[i]
		}
	}
	return nil
}

// RequestRecovery asks the custodians of the caller's safe for their shares.
// Nobody signs a request: whoever is logged in can make one, and custodians
// hear its code from the holder or give nothing. It returns once the log says
// that it was made.
func (s *Domain) RequestRecovery(ctx context.Context, a Actor, request []byte) (Recovery, error) {
	ev := s.begin(a, journal.WhatRecoveryRequested)
	var out Recovery
	var id string
	err := s.update(ctx, ev, func(tx Tx) error {
		id = ""
		if err := s.may(ctx, tx, a, ActRecover); err != nil {
			return err
		}
		custody, err := tx.Custodies.Get(ctx, a.Safe)
		if err != nil {
			return backend("read custody", err)
		}
		have, err := tx.Recoveries.Get(ctx, a.Safe)
		switch {
		case err == nil && bytes.Equal(have.Request, request):
			out = have
			return nil
		case err == nil && have.Open():
			return &Error{Kind: AlreadyExists, Reason: ReasonRecoveryOpen, Msg: "a recovery is under way"}
		case err != nil && !IsKind(err, NotFound):
			return backend("read recovery", err)
		}
		if err := checkRequest(custody, request); err != nil {
			return err
		}
		out = Recovery{Safe: a.Safe, Request: request, Custody: custody.Body, Created: s.now()}
		for _, c := range custody.Shares {
			out.Parts = append(out.Parts, RecoveryPart{Custodian: c.Custodian, Name: c.Name})
		}
		if err := tx.Recoveries.Put(ctx, out); err != nil {
			return backend("put recovery", err)
		}
		id, err = s.recordRecovery(ctx, tx, *ev, out, journal.FactRecovery)
		return err
	})
	if err != nil || id == "" {
		return out, err
	}
	_, err = s.proof(ctx, id)
	return out, err
}

func checkRequest(c Custody, request []byte) error {
	if !c.Active {
		return refusal(NotFound, "the keyring has no copy for the custodians")
	}
	if len(request) > maxSigned {
		return refusal(WrongForm, "request too long")
	}
	r, err := sealed.ParseRequest(request)
	if err != nil {
		return formError("check request", err)
	}
	if SafeID(r.Safe) != c.Safe || r.Custody != sealed.HashSigned(c.Body) {
		return refusal(Invalid, "request for another safe or custody")
	}
	return nil
}

// recordRecovery queues the public fact before the event, so that the one is
// published with the other.
func (s *Domain) recordRecovery(ctx context.Context, tx Tx, ev journal.Event, r Recovery, fact string) (string, error) {
	if err := appendFact(ctx, tx, journal.RecoveryFact{Type: fact, Safe: string(r.Safe), Request: r.Hash()}); err != nil {
		return "", err
	}
	ev.Detail = detail("request", r.Hash(), "reason", r.Reason)
	return s.record(ctx, tx, ev)
}

// Recovery is the newest one of the caller's safe.
func (s *Domain) Recovery(ctx context.Context, a Actor) (Recovery, error) {
	var out Recovery
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRead); err != nil {
			return err
		}
		var err error
		out, err = tx.Recoveries.Get(ctx, a.Safe)
		return err
	})
	return out, s.refusePolicy(ctx, s.begin(a, journal.WhatSafeRead), backend("read recovery", err))
}

// CancelRecovery ends the one under way: any session of the holder's can, at
// any time. It returns once the log says so, which is what custodians read.
func (s *Domain) CancelRecovery(ctx context.Context, a Actor) error {
	ev := s.begin(a, journal.WhatRecoveryCancelled)
	var id string
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActEndRecovery); err != nil {
			return err
		}
		var err error
		id, err = s.endRecovery(ctx, tx, a.Safe, RecoveryCancelled, *ev)
		return err
	})
	if err != nil {
		return err
	}
	_, err = s.proof(ctx, id)
	return err
}

// EndRecovery is CancelRecovery at the counter: for somebody who comes there
// in person. The journal names who did it.
func (s *Domain) EndRecovery(ctx context.Context, a Actor, id SafeID) error {
	ev := s.begin(a, journal.WhatRecoveryCancelled)
	ev.Safe = string(id)
	return s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActEndRecovery); err != nil {
			return err
		}
		_, err := s.endRecovery(ctx, tx, id, RecoveryCancelled, *ev)
		return err
	})
}

// SafeOf finds the safe of an account, for EndRecovery.
func (s *Domain) SafeOf(ctx context.Context, a Actor, id AccountID) (SafeID, error) {
	var acc Account
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActEndRecovery); err != nil {
			return err
		}
		if a.Kind != Operator {
			return refusal(Forbidden, "%s may not look accounts up", a.Kind)
		}
		var err error
		acc, err = tx.Accounts.Get(ctx, id)
		return err
	})
	return acc.Safe, s.refusePolicy(ctx, s.begin(a, journal.WhatRecoveryCancelled), backend("read account", err))
}

// endRecovery ends an open one, and is NotFound when there is none.
func (s *Domain) endRecovery(ctx context.Context, tx Tx, id SafeID, reason string, ev journal.Event) (string, error) {
	r, err := tx.Recoveries.Get(ctx, id)
	if err != nil {
		return "", backend("read recovery", err)
	}
	if !r.Open() {
		return "", refusal(NotFound, "no recovery is under way")
	}
	r.Ended, r.Reason = s.now(), reason
	if err := tx.Recoveries.Put(ctx, r); err != nil {
		return "", backend("put recovery", err)
	}
	return s.recordRecovery(ctx, tx, ev, r, journal.FactRecoveryEnded)
}

// endLive ends the one under way, if any, along with another act.
func (s *Domain) endLive(ctx context.Context, tx Tx, a Actor, reason string) error {
	what := journal.WhatRecoveryCancelled
	if reason == RecoveryCompleted {
		what = journal.WhatRecoveryCompleted
	}
	_, err := s.endRecovery(ctx, tx, a.Safe, reason, *s.begin(a, what))
	if IsKind(err, NotFound) {
		return nil
	}
	return err
}

// expireRecoveries ends what nobody has brought to an end in time.
func (s *Domain) expireRecoveries(ctx context.Context) (int, error) {
	var lapsed []SafeID
	before := s.now().Add(-recoveryLife)
	err := s.rows.View(ctx, func(tx Tx) error {
		var err error
		lapsed, err = tx.Recoveries.Lapsed(ctx, before, sweepBatch)
		return err
	})
	if err != nil {
		return 0, backend("list lapsed recoveries", err)
	}
	for i, id := range lapsed {
		ev := s.begin(maintenance(), journal.WhatRecoveryExpired)
		ev.Safe = string(id)
		err := s.rows.Update(ctx, func(tx Tx) error {
			r, err := tx.Recoveries.Get(ctx, id)
			if IsKind(err, NotFound) || err == nil && (!r.Open() || r.Created.After(before)) {
				return nil // ended, or another one, since it was listed
			}
			if err != nil {
				return err
			}
			_, err = s.endRecovery(ctx, tx, id, RecoveryExpired, *ev)
			return err
		})
		if err != nil {
			return i, backend("expire recovery", err)
		}
	}
	return len(lapsed), nil
}
