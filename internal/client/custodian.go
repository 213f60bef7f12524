package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// ErrOtherCode: the words are those of another request than the gateway shows.
var ErrOtherCode = errors.New("the code is another request's")

// ErrNotAsked: nothing was asked of this custodian, or she has not agreed.
var ErrNotAsked = errors.New("nothing was asked of this custodian")

// TooEarlyError: the delay since the agreement is not over by this clock.
type TooEarlyError struct{ Due time.Time }

func (e *TooEarlyError) Error() string {
	return "the delay is not over before " + e.Due.UTC().Format(time.RFC3339)
}

const custodiesPath = "/api/v1/custodies"

// Custodian is a holder or an administration in whose hands others have put
// a share.
type Custodian struct {
	c      *Client
	id     string // of the safe or administration
	root   sealed.RootKey
	vaults []*sealed.Identity
}

// Custodian acts for other holders.
func (s *Safe) Custodian() *Custodian { return &Custodian{s.c, s.id, s.root, s.ring.Vaults()} }

// UnlockCustodian opens the key of the caller's administration to act for
// holders who have named it.
func (c *Client) UnlockCustodian(ctx context.Context, p sealed.Secret) (*Custodian, error) {
	id, ring, err := c.openOffice(ctx, p)
	if err != nil {
		return nil, err
	}
	return &Custodian{c, id, ring.Root(), ring.Vaults()}, nil
}

type heldRecovery struct {
	Request   []byte        `json:"request"`
	Leaf      *journal.Leaf `json:"leaf"`
	State     string        `json:"state"`
	Created   time.Time     `json:"created"`
	Agreement []byte        `json:"agreement"`
	AgreedAt  *time.Time    `json:"agreedAt"`
	GivenAt   *time.Time    `json:"givenAt"`
}

type heldCustody struct {
	Safe      string        `json:"safe"`
	Custody   []byte        `json:"custody"`
	Sealed    []byte        `json:"sealed"`
	Custodian string        `json:"custodian"`
	VK        []byte        `json:"vk"`
	Key       *journal.Leaf `json:"key"`
	Recovery  *heldRecovery `json:"recovery"`
}

// Held is a custody as its custodian sees it, verified: the holder signed it,
// and the share opens.
type Held struct {
	Custody sealed.Custody
	Own     sealed.Custodian
	// Asked is nil while nothing is asked.
	Asked *Asked
	share *sealed.Share
	in    heldCustody
}

// Asked is a recovery of a custody. Due is zero until this custodian agreed.
type Asked struct {
	Request   sealed.Request
	Open      bool // as the gateway says
	Created   time.Time
	Due       time.Time
	Given     bool
	agreement sealed.Agreement
}

// List shows whose custodian the caller is.
func (k *Custodian) List(ctx context.Context) ([]Held, error) {
	m, err := k.c.watch.mark(ctx)
	if err != nil {
		return nil, err
	}
	items, err := k.items(ctx)
	if err != nil {
		return nil, err
	}
	var out []Held
	for _, in := range items {
		h, err := k.open(ctx, m, in)
		if err != nil {
			return nil, withEvidence(ownObject(err), map[string]any{"custody": in})
		}
		out = append(out, h)
	}
	return out, nil
}

// items asks again while a key or a request waits to be sequenced: the holder
// may have changed her keyring, or asked, a moment ago.
func (k *Custodian) items(ctx context.Context) ([]heldCustody, error) {
	patient, cancel := context.WithTimeout(ctx, keyPatience)
	defer cancel()
	for pause := 50 * time.Millisecond; ; pause *= 2 {
		items, err := all[heldCustody](ctx, k.c, custodiesPath, nil)
		waits := slices.ContainsFunc(items, func(in heldCustody) bool {
			return in.Key == nil || in.Recovery != nil && in.Recovery.Leaf == nil
		})
		if err != nil || !waits {
			return items, err
		}
		select {
		case <-patient.Done():
			return items, nil
		case <-time.After(pause):
		}
	}
}

// Find gives the one custody of that safe, or of a holder of that name.
func (k *Custodian) Find(ctx context.Context, name string) (Held, error) {
	all, err := k.List(ctx)
	if err != nil {
		return Held{}, err
	}
	var found []Held
	for _, h := range all {
		if h.Custody.Safe == name {
			return h, nil
		}
		if h.Custody.Holder == name {
			found = append(found, h)
		}
	}
	switch len(found) {
	case 0:
		return Held{}, fmt.Errorf("find custody %q: %w", name, ErrNotFound)
	case 1:
		return found[0], nil
	}
	return Held{}, fmt.Errorf("find custody %q: %w", name, ErrAmbiguous)
}

// open makes every check of SPEC.md §10 that the log, signatures and the
// custodian's own key allow.
func (k *Custodian) open(ctx context.Context, m mark, in heldCustody) (Held, error) {
	h := Held{in: in}
	if _, err := k.c.watch.factOf(ctx, m, in.Key, "safe", in.Safe, in.VK); err != nil {
		return h, err
	}
	vk, err := sealed.ParseVK(in.VK)
	if err != nil {
		return h, err
	}
	if h.Custody, err = sealed.OpenCustody(in.Custody, vk); err != nil {
		return h, err
	}
	if h.Custody.Safe != in.Safe {
		return h, mismatch("custody of another safe")
	}
	if h.Own, err = h.Custody.Find(in.Custodian); err != nil {
		return h, err
	}
	if h.Own.Holder != k.id {
		return h, mismatch("custody in other hands")
	}
	if h.share, err = k.openShare(h, vk); err != nil {
		return h, err
	}
	if in.Recovery == nil {
		return h, nil
	}
	h.Asked, err = k.asked(h)
	return h, err
}

func (k *Custodian) openShare(h Held, vk sealed.VK) (*sealed.Share, error) {
	for _, id := range k.vaults {
		if id.Recipient().Fingerprint() == h.Own.Recipient {
			return h.Custody.OpenOwnShare(h.Own.ID, h.in.Sealed, id, vk)
		}
	}
	return nil, mismatch("share for another key")
}

func (k *Custodian) asked(h Held) (*Asked, error) {
	in := h.in.Recovery
	r, err := sealed.ParseRequest(in.Request)
	if err != nil {
		return nil, err
	}
	if r.Safe != h.Custody.Safe || r.Custody != sealed.HashSigned(h.in.Custody) {
		return nil, mismatch("request for another safe or custody")
	}
	out := &Asked{Request: r, Open: in.State == "open", Created: in.Created, Given: in.GivenAt != nil}
	if len(in.Agreement) == 0 {
		return out, nil
	}
	if out.agreement, err = sealed.OpenAgreement(in.Agreement, k.root.VK()); err != nil {
		return nil, err
	}
	if a := out.agreement; a.Safe != r.Safe || a.Request != sealed.HashSigned(in.Request) || a.Custodian != h.Own.ID {
		return nil, mismatch("agreement to something else")
	}
	out.Due, err = out.agreement.Due(h.Custody)
	return out, err
}

// Agree says that the holder herself has told this code. ErrOtherCode is no
// alarm, since words are misheard; but it may be the one sign that somebody
// else has asked.
func (k *Custodian) Agree(ctx context.Context, h Held, code string) (due time.Time, err error) {
	if h.Asked == nil {
		return due, ErrNotAsked
	}
	if !h.Asked.Open {
		return due, ErrRecoveryEnded
	}
	m, err := k.c.watch.mark(ctx)
	if err != nil {
		return due, err
	}
	if err := k.isAsked(ctx, m, h); err != nil {
		return due, withEvidence(err, map[string]any{"custody": h.in})
	}
	if err := sealed.CheckCode(h.in.Recovery.Request, code); errors.Is(err, sealed.ErrMismatch) {
		return due, ErrOtherCode
	} else if err != nil {
		return due, err
	}
	agreement, err := sealed.NewAgreement(h.in.Recovery.Request, h.Own.ID, h.in.Recovery.Leaf.Index, k.root, k.c.now())
	if err != nil {
		return due, err
	}
	if err := k.send(ctx, h, "agreement", map[string]any{"agreement": agreement}, nil); err != nil {
		return due, err
	}
	a, err := sealed.OpenAgreement(agreement, k.root.VK())
	if err != nil {
		return due, err
	}
	return a.Due(h.Custody)
}

// isAsked finds the request in the log.
func (k *Custodian) isAsked(ctx context.Context, m mark, h Held) error {
	leaf := h.in.Recovery.Leaf
	if leaf == nil {
		return fmt.Errorf("the request is not in the journal: %w", journal.ErrProof)
	}
	c, err := journal.VerifyLeaf(m.vkey, leaf.Entry, *leaf)
	if err != nil {
		return err
	}
	if err := k.c.watch.accept(ctx, m, c, leaf.Checkpoint); err != nil {
		return err
	}
	return isFact(leaf.Entry, journal.FactRecovery, h)
}

func isFact(entry []byte, kind string, h Held) error {
	f, err := journal.ParseRecoveryFact(entry)
	if err != nil {
		return err
	}
	if f.Type != kind || f.Safe != h.Custody.Safe || f.Request != sealed.HashSigned(h.in.Recovery.Request) {
		return fmt.Errorf("the journal speaks of another request: %w", journal.ErrProof)
	}
	return nil
}

func (k *Custodian) send(ctx context.Context, h Held, what string, in, out any) error {
	path := custodiesPath + "/" + url.PathEscape(h.Custody.Safe) + "/" + what
	_, err := k.c.call(ctx, request{method: http.MethodPost, path: path, in: in}, out)
	if IsProblem(err, "recovery-ended") {
		return fmt.Errorf("%w: %w", ErrRecoveryEnded, err)
	}
	return err
}

// Give seals the share to the request's paper key, once the delay is over by
// this machine's clock and the whole log since the request knows of no end.
func (k *Custodian) Give(ctx context.Context, h Held) error {
	if h.Asked == nil || h.Asked.Due.IsZero() {
		return ErrNotAsked
	}
	if !h.Asked.Open {
		return ErrRecoveryEnded
	}
	if k.c.now().Before(h.Asked.Due) {
		return &TooEarlyError{h.Asked.Due}
	}
	if err := k.stillAsked(ctx, h); err != nil {
		return err
	}
	to, err := sealed.ParseRecipient(h.Asked.Request.Recipient)
	if err != nil {
		return err
	}
	b, err := h.share.Seal(to)
	if err != nil {
		return err
	}
	return k.send(ctx, h, "share", map[string]any{"sealed": b}, nil)
}

// stillAsked reads the log from the request to a nonce that it has just had
// written there.
func (k *Custodian) stillAsked(ctx context.Context, h Held) error {
	m, err := k.c.watch.mark(ctx)
	if err != nil {
		return err
	}
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails since Go 1.24
	nonce := hex.EncodeToString(random[:])
	var proof Proof
	if err := k.send(ctx, h, "check", map[string]any{"nonce": nonce}, &proof); err != nil {
		return err
	}
	evidence := map[string]any{"custody": h.in, "nonce": nonce, "proof": proof}
	ev, err := k.c.watch.act(ctx, m, proof, journal.WhatRecoveryChecked)
	if err != nil {
		return withEvidence(err, evidence)
	}
	if ev.Safe != h.Custody.Safe || ev.Detail["nonce"] != nonce || ev.Detail["request"] != sealed.HashSigned(h.in.Recovery.Request) {
		return withEvidence(fmt.Errorf("the proof is of another check: %w", journal.ErrProof), evidence)
	}
	var asked error = journal.ErrProof
	end := int64(-1)
	err = k.c.watch.entries(ctx, m, h.Asked.agreement.Index, proof.Leaf.Checkpoint, func(index int64, entry []byte) {
		if index == h.Asked.agreement.Index {
			asked = isFact(entry, journal.FactRecovery, h)
		} else if end < 0 && bytes.HasPrefix(entry, []byte("coffre/")) && isFact(entry, journal.FactRecoveryEnded, h) == nil {
			end = index
		}
	})
	switch {
	case err != nil:
	case asked != nil:
		err = asked
	case end >= 0 && end < proof.Leaf.Index: // it had ended, and the gateway went on
		err = fmt.Errorf("the journal says that the recovery has ended, the server hides it: %w", errors.Join(ErrRecoveryEnded, journal.ErrProof))
	case end >= 0:
		err = ErrRecoveryEnded
	}
	return withEvidence(err, evidence)
}
