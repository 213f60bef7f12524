package safe

import (
	"context"
	"time"
)

// OutboxFigures is how it goes with what is to be sent, over all targets.
type OutboxFigures struct {
	// Oldest is when what waits longest in a lane was put there; now where
	// nothing waits. What does not arrive waits there too, between its tries.
	Oldest map[Way]time.Time
	// Overdue is for how long something is due that nobody has taken.
	Overdue time.Duration
}

// OutboxFigures is for the operator; it names nobody.
func (s *Domain) OutboxFigures(ctx context.Context) (OutboxFigures, error) {
	now := s.now()
	out := OutboxFigures{Oldest: map[Way]time.Time{}}
	err := s.rows.View(ctx, func(tx Tx) error {
		for _, lane := range []Way{ByEmail, ByPush, ByWebhook} {
			oldest, err := tx.Outbox.Oldest(ctx, lane)
			if err != nil {
				return err
			}
			if oldest.IsZero() {
				oldest = now
			}
			out.Oldest[lane] = oldest
			due, err := tx.Outbox.Due(ctx, lane, now, 1)
			if err != nil {
				return err
			}
			for _, p := range due {
				out.Overdue = max(out.Overdue, now.Sub(p.Due))
			}
		}
		return nil
	})
	return out, backend("look into outbox", err)
}
