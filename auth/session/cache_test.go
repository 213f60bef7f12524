package session_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/storage/memstore"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
)

// TestCached: with a cache before it, a store is still one.
func TestCached(t *testing.T) {
	for name, hearing := range map[string]bool{"hearing": true, "deaf": false} {
		t.Run(name, func(t *testing.T) {
			storagetest.Sessions(t, func(_ *testing.T, now func() time.Time) session.Store {
				c := session.NewCached(memstore.NewSessions(now), now)
				c.Hear(hearing)
				return c
			})
		})
	}
}

// slow lets a test act while a read is under way, after the store has
// answered; nobody else changes it meanwhile.
type slow struct {
	session.Store
	asked    int
	answered func()
	err      error
}

func (s *slow) Get(ctx context.Context, hash [32]byte) (session.Session, error) {
	s.asked++
	if s.err != nil {
		return session.Session{}, s.err
	}
	v, err := s.Store.Get(ctx, hash)
	if act := s.answered; act != nil {
		s.answered = nil
		act()
	}
	return v, err
}

type cached struct {
	*session.Cached
	t     *testing.T
	clock *storagetest.Clock
	store *slow
	hash  [32]byte
}

func newCached(t *testing.T) *cached {
	t.Helper()
	clock := storagetest.NewClock()
	c := &cached{t: t, clock: clock, store: &slow{Store: memstore.NewSessions(clock.Now)}, hash: [32]byte{1}}
	c.Cached = session.NewCached(c.store, clock.Now)
	c.Hear(true)
	s := citizen()
	s.ID, s.IdleUntil, s.Until = "one", clock.Now().Add(15*time.Minute), clock.Now().Add(4*time.Hour)
	if err := c.store.Put(t.Context(), c.hash, s); err != nil {
		t.Fatal(err)
	}
	return c
}

// asks says how often the store was asked for n reads.
func (c *cached) asks(n int) int {
	c.t.Helper()
	before := c.store.asked
	for range n {
		if _, err := c.Get(c.t.Context(), c.hash); err != nil {
			c.t.Fatal(err)
		}
	}
	return c.store.asked - before
}

func (c *cached) wantGone() {
	c.t.Helper()
	if _, err := c.Get(c.t.Context(), c.hash); !errors.Is(err, session.ErrNotFound) {
		c.t.Errorf("an ended session is found: %v", err)
	}
}

func TestCachedGivesAgainForAMoment(t *testing.T) {
	c := newCached(t)
	if n := c.asks(10); n != 1 {
		t.Errorf("asked %d times", n)
	}
	c.clock.Advance(time.Second)
	if n := c.asks(10); n != 1 {
		t.Errorf("a second later, asked %d times", n)
	}
	c.Hear(false)
	if n := c.asks(10); n != 10 {
		t.Errorf("deaf, asked %d times", n)
	}
	c.Hear(true)
	if n := c.asks(10); n != 1 {
		t.Errorf("hearing again, asked %d times", n)
	}
}

// TestCachedNeverKeepsWhatEnded, wherever the end falls.
func TestCachedNeverKeepsWhatEnded(t *testing.T) {
	type end func(*cached) error
	elsewhere := func(c *cached) error { return c.store.Delete(c.t.Context(), c.hash) }
	ends := map[string]end{
		"here": func(c *cached) error { return c.Delete(c.t.Context(), c.hash) },
		"here by id": func(c *cached) error {
			return c.DeleteID(c.t.Context(), "account-1", "one")
		},
		"elsewhere": func(c *cached) error {
			err := elsewhere(c)
			c.Ended(c.hash)
			return err
		},
		"elsewhere, found by its use": func(c *cached) error {
			err := elsewhere(c)
			if touched := c.Touch(c.t.Context(), c.hash, c.clock.Now(), c.clock.Now()); !errors.Is(touched, session.ErrNotFound) {
				c.t.Errorf("touched an ended session: %v", touched)
			}
			return err
		},
		"elsewhere, while deaf": func(c *cached) error {
			c.Hear(false)
			err := elsewhere(c)
			c.Hear(true)
			return err
		},
		"elsewhere, without a word": func(c *cached) error {
			err := elsewhere(c)
			c.clock.Advance(time.Second)
			return err
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			c := newCached(t)
			c.asks(1)
			if err := end(c); err != nil {
				t.Fatal(err)
			}
			c.wantGone()
		})
		t.Run(name+", after the store was read", func(t *testing.T) {
			c := newCached(t)
			c.store.answered = func() {
				if err := end(c); err != nil {
					t.Error(err)
				}
			}
			c.asks(1) // it began before the end
			c.wantGone()
		})
	}
}

// TestCachedFollowsUse: what was used goes on, and what idled away in memory
// is asked for, since it may have been used on another replica.
func TestCachedFollowsUse(t *testing.T) {
	c := newCached(t)
	c.asks(1)
	now := c.clock.Now()
	if err := c.Touch(t.Context(), c.hash, now, now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if s, err := c.Get(t.Context(), c.hash); err != nil || !s.Seen.Equal(now) || !s.IdleUntil.Equal(now.Add(time.Hour)) {
		t.Errorf("%+v, %v", s, err)
	}
	c.clock.Advance(time.Hour - 100*time.Millisecond)
	c.asks(1)
	if err := c.store.Touch(t.Context(), c.hash, c.clock.Now(), c.clock.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	c.clock.Advance(100 * time.Millisecond)
	c.asks(1)
}

// TestCachedSaysThatItIsUnavailable: not that nobody is logged in.
func TestCachedSaysThatItIsUnavailable(t *testing.T) {
	c := newCached(t)
	c.store.err = session.ErrUnavailable
	if _, err := c.Get(t.Context(), c.hash); !errors.Is(err, session.ErrUnavailable) || errors.Is(err, session.ErrNotFound) {
		t.Errorf("said %v", err)
	}
}

// TestCachedAsksOnceForAll who read at the same moment, as a browser that
// loads a page does; but whoever comes after an end waits for no answer from
// before it.
func TestCachedAsksOnceForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCached(t)
		answer := make(chan struct{})
		c.store.answered = func() { <-answer }
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := c.Get(t.Context(), c.hash); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		if c.store.asked != 1 {
			t.Errorf("20 at once asked %d times", c.store.asked)
		}
		leaves, leave := context.WithCancel(t.Context())
		wg.Go(func() {
			if _, err := c.Get(leaves, c.hash); !errors.Is(err, context.Canceled) {
				t.Errorf("who leaves hears %v", err)
			}
		})
		synctest.Wait()
		leave()
		if err := c.Delete(t.Context(), c.hash); err != nil {
			t.Fatal(err)
		}
		c.wantGone()
		close(answer)
		wg.Wait()
		c.wantGone()
	})
}
