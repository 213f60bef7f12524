package gateway_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// clock is moved by hand.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// store is a real object store that fails on demand.
type store struct {
	safe.Blobs
	mu   sync.Mutex
	fail map[string]error // by method
	// started is told when a Put has read its first bytes.
	started func()
}

func (s *store) failing(method string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail == nil {
		s.fail = map[string]error{}
	}
	s.fail[method] = err
}

func (s *store) failure(method string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fail[method]
}

func (s *store) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	s.mu.Lock()
	started := s.started
	s.mu.Unlock()
	if started != nil {
		r = &announcing{r: r, first: started}
	}
	if err := s.failure("Put"); err != nil {
		_, _ = io.CopyN(io.Discard, r, size/2)
		return err
	}
	return s.Blobs.Put(ctx, key, r, size)
}

func (s *store) onStart(fn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.started = fn
}

func (s *store) Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	if err := s.failure("Open"); err != nil {
		if errors.As(err, &panicking{}) {
			panic(err)
		}
		return nil, err
	}
	return s.Blobs.Open(ctx, key, offset, length)
}

func (s *store) Ping(ctx context.Context) error {
	if err := s.failure("Ping"); err != nil {
		return err
	}
	return s.Blobs.Ping(ctx)
}

// announcing calls first when its first bytes have been read.
type announcing struct {
	r     io.Reader
	first func()
}

func (a *announcing) Read(p []byte) (int, error) {
	n, err := a.r.Read(p)
	if n > 0 && a.first != nil {
		a.first()
		a.first = nil
	}
	return n, err
}

// rows is a real database that notes what is written into the journal.
type rows struct {
	safe.Rows
	mu    sync.Mutex
	wrote []journal.Event
}

func (r *rows) Update(ctx context.Context, fn func(safe.Tx) error) error {
	var noted *appender
	err := r.Rows.Update(ctx, func(tx safe.Tx) error {
		noted = &appender{Appender: tx.Events}
		tx.Events = noted
		return fn(tx)
	})
	if err == nil && noted != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.wrote = append(r.wrote, noted.events...)
	}
	return err
}

// take gives what was written since the last call.
func (r *rows) take() []journal.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.wrote
	r.wrote = nil
	return out
}

type appender struct {
	journal.Appender
	events []journal.Event
}

func (a *appender) Append(ctx context.Context, id string, event []byte, salt [32]byte) (string, error) {
	e, err := journal.DecodeEvent(event)
	if err != nil {
		return "", err
	}
	a.events = append(a.events, e)
	return a.Appender.Append(ctx, id, event, salt)
}

// unlimited is for tests that are not about rates.
func unlimited(_ *safe.Config, c *gateway.Config) { c.Limiter = noLimit{} }

type noLimit struct{}

func (noLimit) Allow(context.Context, string, int, time.Duration) (bool, time.Duration, error) {
	return true, 0, nil
}
