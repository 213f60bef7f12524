package gateway

import "sync"

// atOnce is how many requests one caller may have running in a process: a
// browser has six, a command line one. Each may be slow for as long as it
// moves, and holds memory meanwhile, so their number per minute alone bounds
// nothing.
const atOnce = 64

// crowd counts what runs, by caller.
type crowd struct {
	mu      sync.Mutex
	running map[string]int
}

func newCrowd() *crowd { return &crowd{running: map[string]int{}} }

// enter is false when there are most already; whoever is nobody known, ""
// with little to send, is not counted.
func (c *crowd) enter(who string, most int) (leave func(), ok bool) {
	if who == "" {
		return func() {}, true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running[who] >= most {
		return nil, false
	}
	c.running[who]++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.running[who]--; c.running[who] == 0 {
			delete(c.running, who)
		}
	}, true
}
