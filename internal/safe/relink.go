package safe

import (
	"context"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// WaitingAgent came in by another identity provider than somebody of the same
// name, in the same administration, under the same issuer: ProConnect knows an
// agent by another sub then. Whether he is the same person is not for a
// program to say.
type WaitingAgent struct {
	ID                 AccountID
	Name               string
	AdministrationName string
	IDP                string
	Since              time.Time
	// Account is the one that may be his, and By its identity provider.
	Account AccountID
	By      string
	Last    time.Time // when that account was made
}

// sameAgent is the account that a newcomer may have had before; "" is none. A
// namesake of the same identity provider is another person: it tells its own
// people apart.
func sameAgent(ctx context.Context, tx Tx, in SignIn, adm AdministrationID) (AccountID, error) {
	if in.IDP == "" || in.Name == "" {
		return "", nil
	}
	namesakes, err := tx.Accounts.Agents(ctx, adm, in.Name)
	if err != nil {
		return "", backend("find namesakes", err)
	}
	var found Account
	for _, a := range namesakes {
		if a.Issuer == in.Issuer && a.WaitsFor == "" && a.IDP != "" && a.IDP != in.IDP && a.Created.After(found.Created) {
			found = a
		}
	}
	return found.ID, nil
}

// waits is the refusal of somebody who may be somebody else.
func waits() error {
	return &Error{Kind: Forbidden, Reason: ReasonRelink, Msg: "an agent of this name came in by another identity provider before"}
}

// keepWaiting remembers who was refused, so that the operator can decide.
func (s *Domain) keepWaiting(ctx context.Context, acc Account) error {
	err := s.rows.Update(ctx, func(tx Tx) error { return tx.Accounts.Put(ctx, acc) })
	if IsKind(err, AlreadyExists) { // he has tried twice at once
		return nil
	}
	return backend("remember a waiting agent", err)
}

// WaitingAgents lists whom the operator has to decide about.
func (s *Domain) WaitingAgents(ctx context.Context, a Actor) ([]WaitingAgent, error) {
	var out []WaitingAgent
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRegister); err != nil {
			return err
		}
		all, err := tx.Accounts.Waiting(ctx)
		if err != nil {
			return backend("list waiting agents", err)
		}
		out = nil
		for _, w := range all {
			before, err := tx.Accounts.Get(ctx, w.WaitsFor)
			if err != nil {
				return backend("read account", err)
			}
			adm, err := tx.Administrations.Get(ctx, w.Administration)
			if err != nil {
				return backend("read administration", err)
			}
			out = append(out, WaitingAgent{
				ID: w.ID, Name: w.Name, AdministrationName: adm.Name, IDP: w.IDP, Since: w.Created, Account: before.ID, By: before.IDP, Last: before.Created,
			})
		}
		return nil
	})
	return out, s.refusePolicy(ctx, s.begin(a, journal.WhatRelinked), backend("list waiting agents", err))
}

// Relink decides about a waiting agent: he is the same person, and his account
// goes on under his new identity, which the old one then no longer opens; or
// he is a namesake, with an account of his own. He logs in again afterwards.
func (s *Domain) Relink(ctx context.Context, a Actor, waiting AccountID, same bool) error {
	ev := s.begin(a, journal.WhatRelinked)
	return s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRegister); err != nil {
			return err
		}
		w, err := tx.Accounts.Get(ctx, waiting)
		if err == nil && w.WaitsFor == "" {
			err = refusal(NotFound, "nobody waits under %s", waiting)
		}
		if err != nil {
			return backend("read waiting agent", err)
		}
		ev.Detail = detail("account", string(w.ID), "idp", w.IDP)
		if same {
			before, err := tx.Accounts.Get(ctx, w.WaitsFor)
			if err != nil {
				return backend("read account", err)
			}
			if err := tx.Accounts.Delete(ctx, w.ID); err != nil {
				return backend("delete waiting agent", err)
			}
			ev.Detail = detail("account", string(before.ID), "idp", w.IDP, "before", before.IDP)
			before.Issuer, before.Sub, before.IDP = w.Issuer, w.Sub, w.IDP
			w = before
		}
		w.WaitsFor = ""
		if err := tx.Accounts.Put(ctx, w); err != nil {
			return backend("put account", err)
		}
		_, err = s.record(ctx, tx, *ev)
		return err
	})
}

// agentRow is an agent's row as it shall be after this login; waits says that
// it is refused and kept for the operator.
func agentRow(ctx context.Context, tx Tx, in SignIn, acc Account, isNew bool) (Account, bool, error) {
	adm, err := tx.Administrations.BySIRET(ctx, in.SIRET)
	if IsKind(err, NotFound) {
		return Account{}, false, &Error{Kind: Forbidden, Reason: ReasonUnknownOrganisation, Msg: "organisation is not registered"}
	}
	if err != nil {
		return Account{}, false, backend("find administration", err)
	}
	acc.Administration = adm.ID
	if in.IDP != "" {
		acc.IDP = in.IDP
	}
	if isNew {
		if acc.WaitsFor, err = sameAgent(ctx, tx, in, adm.ID); err != nil {
			return Account{}, false, err
		}
	}
	return acc, acc.WaitsFor != "", nil
}
