package sealed

import (
	"encoding/json"
	"fmt"
	"strings"
)

// first is the suite that SPEC.md is written in.
const first = 1

// suite is one generation of formats. What differs from one to the next is here;
// a safe is of the suite of its root, which its verification key shows, and moves
// to a later one by a succession (SPEC.md §12).
type suite struct {
	number int
	// padded is the plaintext length of a document or a manifest of so many bytes.
	padded func(size int64) int64
}

func suiteOne() suite {
	return suite{number: first, padded: func(size int64) int64 { return Padme(max(size, minPlain)) }}
}

// suiteOf is ErrSuite for one that this program does not know.
func suiteOf(n int) (suite, error) {
	for _, s := range suites() {
		if s.number == n {
			return s, nil
		}
	}
	return suite{}, fmt.Errorf("suite %d: %w", n, ErrSuite)
}

// label is that of this suite for what SPEC.md calls coffre/v1/….
func (s suite) label(one string) string {
	if s.number == first {
		return one
	}
	return fmt.Sprintf("coffre/v%d/%s", s.number, strings.TrimPrefix(one, "coffre/v1/"))
}

// DocumentSuite is the suite that a sealed document of this length is of, and
// false when no known one seals so many bytes to that length.
func DocumentSuite(size, length int64) (int, bool) {
	if size < 1 {
		return 0, false
	}
	for _, s := range suites() {
		if ageSize(s.padded(size)) == length {
			return s.number, true
		}
	}
	return 0, false
}

// decodeSuite decodes a payload and tells one of a later suite, whose members
// nobody here knows, from a damaged one.
func decodeSuite(b []byte, v any, suite func() int) error {
	err := DecodeCanonical(b, v)
	if err == nil {
		return checkSuite(suite())
	}
	var later struct {
		Suite int `json:"suite"`
	}
	if json.Unmarshal(b, &later) == nil && later.Suite > Suite {
		return checkSuite(later.Suite)
	}
	return err
}

// ofSuite refuses what is signed under the key of one suite and says that it is
// of another.
func ofSuite(vk VK, payload int) error {
	if int(vk[0]) != payload {
		return fmt.Errorf("suite %d under a key of suite %d: %w", payload, vk[0], ErrMismatch)
	}
	return nil
}
