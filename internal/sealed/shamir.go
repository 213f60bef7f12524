package sealed

import (
	"crypto/rand"
	"fmt"
	"log/slog"
)

// Shares made, and how many give the secret back (SPEC.md §10).
const (
	shareCount     = 3
	shareThreshold = 2
)

// Point is one custodian's point of the 32 lines through a secret: the 32
// values, then their x, which is not 0. One alone says nothing; two say all.
// It prints as [redacted].
type Point [33]byte

// ParsePoint takes 33 bytes with an x.
func ParsePoint(b []byte) (Point, error) {
	if len(b) != len(Point{}) {
		return Point{}, fmt.Errorf("read point of %d bytes: %w", len(b), ErrLength)
	}
	if b[32] == 0 {
		return Point{}, fmt.Errorf("read point: it is where the secret itself lies: %w", ErrForm)
	}
	return Point(b), nil
}

// Bytes gives a copy, for those who must seal it.
func (p Point) Bytes() []byte { return append([]byte(nil), p[:]...) }

// String hides it.
func (p Point) String() string { return redacted }

// GoString hides it from %#v.
func (p Point) GoString() string { return redacted }

// Format hides it from every verb.
func (p Point) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// MarshalText hides it from encoders.
func (p Point) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue hides it from slog.
func (p Point) LogValue() slog.Value { return slog.StringValue(redacted) }

// Split draws one line through each byte of the secret.
func Split(secret Secret) [shareCount]Point {
	var slope Secret
	_, _ = rand.Read(slope[:]) // never fails since Go 1.24
	var out [shareCount]Point
	for i := range out {
		x := byte(i + 1)
		for at, b := range secret {
			out[i][at] = b ^ times(slope[at], x)
		}
		out[i][32] = x
	}
	return out
}

// Combine gives the secret that two points lie around. Any two points give
// some secret: whether it is the one that was split, only a pin tells.
func Combine(a, b Point) (Secret, error) {
	if a[32] == 0 || b[32] == 0 || a[32] == b[32] {
		return Secret{}, fmt.Errorf("combine points: no two of one secret: %w", ErrMismatch)
	}
	// Lagrange at 0: b/(a+b) of the one, a/(a+b) of the other.
	div := inverse(a[32] ^ b[32])
	ofA, ofB := times(b[32], div), times(a[32], div)
	var out Secret
	for i := range out {
		out[i] = times(a[i], ofA) ^ times(b[i], ofB)
	}
	return out, nil
}

// times multiplies in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1. No table is
// looked up at, and no branch taken on, what is secret.
func times(a, b byte) byte {
	var product byte
	for range 8 {
		product ^= a & -(b & 1)
		a = a<<1 ^ 0x1b&-(a>>7)
		b >>= 1
	}
	return product
}

// inverse is a^254: every element but 0 to the 255 is 1.
func inverse(a byte) byte {
	out := byte(1)
	for range 7 { // 254 = 2 + 4 + … + 128
		a = times(a, a)
		out = times(out, a)
	}
	return out
}
