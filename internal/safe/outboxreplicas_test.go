package safe_test

import (
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/sqlstore"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// TestReplicasCarryEachParcelOnce: several gateways on one database look for
// what is due at the same moment, while acts put more there; nobody gets what
// another one has, and nothing is left.
func TestReplicasCarryEachParcelOnce(t *testing.T) {
	for kind, dsn := range map[string]string{
		"sqlite": "sqlite://" + filepath.Join(t.TempDir(), "replicas.db"), "postgres": servers.Postgres(t),
	} {
		t.Run(kind, func(t *testing.T) {
			const acts, replicas = 60, 3
			now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
			o := outlets(t)
			hook := safe.Webhook{ID: safe.NewID[safe.WebhookID](), Administration: "adm", URL: hookURL, Created: now}
			var mu sync.Mutex
			taken := map[string]int{}
			var all sync.WaitGroup
			for i := range replicas {
				db, err := sqlstore.Open(t.Context(), sqlstore.Config{DSN: dsn, Now: func() time.Time { return now }})
				must(t, err)
				t.Cleanup(func() { must(t, db.Close()) })
				if i == 0 {
					must(t, db.Update(t.Context(), func(tx safe.Tx) error { return tx.Webhooks.Insert(t.Context(), hook) }))
				}
				d := safe.New(safe.Config{Rows: db, Now: func() time.Time { return now }, Outlets: o})
				all.Go(func() { put(t, db, hook, acts) })
				all.Go(func() {
					for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
						mu.Lock()
						done := len(taken) == acts*replicas
						mu.Unlock()
						if done {
							return
						}
						due, err := d.TakeDeliveries(t.Context(), safe.ByWebhook, 5)
						if err != nil {
							t.Errorf("take: %v", err)
							return
						}
						for _, x := range due {
							mu.Lock()
							taken[x.ID]++
							mu.Unlock()
							if err := d.Delivered(t.Context(), x); err != nil {
								t.Errorf("deliver: %v", err)
							}
						}
					}
				})
			}
			all.Wait()
			if len(taken) != acts*replicas {
				t.Errorf("%d parcels of %d were carried", len(taken), acts*replicas)
			}
			for id, n := range taken {
				if n != 1 {
					t.Errorf("%s was carried %d times", id, n)
				}
			}
		})
	}
}

// put is what acts do, one transaction each.
func put(t *testing.T, db *sqlstore.DB, hook safe.Webhook, n int) {
	t.Helper()
	for range n {
		id := safe.NewID[string]()
		err := db.Update(t.Context(), func(tx safe.Tx) error {
			if _, err := tx.Webhooks.OfAdministration(t.Context(), hook.Administration); err != nil {
				return err
			}
			return tx.Outbox.Add(t.Context(), safe.Parcel{
				ID: id, Lane: safe.ByWebhook, Target: string(hook.ID), Slot: id, Topic: safe.TopicEvent, Body: []byte("{}"), Created: hook.Created, Due: hook.Created,
			})
		})
		if err != nil {
			t.Errorf("act: %v", err)
		}
	}
}
