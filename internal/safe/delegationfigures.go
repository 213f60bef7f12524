package safe

import (
	"context"
	"time"
)

// DelegationCount is how many sessions of mediators are in a state, or came to
// it, and who ended them; "" of those that have not ended.
type DelegationCount struct {
	State DelegationState
	By    string
	Count int64
}

// DelegationFigures counts sessions for the operator: those that go on, and
// those that ended since. It names nobody.
func (s *Domain) DelegationFigures(ctx context.Context, since time.Time) ([]DelegationCount, error) {
	var all []DelegationCount
	err := s.rows.View(ctx, func(tx Tx) error {
		var err error
		all, err = tx.DelegationLists.Count(ctx, since)
		return err
	})
	return all, backend("count sessions", err)
}
