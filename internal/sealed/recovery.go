package sealed

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"golang.org/x/text/unicode/norm"
)

const codeWords = 6

// Request asks custodians for their shares (SPEC.md §10). Nobody signs it:
// who asks has nothing left to sign with.
type Request struct {
	Suite     int    `json:"suite"`
	Safe      string `json:"safe"`
	Custody   string `json:"custody"`   // hash of the signed custody
	Recipient string `json:"recipient"` // of the new paper key's unlock identity
	Created   string `json:"created"`
}

// NewRequest makes one for a paper key that the holder has just made.
func NewRequest(safe string, custody []byte, paper Secret, now time.Time) ([]byte, error) {
	id, err := UnlockIdentity(paper)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	r := Request{Suite: Suite, Safe: safe, Custody: hashHex(custody), Recipient: id.Recipient().String(), Created: formatTime(now)}
	if err := r.check(); err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	return Canonical(r)
}

// ParseRequest reads one.
func ParseRequest(b []byte) (Request, error) {
	var r Request
	if err := decodeSuite(b, &r, func() int { return r.Suite }); err != nil {
		return Request{}, fmt.Errorf("read request: %w", err)
	}
	if err := r.check(); err != nil {
		return Request{}, fmt.Errorf("read request: %w", err)
	}
	return r, nil
}

func (r Request) check() error {
	if err := checkSuite(r.Suite); err != nil {
		return err
	}
	_, err := ParseRecipient(r.Recipient)
	return cmp.Or(checkID(r.Safe), checkHash(r.Custody), err, checkTime(r.Created))
}

// codeOf is 66 bits of the request: what holder and custodian compare by
// voice.
func codeOf(request []byte) [codeWords]int {
	sum := sha256.Sum256(append([]byte("coffre/v1/recovery\x00"), request...))
	var out [codeWords]int
	for i := range out {
		for bit := i * 11; bit < (i+1)*11; bit++ {
			out[i] = out[i]<<1 | int(sum[bit/8]>>(7-bit%8)&1)
		}
	}
	return out
}

// RequestCode writes the code as six words, composed letters to be shown.
func RequestCode(request []byte, lang string) ([]string, error) {
	l, ok := lists()[lang]
	if !ok {
		return nil, fmt.Errorf("write code: %w", errLanguage)
	}
	var out []string
	for _, v := range codeOf(request) {
		out = append(out, norm.NFC.String(l.words[v]))
	}
	return out, nil
}

// CheckCode holds the six words that a custodian was told against the
// request, as forgiving as ParsePaper: a *WordsError when they are no code,
// ErrMismatch when they are another request's.
func CheckCode(request []byte, typed string) error {
	index, _, err := recognise(typed, codeWords)
	if err != nil {
		return err
	}
	want := codeOf(request)
	if !slices.Equal(index, want[:]) {
		return fmt.Errorf("check code: another request's: %w", ErrMismatch)
	}
	return nil
}

// Agreement is one custodian's word that she was told the code, when by her
// own clock, and where in the log the request was. Nobody else can make it,
// or make it older.
type Agreement struct {
	Suite     int    `json:"suite"`
	Safe      string `json:"safe"`
	Request   string `json:"request"` // hash
	Custodian string `json:"custodian"`
	Index     int64  `json:"index"` // of the request's fact in the log
	Seen      string `json:"seen"`
}

// NewAgreement signs one with the custodian's own root.
func NewAgreement(request []byte, custodian string, index int64, root RootKey, now time.Time) ([]byte, error) {
	r, err := ParseRequest(request)
	if err != nil {
		return nil, fmt.Errorf("make agreement: %w", err)
	}
	a := Agreement{Suite: root.Suite(), Safe: r.Safe, Request: hashHex(request), Custodian: custodian, Index: index, Seen: formatTime(now)}
	return signPayload(contextAgreement, root, a, a.check())
}

// OpenAgreement verifies and reads one, under the custodian's key.
func OpenAgreement(signed []byte, vk VK) (Agreement, error) {
	var a Agreement
	if err := openPayload(contextAgreement, signed, vk, &a, func() int { return a.Suite }); err != nil {
		return Agreement{}, fmt.Errorf("open agreement: %w", err)
	}
	if err := a.check(); err != nil {
		return Agreement{}, fmt.Errorf("open agreement: %w", err)
	}
	return a, nil
}

func (a Agreement) check() error {
	if err := checkSuite(a.Suite); err != nil {
		return err
	}
	if a.Index < 0 {
		return fmt.Errorf("malformed index: %w", ErrForm)
	}
	return cmp.Or(checkID(a.Safe, a.Custodian), checkHash(a.Request), checkTime(a.Seen))
}

// Due is when this custodian may give her share.
func (a Agreement) Due(c Custody) (time.Time, error) {
	seen, err := time.Parse(timeLayout, a.Seen)
	if err != nil {
		return time.Time{}, fmt.Errorf("read agreement: %w", ErrForm)
	}
	return seen.Add(c.Wait()), nil
}
