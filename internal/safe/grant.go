package safe

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// NewGrant is a share that the holder's client has sealed and signed.
type NewGrant struct {
	Key            string // Idempotency-Key
	Doc            DocumentID
	Version        VersionID
	Administration AdministrationID
	Service        string // id or name of one of its services, or ""
	Purpose        string
	Procedure      string
	NotAfter       time.Time
	Sealed         []byte
	VK             []byte // the key it is signed under; nil is not compared
	Recipient      string // fingerprint of what it is sealed to; "" is not compared
	Openings       int64  // how often it may be opened; 0 is any number
	Kind           string // that the document is given as; "" is not said
	Request        RequestID
	Mandate        MandateID // under which a mediator gives it; "" is the citizen herself
}

// Live says whether the grant can be released at that time.
func (g Grant) Live(now time.Time) bool { return g.Ended.IsZero() && now.Before(g.NotAfter) }

// Used says whether it was opened as often as the citizen allowed.
func (g Grant) Used() bool { return g.MostOpenings > 0 && g.Openings >= g.MostOpenings }

// Grants lists what the caller has shared, newest first, ended ones included.
func (s *Domain) Grants(ctx context.Context, a Actor, p Page) ([]Grant, string, error) {
	var all []Grant
	var next string
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRead); err != nil {
			return err
		}
		var err error
		if all, next, err = tx.Grants.OfSafe(ctx, a.Safe, p.bounded()); err != nil {
			return err
		}
		return withCopies(ctx, tx, all)
	})
	return all, next, s.refusePolicy(ctx, s.begin(a, journal.WhatSafeRead), backend("list grants", err))
}

// Share gives an administration one version of a document. The same key with
// the same content gives the same grant, as it is by then.
func (s *Domain) Share(ctx context.Context, a Actor, n NewGrant) (Grant, error) {
	n.NotAfter = n.NotAfter.UTC().Truncate(time.Second)
	ev := s.begin(a, journal.WhatGrantCreated)
	ev.Doc, ev.Version, ev.Administration = string(n.Doc), string(n.Version), string(n.Administration)
	if err := s.checkNewGrant(n); err != nil {
		return Grant{}, s.refuse(ctx, ev, err)
	}
	ev.Service, ev.Purpose, ev.Procedure = n.Service, n.Purpose, n.Procedure
	ev.Detail = detail("not-after", rfc3339(n.NotAfter))
	var g Grant
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActShare); err != nil {
			return err
		}
		old, err := tx.Grants.ByKey(ctx, a.Safe, n.Key)
		switch {
		case err == nil && !sameGrant(old, n):
			return refusal(KeyReused, "this key shared something else")
		case err == nil:
			g = old
			return nil
		case !IsKind(err, NotFound):
			return backend("find grant", err)
		}
		g, err = s.share(ctx, tx, a, n, ev)
		return err
	})
	return g, err
}

func (s *Domain) share(ctx context.Context, tx Tx, a Actor, n NewGrant, ev *journal.Event) (Grant, error) {
	v, err := tx.Versions.Get(ctx, n.Doc, n.Version)
	if err != nil {
		return Grant{}, backend("read version", err)
	}
	if v.Safe != a.Safe || v.State != Kept && (v.State != Inbox || n.Mandate == "") {
		return Grant{}, refusal(NotFound, "no such version")
	}
	adm, err := tx.Administrations.Get(ctx, n.Administration)
	if err != nil {
		return Grant{}, backend("read administration", err)
	}
	ev.AdministrationName = adm.Name
	if adm.Recipient == "" {
		return Grant{}, refusal(NoKey, "the administration has no key yet")
	}
	if err := s.sealedTo(ctx, tx, adm, n.Recipient); err != nil {
		return Grant{}, err
	}
	if n.Service != "" && !hasService(adm, n.Service) {
		return Grant{}, refusal(Invalid, "the administration has no such service")
	}
	if err := sameRoot(ctx, tx, a.Safe, n.VK); err != nil {
		return Grant{}, err
	}
	acc, err := tx.Accounts.Get(ctx, a.Account)
	if err != nil {
		return Grant{}, backend("read account", err)
	}
	g := Grant{
		ID: NewID[GrantID](), Safe: a.Safe, Doc: n.Doc, Version: n.Version, Administration: n.Administration,
		Service: n.Service, Purpose: n.Purpose, Procedure: n.Procedure, Sealed: n.Sealed, Key: n.Key,
		Created: s.now(), NotAfter: n.NotAfter, MostOpenings: n.Openings, Request: n.Request, Kind: n.Kind,
		AdministrationName: adm.Name, Holder: acc.Name, DocSealed: v.Sealed,
	}
	if err := tx.Grants.Insert(ctx, g); err != nil {
		return Grant{}, backend("insert grant", err)
	}
	if n.Mandate != "" {
		if err := tx.MandateGrants.Put(ctx, g.ID, n.Mandate); err != nil {
			return Grant{}, backend("note mandate of grant", err)
		}
	}
	done := *ev
	done.Grant = string(g.ID)
	done.Detail = detail("not-after", rfc3339(n.NotAfter), "content", v.Content,
		"request", string(n.Request), "kind", n.Kind, "openings", positive(n.Openings), "mandate", string(n.Mandate))
	_, err = s.record(ctx, tx, done)
	return g, err
}

// sameRoot is Stale when another device has replaced the root in the meantime:
// no reader would believe what the old one has signed.
func sameRoot(ctx context.Context, tx Tx, id SafeID, vk []byte) error {
	if vk == nil {
		return nil
	}
	sf, err := openSafe(ctx, tx, id)
	if err == nil && !bytes.Equal(sf.VK, vk) {
		err = refusal(Stale, "the safe has another root by now")
	}
	return err
}

func (s *Domain) checkNewGrant(n NewGrant) error {
	now := s.now()
	switch {
	case !n.NotAfter.After(now):
		return &Error{Kind: Invalid, Reason: ReasonPast, Msg: "the end of the grant is past"}
	case n.NotAfter.Sub(now) > s.cfg.Policy.MaxGrant:
		return &Error{Kind: Invalid, Reason: ReasonTooFar, Msg: "the end of the grant is too far away"}
	}
	if _, known := sealed.FindKind(n.Kind); n.Kind != "" && !known {
		return &Error{Kind: Invalid, Reason: ReasonUnknownKind, Msg: "unknown kind of document"}
	}
	if n.Openings < 0 || n.Openings > maxOpenings {
		return refusal(Invalid, "a grant is opened 1 to %d times, or any number of times", maxOpenings)
	}
	key := checkKey(n.Key)
	if n.Request != "" { // an answer's: it was checked as a whole
		key = nil
	}
	return errors.Join(
		key,
		checkLine("purpose", n.Purpose, 1, 200),
		checkLine("procedure", n.Procedure, 0, 200),
		checkLine("service", n.Service, 0, 100),
		checkGrant(n.Sealed),
	)
}

// maxOpenings is the largest number that a citizen sets.
const maxOpenings = 1000

// positive is "" for 0, which details leave out.
func positive(n int64) string {
	if n == 0 {
		return ""
	}
	return decimal(n)
}

// checkLine accepts one line of low to high characters.
func checkLine(what, text string, low, high int) error {
	n := utf8.RuneCountInString(text)
	if n < low || n > high || !utf8.ValidString(text) || low > 0 && strings.TrimSpace(text) == "" ||
		strings.ContainsFunc(text, unicode.IsControl) {
		return refusal(Invalid, "%s must be one line of %d to %d characters", what, low, high)
	}
	return nil
}

func sameGrant(g Grant, n NewGrant) bool {
	return g.Doc == n.Doc && g.Version == n.Version && g.Administration == n.Administration &&
		g.Service == n.Service && g.Purpose == n.Purpose && g.Procedure == n.Procedure &&
		g.NotAfter.Equal(n.NotAfter) && g.MostOpenings == n.Openings && g.Kind == n.Kind && bytes.Equal(g.Sealed, n.Sealed)
}

// EndGrant takes a grant back, at once. Ending an ended grant changes nothing.
func (s *Domain) EndGrant(ctx context.Context, a Actor, id GrantID) error {
	ev := s.begin(a, journal.WhatGrantEnded)
	ev.Grant = string(id)
	return s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActEndGrant); err != nil {
			return err
		}
		g, err := tx.Grants.Get(ctx, id)
		if err != nil {
			return backend("read grant", err)
		}
		if g.Safe != a.Safe {
			return refusal(NotFound, "no such grant")
		}
		if !g.Ended.IsZero() {
			return nil
		}
		g.Ended = s.now()
		if err := tx.Grants.Update(ctx, g); err != nil {
			return backend("end grant", err)
		}
		if err := s.endCopies(ctx, tx, g); err != nil {
			return err
		}
		done := *ev
		aboutGrant(&done, g)
		_, err = s.record(ctx, tx, done)
		return err
	})
}

// aboutGrant fills an event with what a grant says, and puts it into the
// journal of the safe that granted.
func aboutGrant(ev *journal.Event, g Grant) {
	ev.Safe, ev.Doc, ev.Version, ev.Grant = string(g.Safe), string(g.Doc), string(g.Version), string(g.ID)
	ev.Administration, ev.AdministrationName = string(g.Administration), g.AdministrationName
	ev.Service, ev.Purpose, ev.Procedure = g.Service, g.Purpose, g.Procedure
}
