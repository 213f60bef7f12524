package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// TestPlacesInAnyOrder: transactions that name the same safes in opposite
// orders never wait for each other in a circle. PostgreSQL would end that after
// a second, and count it.
func TestPlacesInAnyOrder(t *testing.T) {
	dsn := servers.Postgres(t)
	db, err := Open(t.Context(), Config{DSN: dsn, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	var writers sync.WaitGroup
	for w := range 6 {
		writers.Go(func() {
			for range 20 {
				some := []string{"a", "b", "c"}
				if w%2 == 1 {
					some = []string{"c", "b", "a"}
				}
				err := db.Update(t.Context(), func(tx safe.Tx) error {
					if err := tx.Events.Hold(t.Context(), some...); err != nil {
						return err
					}
					for _, whose := range some {
						n, err := tx.Events.Next(t.Context(), whose)
						if err != nil {
							return err
						}
						if _, err = tx.Events.Append(t.Context(), whose, fmt.Append(nil, n), journal.NewSalt()); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	if err := db.Close(); err != nil { // what its sessions counted is seen now
		t.Fatal(err)
	}
	again, err := Open(t.Context(), Config{DSN: dsn, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = again.Close() }()
	var deadlocks, commits int
	err = again.read.QueryRowContext(t.Context(),
		`SELECT deadlocks, xact_commit FROM pg_stat_database WHERE datname = current_database()`).Scan(&deadlocks, &commits)
	if err != nil || deadlocks != 0 || commits < 120 {
		t.Errorf("%d deadlocks in %d transactions, %v", deadlocks, commits, err)
	}
}

// TestManyWritersOfOneSafe: whoever is in another's way waits for his turn, and
// nobody is sent away.
func TestManyWritersOfOneSafe(t *testing.T) {
	db, err := Open(t.Context(), Config{DSN: servers.Postgres(t), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var mu sync.Mutex
	seen := map[int64]bool{}
	var writers sync.WaitGroup
	for range 48 {
		writers.Go(func() {
			for range 4 {
				var n int64
				err := db.Update(t.Context(), func(tx safe.Tx) (err error) {
					n, err = tx.Events.Next(t.Context(), "one")
					return err
				})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if seen[n] {
					t.Errorf("place %d was given twice", n)
				}
				seen[n] = true
				mu.Unlock()
			}
		})
	}
	writers.Wait()
	if len(seen) != 192 || !seen[1] || !seen[192] {
		t.Errorf("%d places of 192", len(seen))
	}
}

// TestLineGivesUp with its caller, and leaves nobody waiting behind.
func TestLineGivesUp(t *testing.T) {
	l := newLine()
	leave, err := l.join(t.Context(), map[string]bool{"a": true, "b": true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.join(ctx, map[string]bool{"a": true, "c": true}); !errors.Is(err, context.Canceled) {
		t.Errorf("joined: %v", err)
	}
	leave()
	leave, err = l.join(t.Context(), map[string]bool{"c": true, "b": true, "a": true})
	if err != nil {
		t.Fatal(err)
	}
	leave()
}
