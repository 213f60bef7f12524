package sealed

import (
	"cmp"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"slices"
)

// The kinds of unlockers.
const (
	KindPasskey    = "passkey"
	KindPaper      = "paper"
	KindPassphrase = "passphrase"
	// KindCustodians opens nothing for the holder alone (SPEC.md §10).
	KindCustodians = "custodians"
)

// Container is a keyring as the server keeps it (SPEC.md §7): sealed copies
// and what has to be known before unlocking.
type Container struct {
	Suite     int    `json:"suite"`
	Safe      string `json:"safe"`
	Epoch     int64  `json:"epoch"`
	VK        []byte `json:"vk"`
	Recipient string `json:"recipient"`
	Copies    []Copy `json:"copies"`
	// Line is the safe's former verification keys, oldest first.
	Line []Former `json:"line,omitempty"`
	// Signature of the root over the rest: what replaces a keyring has one.
	Signature []byte `json:"signature,omitempty"`
}

// Copy is the keyring sealed to one unlocker.
type Copy struct {
	ID         string `json:"id"`
	Kind       string `json:"kind"`
	Pin        []byte `json:"pin"`
	Sealed     []byte `json:"sealed"`
	Credential string `json:"credential,omitempty"` // WebAuthn credential id, base64url
}

// maxCopies bounds what a server stores and a client tries.
const maxCopies = 16

// Check verifies everything that needs no key.
func (c Container) Check() error {
	if err := checkSuite(c.Suite); err != nil {
		return fmt.Errorf("check keyring: %w", err)
	}
	vk, vkErr := ParseVK(c.VK)
	_, toErr := ParseRecipient(c.Recipient)
	if err := cmp.Or(checkID(c.Safe), vkErr, toErr); err != nil {
		return fmt.Errorf("check keyring: %w", err)
	}
	if err := ofSuite(vk, c.Suite); err != nil {
		return fmt.Errorf("check keyring: %w", err)
	}
	if c.Epoch < 1 || len(c.Copies) < minUnlockers || len(c.Copies) > maxCopies {
		return fmt.Errorf("check keyring: epoch %d with %d copies: %w", c.Epoch, len(c.Copies), ErrForm)
	}
	seen := map[string]bool{}
	for _, copy := range c.Copies {
		if err := copy.check(); err != nil {
			return fmt.Errorf("check keyring: %w", err)
		}
		if seen[copy.ID] {
			return fmt.Errorf("check keyring: two copies with one id: %w", ErrForm)
		}
		seen[copy.ID] = true
	}
	if err := cmp.Or(checkKinds(c.Copies, func(x Copy) string { return x.Kind }), c.checkLine()); err != nil {
		return fmt.Errorf("check keyring: %w", err)
	}
	if len(c.Signature) > 0 {
		return c.CheckSignature()
	}
	return nil
}

// CheckSignature is ErrSignature unless whoever holds the root behind VK made
// this very container: somebody who is only logged in cannot.
func (c Container) CheckSignature() error {
	vk, err := ParseVK(c.VK)
	if err != nil {
		return fmt.Errorf("check keyring: %w", err)
	}
	payload, err := c.unsigned()
	if err != nil {
		return fmt.Errorf("check keyring: %w", err)
	}
	if len(c.Signature) != ed25519.SignatureSize {
		return fmt.Errorf("check keyring: %w", ErrSignature)
	}
	if _, err := vk.Open(contextContainer, slices.Concat(c.Signature, payload)); err != nil {
		return fmt.Errorf("check keyring: %w", err)
	}
	return nil
}

// unsigned is what the signature is over.
func (c Container) unsigned() ([]byte, error) {
	c.Signature = nil
	return Canonical(c)
}

func (c Copy) check() error {
	if len(c.Pin) != sha256.Size {
		return fmt.Errorf("malformed copy: %w", ErrForm)
	}
	return cmp.Or(checkID(c.ID), checkKind(c.Kind), checkText(c.Credential, 2000), CheckSmall(c.Sealed))
}

func checkKind(kind string) error {
	if !slices.Contains([]string{KindPasskey, KindPaper, KindPassphrase, KindCustodians}, kind) {
		return fmt.Errorf("unknown kind of unlocker: %w", ErrForm)
	}
	return nil
}

// Hash of the container's canonical JSON: what its ETag shows.
func (c Container) Hash() [32]byte {
	b, err := Canonical(c)
	if err != nil {
		return [32]byte{} // of no container: only strings and numbers are in it
	}
	return sha256.Sum256(b)
}
