package safe

import (
	"context"
	"errors"
	"fmt"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// signing is a key whose word is taken now: the one that an administration has,
// or one that was replaced a moment ago, of what says to be of before.
type signing struct {
	vk    sealed.VK
	until string // RFC 3339; "" of the one in use
	fact  []byte // its entry in the log; nil of the one in use
}

// signing are those of an administration, the one in use first.
func (s *Domain) signing(ctx context.Context, tx Tx, adm Administration) ([]signing, error) {
	var keys []signing
	add := func(vk, fact []byte, until string) error {
		parsed, err := sealed.ParseVK(vk)
		if err != nil {
			return &Error{Kind: Damaged, Msg: "read the administration's verification key", Err: err}
		}
		keys = append(keys, signing{parsed, until, fact})
		return nil
	}
	if adm.VK == nil {
		return nil, nil
	}
	if err := add(adm.VK, nil, ""); err != nil {
		return nil, err
	}
	former, err := tx.FormerKeys.Roots(ctx, adm.ID)
	if err != nil {
		return nil, backend("list former keys", err)
	}
	for _, k := range former {
		if !s.now().Before(k.Ended.Add(s.cfg.Overlap)) {
			continue
		}
		if err := add(k.VK, k.Fact, rfc3339(k.Ended)); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// signedBy finds the key that has signed what open reads, which gives the time of
// which it says to be. sealed.ErrSignature when none has, or one that was
// replaced by then.
func signedBy(keys []signing, open func(sealed.VK) (at string, err error)) (signing, error) {
	for _, k := range keys {
		at, err := open(k.vk)
		switch {
		case err == nil && (k.until == "" || at <= k.until):
			return k, nil
		case err != nil && !errors.Is(err, sealed.ErrSignature):
			return signing{}, err
		}
	}
	return signing{}, fmt.Errorf("signed by no key that the administration has: %w", sealed.ErrSignature)
}
