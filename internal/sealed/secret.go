package sealed

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is 32 bytes that open something: an unlock secret P, a root, a vault
// seed. It prints as [redacted] for every verb but %p, which go vet refuses.
type Secret [32]byte

// NewSecret draws one from crypto/rand.
func NewSecret() Secret {
	var s Secret
	_, _ = rand.Read(s[:]) // never fails since Go 1.24
	return s
}

// ParseSecret takes exactly 32 bytes.
func ParseSecret(b []byte) (Secret, error) {
	if len(b) != len(Secret{}) {
		return Secret{}, fmt.Errorf("read secret of %d bytes: %w", len(b), ErrLength)
	}
	return Secret(b), nil
}

// Bytes gives a copy, for those who must store or seal it.
func (s Secret) Bytes() []byte { return append([]byte(nil), s[:]...) }

// String hides it.
func (s Secret) String() string { return redacted }

// GoString hides it from %#v.
func (s Secret) GoString() string { return redacted }

// Format hides it from every verb, %x included.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// MarshalText hides it from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue hides it from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// Derive is HKDF-SHA256 (RFC 5869) with an empty salt, the label as info and
// 32 bytes of output (SPEC.md §1).
func Derive(secret []byte, label string) Secret {
	out, err := hkdf.Key(sha256.New, secret, nil, label, len(Secret{}))
	if err != nil {
		// Only for outputs over 255 hashes, or a FIPS mode that refuses short
		// secrets: neither depends on the input here.
		panic("sealed: hkdf: " + err.Error())
	}
	return Secret(out)
}
