package client

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// ErrContent: the journal commits to other bytes than these, or to none it can
// be held to; no receipt can tell which bytes they are.
var ErrContent = errors.New("the journal does not commit to these bytes")

// A receipt waits this long for the next checkpoint, looking that often.
const (
	receiptPatience = 15 * time.Second
	receiptPause    = 100 * time.Millisecond
)

// DocumentReceipt is of how a document came into the safe. It opens the document,
// to say which bytes it has.
func (s *Safe) DocumentReceipt(ctx context.Context, e sealed.Entry) (Receipt, error) {
	return s.receiptOf(ctx, func(ev journal.Event) bool {
		came := ev.What == journal.WhatDocumentAdded || ev.What == journal.WhatMigrated
		return came && ev.Result == journal.ResultDone && ev.Doc == e.ID && ev.Version == e.Version
	})
}

// ShareReceipt is of a share that was given.
func (s *Safe) ShareReceipt(ctx context.Context, grant string) (Receipt, error) {
	return s.receiptOf(ctx, func(ev journal.Event) bool {
		return ev.What == journal.WhatGrantCreated && ev.Result == journal.ResultDone && ev.Grant == grant
	})
}

// EventReceipt is of any line of the journal.
func (s *Safe) EventReceipt(ctx context.Context, id string) (Receipt, error) {
	return s.receiptOf(ctx, func(ev journal.Event) bool { return ev.ID == id })
}

// receiptOf finds the newest such event in the journal, once it is proven, and
// says of a document that is still in the safe which bytes it has.
func (s *Safe) receiptOf(ctx context.Context, want func(journal.Event) bool) (Receipt, error) {
	it, err := s.c.provenItem(ctx, want)
	if err != nil {
		return Receipt{}, err
	}
	vkey, err := s.c.LogKey(ctx)
	if err != nil {
		return Receipt{}, err
	}
	proof := Proof{Event: it.Raw, Salt: it.Salt, Leaf: it.Leaf}
	content, err := s.contentOf(ctx, it.Event)
	if err != nil {
		return Receipt{}, err
	}
	r, err := NewReceipt(vkey, proof, content)
	return r, withEvidence(err, map[string]any{"proof": proof, "content": content})
}

// contentOf is nil when the event commits to none, or the version that it is
// about is no longer in the safe.
func (s *Safe) contentOf(ctx context.Context, ev journal.Event) (*sealed.Content, error) {
	if ev.Detail["content"] == "" {
		return nil, nil
	}
	if known, ok := s.sent[ev.Version]; ok {
		return &known, nil
	}
	for _, e := range s.held.manifest.Docs {
		if e.ID != ev.Doc || e.Version != ev.Version {
			continue
		}
		d, err := s.openOwn(ctx, e)
		if err != nil {
			return nil, err
		}
		content, err := s.c.readContent(ctx, contentPath(e.ID), e.Ref(), d.key)
		return &content, err
	}
	return nil, nil
}

// readContent opens a document to know which bytes it has; they touch no disk.
func (c *Client) readContent(ctx context.Context, from string, ref sealed.DocumentRef, key *sealed.Identity) (sealed.Content, error) {
	box, err := os.CreateTemp("", "coffre-sealed-*") // mode 0600
	if err != nil {
		return sealed.Content{}, err
	}
	defer func() { _, _ = box.Close(), os.Remove(box.Name()) }()
	if err := c.download(ctx, from, ref.Sealed, box, nil); err != nil {
		return sealed.Content{}, err
	}
	h := sha256.New()
	err = ownObject(sealed.OpenDocument(h, box, ref, key))
	return sealed.NewContent(key, [32]byte(h.Sum(nil)), ref.Size),
		withEvidence(err, map[string]any{"from": from, "sha256": ref.SHA256, "sealed": ref.Sealed})
}

// provenItem finds the newest such event in the caller's journal, and waits until
// it is under a published checkpoint. ErrNotFound.
func (c *Client) provenItem(ctx context.Context, want func(journal.Event) bool) (JournalItem, error) {
	ctx, cancel := context.WithTimeout(ctx, receiptPatience)
	defer cancel()
	for {
		it, err := c.findItem(ctx, want)
		if err != nil || it.Leaf != nil {
			return it, errors.Join(err, it.Err)
		}
		select {
		case <-ctx.Done():
			return it, fmt.Errorf("await proof: %w: %w", ErrOffline, ctx.Err())
		case <-time.After(receiptPause):
		}
	}
}

func (c *Client) findItem(ctx context.Context, want func(journal.Event) bool) (found JournalItem, err error) {
	err = c.eachJournalPage(ctx, func(items []JournalItem) bool {
		for _, it := range items {
			if found.Raw == "" && want(it.Event) {
				found = it
			}
		}
		return found.Raw == ""
	})
	if err == nil && found.Raw == "" {
		err = fmt.Errorf("find event: %w", ErrNotFound)
	}
	return found, err
}

// FetchProven is Fetch, with the receipt of the retrieval. ErrContent when the
// journal commits to other bytes than those that came: the document is there all
// the same, and the receipt tells the act alone.
func (o *Office) FetchProven(ctx context.Context, id string, a Accepted, path string, opt GetOptions) (Receipt, error) {
	content, err := o.c.fetch(ctx, grantPath(id), a.Grant.Ref(), a.Key, path, opt)
	if err == nil {
		err = o.c.tellIssued(ctx, a.Grant.Issue, content, opt)
	}
	if err != nil {
		return Receipt{}, err
	}
	r, err := NewReceipt(a.log, a.proof, &content)
	if err == nil {
		return r, nil
	}
	r, err = NewReceipt(a.log, a.proof, nil)
	return r, errors.Join(ErrContent, err)
}

// DepositorReceipt is the receipt of a deposit, as anybody reads it. ErrContent:
// of a gateway that commits to no contents.
func DepositorReceipt(vkey string, d DepositReceipt) (Receipt, error) {
	if _, err := VerifyReceipt(vkey, d); err != nil {
		return Receipt{}, err
	}
	if len(d.Nonce) == 0 {
		r, err := NewReceipt(vkey, d.Proof, nil)
		return r, errors.Join(ErrContent, err)
	}
	return NewReceipt(vkey, d.Proof, &sealed.Content{Nonce: d.Nonce, SHA256: d.ContentSHA256, Size: d.Size})
}
