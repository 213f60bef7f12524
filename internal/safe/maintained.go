package safe

import (
	"context"
)

// maintainBatch is how many safes' journals one transaction writes in.
const maintainBatch = 200

// Maintained writes into the journal of every safe what was done to all
// documents at once: restored, moved (O5). It returns how many safes there
// are.
func (s *Domain) Maintained(ctx context.Context, what string, about map[string]string) (int, error) {
	n := 0
	p := Page{Limit: maintainBatch}
	for {
		var next string
		var ids []SafeID
		err := s.rows.Update(ctx, func(tx Tx) error {
			var err error
			if ids, next, err = tx.Sweep.Safes(ctx, p); err != nil {
				return err
			}
			if err := hold(ctx, tx, ids...); err != nil {
				return err
			}
			for _, id := range ids {
				ev := s.begin(maintenance(), what)
				ev.Safe, ev.Detail = string(id), about
				if _, err := s.record(ctx, tx, *ev); err != nil {
					return err
				}
			}
			return nil
		})
		n += len(ids)
		if err != nil || next == "" {
			return n, backend("journal maintenance", err)
		}
		p.After = next
	}
}

// Operated writes what was done to everything at once, and comes back as often
// as the clock: backups, keys of the gateway's own. It is in no safe's journal,
// but in the one of maintenance, which anybody reads.
func (s *Domain) Operated(ctx context.Context, what string, about map[string]string) error {
	ev := s.begin(maintenance(), what)
	ev.Detail = about
	return backend("journal maintenance", s.rows.Update(ctx, func(tx Tx) error {
		_, err := s.record(ctx, tx, *ev)
		return err
	}))
}
