package folder

import (
	"cmp"
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
	Unproven    = "unproven" // said to have ended, without proof: kept until its day
	Strange     = "strange"  // a file that is not what its name says, left alone
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
	root   *os.Root
	lock   *os.File

	service    string   // the name of Config.Service
	references sync.Map // of requests, by id
	mu         sync.Mutex
	told       map[string]bool // what was said once
	others     map[string]bool // begun, and not what is asked for now
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
	root, err := openRoot(c.Dir)
	if err != nil {
		return nil, err
	}
	lock, err := root.OpenFile(ownDir+"/lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	f := &Folder{cfg: c, root: root, lock: lock, told: map[string]bool{}, others: map[string]bool{}}
	if err := f.take(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func openRoot(dir string) (*os.Root, error) {
	if err := os.MkdirAll(filepath.Join(dir, ownDir), 0o700); err != nil {
		return nil, fmt.Errorf("make %s: %w", dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", dir, err)
	}
	return root, nil
}

// take locks the directory and reads what is in it.
func (f *Folder) take() error {
	if err := unix.Flock(int(f.lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil { //nolint:gosec // a descriptor is an int
		return fmt.Errorf("lock %s: %w", f.cfg.Dir, ErrBusy)
	}
	var err error
	if f.ledger, err = openLedger(f.root, f.cfg.Office.Said); err != nil {
		return err
	}
	for _, t := range f.ledger.strange {
		f.once(t)
	}
	for _, r := range f.ledger.records() {
		if !f.cfg.Retry {
			break
		}
		if err := f.retry(r); err != nil {
			return err
		}
	}
	return nil
}

// retry begins anew with what failed, or was refused, whatever was said of it.
func (f *Folder) retry(r record) error {
	switch {
	case r.State == stateFailed:
		return f.drop(r)
	case r.Refused == "" && r.Unattested == "":
		return nil
	}
	r.Refused, r.Unattested = "", ""
	return f.ledger.put(r)
}

// Close lets another process take the directory.
func (f *Folder) Close() error { return errors.Join(f.lock.Close(), f.root.Close()) }

// Round asks for everything that can be opened and is not there, acknowledges
// what is, and deletes what is over. One document that fails stops no other: it
// is told, and the error is the first that made the whole round useless: no
// answer, no scanner, no right, or keys that are no longer those in use: then
// client.ErrReplaced, and nothing is signed. Without a scanner nothing is
// delivered; what is to be said and deleted is.
func (f *Folder) Round(ctx context.Context) error {
	if err := f.cfg.Office.Current(ctx); err != nil {
		return err
	}
	delivered := f.deliverAll(ctx)
	if stops(ctx, delivered) {
		return delivered
	}
	said := each(ctx, f.cfg.Parallel, f.unsaid(), f.say)
	if stops(ctx, said) {
		return said
	}
	return cmp.Or(delivered, said, f.expire(ctx))
}

func (f *Folder) deliverAll(ctx context.Context) error {
	if f.cfg.Service != "" && f.service == "" {
		var err error
		if f.service, err = f.cfg.Client.ServiceName(ctx, f.cfg.Service); err != nil {
			return err
		}
	}
	begun := f.cfg.Now()
	whole := begun.Sub(f.seenAll) >= wholeEvery
	all, err := f.wanted(ctx, whole)
	if err == nil {
		err = each(ctx, f.cfg.Parallel, all, f.retrieve)
	}
	if err == nil && whole { // what was read of and not brought is written down by now
		f.seenAll = begun
	}
	return err
}

// each runs do for all of them, a few at a time, until one error ends the round.
func each[T any](ctx context.Context, parallel int, all []T, do func(context.Context, T) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan T)
	var workers sync.WaitGroup
	for range parallel {
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

// work is a grant to be opened. The gateway has listed it as what was asked for,
// or it was begun in an earlier round, with which filters nobody knows.
type work struct {
	grant, holder string
	listed        bool
}

// wanted lists what can be opened and is not yet there, newest first, and then
// what an earlier round has begun.
func (f *Folder) wanted(ctx context.Context, whole bool) ([]work, error) {
	var out []work
	listed := map[string]bool{}
	add := func(page []client.Grant) (known bool) {
		fresh := f.fresh(page)
		for _, w := range fresh {
			listed[w.grant] = true
		}
		out = append(out, fresh...)
		return len(fresh) == 0
	}
	var err error
	if f.cfg.Request != "" {
		var all []client.Grant
		all, err = f.cfg.Client.RequestGrants(ctx, f.cfg.Request)
		add(all)
	} else {
		narrowed := client.ReceivedWanted{State: "live", Service: f.service, Reference: f.cfg.Reference}
		err = f.cfg.Client.ReceivedPages(ctx, narrowed, func(page []client.Grant) bool { return add(page) && !whole })
	}
	if err != nil {
		return nil, err
	}
	for _, r := range f.ledger.records() {
		if r.State == stateAsked && !listed[r.Grant] && f.due(r) {
			out = append(out, work{grant: r.Grant})
		}
	}
	return out, nil
}

// due says whether what was begun is to be tried now.
func (f *Folder) due(r record) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return !f.cfg.Now().Before(r.Next) && !f.others[r.Grant]
}

// fresh leaves out what is done, and what cannot be opened.
func (f *Folder) fresh(all []client.Grant) []work {
	var out []work
	for _, g := range all {
		r, known := f.ledger.get(g.ID)
		switch {
		case known && (r.State != stateAsked || !f.due(r)):
		case g.State != "live" || g.Used && !known:
		case f.service != "" && f.cfg.Request != "" && g.Service != f.service:
		default:
			out = append(out, work{g.ID, g.Holder, true})
		}
	}
	return out
}

// once tells a thing that is so in every round only the first time.
func (f *Folder) once(t Told) {
	f.mu.Lock()
	key := t.What + t.Grant
	if t.Grant == "" {
		key += t.File
	}
	said := f.told[key]
	f.told[key] = true
	f.mu.Unlock()
	if !said {
		f.cfg.Tell(t)
	}
}
