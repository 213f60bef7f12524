package safe

import (
	"bytes"
	"context"
	"errors"
	"regexp"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// HeldCustody is a custody as one of its custodians sees it.
type HeldCustody struct {
	Custody Custody
	Own     CustodyShare
	VK      []byte
	Key     *journal.Leaf // of the safe's key; nil while it waits
	// Recovery is nil when none was asked of this custody.
	Recovery *Recovery
	Leaf     *journal.Leaf // of the fact that it was asked for; nil while it waits
}

// custodianOf is the id under which an actor holds shares.
func custodianOf(a Actor) string {
	if a.Kind == Agent {
		return string(a.Administration)
	}
	return string(a.Safe)
}

func (c Custody) heldBy(holder string) (CustodyShare, bool) {
	for _, o := range c.Shares {
		if o.Holder == holder {
			return o, true
		}
	}
	return CustodyShare{}, false
}

// Custodies lists the safes whose custodian the caller is.
func (s *Domain) Custodies(ctx context.Context, a Actor, p Page) ([]HeldCustody, string, error) {
	var out []HeldCustody
	var safes []Safe
	var facts []int64
	var next string
	err := s.rows.View(ctx, func(tx Tx) error {
		out, safes, facts = nil, nil, nil
		if err := s.may(ctx, tx, a, ActCustody); err != nil {
			return err
		}
		all, after, err := tx.Custodies.HeldBy(ctx, custodianOf(a), p.bounded())
		if err != nil {
			return err
		}
		next = after
		for _, c := range all {
			held, sf, fact, err := heldCustody(ctx, tx, c, custodianOf(a))
			if err != nil {
				return err
			}
			out, safes, facts = append(out, held), append(safes, sf), append(facts, fact)
		}
		return nil
	})
	if err != nil {
		return nil, "", s.refusePolicy(ctx, s.begin(a, journal.WhatSafeRead), backend("list custodies", err))
	}
	for i := range out {
		if out[i].Key, err = s.safeKeyLeaf(ctx, safes[i]); err != nil {
			return nil, "", err
		}
		if facts[i] >= 0 {
			if out[i].Leaf, err = s.leaf(ctx, facts[i]); err != nil && !errors.Is(err, journal.ErrWaiting) {
				return nil, "", err
			}
		}
	}
	return out, next, nil
}

func heldCustody(ctx context.Context, tx Tx, c Custody, holder string) (HeldCustody, Safe, int64, error) {
	sf, err := openSafe(ctx, tx, c.Safe)
	if err != nil {
		return HeldCustody{}, Safe{}, -1, err
	}
	own, _ := c.heldBy(holder)
	out := HeldCustody{Custody: c, Own: own, VK: sf.VK}
	r, err := tx.Recoveries.Get(ctx, c.Safe)
	if IsKind(err, NotFound) || err == nil && !bytes.Equal(r.Custody, c.Body) {
		return out, sf, -1, nil
	}
	if err != nil {
		return HeldCustody{}, Safe{}, -1, backend("read recovery", err)
	}
	out.Recovery = &r
	b, err := journal.RecoveryFact{Type: journal.FactRecovery, Safe: string(c.Safe), Request: r.Hash()}.Encode()
	if err != nil {
		return HeldCustody{}, Safe{}, -1, &Error{Kind: Damaged, Msg: "encode recovery fact", Err: err}
	}
	index, err := tx.Leaves.FactIndex(ctx, b)
	return out, sf, index, backend("find recovery fact", err)
}

// asked is what a custodian's act is about.
type asked struct {
	custody  Custody
	own      CustodyShare
	recovery Recovery
}

// askedOf finds the recovery that the caller may act on; to anybody else the
// safe does not exist. ev is pointed at the holder's journal once the caller
// is one of her custodians, so that refusals are told there too.
func (s *Domain) askedOf(ctx context.Context, tx Tx, a Actor, id SafeID, ev *journal.Event) (asked, error) {
	if err := s.may(ctx, tx, a, ActCustody); err != nil {
		return asked{}, err
	}
	c, err := tx.Custodies.Get(ctx, id)
	if err != nil {
		return asked{}, backend("read custody", err)
	}
	own, ok := c.heldBy(custodianOf(a))
	if !ok {
		return asked{}, refusal(NotFound, "not a custodian of this safe")
	}
	ev.Safe = string(id)
	if a.Kind == Citizen {
		ev.Who.ID, ev.Who.Name = "", own.Name // as the holder knows her
	}
	r, err := tx.Recoveries.Get(ctx, id)
	if err != nil {
		return asked{}, backend("read recovery", err)
	}
	if !bytes.Equal(r.Custody, c.Body) || r.part(own.Custodian) == nil {
		return asked{}, refusal(NotFound, "nothing was asked of this custody")
	}
	ev.Detail = detail("request", r.Hash(), "custodian", own.Custodian)
	if !r.Open() {
		return asked{}, &Error{Kind: Ended, Reason: ReasonRecoveryEnded, Msg: "the recovery is over"}
	}
	return asked{c, own, r}, nil
}

// Agree notes a custodian's agreement. The delay that counts runs in what she
// signed, by her clock; the one that runs here is a courtesy.
func (s *Domain) Agree(ctx context.Context, a Actor, id SafeID, agreement []byte) error {
	ev := s.begin(a, journal.WhatRecoveryAgreed)
	return s.update(ctx, ev, func(tx Tx) error {
		on, err := s.askedOf(ctx, tx, a, id, ev)
		if err != nil {
			return err
		}
		if err := checkAgreement(ctx, tx, a, on, agreement); err != nil {
			return err
		}
		part := on.recovery.part(on.own.Custodian)
		if bytes.Equal(part.Agreement, agreement) {
			return nil
		}
		if !part.Given.IsZero() {
			return refusal(Invalid, "the share was given already")
		}
		part.Agreement, part.Agreed = agreement, s.now()
		if err := tx.Recoveries.Put(ctx, on.recovery); err != nil {
			return backend("put recovery", err)
		}
		_, err = s.record(ctx, tx, *ev)
		return err
	})
}

func checkAgreement(ctx context.Context, tx Tx, a Actor, on asked, agreement []byte) error {
	if len(agreement) > maxSigned {
		return refusal(WrongForm, "agreement too long")
	}
	raw, err := verificationKey(ctx, tx, a)
	if err != nil {
		return err
	}
	vk, err := sealed.ParseVK(raw)
	if err != nil {
		return &Error{Kind: Damaged, Msg: "read the custodian's verification key", Err: err}
	}
	got, err := sealed.OpenAgreement(agreement, vk)
	if err != nil {
		return formError("check agreement", err)
	}
	if SafeID(got.Safe) != on.custody.Safe || got.Request != on.recovery.Hash() || got.Custodian != on.own.Custodian {
		return refusal(Invalid, "agreement to something else")
	}
	return nil
}

func verificationKey(ctx context.Context, tx Tx, a Actor) ([]byte, error) {
	if a.Kind == Agent {
		adm, err := tx.Administrations.Get(ctx, a.Administration)
		return adm.VK, backend("read administration", err)
	}
	sf, err := openSafe(ctx, tx, a.Safe)
	return sf.VK, err
}

var nonceForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// CheckRecovery writes a custodian's nonce into the log: what she then reads
// there is of now, not of a time before the recovery ended (SPEC.md §10).
func (s *Domain) CheckRecovery(ctx context.Context, a Actor, id SafeID, nonce string) (Proof, error) {
	ev := s.begin(a, journal.WhatRecoveryChecked)
	var record string
	err := s.update(ctx, ev, func(tx Tx) error {
		on, err := s.askedOf(ctx, tx, a, id, ev)
		if err != nil {
			return err
		}
		if !nonceForm.MatchString(nonce) {
			return refusal(Invalid, "a nonce is 64 hexadecimal digits")
		}
		ev.Detail = detail("request", on.recovery.Hash(), "custodian", on.own.Custodian, "nonce", nonce)
		record, err = s.record(ctx, tx, *ev)
		return err
	})
	if err != nil {
		return Proof{}, err
	}
	return s.proof(ctx, record)
}

// GiveShare keeps a share that a custodian has sealed to the request's paper
// key, for the holder to take.
func (s *Domain) GiveShare(ctx context.Context, a Actor, id SafeID, share []byte) error {
	ev := s.begin(a, journal.WhatRecoveryGiven)
	return s.update(ctx, ev, func(tx Tx) error {
		on, err := s.askedOf(ctx, tx, a, id, ev)
		if err != nil {
			return err
		}
		part := on.recovery.part(on.own.Custodian)
		if part.Agreed.IsZero() {
			return refusal(TooEarly, "no agreement yet")
		}
		if ready := part.Agreed.Add(on.recovery.Delay()); s.now().Before(ready) {
			return &Error{Kind: TooEarly, Msg: "the delay is not over", Ready: ready}
		}
		if err := checkShare(share); err != nil {
			return err
		}
		part.Sealed, part.Given = share, s.now()
		if err := tx.Recoveries.Put(ctx, on.recovery); err != nil {
			return backend("put recovery", err)
		}
		_, err = s.record(ctx, tx, *ev)
		return err
	})
}
