package journal

import (
	"bytes"
	"fmt"

	"github.com/coffre-citoyen/coffre/internal/canon"
)

// FactTerritory is the type of TerritoryFact.
const FactTerritory = "territory"

// TerritoryFact publishes where the backends were found to be (SPEC.md §9),
// by the names of the authority's networks, and by which rules.
type TerritoryFact struct {
	Type     string  `json:"type"`  // "territory"
	Rules    string  `json:"rules"` // hash of territory.yaml
	Time     string  `json:"time"`
	Backends []Place `json:"backends"`
}

// Place says where one backend is.
type Place struct {
	Name     string   `json:"name"`
	Networks []string `json:"networks"`
	Region   string   `json:"region,omitempty"`
}

// Encode gives the log's entry.
func (f TerritoryFact) Encode() ([]byte, error) {
	f.Type = FactTerritory
	if !hashForm.MatchString(f.Rules) || !isTime(f.Time) || f.Backends == nil {
		return nil, fmt.Errorf("encode territory fact: %w", ErrFact)
	}
	for _, p := range f.Backends {
		if p.Name == "" || len(p.Networks) == 0 {
			return nil, fmt.Errorf("encode territory fact: %w", ErrFact)
		}
	}
	b, err := canon.Encode(f)
	if err != nil {
		return nil, fmt.Errorf("encode territory fact: %w: %w", ErrFact, err)
	}
	return append([]byte(factMark), b...), nil
}

// ParseTerritoryFact reads a log entry; ErrFact when it is a commitment or
// another fact.
func ParseTerritoryFact(entry []byte) (TerritoryFact, error) {
	body, ok := bytes.CutPrefix(entry, []byte(factMark))
	if !ok {
		return TerritoryFact{}, fmt.Errorf("parse territory fact: %w", ErrFact)
	}
	var f TerritoryFact
	if err := canon.Decode(body, &f); err != nil {
		return TerritoryFact{}, fmt.Errorf("parse territory fact: %w: %w", ErrFact, err)
	}
	if again, err := f.Encode(); err != nil || !bytes.Equal(again, entry) {
		return TerritoryFact{}, fmt.Errorf("parse territory fact: %w", ErrFact)
	}
	return f, nil
}
