package e2e_test

import (
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// moment is when the gateway is killed, seen from one request of the story:
// the nth with this method and this piece of path.
type moment struct {
	step   string
	method string
	path   string
	nth    int
	when   string
}

// The moments of one request.
const (
	before   = "before the request is sent"
	halfway  = "when half of the body is sent"
	sent     = "when the request is sent"
	during   = "while it is answered"
	answered = "when the answer arrives"
)

// knife kills the gateway at a moment. It is the transport of every client of
// the story.
type knife struct {
	mu     sync.Mutex
	g      *gateway
	victim *os.Process
	at     moment
	blow   func() // instead of killing the gateway
	seen   int
	pause  time.Duration // of during
	random *rand.Rand
}

// arm chooses the next moment.
func (k *knife) arm(at moment) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.victim, k.at, k.blow, k.seen = k.g.cmd.Process, at, nil, 0
	k.pause = time.Duration(k.random.IntN(12_000)) * time.Microsecond
}

// armWith chooses the next moment of something else than a kill.
func (k *knife) armWith(at moment, blow func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.at, k.blow, k.seen = at, blow, 0
}

// fall is what kills: nothing of the process runs after it. It may fall twice,
// or late: never on the next life.
func (k *knife) fall() {
	if k.blow != nil {
		k.blow()
		return
	}
	_ = k.victim.Signal(syscall.SIGKILL)
}

// now says whether this request is the one.
func (k *knife) now(r *http.Request) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if r.Method != k.at.method || !strings.Contains(r.URL.Path, k.at.path) {
		return false
	}
	k.seen++
	return k.seen == k.at.nth
}

// RoundTrip implements http.RoundTripper.
func (k *knife) RoundTrip(r *http.Request) (*http.Response, error) {
	if !k.now(r) {
		return asBrowser{}.RoundTrip(r)
	}
	switch k.at.when {
	case before:
		k.fall()
	case halfway:
		if r.ContentLength < 2 {
			k.fall()
			break
		}
		r = r.Clone(r.Context())
		r.GetBody = nil
		r.Body = &halved{ReadCloser: r.Body, left: r.ContentLength / 2, then: k.fall}
	case sent, during:
		r = r.WithContext(httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) {
			if k.at.when == sent {
				k.fall()
				return
			}
			victim := k.victim
			time.AfterFunc(k.pause, func() { _ = victim.Signal(syscall.SIGKILL) })
		}}))
	}
	resp, err := asBrowser{}.RoundTrip(r)
	if k.at.when == answered {
		k.fall()
	}
	return resp, err
}

// halved lets half of a body through, then calls then.
type halved struct {
	io.ReadCloser
	left int64
	then func()
}

func (h *halved) Read(p []byte) (int, error) {
	if h.left == 0 && h.then != nil {
		h.then()
		h.then = nil
	}
	if h.then != nil {
		p = p[:min(int64(len(p)), h.left)]
	}
	n, err := h.ReadCloser.Read(p)
	h.left -= int64(n)
	return n, err
}

// moments are all of them, for every request of the story that changes
// something.
func moments() []moment {
	var all []moment
	for _, m := range []moment{
		{step: "reserve", method: "POST", path: "/safe/uploads", nth: 1},
		{step: "upload", method: "PUT", path: "/versions/", nth: 1},
		{step: "upload, large", method: "PUT", path: "/versions/", nth: 2},
		{step: "keep", method: "PUT", path: "/safe/manifest", nth: 1},
		{step: "open", method: "POST", path: "/release", nth: 1},
		{step: "grant", method: "POST", path: "/safe/grants", nth: 1},
		{step: "release", method: "POST", path: "/administration/grants/", nth: 1},
		{step: "end", method: "DELETE", path: "/safe/grants/", nth: 1},
		{step: "erase", method: "PUT", path: "/safe/manifest", nth: 3},
		{step: "deposit", method: "PUT", path: "/deposits/", nth: 1},
		{step: "adopt", method: "PUT", path: "/safe/manifest", nth: 4},
	} {
		for _, when := range []string{halfway, sent, during, answered} {
			if when == halfway && m.method != http.MethodPut {
				continue // the body is one packet
			}
			m.when = when
			all = append(all, m)
		}
	}
	return all
}

// shuffled is every moment once, in an order of the seed.
func shuffled(t *testing.T, seed uint64) ([]moment, *rand.Rand) {
	t.Helper()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	all := moments()
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all, random
}
