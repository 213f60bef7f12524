package safe_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// mode is how one call of a port goes wrong.
type mode string

const (
	failBefore mode = "fails before it does anything"
	failAfter  mode = "does it and then fails"
	killBefore mode = "is killed before it does anything"
	killAfter  mode = "is killed once it is done"
)

// faults breaks the n-th call of any port. After a kill nothing works any
// more, as for a process that is gone.
type faults struct {
	mu   sync.Mutex
	mode mode
	n    int // the call to break, from 1
	seen int
	hit  string // the call that was broken
	dead bool
}

var errBroken = errors.New("broken on purpose")

func broken(call string) error {
	return &safe.Error{Kind: safe.Unavailable, Msg: call, Err: errBroken}
}

// call runs one call of a port through the fault.
func (f *faults) call(name string, do func() error) error {
	f.mu.Lock()
	f.seen++
	now := f.seen == f.n && !f.dead
	if now {
		f.hit = name
	}
	if now && f.mode == killBefore {
		f.dead = true
	}
	dead := f.dead
	f.mu.Unlock()
	if dead || now && f.mode == failBefore {
		return broken(name)
	}
	err := do()
	if now && (f.mode == failAfter || f.mode == killAfter) {
		f.mu.Lock()
		f.dead = f.mode == killAfter
		f.mu.Unlock()
		return broken(name)
	}
	return err
}

type faultyRows struct {
	f *faults
	r safe.Rows
}

func (r faultyRows) View(ctx context.Context, fn func(safe.Tx) error) error {
	return r.f.call("View", func() error {
		return r.r.View(ctx, func(tx safe.Tx) error { return fn(r.f.tx(tx)) })
	})
}

// Update that is killed inside rolls back; one that is killed after has
// committed.
func (r faultyRows) Update(ctx context.Context, fn func(safe.Tx) error) error {
	return r.f.call("Update", func() error {
		return r.r.Update(ctx, func(tx safe.Tx) error {
			if err := fn(r.f.tx(tx)); err != nil {
				return err
			}
			return r.f.call("commit", func() error { return nil })
		})
	})
}

func (r faultyRows) Ping(ctx context.Context) error { return r.r.Ping(ctx) }

// tx wraps what writes, and the reads that decide.
func (f *faults) tx(tx safe.Tx) safe.Tx {
	tx.Accounts = faultyAccounts{tx.Accounts, f}
	tx.Safes = faultySafes{tx.Safes, f}
	tx.Versions = faultyVersions{tx.Versions, f}
	tx.Sweep = faultySweep{tx.Sweep, f}
	tx.Grants = faultyGrants{tx.Grants, f}
	tx.Events = faultyEvents{tx.Events, f}
	return tx
}

type faultyAccounts struct {
	safe.Accounts
	f *faults
}

func (s faultyAccounts) Get(ctx context.Context, id safe.AccountID) (a safe.Account, err error) {
	err = s.f.call("Accounts.Get", func() (err error) { a, err = s.Accounts.Get(ctx, id); return err })
	return a, err
}

type faultySafes struct {
	safe.Safes
	f *faults
}

func (s faultySafes) Get(ctx context.Context, id safe.SafeID) (out safe.Safe, err error) {
	err = s.f.call("Safes.Get", func() (err error) { out, err = s.Safes.Get(ctx, id); return err })
	return out, err
}

func (s faultySafes) PutManifest(ctx context.Context, id safe.SafeID, m safe.Sealed) error {
	return s.f.call("Safes.PutManifest", func() error { return s.Safes.PutManifest(ctx, id, m) })
}

type faultyVersions struct {
	safe.Versions
	f *faults
}

func (s faultyVersions) Insert(ctx context.Context, v safe.Version) error {
	return s.f.call("Versions.Insert", func() error { return s.Versions.Insert(ctx, v) })
}

func (s faultyVersions) Get(ctx context.Context, doc safe.DocumentID, id safe.VersionID) (v safe.Version, err error) {
	err = s.f.call("Versions.Get", func() (err error) { v, err = s.Versions.Get(ctx, doc, id); return err })
	return v, err
}

func (s faultyVersions) ByKey(ctx context.Context, depositor, key string) (v safe.Version, err error) {
	err = s.f.call("Versions.ByKey", func() (err error) { v, err = s.Versions.ByKey(ctx, depositor, key); return err })
	return v, err
}

func (s faultyVersions) Update(ctx context.Context, v safe.Version) error {
	return s.f.call("Versions.Update", func() error { return s.Versions.Update(ctx, v) })
}

func (s faultyVersions) Usage(ctx context.Context, id safe.SafeID) (u safe.Usage, err error) {
	err = s.f.call("Versions.Usage", func() (err error) { u, err = s.Versions.Usage(ctx, id); return err })
	return u, err
}

type faultySweep struct {
	safe.Sweep
	f *faults
}

func (s faultySweep) Erase(ctx context.Context, id safe.SafeID, doc safe.DocumentID) error {
	return s.f.call("Sweep.Erase", func() error { return s.Sweep.Erase(ctx, id, doc) })
}

func (s faultySweep) Erasing(ctx context.Context, limit int) (all []safe.Version, err error) {
	err = s.f.call("Sweep.Erasing", func() (err error) { all, err = s.Sweep.Erasing(ctx, limit); return err })
	return all, err
}

func (s faultySweep) Lapsed(ctx context.Context, before time.Time, limit int) (all []safe.Version, err error) {
	err = s.f.call("Sweep.Lapsed", func() (err error) { all, err = s.Sweep.Lapsed(ctx, before, limit); return err })
	return all, err
}

func (s faultySweep) Drop(ctx context.Context, doc safe.DocumentID, id safe.VersionID) error {
	return s.f.call("Sweep.Drop", func() error { return s.Sweep.Drop(ctx, doc, id) })
}

type faultyGrants struct {
	safe.Grants
	f *faults
}

func (s faultyGrants) Get(ctx context.Context, id safe.GrantID) (g safe.Grant, err error) {
	err = s.f.call("Grants.Get", func() (err error) { g, err = s.Grants.Get(ctx, id); return err })
	return g, err
}

func (s faultyGrants) Insert(ctx context.Context, g safe.Grant) error {
	return s.f.call("Grants.Insert", func() error { return s.Grants.Insert(ctx, g) })
}

func (s faultyGrants) Update(ctx context.Context, g safe.Grant) error {
	return s.f.call("Grants.Update", func() error { return s.Grants.Update(ctx, g) })
}

type faultyEvents struct {
	journal.Appender
	f *faults
}

func (s faultyEvents) Append(ctx context.Context, id string, event []byte, salt [32]byte) (rec string, err error) {
	err = s.f.call("Events.Append", func() (err error) { rec, err = s.Appender.Append(ctx, id, event, salt); return err })
	return rec, err
}

func (s faultyEvents) Next(ctx context.Context, id string) (n int64, err error) {
	err = s.f.call("Events.Next", func() (err error) { n, err = s.Appender.Next(ctx, id); return err })
	return n, err
}

type faultyBlobs struct {
	safe.Blobs
	f *faults
}

// Put that fails has kept nothing; one that is killed after has the object.
// One that fails after is a store whose answer was lost.
func (b faultyBlobs) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	return b.f.call("Blobs.Put", func() error { return b.Blobs.Put(ctx, key, r, size) })
}

func (b faultyBlobs) Open(ctx context.Context, key string, offset, length int64) (r io.ReadCloser, err error) {
	err = b.f.call("Blobs.Open", func() (err error) { r, err = b.Blobs.Open(ctx, key, offset, length); return err })
	return r, err
}

func (b faultyBlobs) Delete(ctx context.Context, key string) error {
	return b.f.call("Blobs.Delete", func() error { return b.Blobs.Delete(ctx, key) })
}

type faultyLog struct {
	safe.Publisher
	f *faults
}

func (l faultyLog) Await(ctx context.Context, id string) (rec journal.Record, leaf journal.Leaf, err error) {
	err = l.f.call("Log.Await", func() (err error) { rec, leaf, err = l.Publisher.Await(ctx, id); return err })
	return rec, leaf, err
}

func (l faultyLog) Leaf(ctx context.Context, index int64) (leaf journal.Leaf, err error) {
	err = l.f.call("Log.Leaf", func() (err error) { leaf, err = l.Publisher.Leaf(ctx, index); return err })
	return leaf, err
}
