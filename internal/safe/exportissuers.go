package safe

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// The JSON of issuers.json: every key, with what proves it, of the administrations
// that have deposited something, to verify offline what they have issued.

type exportedIssuer struct {
	Administration string        `json:"administration"`
	Keys           []exportedKey `json:"keys"`
}

type exportedKey struct {
	VK    []byte        `json:"vk"`
	Epoch int64         `json:"epoch"`
	Key   *journal.Leaf `json:"key"`
	Ended *journal.Leaf `json:"ended,omitempty"`
}

// issuers are those of the origins whose keys are public; there is no member
// without one: programs of before it was there refuse it. A key that waits to be
// public holds up nobody's export.
func (p *ExportPlan) issuers(ctx context.Context, origins map[AdministrationID]bool) ([]exportedIssuer, error) {
	var all []exportedIssuer
	for _, id := range slices.Sorted(maps.Keys(origins)) {
		keys, _, err := p.s.publicKeys(ctx, id)
		if err != nil && !IsKind(err, NotFound) {
			return nil, err
		}
		one := exportedIssuer{Administration: string(id)}
		for _, k := range keys {
			one.Keys = append(one.Keys, exportedKey(k))
		}
		if len(one.Keys) > 0 {
			all = append(all, one)
		}
	}
	return all, nil
}

func writeIssuers(all []exportedIssuer) func(context.Context, io.Writer) error {
	return func(_ context.Context, w io.Writer) error {
		if err := json.NewEncoder(w).Encode(all); err != nil {
			return fmt.Errorf("write issuers: %w", err)
		}
		return nil
	}
}
