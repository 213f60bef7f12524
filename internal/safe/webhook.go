package safe

import (
	"context"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

const (
	// maxWebhooks is how many an administration has at most.
	maxWebhooks = 10
	maxURL      = 500
)

// WebhookView is what an agent sees of one.
type WebhookView struct {
	Webhook
	Reach Reach
}

// Webhooks lists where the systems of the caller's administration are called.
func (s *Domain) Webhooks(ctx context.Context, a Actor) ([]WebhookView, error) {
	var all []WebhookView
	err := s.rows.View(ctx, func(tx Tx) error {
		all = nil
		if err := s.may(ctx, tx, a, ActReadWebhooks); err != nil {
			return err
		}
		have, err := tx.Webhooks.OfAdministration(ctx, a.Administration)
		if err != nil {
			return err
		}
		for _, w := range have {
			r, err := tx.Outbox.Reach(ctx, string(w.ID))
			if err != nil {
				return err
			}
			all = append(all, WebhookView{w, r})
		}
		return nil
	})
	return all, s.refusePolicy(ctx, s.begin(a, journal.WhatWebhookRegistered), backend("list webhooks", err))
}

// RegisterWebhook has a system of the caller's administration called at an
// address of a listed host. The same address again is the same webhook.
func (s *Domain) RegisterWebhook(ctx context.Context, a Actor, url string) (Webhook, error) {
	ev := s.begin(a, journal.WhatWebhookRegistered)
	ev.Administration = string(a.Administration)
	var out Webhook
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActWebhooks); err != nil {
			return err
		}
		if s.cfg.Outlets.Webhook == nil || len(url) > maxURL || !s.cfg.Outlets.Webhook(url) {
			return &Error{Kind: Invalid, Reason: ReasonNotListed, Msg: "address is not in the configuration"}
		}
		have, err := tx.Webhooks.OfAdministration(ctx, a.Administration)
		if err != nil {
			return backend("list webhooks", err)
		}
		for _, w := range have {
			if w.URL == url {
				out = w
				return nil
			}
		}
		if len(have) >= maxWebhooks {
			return refusal(Invalid, "more than %d webhooks", maxWebhooks)
		}
		out = Webhook{ID: NewID[WebhookID](), Administration: a.Administration, URL: url, Created: s.now()}
		if err := tx.Webhooks.Insert(ctx, out); err != nil {
			return backend("insert webhook", err)
		}
		return s.recordWebhook(ctx, tx, *ev, out)
	})
	return out, err
}

// EndWebhook stops the calls, also those that wait.
func (s *Domain) EndWebhook(ctx context.Context, a Actor, id WebhookID) error {
	ev := s.begin(a, journal.WhatWebhookEnded)
	ev.Administration = string(a.Administration)
	return s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActWebhooks); err != nil {
			return err
		}
		w, err := tx.Webhooks.Get(ctx, id)
		if err != nil {
			return backend("read webhook", err)
		}
		if w.Administration != a.Administration || a.Administration == "" {
			return refusal(NotFound, "no such webhook")
		}
		if err := tx.Webhooks.Remove(ctx, id); err != nil {
			return backend("remove webhook", err)
		}
		return s.recordWebhook(ctx, tx, *ev, w)
	})
}

func (s *Domain) recordWebhook(ctx context.Context, tx Tx, ev journal.Event, w Webhook) error {
	adm, err := tx.Administrations.Get(ctx, w.Administration)
	if err != nil {
		return backend("read administration", err)
	}
	ev.AdministrationName, ev.Detail = adm.Name, detail("url", w.URL)
	_, err = s.record(ctx, tx, ev)
	return err
}
