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

	"github.com/gowebpki/jcs"
)

// ErrNotCanonical is wrapped by every refusal of Decode.
var ErrNotCanonical = errors.New("not canonical JSON of this shape")

// Encode gives the canonical form of a struct or map.
func Encode(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode JSON: %w", err)
	}
	out, err := jcs.Transform(buf.Bytes())
	if err != nil {
		return nil, fmt.Errorf("make JSON canonical: %w", err)
	}
	return out, nil
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
