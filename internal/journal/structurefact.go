package journal

import (
	"bytes"
	"fmt"
	"regexp"
	"unicode/utf16"

	"github.com/coffre-citoyen/coffre/internal/canon"
)

// FactStructure is the type of StructureFact.
const FactStructure = "structure"

var siretForm = regexp.MustCompile(`^[0-9]{14}$`)

// StructureFact publishes which structures may have mediators, and until when
// (SPEC.md §9). The newest one of an id counts.
type StructureFact struct {
	Type  string `json:"type"` // "structure"
	ID    string `json:"id"`
	SIRET string `json:"siret"`
	Name  string `json:"name"`
	From  string `json:"from"` // of the habilitation
	Until string `json:"until"`
	Ended string `json:"ended,omitempty"` // when it was withdrawn
	Time  string `json:"time"`            // of this fact
}

// Encode gives the log's entry.
func (f StructureFact) Encode() ([]byte, error) {
	f.Type = FactStructure
	if !idForm.MatchString(f.ID) || !siretForm.MatchString(f.SIRET) || !isStructureName(f.Name) || !isTime(f.From) || !isTime(f.Until) ||
		!isTime(f.Time) || f.Until <= f.From || f.Ended != "" && !isTime(f.Ended) {
		return nil, fmt.Errorf("encode structure fact: %w", ErrFact)
	}
	b, err := canon.Encode(f)
	if err != nil {
		return nil, fmt.Errorf("encode structure fact: %w: %w", ErrFact, err)
	}
	return append([]byte(factMark), b...), nil
}

// isStructureName: 1 to 200 UTF-16 code units, as a mandate has it.
func isStructureName(s string) bool { n := len(utf16.Encode([]rune(s))); return n > 0 && n <= 200 }

// ParseStructureFact reads a log entry; ErrFact when it is a commitment or
// another fact.
func ParseStructureFact(entry []byte) (StructureFact, error) {
	body, ok := bytes.CutPrefix(entry, []byte(factMark))
	if !ok {
		return StructureFact{}, fmt.Errorf("parse structure fact: %w", ErrFact)
	}
	var f StructureFact
	if err := canon.Decode(body, &f); err != nil {
		return StructureFact{}, fmt.Errorf("parse structure fact: %w: %w", ErrFact, err)
	}
	if again, err := f.Encode(); err != nil || !bytes.Equal(again, entry) {
		return StructureFact{}, fmt.Errorf("parse structure fact: %w", ErrFact)
	}
	return f, nil
}

// Current says whether the structure's mediators may act at a time of this
// form: times are in the order of their texts.
func (f StructureFact) Current(at string) bool {
	return f.Ended == "" && f.From <= at && at < f.Until
}
