package safe

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// Publisher is the published side of the journal; *journal.Log is one. Safe
// for concurrent use.
type Publisher interface {
	// Await returns once the record is under a published checkpoint.
	Await(ctx context.Context, recordID string) (journal.Record, journal.Leaf, error)
	// Head is the newest public state; it never goes back.
	Head(ctx context.Context) (journal.Head, error)
	// Leaf proves one entry; journal.ErrWaiting when it is not public.
	Leaf(ctx context.Context, index int64) (journal.Leaf, error)
	// Proofs proves several in one checkpoint, in the order asked.
	Proofs(ctx context.Context, indexes []int64) (journal.Head, []journal.Leaf, error)
	// Audit computes the whole tree again.
	Audit(ctx context.Context) error
}

// Limits of what a safe takes, in bytes.
type Limits struct {
	Document int64 // one document before sealing
	Safe     int64 // everything sealed of one safe
}

// Config of a Domain. Rows, Blobs, Log and Now are needed; zero values of
// the rest take the defaults named beside them.
type Config struct {
	Rows         Rows
	Blobs        Blobs
	Log          Publisher
	Now          func() time.Time
	Limits       Limits        // 2 GiB and 5 GiB
	Policy       Policy        // DefaultPolicy
	TermsVersion string        // terms in force; "" asks nobody for acceptance
	UploadTTL    time.Duration // 24 h: life of a reservation and of an unadopted upload
	Grace        time.Duration // 24 h: how long scrub keeps an orphan after it found it
	Patience     time.Duration // 10 s: longest wait for the log to publish an event
	LogKey       string        // vkey of the log, repeated in exports
	Origin       string        // public URL, repeated in exports
	Retention    int           // DefaultRetention: years that an event is kept
	Overlap      time.Duration // DefaultOverlap: how long a former key of an administration is still sealed to
	Outlets      Outlets       // nobody is told anything
	DeleteWithin time.Duration // 30 days: time to delete copies once a grant has ended
	PaperDoor    bool          // at a mediator's counter a paper key may stand for a log-in
}

// Domain is every use case. Safe for concurrent use; it keeps no state of
// its own, so that replicas need not know each other.
type Domain struct {
	rows  Rows
	blobs Blobs
	log   Publisher
	cfg   Config
}

// New makes a Domain.
func New(c Config) *Domain {
	if c.Limits.Document == 0 {
		c.Limits.Document = 2 << 30
	}
	if c.Limits.Safe == 0 {
		c.Limits.Safe = 5 << 30
	}
	if c.UploadTTL == 0 {
		c.UploadTTL = 24 * time.Hour
	}
	if c.Grace == 0 {
		c.Grace = 24 * time.Hour
	}
	if c.Patience == 0 {
		c.Patience = 10 * time.Second
	}
	if c.DeleteWithin == 0 {
		c.DeleteWithin = deleteWithin
	}
	if c.Overlap == 0 {
		c.Overlap = DefaultOverlap
	}
	if c.Retention == 0 {
		c.Retention = DefaultRetention
	}
	c.Policy = c.Policy.withDefaults()
	return &Domain{rows: c.Rows, blobs: c.Blobs, log: c.Log, cfg: c}
}

// With is the same domain over other blobs: those that maintenance reads at its
// own pace.
func (s *Domain) With(b Blobs) *Domain {
	other := *s
	other.blobs = b
	return &other
}

// Limits in force.
func (s *Domain) Limits() Limits { return s.cfg.Limits }

// TermsVersion in force.
func (s *Domain) TermsVersion() string { return s.cfg.TermsVersion }

// Ping asks both stores whether they answer.
func (s *Domain) Ping(ctx context.Context) error {
	if err := s.rows.Ping(ctx); err != nil {
		return backend("reach database", err)
	}
	return backend("reach object store", s.blobs.Ping(ctx))
}

// now in UTC and whole seconds, the resolution of everything that is signed
// or journalled (SPEC.md §1).
func (s *Domain) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Second) }

// backend passes an *Error through and turns anything else into Unavailable.
func backend(verb string, err error) error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return fmt.Errorf("%s: %w", verb, err)
	}
	return &Error{Kind: Unavailable, Msg: verb, Err: err}
}

func refusal(k Kind, format string, args ...any) error {
	return &Error{Kind: k, Msg: fmt.Sprintf(format, args...)}
}

// pageLimit is the longest page that a store is asked for.
const pageLimit = 200

func (p Page) bounded() Page {
	if p.Limit <= 0 || p.Limit > pageLimit {
		p.Limit = pageLimit
	}
	return p
}
