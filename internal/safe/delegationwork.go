package safe

import (
	"context"
	"slices"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// work is a session in which the mediator acts, with what he may do, as the
// rows are now and the citizen has signed.
type work struct {
	d   Delegation
	m   sealed.Mandate // zero of a paper
	row MandateRow
	sf  Safe
}

// Collected is what the mediator's tab gets when its session begins.
type Collected struct {
	Delegation
	Mandate   []byte // signed; nil of a paper
	Safe      Safe
	Key       *journal.Leaf // of the safe's keys
	Documents []MandateDocument
}

// CollectDelegation begins what the citizen has approved: once, for the
// session that asked.
func (s *Domain) CollectDelegation(ctx context.Context, a Actor, id DelegationID) (Collected, error) {
	ev := s.begin(a, journal.WhatMediationStarted)
	var w work
	var docs []MandateDocument
	err := s.step(ctx, a, id, ev, func(tx Tx, d Delegation) (refused, err error) {
		if refused := collectable(d, a); refused != nil {
			return refused, nil
		}
		if w, refused, err = s.begun(ctx, tx, d); refused != nil || err != nil {
			return refused, err
		}
		if docs, err = tx.MandateDocuments.Of(ctx, w.row.ID); err != nil {
			return nil, backend("list documents of mandate", err)
		}
		w.d.State, w.d.Started, w.d.Seen, w.d.Until = DelegationActive, s.now(), s.now(), earlier(w.row.NotAfter, s.now().Add(activeTime))
		if err := tx.Delegations.Move(ctx, w.d, DelegationApproved); err != nil {
			return nil, backend("begin delegation", err)
		}
		done := *ev
		done.Purpose, done.Detail = w.d.Purpose, aboutMandate(w.d, w.m)
		_, err = s.record(ctx, tx, done)
		return nil, err
	})
	if err != nil {
		return Collected{}, err
	}
	return s.collected(ctx, w, docs)
}

func (s *Domain) collected(ctx context.Context, w work, docs []MandateDocument) (Collected, error) {
	key, err := s.safeKeyLeaf(ctx, w.sf)
	if err == nil && key == nil {
		err = refusal(Unavailable, "key of the safe is not in the log")
	}
	return Collected{Delegation: w.d, Mandate: w.row.Body, Safe: w.sf, Key: key, Documents: docs}, err
}

func collectable(d Delegation, a Actor) error {
	switch {
	case d.Opener != a.Session:
		return refusal(NotFound, "no such session")
	case d.State == DelegationActive:
		return narrowed(AlreadyExists, ReasonCollected, "the session has begun already")
	case d.State.Over():
		return sessionOver("the session is %s", d.State)
	case d.State != DelegationApproved:
		return narrowed(TooEarly, ReasonNotApproved, "the session is %s", d.State)
	}
	return d.free()
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// step finds a session of the mediator's, points ev at the citizen's journal,
// and writes down when it is over by the clock. What fn refuses leaves what it
// wrote.
func (s *Domain) step(ctx context.Context, a Actor, id DelegationID, ev *journal.Event, fn func(Tx, Delegation) (refused, err error)) error {
	var refused error
	err := s.update(ctx, ev, func(tx Tx) error {
		refused = nil
		d, err := tx.Delegations.Get(ctx, id)
		if err != nil && !IsKind(err, NotFound) {
			return backend("read delegation", err)
		}
		found := err == nil && a.Kind == MediatorActor && d.Mediator == MediatorID(a.Account) && d.Structure == a.Structure
		if found && d.Safe != "" {
			ev.Safe, ev.Detail = string(d.Safe), aboutDelegation(d)
			if ev.Behalf, err = forWhom(ctx, tx, d); err != nil {
				return err
			}
		}
		if err := s.may(ctx, tx, a, ActMediate); err != nil {
			return err
		}
		if !found {
			return refusal(NotFound, "no such session")
		}
		if d, err = s.lapse(ctx, tx, d); err != nil {
			return err
		}
		refused, err = fn(tx, d)
		return err
	})
	if err == nil && refused != nil {
		return s.refuse(ctx, ev, refused)
	}
	return err
}

// begun reads what the session acts under. A mandate that is not what the safe's
// root has signed, whoever changed it, ends the session.
func (s *Domain) begun(ctx context.Context, tx Tx, d Delegation) (w work, refused, err error) {
	w.d = d
	if w.row, err = tx.Mandates.Get(ctx, d.Mandate); err != nil {
		return w, nil, backend("read mandate", err)
	}
	if w.sf, err = openSafe(ctx, tx, d.Safe); err != nil {
		return w, nil, err
	}
	if broken := s.held(&w); broken != nil {
		w.d, err = s.finish(ctx, tx, maintenance(), d, DelegationRevoked, EndedByRoot)
		return w, broken, err
	}
	return w, nil, nil
}

// held compares the session with what was signed.
func (s *Domain) held(w *work) error {
	d, row := w.d, w.row
	if !row.Current(s.now()) || row.Safe != d.Safe || row.Mediator != d.Mediator || row.Structure != d.Structure {
		return sessionOver("the mandate is over, or another one")
	}
	if row.Kind.Unsigned() {
		if row.Presence != sealed.PresenceDeposit {
			return sessionOver("the mandate needs the citizen's presence")
		}
		w.m = sealed.Mandate{ID: string(row.ID), Acts: []string{sealed.ActDeposit}, NotAfter: rfc3339(row.NotAfter)}
		return nil
	}
	var err error
	if w.m, err = readMandate(row, w.sf); err != nil {
		return err
	}
	end, err := w.m.End()
	if err != nil || !s.now().Before(end) {
		return sessionOver("the mandate is over")
	}
	if d.Way == ByStanding {
		if w.m.Presence != sealed.PresenceDeposit {
			return sessionOver("the mandate needs the citizen's presence")
		}
		return nil
	}
	if w.m.Session == nil || w.m.Session.Recipient != d.Recipient || string(w.m.Session.VK) != string(d.VK) {
		return sessionOver("the session has other keys than were signed for")
	}
	return nil
}

// acting runs one act of an active session, of the browser that has it.
func (s *Domain) acting(ctx context.Context, a Actor, id DelegationID, act string, ev *journal.Event, fn func(Tx, work) error) error {
	return s.step(ctx, a, id, ev, func(tx Tx, d Delegation) (refused, err error) {
		if refused := active(d, a); refused != nil {
			return refused, nil
		}
		w, refused, err := s.begun(ctx, tx, d)
		if refused != nil || err != nil {
			return refused, err
		}
		if act != "" && !w.m.Allows(act) {
			return outside("the mandate does not allow to %s", act), nil
		}
		if err := s.seen(ctx, tx, &w.d); err != nil {
			return nil, err
		}
		return nil, fn(tx, w)
	})
}

func active(d Delegation, a Actor) error {
	switch {
	case d.Opener != a.Session:
		return refusal(NotFound, "no such session")
	case d.State.Over():
		return sessionOver("the session is %s", d.State)
	case d.State != DelegationActive:
		return narrowed(TooEarly, ReasonNotApproved, "the session is %s", d.State)
	}
	return d.free()
}

// seenEvery spares a write on most acts.
const seenEvery = 30 * time.Second

func (s *Domain) seen(ctx context.Context, tx Tx, d *Delegation) error {
	now := s.now()
	if now.Sub(d.Seen) < seenEvery {
		return nil
	}
	d.Seen = now
	return backend("note an act", tx.Delegations.Move(ctx, *d, DelegationActive))
}

// DelegationAlive is nil while a session may go on: for whatever takes longer
// than a moment. It writes nothing.
func (s *Domain) DelegationAlive(ctx context.Context, a Actor, id DelegationID) error {
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActMediate); err != nil {
			return err
		}
		d, err := ownDelegation(ctx, tx, a, id)
		if err != nil {
			return err
		}
		now := s.now()
		// A transfer that goes on is an act: it does not idle.
		if d.State.Over() || !now.Before(d.Until) {
			return sessionOver("the session is over")
		}
		if err := active(d, a); err != nil {
			return err
		}
		w := work{d: d}
		if w.row, err = tx.Mandates.Get(ctx, d.Mandate); err != nil {
			return backend("read mandate", err)
		}
		if w.sf, err = openSafe(ctx, tx, d.Safe); err != nil {
			return err
		}
		return s.held(&w)
	})
	return s.refusePolicy(ctx, s.begin(a, journal.WhatMediationRead), backend("look at the session", err))
}

// WorkingDocuments lists what the session's mandate is about: which documents,
// never their keys.
func (s *Domain) WorkingDocuments(ctx context.Context, a Actor, id DelegationID) ([]WorkingDocument, error) {
	var out []WorkingDocument
	err := s.acting(ctx, a, id, "", s.begin(a, journal.WhatMediationRead), func(tx Tx, w work) error {
		all, err := tx.MandateDocuments.Of(ctx, w.row.ID)
		if err != nil {
			return backend("list documents of mandate", err)
		}
		out = nil
		for _, d := range all {
			v, err := tx.Versions.Get(ctx, d.Doc, d.Version)
			if IsKind(err, NotFound) || err == nil && v.State != Kept && v.State != Inbox {
				continue // erased meanwhile
			}
			if err != nil {
				return backend("read version", err)
			}
			if w.before(d) {
				continue
			}
			out = append(out, WorkingDocument{Version: v, Deposited: d.Record != ""})
		}
		return nil
	})
	return out, err
}

// WorkingDocument is one that a session may do something with.
type WorkingDocument struct {
	Version   Version
	Deposited bool // in this session
}

// before says whether a document came in during an earlier use of a standing
// mandate: it is the citizen's alone by now.
func (w work) before(d MandateDocument) bool { return d.Record != "" && d.At.Before(w.d.Started) }

// covered says whether the session may do anything with a document: of the
// mandate, or come in during this session.
func covered(ctx context.Context, tx Tx, w work, doc DocumentID) (MandateDocument, error) {
	d, err := tx.MandateDocuments.Get(ctx, w.row.ID, doc)
	if IsKind(err, NotFound) || err == nil && (w.before(d) || d.Record == "" && !slices.Contains(w.m.Documents, string(doc))) {
		return MandateDocument{}, refusal(NotFound, "no such document")
	}
	return d, backend("read document of mandate", err)
}

// readable is covered, for whoever is going to see what is in it: to organise
// is not to read, and to give something one has to have it.
func readable(ctx context.Context, tx Tx, w work, doc DocumentID) (MandateDocument, error) {
	d, err := covered(ctx, tx, w, doc)
	if err != nil || d.Record != "" || w.m.Allows(sealed.ActRead) || w.m.Allows(sealed.ActShare) || w.m.Allows(sealed.ActAnswer) {
		return d, err
	}
	return MandateDocument{}, outside("the mandate does not allow to %s", sealed.ActRead)
}

// ReleaseWorking gives the grant of one document to the session that it is
// sealed to, once the citizen's journal says so.
func (s *Domain) ReleaseWorking(ctx context.Context, a Actor, id DelegationID, doc DocumentID) (Release, error) {
	ev := s.begin(a, journal.WhatDocumentOpened)
	ev.Doc = string(doc)
	var out Release
	var record string
	err := s.acting(ctx, a, id, "", ev, func(tx Tx, w work) error {
		d, err := readable(ctx, tx, w, doc)
		if err != nil {
			return err
		}
		if d.Sealed == nil {
			return refusal(NotFound, "no such document")
		}
		v, err := tx.Versions.Get(ctx, d.Doc, d.Version)
		if err == nil && (v.Safe != w.sf.ID || v.State != Kept) {
			err = refusal(NotFound, "the document is gone")
		}
		if err != nil {
			return backend("read version", err)
		}
		out = Release{Version: v, Grant: d.Sealed, VK: w.sf.VK}
		done := *ev
		done.Version, done.Purpose = string(v.ID), w.d.Purpose
		record, err = s.record(ctx, tx, done)
		return err
	})
	if err != nil {
		return Release{}, err
	}
	out.Proof, err = s.proof(ctx, record)
	return out, err
}

// WorkingContent is the version whose sealed bytes the session is about to
// read with OpenObject.
func (s *Domain) WorkingContent(ctx context.Context, a Actor, id DelegationID, doc DocumentID) (Version, error) {
	ev := s.begin(a, journal.WhatDocumentOpened)
	ev.Doc = string(doc)
	var v Version
	err := s.acting(ctx, a, id, "", ev, func(tx Tx, w work) error {
		d, err := readable(ctx, tx, w, doc)
		if err != nil {
			return err
		}
		v, err = tx.Versions.Get(ctx, d.Doc, d.Version)
		if err == nil && (v.Safe != w.sf.ID || v.State != Kept && v.State != Inbox) {
			err = refusal(NotFound, "the document is gone")
		}
		return backend("read version", err)
	})
	return v, err
}
