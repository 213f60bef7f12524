package witness

import (
	"net/netip"
	"sync"
	"time"
)

// bucket lets so many pass at once, and so many a second after that. Safe for
// concurrent use.
type bucket struct {
	mu          sync.Mutex
	left        float64
	most, every float64
	at          time.Time
}

func newBucket(most, perSecond float64) *bucket {
	return &bucket{left: most, most: most, every: perSecond}
}

// take is false when there is nothing left.
func (b *bucket) take(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fill(now)
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}

// empty looks and takes nothing.
func (b *bucket) empty(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fill(now)
	return b.left < 1
}

func (b *bucket) fill(now time.Time) {
	if passed := now.Sub(b.at).Seconds(); !b.at.IsZero() && passed > 0 {
		b.left = min(b.most, b.left+passed*b.every)
	}
	b.at = now
}

// maxCallers is how many networks are told apart; beyond, whoever is new
// shares one place until the others are forgotten.
const maxCallers = 4096

// network is what one caller has at the least: a whole /64 of IPv6, in which he
// may take another address each time.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	p, _ := ip.Prefix(64) // 64 is never too many
	return p.String()
}

// caller is a network: a log asks often, and what it sends is signed.
type caller struct {
	asks *bucket // of every request
	bad  *bucket // of those that carried nothing that a log of ours has signed
	// shared: others are counted with him, and are not to shut him out.
	shared bool
}

func newCaller() *caller { return &caller{asks: newBucket(1000, 200), bad: newBucket(30, 1)} }

// callers of the last hour. Safe for concurrent use.
type callers struct {
	mu   sync.Mutex
	all  map[string]*caller
	rest *caller
	kept time.Time // since when
}

func newCallers() *callers {
	s := &callers{all: map[string]*caller{}, rest: newCaller()}
	s.rest.shared = true
	return s
}

// of finds a caller by his address. Those of an hour are forgotten together.
func (s *callers) of(address string, now time.Time) *caller {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.kept) > time.Hour {
		s.all, s.kept = map[string]*caller{}, now
	}
	from := network(address)
	c, ok := s.all[from]
	if ok {
		return c
	}
	if len(s.all) == maxCallers {
		return s.rest
	}
	c = newCaller()
	s.all[from] = c
	return c
}
