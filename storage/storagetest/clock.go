package storagetest

import (
	"sync"
	"time"
)

// Clock is a clock that moves only when a test says so. Safe for concurrent
// use.
type Clock struct {
	mu sync.Mutex
	t  time.Time
}

// NewClock stands at the start of these tests.
func NewClock() *Clock { return &Clock{t: start()} }

// Now implements the clock that stores take.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

// Advance moves it.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}
