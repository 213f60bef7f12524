package client

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// ErrReplaced: another root or vault is in the place of the one that was unlocked.
// What comes from now on may be sealed to a key that is not at hand, and what the
// former root signs is refused: whoever goes on unlocks again.
var ErrReplaced = errors.New("the administration's key was replaced since it was unlocked")

// Current asks whether the keys in hand are those in use: ErrReplaced. A keyring
// that only opens in other ways is the same. Nothing is believed that is older
// than what was unlocked, or that its root has not led to.
func (o *Office) Current(ctx context.Context) error {
	var now sealed.Container
	if err := o.c.get(ctx, officeKeyring, nil, &now); err != nil {
		return err
	}
	err := o.sameKeys(now)
	return withEvidence(err, map[string]any{"keyring": now, "unlocked": o.ring.Container()})
}

func (o *Office) sameKeys(now sealed.Container) error {
	have, vk := o.ring.Container(), o.ring.Root().VK()
	if now.Hash() == have.Hash() {
		return nil
	}
	if err := now.Check(); err != nil {
		return err
	}
	switch {
	case now.Safe != o.id:
		return mismatch("keyring of another holder")
	case now.Epoch <= have.Epoch:
		return fmt.Errorf("keyring %d, or another one of that number, after %d: %w", now.Epoch, have.Epoch, ErrRollback)
	case !now.LeadsFrom(vk):
		return fmt.Errorf("no line leads from the root that was unlocked to this one: %w", sealed.ErrPin)
	case string(now.VK) == string(vk[:]) && now.Recipient == have.Recipient:
		return nil
	}
	return ErrReplaced
}

// KeyName tells the root in hand from those before and after it.
func (o *Office) KeyName() string {
	vk := o.ring.Root().VK()
	return hex.EncodeToString(vk[:])
}

// own opens what this administration has signed itself: with the root in use, or
// with one that led to it. now says which of both.
func own[T any](o *Office, open func(sealed.VK) (T, error)) (out T, now bool, err error) {
	if out, err = open(o.ring.Root().VK()); !errors.Is(err, sealed.ErrSignature) {
		return out, true, err
	}
	for _, f := range o.ring.Container().Line {
		vk, unread := sealed.ParseVK(f.VK)
		if unread != nil {
			return out, false, unread
		}
		if out, err = open(vk); !errors.Is(err, sealed.ErrSignature) {
			return out, false, err
		}
	}
	return out, false, err
}

// Said is what this administration has acknowledged, under its root or a former
// one. Under the former it is signed anew: the gateway takes no other.
func (o *Office) Said(signed []byte) (said sealed.Acknowledgement, anew []byte, err error) {
	said, now, err := own(o, func(vk sealed.VK) (sealed.Acknowledgement, error) { return sealed.OpenAcknowledgement(signed, vk) })
	switch {
	case err != nil:
		return said, nil, err
	case said.Administration != o.id:
		return said, nil, mismatch("acknowledgement of another administration")
	case now:
		return said, signed, nil
	}
	anew, err = sealed.SignAcknowledgement(said, o.ring.Root())
	return said, anew, err
}
