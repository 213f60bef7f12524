package safe

import (
	"context"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// Attest makes where the backends are a public fact of the log.
func (s *Domain) Attest(ctx context.Context, f journal.TerritoryFact) error {
	return s.Announce(ctx, f)
}

// Attested proves an attestation; NotFound while it waits for its place in the
// log.
func (s *Domain) Attested(ctx context.Context, f journal.TerritoryFact) (*journal.Leaf, error) {
	return s.Announced(ctx, f)
}
