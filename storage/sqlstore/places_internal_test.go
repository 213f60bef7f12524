package sqlstore

import (
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
