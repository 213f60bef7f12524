package client

import (
	"context"
	"fmt"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// openReleased opens a grant that was given by the citizen, or by a mediator
// under the mandate that comes with it: as one of the two, never as either.
func (o *Office) openReleased(ctx context.Context, m mark, ev journal.Event, rel Release, vk sealed.VK) (sealed.OpenedGrant, error) {
	open := func(id *sealed.Identity) (sealed.OpenedGrant, error) { return sealed.OpenGrant(rel.Grant, id, vk) }
	if rel.Mandate != nil {
		deposited, err := o.depositedUnder(ctx, m, ev, rel, vk)
		if err != nil {
			return sealed.OpenedGrant{}, err
		}
		chain := sealed.Chain{Mandate: rel.Mandate, VK: vk, Deposited: deposited}
		open = func(id *sealed.Identity) (sealed.OpenedGrant, error) {
			g, _, err := sealed.OpenGrantUnderMandate(rel.Grant, id, chain)
			return g, err
		}
	}
	// It may have been sealed before the administration's key was replaced.
	return withAny(o.ring.Vaults(), open)
}

// depositedUnder verifies that the document of a release came in under its
// mandate, where the server says so.
func (o *Office) depositedUnder(ctx context.Context, m mark, ev journal.Event, rel Release, vk sealed.VK) ([]string, error) {
	if rel.Deposit == nil {
		return nil, nil
	}
	mandate, err := sealed.OpenMandate(rel.Mandate, vk)
	if err != nil {
		return nil, err
	}
	in, err := o.c.watch.event(ctx, m, *rel.Deposit)
	if err != nil {
		return nil, err
	}
	if in.What != journal.WhatDeposit || in.Result != journal.ResultDone || in.Safe != ev.Safe || in.Doc != rel.Doc || in.Version != rel.Version ||
		in.Detail["mandate"] != mandate.ID || in.Time > mandate.NotAfter {
		return nil, fmt.Errorf("the proof is of another deposit: %w", journal.ErrProof)
	}
	return []string{rel.Doc}, nil
}
