package memstore

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
)

type held struct {
	value []byte
	until time.Time
}

// Once implements session.Once.
type Once struct {
	now func() time.Time
	mu  sync.Mutex
	all map[string]held
	ops int
}

// NewOnce makes an empty store.
func NewOnce(now func() time.Time) *Once { return &Once{now: now, all: map[string]held{}} }

func (o *Once) live(key string) (held, bool) {
	h, ok := o.all[key]
	return h, ok && o.now().Before(h.until)
}

// Put implements session.Once.
func (o *Once) Put(_ context.Context, key string, value []byte, ttl time.Duration) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, ok := o.live(key); ok {
		return session.ErrExists
	}
	if o.ops++; o.ops%sweepEach == 0 {
		for k := range o.all {
			if _, ok := o.live(k); !ok {
				delete(o.all, k)
			}
		}
	}
	o.all[key] = held{slices.Clone(value), o.now().Add(ttl)}
	return nil
}

// Get implements session.Once.
func (o *Once) Get(_ context.Context, key string) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	h, ok := o.live(key)
	if !ok {
		return nil, session.ErrNotFound
	}
	return slices.Clone(h.value), nil
}

// Take implements session.Once.
func (o *Once) Take(_ context.Context, key string) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	h, ok := o.live(key)
	delete(o.all, key)
	if !ok {
		return nil, session.ErrNotFound
	}
	return h.value, nil
}

// Replace implements session.Once.
func (o *Once) Replace(_ context.Context, key string, old, value []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	h, ok := o.live(key)
	if !ok {
		return session.ErrNotFound
	}
	if !bytes.Equal(h.value, old) {
		return session.ErrChanged
	}
	o.all[key] = held{slices.Clone(value), h.until}
	return nil
}

type window struct {
	n     int
	start time.Time
	per   time.Duration
}

// Limiter implements session.Limiter with fixed windows.
type Limiter struct {
	now func() time.Time
	mu  sync.Mutex
	all map[string]window
	ops int
}

// NewLimiter makes one that has counted nothing.
func NewLimiter(now func() time.Time) *Limiter { return &Limiter{now: now, all: map[string]window{}} }

// Allow implements session.Limiter.
func (l *Limiter) Allow(_ context.Context, key string, n int, per time.Duration) (bool, time.Duration, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if l.ops++; l.ops%sweepEach == 0 {
		for k, w := range l.all {
			if now.Sub(w.start) >= w.per {
				delete(l.all, k)
			}
		}
	}
	w, ok := l.all[key]
	if !ok || now.Sub(w.start) >= w.per {
		w = window{start: now, per: per}
	}
	w.n++
	l.all[key] = w
	if w.n > n {
		return false, w.start.Add(w.per).Sub(now), nil
	}
	return true, 0, nil
}
