package safe

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"io"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// A repeated deposit has to be recognised by its content, and the server may
// keep nothing that tells the content: not even its hash, which would confirm
// a guess. So the row keeps the Idempotency-Key only as a hash, and the event
// keeps a MAC of the content under the key itself. Who has not the key (it is
// the depositor's, who knows the content anyway) can confirm nothing. The nonce
// of the content commitment comes back in the same way: the event has it under
// a veil that the Idempotency-Key lifts.

// depositKey is what is kept of a deposit's Idempotency-Key.
func depositKey(key string) string {
	sum := sha256.Sum256([]byte("coffre/v1/deposit/key\x00" + key))
	return hex.EncodeToString(sum[:])
}

// match is the MAC that a repetition must have as well.
func (d *deposit) match(content string) string {
	return hex.EncodeToString(d.mac("coffre/v1/deposit/match", string(d.address.ID), d.in.Name, d.in.Type, decimal(d.in.Size), content))
}

func (d *deposit) mac(parts ...string) []byte {
	mac := hmac.New(sha256.New, []byte(d.in.Key))
	for _, part := range parts {
		_, _ = io.WriteString(mac, part+"\x00") // a hash never fails to write
	}
	return mac.Sum(nil)
}

// veil hides the nonce, and is its own reverse. No two versions have one veil.
func (d *deposit) veil(id VersionID, nonce []byte) string {
	out := d.mac("coffre/v1/deposit/nonce", string(d.address.ID), string(id))
	subtle.XORBytes(out, out, nonce)
	return hex.EncodeToString(out)
}

// lift gives what the first try was told of its content. The nonce of a deposit
// from before there were commitments is empty.
func (d *deposit) lift(event journal.Event, sum [32]byte) (sealed.Content, error) {
	content := sealed.Content{Nonce: []byte{}, SHA256: hexSum(sum), Size: d.in.Size}
	if event.Detail["content"] == "" {
		return content, nil
	}
	hidden, err := hex.DecodeString(event.Detail["veil"])
	if err != nil {
		return content, &Error{Kind: Damaged, Msg: "read nonce", Err: err}
	}
	if content.Nonce, err = hex.DecodeString(d.veil(d.version.ID, hidden)); err == nil {
		err = content.Verify(event.Detail["content"])
	}
	if err != nil {
		return content, &Error{Kind: Damaged, Msg: "read nonce", Err: err}
	}
	return content, nil
}

// repeatDeposit answers for a deposit that was already made.
func (s *Domain) repeatDeposit(ctx context.Context, d *deposit, ev *journal.Event) (DepositReceipt, error) {
	plain := sha256.New()
	body := &gate{r: io.TeeReader(d.in.Body, plain), left: d.in.Size}
	if _, err := io.Copy(io.Discard, body); err != nil {
		return DepositReceipt{}, s.refuse(ctx, ev, backend("compare deposit", err))
	}
	rec, event, err := s.depositRecord(ctx, d.version)
	if err != nil {
		return DepositReceipt{}, err
	}
	sum := sum256(plain)
	if !hmac.Equal([]byte(event.Detail["match"]), []byte(d.match(hexSum(sum)))) {
		return DepositReceipt{}, s.refuse(ctx, ev, refusal(KeyReused, "this key deposited something else"))
	}
	if rec.Index < 0 {
		return DepositReceipt{}, refusal(Unavailable, "the deposit is not in the published log yet")
	}
	content, err := d.lift(event, sum)
	if err != nil {
		return DepositReceipt{}, err
	}
	leaf, err := s.leaf(ctx, rec.Index)
	if err != nil {
		return DepositReceipt{}, err
	}
	return DepositReceipt{
		Version: d.version, Content: content,
		Proof: Proof{Event: rec.Event, Salt: rec.Salt, Leaf: *leaf},
	}, nil
}

// depositRecord finds the event of a deposit, from the newest back to before
// it was reserved. Repetitions come soon, so that is a short way.
func (s *Domain) depositRecord(ctx context.Context, v Version) (journal.Record, journal.Event, error) {
	var found journal.Record
	var event journal.Event
	err := s.rows.View(ctx, func(tx Tx) error {
		before := ""
		for {
			recs, err := tx.Leaves.OfSafe(ctx, string(v.Safe), before, pageLimit)
			if err != nil {
				return backend("read journal", err)
			}
			for _, rec := range recs {
				e, err := journal.DecodeEvent(rec.Event)
				if err != nil {
					return &Error{Kind: Damaged, Msg: "decode event", Err: err}
				}
				if e.What == journal.WhatDeposit && e.Result == journal.ResultDone && e.Version == string(v.ID) {
					found, event = rec, e
					return nil
				}
				at, err := time.Parse(time.RFC3339, e.Time)
				if err != nil || at.Before(v.Created.Add(-time.Hour)) {
					return refusal(Damaged, "no event of this deposit")
				}
				before = rec.Cursor
			}
			if len(recs) < pageLimit {
				return refusal(Damaged, "no event of this deposit")
			}
		}
	})
	return found, event, backend("find deposit event", err)
}
