package client

import (
	"context"
	"fmt"
	"net/url"

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

// Journal reads at most most events, newest first (0 is all), and verifies
// the proof of each. A page whose checkpoint fails is an *Alarm.
func (c *Client) Journal(ctx context.Context, most int) ([]JournalItem, error) {
	var items []JournalItem
	err := c.eachJournalPage(ctx, func(got []JournalItem) bool {
		items = append(items, got...)
		return most <= 0 || len(items) < most
	})
	if err != nil {
		return nil, err
	}
	if most > 0 && len(items) > most {
		items = items[:most]
	}
	return items, nil
}

// eachJournalPage gives pages to see, newest first, for as long as it wants more.
func (c *Client) eachJournalPage(ctx context.Context, see func([]JournalItem) (more bool)) error {
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
		got, err := c.readPage(ctx, m, page)
		if err != nil {
			return withEvidence(err, map[string]any{"checkpoint": page.Checkpoint})
		}
		if !see(got) || page.Next == "" || page.Next == before {
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
	return items, nil
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
