// Package memstore keeps short-lived state in one process: sessions,
// single-use values, counters. It passes the suites of storagetest, and
// stands in for Redis where one process serves.
//
// Trust: what it holds is lost at restart, which logs everybody out and opens
// nothing. Whoever can read the process's memory can act as whoever is logged
// in; documents stay sealed.
package memstore

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
)

// sweepEach is how many writes pass between two looks for what has expired,
// so that memory is bounded by what lives.
const sweepEach = 256

// Sessions implements session.Store.
type Sessions struct {
	now func() time.Time
	mu  sync.Mutex
	all map[[32]byte]session.Session
	ops int
}

// NewSessions makes an empty store.
func NewSessions(now func() time.Time) *Sessions {
	return &Sessions{now: now, all: map[[32]byte]session.Session{}}
}

func (s *Sessions) sweep() {
	if s.ops++; s.ops%sweepEach != 0 {
		return
	}
	now := s.now()
	for h, v := range s.all {
		if !now.Before(v.Ends()) {
			delete(s.all, h)
		}
	}
}

// Put implements session.Store.
func (s *Sessions) Put(_ context.Context, hash [32]byte, v session.Session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
	v.IDTokenHint = slices.Clone(v.IDTokenHint)
	s.all[hash] = v
	return nil
}

func (s *Sessions) live(hash [32]byte) (session.Session, bool) {
	v, ok := s.all[hash]
	return v, ok && s.now().Before(v.Ends())
}

// Get implements session.Store.
func (s *Sessions) Get(_ context.Context, hash [32]byte) (session.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.live(hash)
	if !ok {
		return session.Session{}, session.ErrNotFound
	}
	v.IDTokenHint = slices.Clone(v.IDTokenHint)
	return v, nil
}

// Touch implements session.Store.
func (s *Sessions) Touch(_ context.Context, hash [32]byte, seen, idleUntil time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.live(hash)
	if !ok {
		return session.ErrNotFound
	}
	v.Seen, v.IdleUntil = seen, idleUntil
	s.all[hash] = v
	return nil
}

// Delete implements session.Store.
func (s *Sessions) Delete(_ context.Context, hash [32]byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, hash)
	return nil
}

// OfAccount implements session.Store.
func (s *Sessions) OfAccount(_ context.Context, account string) ([]session.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []session.Session
	for h, v := range s.all {
		if _, ok := s.live(h); ok && v.Account == account {
			v.IDTokenHint = slices.Clone(v.IDTokenHint)
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b session.Session) int {
		return cmpTime(b.Started, a.Started, b.ID, a.ID)
	})
	return out, nil
}

func cmpTime(a, b time.Time, idA, idB string) int {
	if c := a.Compare(b); c != 0 {
		return c
	}
	return bytes.Compare([]byte(idA), []byte(idB))
}

// DeleteID implements session.Store.
func (s *Sessions) DeleteID(_ context.Context, account, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for h, v := range s.all {
		if v.Account == account && v.ID == id {
			_, ok := s.live(h)
			delete(s.all, h)
			if !ok {
				return session.ErrNotFound
			}
			return nil
		}
	}
	return session.ErrNotFound
}
