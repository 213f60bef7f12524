package journal

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"

	"github.com/coffre-citoyen/coffre/internal/canon"
)

const factMark = "coffre/v1/fact\n"

// ErrFact: not a public fact of a known type.
var ErrFact = errors.New("not a public fact")

// The spellings of SPEC.md §1. A VK is 33 bytes and needs no padding.
var (
	idForm   = regexp.MustCompile(`^[a-z2-7]{25}[aeimquy4]$`)
	vkForm   = regexp.MustCompile(`^[A-Za-z0-9+/]{44}$`)
	hashForm = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// KeyFact publishes whose key is whose (SPEC.md §9).
type KeyFact struct {
	Type      string `json:"type"`   // "key"
	Holder    string `json:"holder"` // "safe" or "administration"
	ID        string `json:"id"`
	Epoch     int64  `json:"epoch"`
	VK        string `json:"vk"`        // base64
	Recipient string `json:"recipient"` // fingerprint
	Name      string `json:"name,omitempty"`
	SIRET     string `json:"siret,omitempty"`
}

// Encode gives the log's entry.
func (f KeyFact) Encode() ([]byte, error) {
	if f.Type != "key" || (f.Holder != "safe" && f.Holder != "administration") || f.Epoch < 1 ||
		!idForm.MatchString(f.ID) || !vkForm.MatchString(f.VK) || !hashForm.MatchString(f.Recipient) {
		return nil, fmt.Errorf("encode fact: %w", ErrFact)
	}
	b, err := canon.Encode(f)
	if err != nil {
		return nil, fmt.Errorf("encode fact: %w: %w", ErrFact, err)
	}
	return append([]byte(factMark), b...), nil
}

// ParseKeyFact reads a log entry; ErrFact when it is a commitment or another fact.
func ParseKeyFact(entry []byte) (KeyFact, error) {
	body, ok := bytes.CutPrefix(entry, []byte(factMark))
	if !ok {
		return KeyFact{}, fmt.Errorf("parse fact: %w", ErrFact)
	}
	var f KeyFact
	if err := canon.Decode(body, &f); err != nil {
		return KeyFact{}, fmt.Errorf("parse fact: %w: %w", ErrFact, err)
	}
	if _, err := f.Encode(); err != nil {
		return KeyFact{}, err
	}
	return f, nil
}
