package safe

import (
	"context"
	"slices"
	"time"
)

// DelegationCount is how many sessions of mediators are in a state, or came to
// it, and who ended them; "" of those that have not ended.
type DelegationCount struct {
	State DelegationState
	By    string
	Count int64
}

// DelegationFigures counts sessions for the operator: those that go on, in every
// state there is, and those that ended so long ago at most. It names nobody.
func (s *Domain) DelegationFigures(ctx context.Context, ago time.Duration) ([]DelegationCount, error) {
	var found []DelegationCount
	err := s.rows.View(ctx, func(tx Tx) error {
		var err error
		found, err = tx.DelegationLists.Count(ctx, s.now().Add(-ago))
		return err
	})
	all := []DelegationCount{{State: DelegationPending}, {State: DelegationClaimed}, {State: DelegationApproved}, {State: DelegationActive}}
	for _, c := range found {
		i := slices.IndexFunc(all, func(o DelegationCount) bool { return o.State == c.State && o.By == c.By })
		if i < 0 {
			all = append(all, c)
			continue
		}
		all[i] = c
	}
	return all, backend("count sessions", err)
}
