package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/coffre-citoyen/coffre/internal/canon"
)

// FactTerms is the type of TermsFact.
const FactTerms = "terms"

// TermsFact publishes which terms are in force (SPEC.md §9): nobody is told
// afterwards that she accepted others.
type TermsFact struct {
	Type    string `json:"type"` // "terms"
	Version string `json:"version"`
	SHA256  string `json:"sha256"` // HashTerms
}

// HashTerms is the SHA-256 of the canonical JSON {"texts","version"}, as
// GET /api/v1/terms shows both.
func HashTerms(version string, texts any) (string, error) {
	b, err := canon.Encode(struct {
		Version string `json:"version"`
		Texts   any    `json:"texts"`
	}{version, texts})
	if err != nil {
		return "", fmt.Errorf("hash terms: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// Encode gives the log's entry.
func (f TermsFact) Encode() ([]byte, error) {
	f.Type = FactTerms
	if f.Version == "" || !hashForm.MatchString(f.SHA256) {
		return nil, fmt.Errorf("encode terms fact: %w", ErrFact)
	}
	return encodeFact(f)
}

// ParseTermsFact reads a log entry; ErrFact when it is a commitment or another
// fact.
func ParseTermsFact(entry []byte) (f TermsFact, err error) {
	if err := decodeFact(entry, &f); err != nil {
		return TermsFact{}, err
	}
	if again, err := f.Encode(); err != nil || !bytes.Equal(again, entry) {
		return TermsFact{}, fmt.Errorf("parse terms fact: %w", ErrFact)
	}
	return f, nil
}

func encodeFact(f any) ([]byte, error) {
	b, err := canon.Encode(f)
	if err != nil {
		return nil, fmt.Errorf("encode fact: %w: %w", ErrFact, err)
	}
	return append([]byte(factMark), b...), nil
}

func decodeFact(entry []byte, f any) error {
	body, ok := bytes.CutPrefix(entry, []byte(factMark))
	if !ok {
		return fmt.Errorf("parse fact: %w", ErrFact)
	}
	if err := canon.Decode(body, f); err != nil {
		return fmt.Errorf("parse fact: %w: %w", ErrFact, err)
	}
	return nil
}
