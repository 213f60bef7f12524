package sealed

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"

	"github.com/coffre-citoyen/coffre/internal/canon"
)

// What signatures are made for: a signature of one context is none in another.
// A later suite has names of its own for them.
const (
	contextKeyring    = "coffre/v1/keyring"
	contextContainer  = "coffre/v1/container"
	contextSuccession = "coffre/v1/succession"
	contextManifest   = "coffre/v1/manifest"
	contextChange     = "coffre/v1/change"
	contextGrant      = "coffre/v1/grant"
)

// VK is a safe's public verification key: suite byte, then Ed25519.
type VK [33]byte

// Suite is its first byte.
func (v VK) Suite() int { return int(v[0]) }

// ParseVK reads 33 bytes.
func ParseVK(b []byte) (VK, error) {
	if len(b) != len(VK{}) {
		return VK{}, fmt.Errorf("read verification key of %d bytes: %w", len(b), ErrLength)
	}
	if _, err := suiteOf(int(b[0])); err != nil {
		return VK{}, fmt.Errorf("read verification key: %w", err)
	}
	return VK(b), nil
}

// Open gives the payload of a signed object (SPEC.md §3), or ErrSignature.
func (v VK) Open(context string, signed []byte) ([]byte, error) {
	s, err := suiteOf(v.Suite())
	if err != nil {
		return nil, fmt.Errorf("verify %s: %w", context, err)
	}
	if len(signed) <= ed25519.SignatureSize {
		return nil, fmt.Errorf("verify %s: %w", context, ErrSignature)
	}
	sig, payload := signed[:ed25519.SignatureSize], signed[ed25519.SignatureSize:]
	if !ed25519.Verify(v[1:], message(s.label(context), payload), sig) {
		return nil, fmt.Errorf("verify %s: %w", context, ErrSignature)
	}
	return payload, nil
}

// RootKey signs for a safe. It prints as [redacted]; behind a pointer, so that
// printing a struct that holds one in a hidden field shows an address.
type RootKey struct {
	key   *ed25519.PrivateKey
	suite suite
}

// NewRootKey derives the signing key of a root secret, in the latest suite.
func NewRootKey(root Secret) RootKey { return rootKey(suites()[0], root) }

func rootKey(s suite, root Secret) RootKey { return signingKey(s, root, "coffre/v1/root/ed25519") }

func signingKey(s suite, secret Secret, label string) RootKey {
	seed := Derive(secret[:], s.label(label))
	key := ed25519.NewKeyFromSeed(seed[:])
	return RootKey{&key, s}
}

// Suite of everything that it signs.
func (k RootKey) Suite() int { return k.suite.number }

// VK is the public part.
func (k RootKey) VK() VK {
	var v VK
	v[0] = byte(k.suite.number) //nolint:gosec // of a few
	copy(v[1:], (*k.key)[32:])
	return v
}

// Sign gives signature ‖ payload.
func (k RootKey) Sign(context string, payload []byte) []byte {
	return append(ed25519.Sign(*k.key, message(k.suite.label(context), payload)), payload...)
}

// Format hides it from every verb.
func (k RootKey) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

func message(context string, payload []byte) []byte {
	return append(append([]byte(context), 0), payload...)
}

// pin ties a safe's verification key to an unlock secret: a server that shows
// another key is found out on any device.
func pin(p Secret, safe string, vk VK) []byte {
	key := Derive(p[:], "coffre/v1/unlock/pin")
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte("coffre/v1/pin\x00" + safe + "\x00"))
	mac.Write(vk[:])
	return mac.Sum(nil)
}

// Canonical and DecodeCanonical are RFC 8785, see package canon. A refusal is
// ErrForm.
func Canonical(v any) ([]byte, error) {
	b, err := canon.Encode(v)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrForm, err)
	}
	return b, nil
}

// DecodeCanonical refuses whatever does not re-encode to the same bytes.
func DecodeCanonical(b []byte, v any) error {
	if err := canon.Decode(b, v); err != nil {
		return fmt.Errorf("%w: %w", ErrForm, err)
	}
	return nil
}

const block = 512

func toBlock(n int) int { return (n + block - 1) / block * block }

func padLF(b []byte, to int64) []byte {
	return append(b, bytes.Repeat([]byte{'\n'}, int(to)-len(b))...)
}

// unpadLF takes padding off signed canonical JSON, which ends with a brace.
func unpadLF(b []byte) []byte { return bytes.TrimRight(b, "\n") }
