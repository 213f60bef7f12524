package sealed

import (
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

const idAlphabet = "abcdefghijklmnopqrstuvwxyz234567"

// checkID: 16 bytes in lowercase unpadded base32, in the one spelling they have.
func checkID(ids ...string) error {
	enc := base32.NewEncoding(idAlphabet).WithPadding(base32.NoPadding)
	for _, id := range ids {
		b, err := enc.DecodeString(id)
		if err != nil || len(b) != 16 || enc.EncodeToString(b) != id {
			return fmt.Errorf("malformed id: %w", ErrForm)
		}
	}
	return nil
}

// NewID draws an id (SPEC.md §1).
func NewID() string { return newID() }

func newID() string {
	s := NewSecret()
	return base32.NewEncoding(idAlphabet).WithPadding(base32.NoPadding).EncodeToString(s[:16])
}

func checkHash(hashes ...string) error {
	for _, h := range hashes {
		b, err := hex.DecodeString(h)
		if err != nil || len(b) != 32 || strings.ToLower(h) != h {
			return fmt.Errorf("malformed hash: %w", ErrForm)
		}
	}
	return nil
}

const timeLayout = "2006-01-02T15:04:05Z"

func checkTime(times ...string) error {
	for _, s := range times {
		t, err := time.Parse(timeLayout, s)
		if err != nil || t.Format(timeLayout) != s {
			return fmt.Errorf("malformed time: %w", ErrForm)
		}
	}
	return nil
}

func formatTime(t time.Time) string { return t.UTC().Format(timeLayout) }

// CheckName accepts 1 to 255 bytes of UTF-8 without control characters,
// slashes or backslashes (SPEC.md §6); anything else is ErrName.
func CheckName(name string) error {
	if len(name) < 1 || len(name) > 255 || !utf8.ValidString(name) {
		return fmt.Errorf("check name of %d bytes: %w", len(name), ErrName)
	}
	for _, r := range name {
		if r == '/' || r == '\\' || unicode.Is(unicode.Cc, r) {
			return fmt.Errorf("check name: %q in it: %w", r, ErrName)
		}
	}
	return nil
}

// checkText bounds what a person wrote, in UTF-16 code units: what a browser
// counts, so that both implementations refuse the same texts.
func checkText(s string, most int) error {
	if !utf8.ValidString(s) || len(utf16.Encode([]rune(s))) > most {
		return fmt.Errorf("text of %d bytes: %w", len(s), ErrForm)
	}
	return nil
}

func checkType(s string) error {
	if len(s) > 255 || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return fmt.Errorf("malformed media type: %w", ErrForm)
	}
	return nil
}

func checkSuite(n int) error {
	_, err := suiteOf(n)
	return err
}
