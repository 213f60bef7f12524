package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// OfficeKey is a key that an administration has or had, as the gateway shows it.
type OfficeKey struct {
	VK    []byte        `json:"vk"`
	Epoch int64         `json:"epoch"`
	Key   *journal.Leaf `json:"key"`
	Ended *journal.Leaf `json:"ended,omitempty"`
}

// signer is a key that the log shows for an administration.
type signer struct {
	vk          sealed.VK
	name, siret string
	until       string // time; "" of the key in use
}

// keyFactsOf verifies the keys of an administration (SPEC.md §15), the one in use
// first. leaf says what the log holds at a leaf.
func signersOf(id string, keys []OfficeKey, leaf func(*journal.Leaf) ([]byte, error)) ([]signer, error) {
	var all []signer
	for i, k := range keys {
		s, err := signerOf(id, k, leaf)
		if err != nil {
			return nil, err
		}
		if (k.Ended == nil) != (i == 0) {
			return nil, fmt.Errorf("which key is in use: %w", journal.ErrProof)
		}
		if i > 0 {
			if s.until, err = endOf(id, s.vk, all[i-1].vk, k.Ended, leaf); err != nil {
				return nil, err
			}
		}
		all = append(all, s)
	}
	return all, nil
}

func signerOf(id string, k OfficeKey, leaf func(*journal.Leaf) ([]byte, error)) (signer, error) {
	if k.Key == nil {
		return signer{}, fmt.Errorf("the key is not in the log: %w", journal.ErrProof)
	}
	entry, err := leaf(k.Key)
	if err != nil {
		return signer{}, err
	}
	f, err := journal.ParseKeyFact(entry)
	if err != nil {
		return signer{}, err
	}
	said, err := decodeBase64(f.VK)
	if err != nil || f.Holder != "administration" || f.ID != id || !bytes.Equal(said, k.VK) || f.Name == "" {
		return signer{}, errors.Join(fmt.Errorf("the log holds another key for this administration: %w", journal.ErrProof), err)
	}
	vk, err := sealed.ParseVK(k.VK)
	return signer{vk: vk, name: f.Name, siret: f.SIRET}, err
}

// endOf is the time from which on a former key counts no more.
func endOf(id string, from, to sealed.VK, ended *journal.Leaf, leaf func(*journal.Leaf) ([]byte, error)) (string, error) {
	entry, err := leaf(ended)
	if err != nil {
		return "", err
	}
	f, err := journal.ParseSuccessionFact(entry)
	if err != nil {
		return "", err
	}
	fromSaid, err1 := decodeBase64(f.From)
	toSaid, err2 := decodeBase64(f.To)
	if err := errors.Join(err1, err2); err != nil || f.ID != id || !bytes.Equal(fromSaid, from[:]) || !bytes.Equal(toSaid, to[:]) {
		return "", errors.Join(fmt.Errorf("the log does not lead from this key to the next: %w", journal.ErrProof), err)
	}
	return f.Time, sealed.VerifySuccession(id, from, to, f.Epoch, f.Signature)
}

// signers fetches and verifies every key of an administration. None: it is not
// registered here, or has no key that is public.
func (c *Client) signers(ctx context.Context, id string) ([]signer, error) {
	m, err := c.watch.mark(ctx)
	if err != nil {
		return nil, err
	}
	var in list[OfficeKey]
	err = c.get(ctx, "/api/v1/administrations/"+url.PathEscape(id)+"/keys", nil, &in)
	if IsProblem(err, "not-found") {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all, err := signersOf(id, in.Items, func(leaf *journal.Leaf) ([]byte, error) {
		cp, err := journal.VerifyLeaf(m.vkey, leaf.Entry, *leaf)
		if err != nil {
			return nil, err
		}
		return leaf.Entry, c.watch.accept(ctx, m, cp, leaf.Checkpoint)
	})
	return all, withEvidence(err, map[string]any{"administration": id, "keys": in.Items})
}

// signedBy says which of an administration's keys verifies something. open gives
// the time of which it says to be; what a former key has signed counts until its
// succession. ErrSignature: none of them.
func signedBy(keys []signer, open func(sealed.VK) (made string, err error)) (signer, error) {
	for _, k := range keys {
		made, err := open(k.vk)
		switch {
		case errors.Is(err, sealed.ErrSignature):
		case err != nil:
			return signer{}, err
		case k.until == "" || made <= k.until:
			return k, nil
		}
	}
	return signer{}, fmt.Errorf("signed by no key that the log shows for this administration: %w", sealed.ErrSignature)
}

// byOffice opens what an administration has signed: under the key in use, which
// is proven already, else under one that it had.
func (c *Client) byOffice(ctx context.Context, id string, now sealed.VK, open func(sealed.VK) (made string, err error)) error {
	_, err := open(now)
	if !errors.Is(err, sealed.ErrSignature) {
		return err
	}
	keys, err := c.signers(ctx, id)
	if err != nil {
		return err
	}
	_, err = signedBy(keys, open)
	return err
}

// Rotate puts another root and vault in the place of the administration's
// (SPEC.md §7, §15). Every way to unlock stays; what was sealed to the former vault
// opens, what the former root has signed counts. The "stale" problem: a colleague
// was faster.
func (o *Office) Rotate(ctx context.Context) error {
	var have sealed.Container
	etag, err := o.c.call(ctx, request{method: http.MethodGet, path: officeKeyring}, &have)
	if err != nil {
		return err
	}
	next, box, err := o.ring.Succeed()
	if err != nil {
		return err
	}
	if have.Hash() != o.ring.Container().Hash() {
		return &Problem{Type: "/problems/stale", Status: http.StatusPreconditionFailed, Title: "the keyring has changed"}
	}
	rq := request{method: http.MethodPut, path: officeKeyring, header: http.Header{"If-Match": {etag}}, in: box}
	_, err = o.c.call(ctx, rq, nil)
	if errors.Is(err, ErrOffline) { // the answer was lost, or never made
		var now sealed.Container
		if look := o.c.get(ctx, officeKeyring, nil, &now); look != nil || now.Hash() != box.Hash() {
			return errors.Join(err, look)
		}
		err = nil
	}
	if err != nil {
		return err
	}
	if err := o.c.rememberKeyring(box); err != nil {
		return err
	}
	vault, err := next.Vault()
	if err == nil {
		o.ring, o.vault = next, vault
	}
	return err
}
