package sealed

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"slices"
)

// Former is a verification key that this safe had, and what its root said last:
// which key comes after it (SPEC.md §7, succession).
type Former struct {
	VK []byte `json:"vk"`
	// Epoch of the keyring that took the next root.
	Epoch     int64  `json:"epoch"`
	Signature []byte `json:"signature"`
}

// succession is what the old root signs.
type succession struct {
	Suite int    `json:"suite"`
	Safe  string `json:"safe"`
	Epoch int64  `json:"epoch"`
	From  []byte `json:"from"`
	To    []byte `json:"to"`
}

// checkLine verifies every step from the oldest key to the one in use.
func (c Container) checkLine() error {
	if err := c.checkLineForm(); err != nil {
		return err
	}
	for i, f := range c.Line {
		to := c.VK
		if i+1 < len(c.Line) {
			to = c.Line[i+1].VK
		}
		if f.VK[0] > to[0] {
			return fmt.Errorf("a line of keys back to suite %d: %w", to[0], ErrForm)
		}
		if err := f.check(c.Safe, to); err != nil {
			return err
		}
	}
	return nil
}

func (c Container) checkLineForm() error {
	if len(c.Line) > maxCopies {
		return fmt.Errorf("%d former keys: %w", len(c.Line), ErrForm)
	}
	before, seen := int64(1), [][]byte{c.VK}
	for _, f := range c.Line {
		if _, err := ParseVK(f.VK); err != nil {
			return err
		}
		if f.Epoch <= before || f.Epoch > c.Epoch || slices.ContainsFunc(seen, func(k []byte) bool { return bytes.Equal(k, f.VK) }) {
			return fmt.Errorf("malformed line of keys: %w", ErrForm)
		}
		before, seen = f.Epoch, append(seen, f.VK)
	}
	return nil
}

// check that the former root has named the next key.
func (f Former) check(safe string, to []byte) error {
	vk, err := ParseVK(f.VK)
	if err != nil {
		return err
	}
	payload, err := Canonical(succession{Suite: vk.Suite(), Safe: safe, Epoch: f.Epoch, From: f.VK, To: to})
	if err != nil {
		return err
	}
	if len(f.Signature) != ed25519.SignatureSize {
		return fmt.Errorf("succession: %w", ErrSignature)
	}
	_, err = vk.Open(contextSuccession, slices.Concat(f.Signature, payload))
	return err
}

// keys are the safe's verification keys of a container that was checked, the one
// in use first, then the former ones, the newest first.
func (c Container) keys() []VK {
	all := []VK{VK(c.VK)}
	for _, f := range slices.Backward(c.Line) {
		all = append(all, VK(f.VK))
	}
	return all
}

// LeadsFrom says whether vk is the key of this container, which Check has
// verified, or a former one of its line.
func (c Container) LeadsFrom(vk VK) bool { return slices.Contains(c.keys(), vk) }

// checkKinds: at most one way needs other people, and it counts for nothing
// among those that the holder has in hand.
func checkKinds[T any](ways []T, kind func(T) string) error {
	own := 0
	for _, w := range ways {
		if kind(w) != KindCustodians {
			own++
		}
	}
	if own < minUnlockers || len(ways) > own+1 {
		return fmt.Errorf("%d ways in the hand of the holder of %d: %w", own, len(ways), ErrForm)
	}
	return nil
}
