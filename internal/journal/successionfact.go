package journal

import (
	"bytes"
	"fmt"
	"time"

	"github.com/coffre-citoyen/coffre/internal/canon"
)

// FactSuccession is the type of SuccessionFact.
const FactSuccession = "succession"

const factTime = "2006-01-02T15:04:05Z"

// SuccessionFact publishes that an administration's root has named the next one
// (SPEC.md §15), and until when what the former one has signed counts. Who signs
// it is the former root; this package does not verify that.
type SuccessionFact struct {
	Type      string `json:"type"`
	Holder    string `json:"holder"` // "administration"
	ID        string `json:"id"`
	Epoch     int64  `json:"epoch"` // of the keyring that took the next root
	From      string `json:"from"`  // base64 of a VK
	To        string `json:"to"`
	Signature []byte `json:"signature"`
	Time      string `json:"time"` // the gateway's
}

// Encode gives the log's entry.
func (f SuccessionFact) Encode() ([]byte, error) {
	if f.Type != FactSuccession || f.Holder != "administration" || f.Epoch < 2 || !idForm.MatchString(f.ID) ||
		!vkForm.MatchString(f.From) || !vkForm.MatchString(f.To) || len(f.Signature) != 64 {
		return nil, fmt.Errorf("encode succession fact: %w", ErrFact)
	}
	if t, err := time.Parse(factTime, f.Time); err != nil || t.Format(factTime) != f.Time {
		return nil, fmt.Errorf("encode succession fact: %w", ErrFact)
	}
	b, err := canon.Encode(f)
	if err != nil {
		return nil, fmt.Errorf("encode succession fact: %w: %w", ErrFact, err)
	}
	return append([]byte(factMark), b...), nil
}

// ParseSuccessionFact reads a log entry; ErrFact when it is a commitment or
// another fact.
func ParseSuccessionFact(entry []byte) (SuccessionFact, error) {
	body, ok := bytes.CutPrefix(entry, []byte(factMark))
	if !ok {
		return SuccessionFact{}, fmt.Errorf("parse succession fact: %w", ErrFact)
	}
	var f SuccessionFact
	if err := canon.Decode(body, &f); err != nil {
		return SuccessionFact{}, fmt.Errorf("parse succession fact: %w: %w", ErrFact, err)
	}
	if _, err := f.Encode(); err != nil {
		return SuccessionFact{}, err
	}
	return f, nil
}
