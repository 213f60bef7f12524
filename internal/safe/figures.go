package safe

import (
	"context"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// MonthFigures says how often each kind of event happened in a month.
type MonthFigures struct {
	Month  time.Time // its first day
	Counts []journal.Figure
}

// EventFigures counts the journal's events by month and kind, since it begins:
// what an operator may know of it.
func (s *Domain) EventFigures(ctx context.Context) ([]MonthFigures, error) {
	for n := summariseBatch; n == summariseBatch; {
		var err error
		if n, err = s.summarise(ctx); err != nil {
			return nil, err
		}
	}
	var all []MonthFigures
	err := s.rows.View(ctx, func(tx Tx) error {
		all = nil
		oldest, err := tx.Keeper.Oldest(ctx)
		if err != nil || oldest.IsZero() {
			return err
		}
		end := s.now()
		for m := time.Date(oldest.Year(), oldest.Month(), 1, 0, 0, 0, 0, time.UTC); !m.After(end); m = m.AddDate(0, 1, 0) {
			counts, err := tx.Keeper.Figures(ctx, m, m.AddDate(0, 1, 0))
			if err != nil {
				return err
			}
			if len(counts) > 0 {
				all = append(all, MonthFigures{Month: m, Counts: counts})
			}
		}
		return nil
	})
	return all, backend("count events", err)
}
