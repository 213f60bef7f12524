package journal

import (
	"bytes"
	"fmt"

	"github.com/coffre-citoyen/coffre/internal/canon"
)

// The types of RecoveryFact.
const (
	FactRecovery      = "recovery"
	FactRecoveryEnded = "recovery-ended"
)

// RecoveryFact publishes that a recovery was asked for, or that it has ended
// (SPEC.md §9): a custodian who has read the log since the one knows of the
// other.
type RecoveryFact struct {
	Type    string `json:"type"`
	Safe    string `json:"safe"`
	Request string `json:"request"` // hash
}

// Encode gives the log's entry.
func (f RecoveryFact) Encode() ([]byte, error) {
	if (f.Type != FactRecovery && f.Type != FactRecoveryEnded) || !idForm.MatchString(f.Safe) || !hashForm.MatchString(f.Request) {
		return nil, fmt.Errorf("encode recovery fact: %w", ErrFact)
	}
	b, err := canon.Encode(f)
	if err != nil {
		return nil, fmt.Errorf("encode recovery fact: %w: %w", ErrFact, err)
	}
	return append([]byte(factMark), b...), nil
}

// ParseRecoveryFact reads a log entry; ErrFact when it is a commitment or
// another fact.
func ParseRecoveryFact(entry []byte) (RecoveryFact, error) {
	body, ok := bytes.CutPrefix(entry, []byte(factMark))
	if !ok {
		return RecoveryFact{}, fmt.Errorf("parse recovery fact: %w", ErrFact)
	}
	var f RecoveryFact
	if err := canon.Decode(body, &f); err != nil {
		return RecoveryFact{}, fmt.Errorf("parse recovery fact: %w: %w", ErrFact, err)
	}
	if _, err := f.Encode(); err != nil {
		return RecoveryFact{}, err
	}
	return f, nil
}
