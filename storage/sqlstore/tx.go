package sqlstore

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

const (
	// tries of one Update, and the longest pause between two of them.
	tries    = 20
	pauseMax = 200 * time.Millisecond
)

// View implements safe.Rows: one snapshot.
func (d *DB) View(ctx context.Context, fn func(safe.Tx) error) error {
	return d.snapshot(ctx, func(tx *sql.Tx) error { return fn(d.stores(tx, newTurn(d.line, nil))) })
}

func (d *DB) snapshot(ctx context.Context, fn func(*sql.Tx) error) error {
	return isolated(ctx, d.read, d.view, fn)
}

// Update implements safe.Rows. fn is run again when others were in its way:
// more than a few times only where many want one row at once.
func (d *DB) Update(ctx context.Context, fn func(safe.Tx) error) error {
	var wanted map[string]bool
	for try := 1; ; try++ {
		held, err := d.try(ctx, wanted, fn)
		if err == nil || try == tries || !again(err) {
			return err
		}
		rest := pause(try)
		if wanted = held; len(held) > 0 {
			rest = pause(1) // the line is its rest
		}
		select {
		case <-ctx.Done():
			return mapError("update again", ctx.Err())
		case <-time.After(rest):
		}
	}
}

// try runs fn once, after those of this process who want the same counters. It
// says whose counters fn wanted.
func (d *DB) try(ctx context.Context, wanted map[string]bool, fn func(safe.Tx) error) (held map[string]bool, err error) {
	leave, err := d.line.join(ctx, wanted)
	if err != nil {
		return nil, err
	}
	defer leave()
	mine := newTurn(d.line, wanted)
	err = isolated(ctx, d.write, d.update, func(tx *sql.Tx) error { return fn(d.stores(tx, mine)) })
	return mine.held, err
}

// pause is different for each of those that were in each other's way.
func pause(try int) time.Duration {
	most := min(time.Millisecond<<try, pauseMax)
	return rand.N(most) //nolint:gosec // nobody is to be surprised by it
}

// inTx is isolated as the database is by itself.
func inTx(ctx context.Context, db *sql.DB, fn func(*sql.Tx) error) error {
	return isolated(ctx, db, nil, fn)
}

func isolated(ctx context.Context, db *sql.DB, how *sql.TxOptions, fn func(*sql.Tx) error) error {
	tx, err := begin(ctx, db, how)
	if err != nil {
		return mapError("begin", err)
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	if err := fn(tx); err != nil {
		return err
	}
	return mapError("commit", tx.Commit())
}

// begin takes another connection when the one that it got turns out to be
// closed: after a failover all that were at rest are, and whoever is given one
// of them has done nothing yet.
func begin(ctx context.Context, db *sql.DB, how *sql.TxOptions) (*sql.Tx, error) {
	for try := 1; ; try++ {
		tx, err := db.BeginTx(ctx, how)
		if err == nil || try == tries || !hungUp(err) {
			return tx, err
		}
	}
}
