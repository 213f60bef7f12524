package safe

import (
	"bytes"
	"context"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// checkCustodyRows holds custody and recovery of one safe against what was
// signed: the server keeps them, it does not decide what is in them.
func checkCustodyRows(ctx context.Context, tx Tx, id SafeID, r *Report) error {
	sf, err := tx.Safes.Get(ctx, id)
	if err != nil {
		return err
	}
	c, err := tx.Custodies.Get(ctx, id)
	if err != nil && !IsKind(err, NotFound) {
		return err
	}
	if err == nil && !soundCustody(c, sf.VK) {
		r.add(Finding{Fault: FaultCustody, Safe: id})
	}
	rec, err := tx.Recoveries.Get(ctx, id)
	if err != nil && !IsKind(err, NotFound) {
		return err
	}
	if err == nil && !soundRecovery(rec) {
		r.add(Finding{Fault: FaultRecovery, Safe: id})
	}
	return nil
}

func soundCustody(c Custody, raw []byte) bool {
	vk, err := sealed.ParseVK(raw)
	if err != nil {
		return false
	}
	named, err := sealed.OpenCustody(c.Body, vk)
	if err != nil || SafeID(named.Safe) != c.Safe || named.Unlocker != c.Unlocker || len(c.Shares) != len(named.Custodians) {
		return false
	}
	for _, s := range c.Shares {
		own, err := named.Find(s.Custodian)
		if err != nil || own.Holder != s.Holder || own.Name != s.Name || own.Share != sealed.HashSigned(s.Sealed) {
			return false
		}
	}
	return true
}

// soundRecovery says nothing of signatures: the roots that made them may have
// changed since. Every part belongs to the custody, and agreements to the
// request.
func soundRecovery(r Recovery) bool {
	var c sealed.Custody
	if len(r.Custody) < 64 || sealed.DecodeCanonical(r.Custody[64:], &c) != nil {
		return false
	}
	req, err := sealed.ParseRequest(r.Request)
	if err != nil || SafeID(req.Safe) != r.Safe || req.Custody != sealed.HashSigned(r.Custody) || len(r.Parts) != len(c.Custodians) {
		return false
	}
	for _, p := range r.Parts {
		if _, err := c.Find(p.Custodian); err != nil || (len(p.Agreement) > 0) == p.Agreed.IsZero() || (len(p.Sealed) > 0) == p.Given.IsZero() {
			return false
		}
		if len(p.Agreement) > 0 && !bytes.Contains(p.Agreement, []byte(r.Hash())) || len(p.Sealed) > 0 && sealed.CheckSmall(p.Sealed) != nil {
			return false
		}
	}
	return true
}
