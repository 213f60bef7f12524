package safe

import (
	"context"
	"errors"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// SignIn is what an identity provider has proven.
type SignIn struct {
	Kind        ActorKind // Citizen or Agent
	Issuer, Sub string
	Name        string
	SIRET       string // agents
	IDP         string // agents: which identity provider behind the provider
	ACR         string
	Through     string // a helper's service, as in Actor
	Door        string
}

// SignInRefusal is a login that did not happen. Issuer and Sub are "" when
// nobody was proven.
type SignInRefusal struct {
	Kind        ActorKind
	Issuer, Sub string
	Name        string
	ACR         string
	Through     string // a helper's service, as in Actor
	Door        string
	Reason      string // slug, e.g. "access-denied"
}

// SignIn finds or makes the account of an identity. A citizen's first login
// reserves the id of the safe; an agent needs a registered administration
// (Forbidden with ReasonUnknownOrganisation otherwise).
func (s *Domain) SignIn(ctx context.Context, in SignIn) (Account, error) {
	if in.Issuer == "" || in.Sub == "" || in.Kind != Citizen && in.Kind != Agent {
		return Account{}, refusal(Invalid, "incomplete identity")
	}
	acc, err := s.signIn(ctx, in)
	if IsKind(err, AlreadyExists) { // two first logins at once: the other one made the row
		acc, err = s.signIn(ctx, in)
	}
	return acc, err
}

func (s *Domain) signIn(ctx context.Context, in SignIn) (Account, error) {
	ev := s.begin(Actor{Kind: in.Kind, Name: in.Name, Door: in.Door, Through: in.Through}, journal.WhatLogin)
	ev.Detail = detail("acr", in.ACR)
	var acc Account
	waiting := false
	err := s.rows.Update(ctx, func(tx Tx) error {
		var err error
		if acc, waiting, err = s.account(ctx, tx, in); err != nil {
			return err
		}
		ev.Who.ID, ev.Who.Administration, ev.Safe = string(acc.ID), string(acc.Administration), string(acc.Safe)
		if waiting {
			return waits()
		}
		if err := tx.Accounts.Put(ctx, acc); err != nil {
			return backend("put account", err)
		}
		_, err = s.record(ctx, tx, *ev)
		return err
	})
	if err == nil {
		return acc, nil
	}
	ev.What = journal.WhatLoginRefused
	err = s.refuse(ctx, ev, backend("sign in", err))
	if waiting {
		err = errors.Join(err, s.keepWaiting(ctx, acc))
	}
	return Account{}, err
}

// account is the row as it shall be after this login, and whether it waits for
// the operator instead.
func (s *Domain) account(ctx context.Context, tx Tx, in SignIn) (Account, bool, error) {
	acc, err := tx.Accounts.ByIdentity(ctx, in.Issuer, in.Sub)
	isNew := IsKind(err, NotFound)
	switch {
	case isNew:
		acc = Account{ID: NewID[AccountID](), Kind: in.Kind, Issuer: in.Issuer, Sub: in.Sub, Created: s.now()}
		if in.Kind == Citizen {
			acc.Safe = NewID[SafeID]()
		}
	case err != nil:
		return Account{}, false, backend("find account", err)
	case acc.Kind != in.Kind:
		return Account{}, false, refusal(Forbidden, "this identity has another role")
	}
	acc.Name = in.Name
	if in.Kind == Agent {
		return agentRow(ctx, tx, in, acc, isNew)
	}
	acc.Proven = s.now()
	return acc, false, nil
}

// SignInRefused journals a login that did not happen; in the citizen's own
// journal where the identity is known, so that she sees who tried.
func (s *Domain) SignInRefused(ctx context.Context, in SignInRefusal) error {
	ev := s.begin(Actor{Kind: in.Kind, Name: in.Name, Door: in.Door, Through: in.Through}, journal.WhatLoginRefused)
	ev.Result, ev.Reason = journal.ResultRefused, in.Reason
	ev.Detail = detail("acr", in.ACR)
	return backend("journal a refused login", s.rows.Update(ctx, func(tx Tx) error {
		if in.Sub != "" {
			acc, err := tx.Accounts.ByIdentity(ctx, in.Issuer, in.Sub)
			if err != nil && !IsKind(err, NotFound) {
				return backend("find account", err)
			}
			ev.Who.ID, ev.Who.Administration, ev.Safe = string(acc.ID), string(acc.Administration), string(acc.Safe)
		}
		_, err := s.write(ctx, tx, *ev)
		return err
	}))
}

// Account is the caller's own row.
func (s *Domain) Account(ctx context.Context, a Actor) (Account, error) {
	var acc Account
	err := s.rows.View(ctx, func(tx Tx) error {
		var err error
		acc, err = tx.Accounts.Get(ctx, a.Account)
		return err
	})
	return acc, backend("read account", err)
}

// AcceptTerms records that the caller accepts the terms in force. Accepting
// any other version is TermsNotAccepted; accepting again changes nothing.
func (s *Domain) AcceptTerms(ctx context.Context, a Actor, version string) error {
	ev := s.begin(a, journal.WhatTerms)
	ev.Detail = detail("version", s.cfg.TermsVersion)
	return s.update(ctx, ev, func(tx Tx) error {
		if version != s.cfg.TermsVersion {
			return refusal(TermsNotAccepted, "these are not the terms in force")
		}
		acc, err := tx.Accounts.Get(ctx, a.Account)
		if err != nil {
			return backend("read account", err)
		}
		if acc.TermsVersion == version {
			return nil
		}
		acc.TermsVersion, acc.TermsAt = version, s.now()
		if err := tx.Accounts.Put(ctx, acc); err != nil {
			return backend("put account", err)
		}
		_, err = s.record(ctx, tx, *ev)
		return err
	})
}

// SessionEnded journals that the caller ended a session (its public id), this
// one or another. What a mediator did for citizens in it ends with it.
func (s *Domain) SessionEnded(ctx context.Context, a Actor, session string) error {
	return s.SessionEndedAt(ctx, a, session, "")
}

// SessionEndedAt is SessionEnded because the holder logged out at the provider.
func (s *Domain) SessionEndedAt(ctx context.Context, a Actor, session, provider string) error {
	ev := s.begin(a, journal.WhatSessionEnded)
	ev.Detail = detail("session", session, "provider", provider)
	return s.update(ctx, ev, func(tx Tx) error {
		if _, err := s.record(ctx, tx, *ev); err != nil || a.Kind != MediatorActor {
			return err
		}
		return s.endOpenedBy(ctx, tx, a, session)
	})
}

// Known is the account of an identity that has logged in before.
func (s *Domain) Known(ctx context.Context, issuer, sub string) (Account, error) {
	var acc Account
	err := s.rows.View(ctx, func(tx Tx) error {
		var err error
		acc, err = tx.Accounts.ByIdentity(ctx, issuer, sub)
		return err
	})
	return acc, backend("find account", err)
}

// DeviceAnswered journals that the caller allowed a command line in her name,
// or refused it.
func (s *Domain) DeviceAnswered(ctx context.Context, a Actor, device string, allowed bool) error {
	ev := s.begin(a, journal.WhatDeviceAllowed)
	ev.Detail = detail("device", device)
	ev.Result = journal.ResultDone
	if !allowed {
		ev.Result, ev.Reason = journal.ResultRefused, "refused-by-holder"
	}
	return s.update(ctx, ev, func(tx Tx) error {
		_, err := s.write(ctx, tx, *ev)
		return err
	})
}

// detail makes an event's Detail of pairs; pairs without value are left out.
func detail(pairs ...string) map[string]string {
	m := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			m[pairs[i]] = pairs[i+1]
		}
	}
	if len(m) == 0 {
		return nil
	}
	return m
}

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }
