package storagetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// Database is rows and the log over the same tables.
type Database interface {
	safe.Rows
	Log() journal.Store
}

type rowsTest = func(*testing.T, Database)

// Rows holds a database against the promises of safe.Rows, of every store in
// a safe.Tx, and of journal.Appender and journal.Reader. open gives an empty
// one at each call.
func Rows(t *testing.T, open func(t *testing.T) Database) {
	for group, tests := range map[string]map[string]rowsTest{
		"transactions":    transactionTests(),
		"accounts":        accountTests(),
		"safes":           safeTests(),
		"versions":        versionTests(),
		"sweep":           sweepTests(),
		"grants":          grantTests(),
		"administrations": administrationTests(),
		"addresses":       addressTests(),
		"custodies":       custodyTests(),
		"former keys":     formerKeyTests(),
		"recoveries":      recoveryTests(),
		"outbox":          outboxTests(),
		"requests":        requestTests(),
		"mediation":       mediationTests(),
		"retrievals":      retrievalTests(),
		"events":          eventTests(),
		"places":          placeTests(),
		"keeping":         keepTests(),
		"model":           {"random sequences": modelRows},
	} {
		for name, test := range tests {
			t.Run(group+"/"+name, func(t *testing.T) { test(t, open(t)) })
		}
	}
}

// start is when these tests happen; rows keep whole microseconds.
func start() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC) }

func update(t *testing.T, db safe.Rows, fn func(safe.Tx) error) {
	t.Helper()
	if err := db.Update(t.Context(), fn); err != nil {
		t.Fatalf("update: %v", err)
	}
}

// read runs one call in a View of its own.
func read[T any](t *testing.T, db safe.Rows, fn func(context.Context, safe.Tx) (T, error)) (T, error) {
	t.Helper()
	var v T
	err := db.View(t.Context(), func(tx safe.Tx) (err error) {
		v, err = fn(t.Context(), tx)
		return err
	})
	return v, err
}

func mustRead[T any](t *testing.T, db safe.Rows, fn func(context.Context, safe.Tx) (T, error)) T {
	t.Helper()
	v, err := read(t, db, fn)
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return v
}

func wantEqual[T any](t *testing.T, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got  %+v\nwant %+v", got, want)
	}
}

// wantMissing says that reading finds nothing, in the way of the port.
func wantMissing[T any](t *testing.T, db safe.Rows, fn func(context.Context, safe.Tx) (T, error)) {
	t.Helper()
	_, err := read(t, db, fn)
	wantKind(t, err, safe.NotFound)
}

// walk reads all pages of a list; every page but the last one is full.
func walk[T any](t *testing.T, db safe.Rows, limit int, list func(context.Context, safe.Tx, safe.Page) ([]T, string, error)) []T {
	t.Helper()
	var all []T
	p := safe.Page{Limit: limit}
	for range 1000 {
		var next string
		items := mustRead(t, db, func(ctx context.Context, tx safe.Tx) (items []T, err error) {
			items, next, err = list(ctx, tx, p)
			return items, err
		})
		all = append(all, items...)
		if next == "" {
			if len(items) > limit {
				t.Fatalf("last page has %d items, limit %d", len(items), limit)
			}
			return all
		}
		if len(items) != limit {
			t.Fatalf("a page that is not the last has %d items, limit %d", len(items), limit)
		}
		p.After = next
	}
	t.Fatal("the list does not end")
	return nil
}

// wantPages says that a list gives want, in that order, at every page size,
// and refuses a cursor that it did not make.
func wantPages[T any](t *testing.T, db safe.Rows, want []T, list func(context.Context, safe.Tx, safe.Page) ([]T, string, error)) {
	t.Helper()
	for _, limit := range []int{1, 2, len(want) - 1, len(want), len(want) + 1} {
		if limit < 1 {
			continue
		}
		got := walk(t, db, limit, list)
		if !reflect.DeepEqual(got, want) && len(got)+len(want) > 0 {
			t.Fatalf("pages of %d give %d items\n%+v\nwant %d in their order\n%+v", limit, len(got), got, len(want), want)
		}
	}
}

func account(name string) safe.Account {
	return safe.Account{
		ID: safe.NewID[safe.AccountID](), Kind: safe.Citizen, Issuer: "https://issuer.test", Sub: name, Name: name,
		Safe: safe.NewID[safe.SafeID](), Created: start(), Proven: start().Add(time.Minute), NoPaper: true,
	}
}

func putAccount(t *testing.T, db safe.Rows, a safe.Account) safe.Account {
	t.Helper()
	update(t, db, func(tx safe.Tx) error { return tx.Accounts.Put(t.Context(), a) })
	return a
}

func getAccount(id safe.AccountID) func(context.Context, safe.Tx) (safe.Account, error) {
	return func(ctx context.Context, tx safe.Tx) (safe.Account, error) { return tx.Accounts.Get(ctx, id) }
}

func transactionTests() map[string]rowsTest {
	return map[string]rowsTest{
		"an error undoes everything":        rollback,
		"a panic undoes everything":         rollbackPanic,
		"a failed statement is no dead end": afterFailure,
		"a view is one snapshot":            snapshot,
		"a view writes nothing":             viewIsReadOnly,
		"concurrent increments all count":   increments,
		"an ended context changes nothing":  cancelled,
		"of many newcomers one is entered":  newcomer,
		"ping":                              func(t *testing.T, db Database) { wantEqual(t, db.Ping(t.Context()), nil) },
	}
}

func rollback(t *testing.T, db Database) {
	a, cause := account("a"), errors.New("of the caller")
	err := db.Update(t.Context(), func(tx safe.Tx) error {
		if err := tx.Accounts.Put(t.Context(), a); err != nil {
			return err
		}
		if _, err := tx.Events.Append(t.Context(), "s", []byte("{}"), [32]byte{}); err != nil {
			return err
		}
		return fmt.Errorf("refuse: %w", cause)
	})
	if !errors.Is(err, cause) {
		t.Fatalf("error is %v, want the caller's", err)
	}
	wantMissing(t, db, getAccount(a.ID))
	if q, err := db.Log().Queue(t.Context(), 10); err != nil || len(q) != 0 {
		t.Fatalf("the queue has %d entries of a transaction that was undone, %v", len(q), err)
	}
}

func rollbackPanic(t *testing.T, db Database) {
	a := account("a")
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = db.Update(t.Context(), func(tx safe.Tx) error {
			_ = tx.Accounts.Put(t.Context(), a)
			panic("of the caller")
		})
	}()
	wantMissing(t, db, getAccount(a.ID))
	putAccount(t, db, account("b")) // and the writer is free again
}

// afterFailure: a use case may meet NotFound and then create, in one transaction.
func afterFailure(t *testing.T, db Database) {
	a := account("a")
	update(t, db, func(tx safe.Tx) error {
		_, err := tx.Accounts.Get(t.Context(), a.ID)
		wantKind(t, err, safe.NotFound)
		return tx.Accounts.Put(t.Context(), a)
	})
	wantEqual(t, mustRead(t, db, getAccount(a.ID)), a)
}

func snapshot(t *testing.T, db Database) {
	a := putAccount(t, db, account("a"))
	b := a
	b.Name = "changed meanwhile"
	err := db.View(t.Context(), func(tx safe.Tx) error {
		first, err := tx.Accounts.Get(t.Context(), a.ID)
		if err != nil {
			return err
		}
		putAccount(t, db, b) // a writer does not wait for readers
		second, err := tx.Accounts.Get(t.Context(), a.ID)
		wantEqual(t, second, first)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, mustRead(t, db, getAccount(a.ID)), b)
}

func viewIsReadOnly(t *testing.T, db Database) {
	a := account("a")
	if err := db.View(t.Context(), func(tx safe.Tx) error { return tx.Accounts.Put(t.Context(), a) }); err == nil {
		t.Error("a view has written")
	}
	wantMissing(t, db, getAccount(a.ID))
}

// increments: read, add one, write; serialisable means that none is lost.
func increments(t *testing.T, db Database) {
	s := safe.Safe{ID: safe.NewID[safe.SafeID](), VK: []byte{1}, Created: start()}
	update(t, db, func(tx safe.Tx) error { return tx.Safes.Put(t.Context(), s) })
	const workers, each = 8, 10
	var wg sync.WaitGroup
	errs := make(chan error, workers*each)
	for range workers {
		wg.Go(func() {
			for range each {
				errs <- db.Update(t.Context(), func(tx safe.Tx) error {
					v, err := tx.Safes.Get(t.Context(), s.ID)
					if err != nil {
						return err
					}
					v.KeyLeaf++
					return tx.Safes.Put(t.Context(), v)
				})
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Fatalf("increment: %v", err)
		}
	}
	v := mustRead(t, db, func(ctx context.Context, tx safe.Tx) (safe.Safe, error) { return tx.Safes.Get(ctx, s.ID) })
	wantEqual(t, v.KeyLeaf, workers*each)
}

// newcomer: somebody logs in for the first time in many tabs at once; each
// looks whether she is there, and enters her if not.
func newcomer(t *testing.T, db Database) {
	var wg sync.WaitGroup
	found := make([]safe.AccountID, 8)
	for i := range found {
		wg.Go(func() {
			err := db.Update(t.Context(), func(tx safe.Tx) error {
				a, err := tx.Accounts.ByIdentity(t.Context(), "https://issuer.test", "new")
				if safe.IsKind(err, safe.NotFound) {
					a = account("new")
					err = tx.Accounts.Put(t.Context(), a)
				}
				found[i] = a.ID
				return err
			})
			if err != nil {
				t.Errorf("log-in %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	for _, id := range found {
		wantEqual(t, id, found[0])
	}
}

func cancelled(t *testing.T, db Database) {
	a := account("a")
	before, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.Update(before, func(tx safe.Tx) error { return tx.Accounts.Put(before, a) }); !errors.Is(err, context.Canceled) {
		t.Errorf("update with an ended context: %v", err)
	}
	during, cancel := context.WithCancel(t.Context())
	err := db.Update(during, func(tx safe.Tx) error {
		if err := tx.Accounts.Put(during, a); err != nil {
			return err
		}
		cancel()
		return nil
	})
	if err == nil {
		t.Error("an update whose context ended was acknowledged")
	}
	wantMissing(t, db, getAccount(a.ID))
	putAccount(t, db, account("b"))
}
