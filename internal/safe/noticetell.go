package safe

import (
	"context"
	"encoding/json"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// hearing is who is told of an event, beside its journal.
type hearing struct {
	what    string
	citizen string // a topic for the holder of the safe; "" is none
	office  bool   // the systems of the event's administration
}

// hearings is the whole table: one line for each word of the journal.
func hearings() []hearing {
	return []hearing{
		{journal.WhatDeposit, TopicNews, false},
		{journal.WhatGrantReleased, TopicNews, false},
		{journal.WhatRecoveryRequested, TopicImportant, false},
		{journal.WhatRequestCreated, TopicNews, false},
		{journal.WhatRequestReplied, TopicNews, false},
		{journal.WhatMediationStarted, TopicImportant, false},
		{journal.WhatMandatePaper, TopicImportant, false},
		{journal.WhatPaperLogin, TopicImportant, false},
		{journal.WhatRequestAnswered, "", true},
		{journal.WhatRequestRefused, "", true},
		{journal.WhatRequestAsked, "", true},
		{journal.WhatGrantCreated, "", true},
		{journal.WhatGrantEnded, "", true},
	}
}

// tell puts what is to be said of an event in the outbox, in the transaction
// of its act: when the act is done, nothing of it can be lost any more.
func (s *Domain) tell(ctx context.Context, tx Tx, ev journal.Event) error {
	for _, h := range hearings() {
		if h.what != ev.What {
			continue
		}
		if err := s.tellCitizen(ctx, tx, SafeID(ev.Safe), h.citizen); err != nil {
			return err
		}
		if h.office {
			return s.tellOffice(ctx, tx, ev)
		}
	}
	return nil
}

func (s *Domain) tellCitizen(ctx context.Context, tx Tx, id SafeID, topic string) error {
	if topic == "" || id == "" || len(s.cfg.Outlets.Offers()) == 0 {
		return nil
	}
	ways, err := tx.Notices.OfSafe(ctx, id)
	if err != nil {
		return backend("list notices", err)
	}
	for _, n := range ways {
		if n.Confirmed.IsZero() {
			continue
		}
		if err := s.post(ctx, tx, parcelTo(n, topic)); err != nil {
			return err
		}
	}
	return nil
}

func parcelTo(n Notice, topic string) Parcel {
	return Parcel{ID: NewID[string](), Lane: n.Way, Target: string(n.ID), Slot: slotOf(string(n.ID), topic), Topic: topic}
}

// slotOf lets one parcel of a topic wait for each citizen's way: ten deposits
// are one message.
func slotOf(target, topic string) string { return target + "/" + topic }

// Hook is what a webhook says: that something has happened, and under which
// id to ask for it. Whoever reads it without being the administration learns
// nothing more.
type Hook struct {
	Type      string   `json:"type"` // a word of the journal
	Timestamp string   `json:"timestamp"`
	Data      HookData `json:"data"`
}

// HookData names what the event is about.
type HookData struct {
	Administration string `json:"administration"`
	Grant          string `json:"grant,omitempty"`
	Request        string `json:"request,omitempty"`
}

func (s *Domain) tellOffice(ctx context.Context, tx Tx, ev journal.Event) error {
	if s.cfg.Outlets.Webhook == nil || ev.Administration == "" {
		return nil
	}
	hooks, err := tx.Webhooks.OfAdministration(ctx, AdministrationID(ev.Administration))
	if err != nil {
		return backend("list webhooks", err)
	}
	for _, w := range hooks {
		body, err := json.Marshal(Hook{Type: ev.What, Timestamp: rfc3339(s.now()), Data: HookData{Administration: ev.Administration, Grant: ev.Grant, Request: ev.Detail["request"]}})
		if err != nil {
			return &Error{Kind: Invalid, Msg: "encode webhook", Err: err}
		}
		id := NewID[string]()
		if err := s.post(ctx, tx, Parcel{ID: id, Lane: ByWebhook, Target: string(w.ID), Slot: id, Topic: TopicEvent, Body: body}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Domain) post(ctx context.Context, tx Tx, p Parcel) error {
	p.Created = s.now()
	p.Due = p.Created
	return backend("put in outbox", tx.Outbox.Add(ctx, p))
}
