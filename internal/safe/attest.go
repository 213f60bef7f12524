package safe

import (
	"context"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// Attest makes where the backends are a public fact of the log.
func (s *Domain) Attest(ctx context.Context, f journal.TerritoryFact) error {
	entry, err := f.Encode()
	if err != nil {
		return &Error{Kind: Invalid, Msg: "encode attestation", Err: err}
	}
	return backend("attest", s.rows.Update(ctx, func(tx Tx) error {
		_, err := tx.Events.AppendFact(ctx, entry)
		return err
	}))
}

// Attested proves an attestation; NotFound while it waits for its place in the
// log.
func (s *Domain) Attested(ctx context.Context, f journal.TerritoryFact) (*journal.Leaf, error) {
	entry, err := f.Encode()
	if err != nil {
		return nil, &Error{Kind: Invalid, Msg: "encode attestation", Err: err}
	}
	index := int64(-1)
	err = s.rows.View(ctx, func(tx Tx) error {
		var err error
		index, err = tx.Leaves.FactIndex(ctx, entry)
		return err
	})
	if err != nil {
		return nil, backend("find attestation", err)
	}
	if index < 0 {
		return nil, refusal(NotFound, "the attestation waits for its place in the log")
	}
	return s.leaf(ctx, index)
}
