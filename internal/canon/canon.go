// Package canon is canonical JSON: RFC 8785, restricted to what Coffre's
// formats use (sealed/SPEC.md §1): objects, arrays, strings, integers of
// magnitude below 2^53, booleans; never null.
//
// Trust: Decode accepts a value only when it encodes to the very bytes that
// were read, so what is signed or committed to and what is understood cannot
// differ. It says nothing about who wrote the bytes.
package canon

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/gowebpki/jcs"
)

// ErrNotCanonical is wrapped by every refusal of Encode and Decode.
var ErrNotCanonical = errors.New("not canonical JSON of this shape")

// maxInteger is the last integer that every reader of JSON takes for what it is.
const maxInteger = 1<<53 - 1

// Encode gives the canonical form of a struct or map. It refuses what the
// formats have no word for: null (a nil slice is one), fractions, integers
// beyond 2^53-1, strings that are not UTF-8.
func Encode(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode JSON: %w: %w", ErrNotCanonical, err)
	}
	if err := check(buf.Bytes()); err != nil {
		return nil, fmt.Errorf("encode JSON: %w", err)
	}
	out, err := jcs.Transform(buf.Bytes())
	if err != nil {
		return nil, fmt.Errorf("make JSON canonical: %w: %w", ErrNotCanonical, err)
	}
	return out, nil
}

// check walks what encoding/json wrote.
func check(b []byte) error {
	if replaced(b) {
		return fmt.Errorf("text that is not UTF-8: %w", ErrNotCanonical)
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	for {
		switch tok, err := dec.Token(); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("%w: %w", ErrNotCanonical, err)
		case tok == nil:
			return fmt.Errorf("null: %w", ErrNotCanonical)
		default:
			if n, ok := tok.(json.Number); ok && !isInteger(string(n)) {
				return fmt.Errorf("not an integer below 2^53: %w", ErrNotCanonical)
			}
		}
	}
}

func isInteger(s string) bool {
	n, err := strconv.ParseInt(s, 10, 64)
	return err == nil && -maxInteger <= n && n <= maxInteger
}

// replaced looks for the escape that encoding/json writes in place of bytes
// that are not UTF-8: signing another text than the caller's is no service.
// U+FFFD itself is written as it is.
func replaced(b []byte) bool {
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		if i++; bytes.HasPrefix(b[i:], []byte("ufffd")) {
			return true
		}
	}
	return false
}

// Decode fills v, a pointer to a struct, and refuses whatever does not
// re-encode to the same bytes: unknown, doubled or missing members, nulls,
// other spellings of a number, trailing data.
func Decode(b []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("%w: %w", ErrNotCanonical, err)
	}
	again, err := Encode(v)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotCanonical, err)
	}
	if !bytes.Equal(again, b) {
		return ErrNotCanonical
	}
	return nil
}
