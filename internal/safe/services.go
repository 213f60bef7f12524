package safe

import (
	"context"
	"slices"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// maxServices is more than a large town has.
const maxServices = 100

// SetServices replaces the services of the caller's administration, all of them
// each time. One for which an agent is appointed does not go away: he would
// work for none, which is all of them.
func (s *Domain) SetServices(ctx context.Context, a Actor, services []Service) (Administration, error) {
	ev := s.begin(a, journal.WhatRegistered)
	ev.Administration = string(a.Administration)
	var out Administration
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActServices); err != nil {
			return err
		}
		if len(services) > maxServices {
			return refusal(Invalid, "an administration has %d services at most", maxServices)
		}
		if err := checkServices(services); err != nil {
			return err
		}
		adm, err := tx.Administrations.Get(ctx, a.Administration)
		if err != nil {
			return backend("read administration", err)
		}
		out = adm
		if slices.Equal(adm.Services, services) {
			return nil
		}
		if err := stillServed(ctx, tx, adm.ID, services); err != nil {
			return err
		}
		out.Services = services
		if err := tx.Administrations.Put(ctx, out); err != nil {
			return backend("put administration", err)
		}
		done := *ev
		done.AdministrationName, done.Detail = adm.Name, detail("services", decimal(int64(len(services))))
		_, err = s.record(ctx, tx, done)
		return err
	})
	return out, err
}

// stillServed refuses to take away what an agent is appointed for.
func stillServed(ctx context.Context, tx Tx, adm AdministrationID, services []Service) error {
	var missing string
	err := eachPage(func(p Page) (string, error) {
		all, next, err := tx.Accounts.AgentsOf(ctx, adm, p)
		for _, acc := range all {
			for _, id := range acc.Services {
				if acc.Left.IsZero() && !slices.ContainsFunc(services, func(sv Service) bool { return sv.ID == id }) {
					missing = id
				}
			}
		}
		return next, err
	})
	if err != nil {
		return backend("list agents", err)
	}
	if missing != "" {
		return &Error{Kind: Invalid, Reason: ReasonServiceServed, Msg: "an agent is appointed for service " + missing}
	}
	return nil
}
