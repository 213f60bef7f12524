package safe

import (
	"context"
	"errors"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// Fact is something public of the log.
type Fact interface {
	// Encode gives the log's entry.
	Encode() ([]byte, error)
}

// Announce makes something a public fact of the log.
func (s *Domain) Announce(ctx context.Context, f Fact) error {
	entry, err := f.Encode()
	if err != nil {
		return &Error{Kind: Invalid, Msg: "encode fact", Err: err}
	}
	return backend("announce fact", s.rows.Update(ctx, func(tx Tx) error {
		_, err := tx.Events.AppendFact(ctx, entry)
		return err
	}))
}

// Announced proves a fact; NotFound while it waits for its place in the log.
func (s *Domain) Announced(ctx context.Context, f Fact) (*journal.Leaf, error) {
	entry, err := f.Encode()
	if err != nil {
		return nil, &Error{Kind: Invalid, Msg: "encode fact", Err: err}
	}
	index := int64(-1)
	err = s.rows.View(ctx, func(tx Tx) error {
		var err error
		index, err = tx.Leaves.FactIndex(ctx, entry)
		return err
	})
	if err != nil {
		return nil, backend("find fact", err)
	}
	if index < 0 {
		return nil, refusal(NotFound, "the fact waits for its place in the log")
	}
	leaf, err := s.leaf(ctx, index)
	if errors.Is(err, journal.ErrWaiting) {
		return nil, refusal(NotFound, "the fact waits to be public")
	}
	return leaf, err
}
