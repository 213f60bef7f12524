package storagetest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

func sealedObject(epoch int64) safe.Sealed {
	body := fmt.Appendf(nil, "sealed %d", epoch)
	return safe.Sealed{Epoch: epoch, Hash: sha256.Sum256(body), Body: body, At: start().Add(time.Duration(epoch) * time.Minute)}
}

// sealedPort is Keyring and Manifest seen as the same thing: both promise the same.
type sealedPort struct {
	get func(context.Context, safe.Tx, string) (safe.Sealed, error)
	put func(context.Context, safe.Tx, string, safe.Sealed) error
}

func safeTests() map[string]rowsTest {
	keyring := sealedPort{
		get: func(ctx context.Context, tx safe.Tx, h string) (safe.Sealed, error) { return tx.Safes.Keyring(ctx, h) },
		put: func(ctx context.Context, tx safe.Tx, h string, v safe.Sealed) error {
			return tx.Safes.PutKeyring(ctx, h, v)
		},
	}
	manifest := sealedPort{
		get: func(ctx context.Context, tx safe.Tx, h string) (safe.Sealed, error) {
			return tx.Safes.Manifest(ctx, safe.SafeID(h))
		},
		put: func(ctx context.Context, tx safe.Tx, h string, v safe.Sealed) error {
			return tx.Safes.PutManifest(ctx, safe.SafeID(h), v)
		},
	}
	return map[string]rowsTest{
		"what goes in comes out": func(t *testing.T, db Database) {
			v := safe.Safe{
				ID: safe.NewID[safe.SafeID](), Account: safe.NewID[safe.AccountID](), VK: []byte{1, 0, 200},
				Recipient: "age1pq1x", KeyLeaf: -1, Created: start(),
			}
			get := func(ctx context.Context, tx safe.Tx) (safe.Safe, error) { return tx.Safes.Get(ctx, v.ID) }
			wantMissing(t, db, get)
			for range 2 {
				update(t, db, func(tx safe.Tx) error { return tx.Safes.Put(t.Context(), v) })
				wantEqual(t, mustRead(t, db, get), v)
				v.KeyLeaf, v.Recipient, v.Exposed = 1<<40, "age1pq1y", start().Add(time.Minute)
			}
		},
		"keyring is swapped epoch by epoch":  func(t *testing.T, db Database) { swapTest(t, db, keyring) },
		"manifest is swapped epoch by epoch": func(t *testing.T, db Database) { swapTest(t, db, manifest) },
		"of two swaps one is stale":          func(t *testing.T, db Database) { swapRace(t, db, manifest) },
		"keyring and manifest are two": func(t *testing.T, db Database) {
			update(t, db, func(tx safe.Tx) error { return tx.Safes.PutKeyring(t.Context(), "s", sealedObject(1)) })
			wantMissing(t, db, func(ctx context.Context, tx safe.Tx) (safe.Sealed, error) { return manifest.get(ctx, tx, "s") })
		},
	}
}

func swapTest(t *testing.T, db Database, port sealedPort) {
	get := func(ctx context.Context, tx safe.Tx) (safe.Sealed, error) { return port.get(ctx, tx, "holder") }
	put := func(epoch int64) error {
		return db.Update(t.Context(), func(tx safe.Tx) error { return port.put(t.Context(), tx, "holder", sealedObject(epoch)) })
	}
	wantMissing(t, db, get)
	wantKind(t, put(2), safe.Stale) // nothing is there yet
	for epoch := int64(1); epoch <= 3; epoch++ {
		if err := put(epoch); err != nil {
			t.Fatalf("epoch %d: %v", epoch, err)
		}
		for _, stale := range []int64{1, epoch - 1, epoch, epoch + 2} {
			wantKind(t, put(stale), safe.Stale)
			wantEqual(t, mustRead(t, db, get), sealedObject(epoch))
		}
	}
}

func swapRace(t *testing.T, db Database, port sealedPort) {
	for epoch := int64(1); epoch <= 3; epoch++ {
		var wg sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			wg.Go(func() {
				v := sealedObject(epoch)
				v.Body = []byte{byte(i)}
				errs[i] = db.Update(t.Context(), func(tx safe.Tx) error { return port.put(t.Context(), tx, "holder", v) })
			})
		}
		wg.Wait()
		winner := slices.Index(errs, nil)
		if winner < 0 {
			t.Fatalf("nobody won: %v", errs)
		}
		for i, err := range errs {
			if i != winner {
				wantKind(t, err, safe.Stale)
			}
		}
		v := mustRead(t, db, func(ctx context.Context, tx safe.Tx) (safe.Sealed, error) { return port.get(ctx, tx, "holder") })
		wantEqual(t, v.Body, []byte{byte(winner)})
	}
}
