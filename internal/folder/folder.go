package folder

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/coffre-citoyen/coffre/internal/client"
)

// Config of a Folder. Dir, Client, Office, Tell and Now are needed.
type Config struct {
	Dir       string
	Client    *client.Client
	Office    *client.Office
	Template  string // "" is Usual
	Request   string // only what answers this one
	Reference string // only what answers requests of this file
	Service   string // only what is for this service
	Parallel  int    // documents at a time; 0 is 4
	Scanner   Scanner
	Keep      time.Duration // how long copies stay after a grant has ended
	Retry     bool          // ask anew for what came altered or could not be opened
	// Tell is told what happens, from several goroutines.
	Tell func(Told)
	Now  func() time.Time
}

// What is told.
const (
	Delivered   = "delivered"
	Quarantined = "quarantined"
	Failed      = "failed"  // this document, for good or for now: Err says
	Deleted     = "deleted" // and attested
	Moved       = "moved"   // to be deleted, and not where it was put
	Changed     = "changed" // to be deleted, and not as it was put
	Unattested  = "unattested"
)

// Told is one thing that happened.
type Told struct {
	What  string
	Grant string
	File  string // inside the folder
	Found string // by the scanner
	Err   error
}

// Folder is a directory that one process at a time fills.
type Folder struct {
	cfg    Config
	ledger *ledger
	lock   *os.File

	references sync.Map // of requests, by id
	mu         sync.Mutex
	told       map[string]bool // what was said once
	seenAll    time.Time       // when every page was read last, and all in them was asked for
	seenDue    time.Time       // when the ended ones were asked for last
}

// ErrBusy: another process fills this directory.
var ErrBusy = errors.New("another process works in this directory")

// Open takes a directory, which may be new, until Close.
func Open(c Config) (*Folder, error) {
	if c.Template == "" {
		c.Template = Usual
	}
	if c.Parallel == 0 {
		c.Parallel = 4
	}
	if err := CheckTemplate(c.Template); err != nil {
		return nil, err
	}
	own := filepath.Join(c.Dir, ownDir)
	if err := os.MkdirAll(own, 0o700); err != nil {
		return nil, fmt.Errorf("make %s: %w", own, err)
	}
	lock, err := os.OpenFile(filepath.Join(own, "lock"), os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the folder's own
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil { //nolint:gosec // a descriptor is an int
		return nil, errors.Join(fmt.Errorf("lock %s: %w", own, ErrBusy), lock.Close())
	}
	l, err := openLedger(c.Dir)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	f := &Folder{cfg: c, ledger: l, lock: lock, told: map[string]bool{}}
	for _, r := range l.list() {
		if c.Retry && r.State == stateFailed && r.Acknowledged {
			if err := l.forget(r.Grant); err != nil {
				return nil, errors.Join(err, lock.Close())
			}
		}
	}
	return f, nil
}

// Close lets another process take the directory.
func (f *Folder) Close() error { return f.lock.Close() }

// Round asks for everything that can be opened and is not there, acknowledges
// what is, and deletes what is over. One document that fails stops no other: it
// is told, and the error is the first that made the whole round useless: no
// answer, no scanner, no right.
func (f *Folder) Round(ctx context.Context) error {
	begun := f.cfg.Now()
	whole := begun.Sub(f.seenAll) >= wholeEvery
	work, err := f.wanted(ctx, whole)
	if err == nil {
		err = f.each(ctx, work, f.retrieve)
	}
	if err == nil && whole { // what was read of and not brought is written down by now
		f.seenAll = begun
	}
	if err == nil {
		err = f.each(ctx, f.unsaid(), f.say)
	}
	if err == nil {
		err = f.expire(ctx)
	}
	return err
}

// each runs do for all of them, a few at a time, until one error ends the round.
func (f *Folder) each(ctx context.Context, all []client.Grant, do func(context.Context, client.Grant) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan client.Grant)
	var workers sync.WaitGroup
	for range f.cfg.Parallel {
		workers.Go(func() {
			for g := range next {
				if err := do(ctx, g); err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, g := range all {
		select {
		case next <- g:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(next)
	workers.Wait()
	return context.Cause(ctx)
}

// wholeEvery is how often all pages are read: between, reading stops at the first
// page of which everything is known.
const wholeEvery = time.Hour

// wanted lists what can be opened and is not yet there, newest first.
func (f *Folder) wanted(ctx context.Context, whole bool) ([]client.Grant, error) {
	if f.cfg.Request != "" {
		all, err := f.cfg.Client.RequestGrants(ctx, f.cfg.Request)
		return f.fresh(all), err
	}
	var out []client.Grant
	wanted := client.ReceivedWanted{State: "live", Service: f.cfg.Service, Reference: f.cfg.Reference}
	for after := ""; ; {
		page, next, err := f.cfg.Client.ReceivedPage(ctx, wanted, after)
		if err != nil {
			return nil, err
		}
		fresh := f.fresh(page)
		out = append(out, fresh...)
		if next == "" || next == after {
			return out, nil
		}
		if len(fresh) == 0 && !whole {
			return f.withUnfinished(out), nil
		}
		after = next
	}
}

// withUnfinished adds what an earlier round has begun, and this one has not read
// as far as.
func (f *Folder) withUnfinished(out []client.Grant) []client.Grant {
	listed := map[string]bool{}
	for _, g := range out {
		listed[g.ID] = true
	}
	for _, r := range f.ledger.list() {
		if r.State == stateAsked && !listed[r.Grant] {
			out = append(out, client.Grant{ID: r.Grant, State: "live"})
		}
	}
	return out
}

// fresh leaves out what is done, and what cannot be opened.
func (f *Folder) fresh(all []client.Grant) []client.Grant {
	var out []client.Grant
	for _, g := range all {
		r, known := f.ledger.get(g.ID)
		switch {
		case known && r.State != stateAsked:
		case g.State != "live" || g.Used && !known:
		case f.cfg.Service != "" && f.cfg.Request != "" && g.Service != f.cfg.Service:
		default:
			out = append(out, g)
		}
	}
	return out
}

// once tells a thing that is so in every round only the first time.
func (f *Folder) once(t Told) {
	f.mu.Lock()
	key := t.What + t.Grant
	said := f.told[key]
	f.told[key] = true
	f.mu.Unlock()
	if !said {
		f.cfg.Tell(t)
	}
}
