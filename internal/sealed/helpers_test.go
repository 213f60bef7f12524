package sealed

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"testing"
	"time"
)

const (
	safeID   = "aaaaaaaaaaaaaaaaaaaaaaaaaa"
	docID    = "bbbbbbbbbbbbbbbbbbbbbbbbba"
	versID   = "ccccccccccccccccccccccccca"
	readerID = "ddddddddddddddddddddddddda"
	someTime = "2026-03-01T10:00:00Z"
)

func someDay() time.Time { return time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC) }

// counting is the secret of the known answers: 00 01 02 … 1f.
func counting() Secret {
	var s Secret
	for i := range s {
		s[i] = byte(i)
	}
	return s
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func freshIdentity(t testing.TB) *Identity {
	t.Helper()
	return must(NewIdentity())(t)
}

// refused wants the error that the caller of the API acts on.
func refused(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: error is %v, want %q", what, err, want)
	}
}

// typed is for parsers: whatever they refuse is one of the package's errors.
func typed(t testing.TB, err error) {
	t.Helper()
	for _, known := range []error{
		ErrForm, ErrLength, ErrHash, ErrSignature, ErrPin, ErrKey, ErrSuite, ErrMismatch, ErrName,
	} {
		if errors.Is(err, known) {
			return
		}
	}
	t.Errorf("refused with an error of no kind: %v", err)
}

func sumHex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// replace fails when there is nothing to replace: such a test would show nothing.
func replace(t testing.TB, b []byte, old, with string) []byte {
	t.Helper()
	if !bytes.Contains(b, []byte(old)) {
		t.Fatalf("no %q to replace", old)
	}
	return bytes.Replace(b, []byte(old), []byte(with), 1)
}

func must2[T, U any](v T, u U, err error) func(testing.TB) (T, U) {
	return func(t testing.TB) (T, U) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v, u
	}
}
