package session

import (
	"context"
	"slices"
	"sync"
	"time"
)

const (
	// cacheTime is how old a session may be that is given without asking the
	// store: an end is felt in this time even where no word of it arrives.
	cacheTime = 900 * time.Millisecond
	// cacheMost bounds how many are kept; the rest is asked for.
	cacheMost = 20_000
)

// Cached is a Store that gives a session again for a moment without asking
// the store behind it, as long as it hears of those that ended elsewhere.
type Cached struct {
	store Store
	now   func() time.Time

	mu      sync.Mutex
	hearing bool
	// turn counts whatever makes a read that is under way unfit to be kept.
	turn  uint64
	kept  map[[32]byte]kept
	under map[[32]byte]*read
}

// read is under way: whoever wants the same waits for it.
type read struct {
	turn uint64
	done chan struct{}
	s    Session // when done, as is err
	err  error
}

type kept struct {
	s     Session
	until time.Time
}

// NewCached keeps nothing until it is told by News that it hears.
func NewCached(store Store, now func() time.Time) *Cached {
	return &Cached{store: store, now: now, kept: map[[32]byte]kept{}, under: map[[32]byte]*read{}}
}

// Hear implements Listener.
func (c *Cached) Hear(yes bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hearing = yes
	c.turn++
	clear(c.kept)
}

// Ended implements Listener.
func (c *Cached) Ended(hash [32]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn++
	delete(c.kept, hash)
}

// Get implements Store.
func (c *Cached) Get(ctx context.Context, hash [32]byte) (Session, error) {
	now := c.now()
	c.mu.Lock()
	k, ok := c.kept[hash]
	// What has idled away here may have been used elsewhere.
	if ok && now.Before(k.until) && now.Before(k.s.Ends()) {
		c.mu.Unlock()
		return own(k.s), nil
	}
	r := c.under[hash]
	// One that began before something ended answers nobody who comes after.
	if r != nil && r.turn == c.turn {
		c.mu.Unlock()
		select {
		case <-r.done:
			return own(r.s), r.err
		case <-ctx.Done():
			return Session{}, ctx.Err()
		}
	}
	r = &read{turn: c.turn, done: make(chan struct{})}
	c.under[hash] = r
	c.mu.Unlock()
	// For whoever waits, too: one who leaves does not take it along.
	r.s, r.err = c.store.Get(context.WithoutCancel(ctx), hash)
	c.mu.Lock()
	defer c.mu.Unlock()
	close(r.done)
	if c.under[hash] == r {
		delete(c.under, hash)
	}
	if r.err == nil {
		c.keep(hash, kept{r.s, now.Add(cacheTime)}, r.turn)
	}
	return own(r.s), r.err
}

// own has no memory in common with s.
func own(s Session) Session {
	s.IDTokenHint = slices.Clone(s.IDTokenHint)
	return s
}

// keep does so unless something ended since the read began: whether it was
// this session, and before or after it was read, cannot be told any more.
func (c *Cached) keep(hash [32]byte, k kept, turn uint64) {
	if !c.hearing || c.turn != turn {
		return
	}
	if len(c.kept) >= cacheMost {
		now := c.now()
		for h, old := range c.kept {
			if !now.Before(old.until) {
				delete(c.kept, h)
			}
		}
		if len(c.kept) >= cacheMost {
			return
		}
	}
	c.kept[hash] = k
}

// Put implements Store.
func (c *Cached) Put(ctx context.Context, hash [32]byte, s Session) error {
	defer c.Ended(hash)
	return c.store.Put(ctx, hash, s)
}

// Touch implements Store.
func (c *Cached) Touch(ctx context.Context, hash [32]byte, seen, idleUntil time.Time) error {
	if err := c.store.Touch(ctx, hash, seen, idleUntil); err != nil {
		c.Ended(hash)
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if k, ok := c.kept[hash]; ok {
		k.s.Seen, k.s.IdleUntil = seen, idleUntil
		c.kept[hash] = k
	}
	// A read under way may be kept with the times before: then the next one
	// touches it again.
	return nil
}

// Delete implements Store. It forgets whatever the store answers: an end that
// is not acknowledged may have happened.
func (c *Cached) Delete(ctx context.Context, hash [32]byte) error {
	defer c.Ended(hash)
	return c.store.Delete(ctx, hash)
}

// OfAccount implements Store.
func (c *Cached) OfAccount(ctx context.Context, account string) ([]Session, error) {
	return c.store.OfAccount(ctx, account)
}

// DeleteID implements Store.
func (c *Cached) DeleteID(ctx context.Context, account, id string) error {
	err := c.store.DeleteID(ctx, account, id)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn++
	for h, k := range c.kept {
		if k.s.Account == account && k.s.ID == id {
			delete(c.kept, h)
		}
	}
	return err
}
