package client

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// JournalItem is an event with what the log says of it: Err nil and Index ≥ 0
// is proven; Index -1 waits for the next checkpoint; else the proof failed.
type JournalItem struct {
	Event journal.Event
	Index int64
	Err   error
	// Raw, Salt and Leaf are what anybody can verify again.
	Raw  string
	Salt []byte
	Leaf *journal.Leaf
}

// Journal reads at most most events, newest first (0 is all), verifies the
// proof of each, and that none is left out. A page whose checkpoint fails is an
// *Alarm, and so is a hole, which comes with the events.
func (c *Client) Journal(ctx context.Context, most int) ([]JournalItem, error) {
	items, _, err := c.JournalTold(ctx, most)
	return items, err
}

// JournalTold is Journal, and says what explains that events are not there.
func (c *Client) JournalTold(ctx context.Context, most int) ([]JournalItem, Told, error) {
	me, err := c.Me(ctx)
	if err != nil {
		return nil, Told{}, err
	}
	if me.Safe == nil {
		return nil, Told{}, ErrNoSafe
	}
	seen, err := c.seenPlaces(me.Safe.ID)
	if err != nil {
		return nil, Told{}, err
	}
	var items []JournalItem
	var hole error
	places := journal.NewPlaces(me.Safe.ID, seen, c.now())
	whole := true
	err = c.eachJournalPage(ctx, func(page []JournalItem) bool {
		items = append(items, page...)
		hole = first(hole, inPlace(places, seen, page))
		// What this machine has seen and does not find is looked for further on.
		whole = most == 0 || len(items) < most || places.Open()
		return whole
	})
	if err != nil {
		return nil, Told{}, err
	}
	if err := places.End(); whole && err != nil && unbroken(items) {
		hole = first(hole, holeFound(err, seen, edges(items)...))
	}
	if top, ok := places.Top(); ok && hole == nil && unbroken(items) {
		hole = c.keepPlaces(me.Safe.ID, top)
	}
	if most > 0 && len(items) > most {
		items = items[:most]
	}
	return items, toldOf(places), hole
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// unbroken says that every event is what it says: a false one is an alarm of
// its own.
func unbroken(items []JournalItem) bool {
	return !slices.ContainsFunc(items, func(it JournalItem) bool { return it.Err != nil })
}

func edges(items []JournalItem) (all []*JournalItem) {
	if len(items) > 0 {
		all = append(all, &items[0], &items[len(items)-1])
	}
	return all
}

// eachJournalPage tells the pages of the caller's journal, newest first, until
// told says that it is enough.
func (c *Client) eachJournalPage(ctx context.Context, told func([]JournalItem) bool) error {
	for before := ""; ; {
		m, err := c.watch.mark(ctx)
		if err != nil {
			return err
		}
		var page JournalPage
		q := url.Values{"limit": {"200"}}
		if before != "" {
			q.Set("before", before)
		}
		if err := c.get(ctx, "/api/v1/safe/journal", q, &page); err != nil {
			return err
		}
		items, err := c.readPage(ctx, m, page)
		if err != nil {
			return withEvidence(err, map[string]any{"checkpoint": page.Checkpoint})
		}
		if !told(items) || page.Next == "" || page.Next == before {
			return nil
		}
		before = page.Next
	}
}

func (c *Client) readPage(ctx context.Context, m mark, page JournalPage) ([]JournalItem, error) {
	var tree journal.Checkpoint
	if page.Checkpoint != "" {
		var err error
		if tree, err = journal.OpenCheckpoint(m.vkey, page.Checkpoint); err != nil {
			return nil, err
		}
		if err := c.watch.accept(ctx, m, tree, page.Checkpoint); err != nil {
			return nil, err
		}
	}
	var items []JournalItem
	for _, in := range page.Items {
		it := JournalItem{Index: -1, Raw: in.Event, Salt: in.Salt}
		if in.Index != nil {
			it.Index = *in.Index
			it.Leaf = &journal.Leaf{Index: it.Index, Size: tree.Size, Path: in.Path, Checkpoint: page.Checkpoint}
		}
		it.Event, it.Err = VerifyItem(m.vkey, it)
		it.Err = withEvidence(it.Err, map[string]any{"event": it.Raw, "salt": it.Salt, "leaf": it.Leaf})
		items = append(items, it)
	}
	if page.Checkpoint == "" {
		return items, nil
	}
	return items, c.watch.waits(tree, items)
}

// VerifyItem decodes an event and, when it has a leaf, verifies it under the
// log's key.
func VerifyItem(vkey string, it JournalItem) (journal.Event, error) {
	ev, err := journal.DecodeEvent([]byte(it.Raw))
	if err != nil || it.Leaf == nil {
		return ev, err
	}
	_, _, err = journal.VerifyEvent(vkey, []byte(it.Raw), it.Salt, *it.Leaf)
	return ev, err
}

// Proven is what VerifyProof has found.
type Proven struct {
	Event journal.Event
	Index int64
	Size  int64 // of the log at the proof's checkpoint
}

// VerifyProof verifies an event's proof under a log's key, without a gateway.
func VerifyProof(vkey string, p Proof) (Proven, error) {
	if p.Leaf == nil {
		return Proven{}, fmt.Errorf("there is no proof: %w", journal.ErrProof)
	}
	ev, c, err := journal.VerifyEvent(vkey, []byte(p.Event), p.Salt, *p.Leaf)
	if err != nil {
		return Proven{}, err
	}
	return Proven{ev, p.Leaf.Index, c.Size}, nil
}

// VerifyReceipt verifies a deposit's receipt: the event tells of this version
// with this hash. That the plain bytes have ContentSHA256 is the gateway's
// word; the caller compares it with the file.
func VerifyReceipt(vkey string, r DepositReceipt) (Proven, error) {
	p, err := VerifyProof(vkey, r.Proof)
	if err != nil {
		return p, err
	}
	ev := p.Event
	if ev.What != journal.WhatDeposit || ev.Result != journal.ResultDone || ev.Doc != r.Doc || ev.Version != r.Version ||
		ev.Detail["sha256"] != r.SHA256 {
		return p, mismatch("receipt and event disagree")
	}
	return p, nil
}
