package sealed

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"math/bits"
	"strings"
)

// HeaderSize is the length of the only header there is.
const HeaderSize = 1627

const (
	nonceSize = 16
	tagSize   = 16
	chunkSize = 64 << 10
	// minPlain keeps small documents from telling their size.
	minPlain = 512
)

// The header's lines: what is fixed, then so many characters of unpadded
// base64 whose last one has spare bits that must be zero, so that one header
// has one spelling.
//
//nolint:gochecknoglobals // a constant in all but name
var headerLines = []struct {
	fixed  string
	length int
	last   string
}{
	{"age-encryption.org/v1\n-> mlkem768x25519 ", 1494, "AQgw"},
	{"\n", 43, "AEIMQUYcgkosw048"},
	{"\n--- ", 43, "AEIMQUYcgkosw048"},
}

const base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

func oneHybridStanza(header string) bool {
	for _, l := range headerLines {
		rest, ok := strings.CutPrefix(header, l.fixed)
		if !ok || len(rest) < l.length || strings.Trim(rest[:l.length], base64Alphabet) != "" ||
			!strings.Contains(l.last, rest[l.length-1:l.length]) {
			return false
		}
		header = rest[l.length:]
	}
	return header == "\n"
}

// CheckForm looks at the first HeaderSize bytes of an age file: exactly one
// native hybrid stanza and nothing beside it, else ErrForm.
func CheckForm(header []byte) error {
	if len(header) < HeaderSize || !oneHybridStanza(string(header[:HeaderSize])) {
		return fmt.Errorf("check header: not one age file with one mlkem768x25519 stanza: %w", ErrForm)
	}
	return nil
}

// CheckSmall looks at a whole object in memory: form, and a length that some
// plaintext of 512 bytes or more has.
func CheckSmall(b []byte) error {
	if err := CheckForm(b); err != nil {
		return err
	}
	if !plausible(int64(len(b))) {
		return fmt.Errorf("check object of %d bytes: %w", len(b), ErrLength)
	}
	return nil
}

func plausible(length int64) bool {
	payload := length - HeaderSize - nonceSize
	chunks := (payload + chunkSize + tagSize - 1) / (chunkSize + tagSize)
	plain := payload - tagSize*chunks
	return plain >= minPlain && ageSize(plain) == length
}

// ageSize is the length of the age file of so many plain bytes.
func ageSize(plain int64) int64 {
	return HeaderSize + nonceSize + plain + tagSize*((plain+chunkSize-1)/chunkSize)
}

// Padme rounds a length up so that it tells little (Nikitin et al., PETS
// 2019): at most 12 % more.
func Padme(n int64) int64 {
	if n < 2 {
		return n
	}
	e := bits.Len64(uint64(n)) - 1
	s := bits.Len64(uint64(e)) //nolint:gosec // a length is not negative
	step := int64(1) << (e - s)
	return (n + step - 1) / step * step
}

// PaddedSize is the plaintext length of a document of so many bytes, in the
// latest suite.
func PaddedSize(size int64) int64 { return suites()[0].padded(size) }

// SealedSize is the length of the sealed file of a document of so many bytes, in
// the latest suite.
func SealedSize(size int64) int64 { return ageSize(PaddedSize(size)) }

// SealedSizeIn is the same in the suite of a safe's root.
func SealedSizeIn(suite int, size int64) (int64, error) {
	s, err := suiteOf(suite)
	if err != nil {
		return 0, err
	}
	return ageSize(s.padded(size)), nil
}

// SealedRange is the least and the most that a document of so many bytes has when
// it is sealed, over all known suites.
func SealedRange(size int64) (least, most int64) {
	for _, s := range suites() {
		n := ageSize(s.padded(size))
		if least == 0 || n < least {
			least = n
		}
		most = max(most, n)
	}
	return least, most
}

// paddedTo is the plaintext length of a sealed document of that size; 0 when no
// known suite seals it to that length.
func paddedTo(ref DocumentRef) int64 {
	n, ok := DocumentSuite(ref.Size, ref.Sealed)
	if !ok {
		return 0
	}
	s, err := suiteOf(n)
	if err != nil {
		return 0
	}
	return s.padded(ref.Size)
}

// FormReader passes a sealed stream on while it checks what can be checked
// without keys. Not safe for concurrent use.
type FormReader struct {
	r      io.Reader
	left   int64
	header []byte
	sum    hash.Hash
	err    error
}

// NewFormReader expects exactly length bytes with the form of SPEC.md §5. A
// wrong header is ErrForm before the first byte is passed on; a wrong end is
// ErrLength instead of io.EOF.
func NewFormReader(r io.Reader, length int64) *FormReader {
	f := &FormReader{r: r, left: length, sum: sha256.New()}
	if !plausible(length) {
		f.err = fmt.Errorf("check length %d: no document has it: %w", length, ErrLength)
	}
	return f
}

// Sum is the SHA-256 of all bytes, once Read has returned io.EOF.
func (f *FormReader) Sum() [sha256.Size]byte { return [sha256.Size]byte(f.sum.Sum(nil)) }

// Read implements io.Reader.
func (f *FormReader) Read(p []byte) (int, error) {
	if f.err == nil && f.header == nil {
		f.err = f.readHeader()
	}
	if f.err != nil {
		return 0, f.err
	}
	if len(f.header) > 0 {
		n := copy(p, f.header)
		f.header = f.header[n:]
		return n, nil
	}
	n, err := f.r.Read(p)
	if int64(n) > f.left {
		f.err = fmt.Errorf("read sealed bytes: more than announced: %w", ErrLength)
		return 0, f.err
	}
	f.left -= int64(n)
	f.sum.Write(p[:n])
	switch {
	case err == io.EOF && f.left > 0:
		f.err = fmt.Errorf("read sealed bytes: %d missing: %w", f.left, ErrLength)
	case err != nil:
		f.err = err
	}
	return n, f.err
}

func (f *FormReader) readHeader() error {
	f.header = make([]byte, HeaderSize)
	n, err := io.ReadFull(f.r, f.header)
	f.left -= int64(n)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("read sealed bytes: ends in its header: %w", ErrLength)
	}
	if err != nil {
		return err
	}
	f.sum.Write(f.header)
	return CheckForm(f.header)
}
