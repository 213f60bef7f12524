package storagetest

import (
	"context"
	"errors"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// Twice is a database on which others are in the way of every Update: each is
// run to its end and undone, then run again, as safe.Rows may.
func Twice(rows safe.Rows) safe.Rows { return twice{rows} }

type twice struct{ safe.Rows }

var errUndone = errors.New("undone on purpose")

// Update implements safe.Rows.
func (t twice) Update(ctx context.Context, fn func(safe.Tx) error) error {
	err := t.Rows.Update(ctx, func(tx safe.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return errUndone
	})
	if !errors.Is(err, errUndone) {
		return err
	}
	return t.Rows.Update(ctx, fn)
}
