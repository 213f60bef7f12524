package gateway_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/memstore"
)

// outage makes short-lived state unavailable.
type outage struct{ on atomic.Bool }

func (o *outage) err() error {
	if o.on.Load() {
		return session.ErrUnavailable
	}
	return nil
}

type outSessions struct {
	session.Store
	*outage
}

func (s outSessions) Get(ctx context.Context, hash [32]byte) (session.Session, error) {
	if err := s.err(); err != nil {
		return session.Session{}, err
	}
	return s.Store.Get(ctx, hash)
}

type outOnce struct {
	session.Once
	*outage
}

func (s outOnce) Put(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if err := s.err(); err != nil {
		return err
	}
	return s.Once.Put(ctx, key, value, ttl)
}

type outLimiter struct {
	session.Limiter
	*outage
}

func (l outLimiter) Allow(ctx context.Context, key string, n int, per time.Duration) (bool, time.Duration, error) {
	if err := l.err(); err != nil {
		return false, 0, err
	}
	return l.Limiter.Allow(ctx, key, n, per)
}

func newOutage(t *testing.T, spare session.Limiter) (*world, *outage) {
	t.Helper()
	o := &outage{}
	var sessions *session.Manager
	clock := &clock{t: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	w := newWorld(t, func(_ *safe.Config, c *gateway.Config) {
		once := outOnce{c.Once, o}
		var err error
		sessions, err = session.NewManager(session.Config{
			Store: outSessions{memstore.NewSessions(clock.now), o}, Once: once, Now: clock.now, HintKey: make([]byte, 32), Secure: true,
		})
		must(t, err)
		c.Sessions, c.Once, c.Limiter, c.Spare = sessions, once, outLimiter{c.Limiter, o}, spare
	})
	w.sessions = sessions
	return w, o
}

// TestOutageLogsNobodyOut: while sessions cannot be read, a citizen is told
// to try again, never that she has to log in; what needs no session goes on,
// and afterwards she goes on where she was.
func TestOutageLogsNobodyOut(t *testing.T) {
	w, o := newOutage(t, nil)
	c, adm := w.citizen(t, "sub-1"), w.office(t, "Mairie", valmont)
	address := c.address(t, adm)
	me := request{who: c.caller, method: "GET", path: "/api/v1/me"}
	w.do(t, me).is(t, http.StatusOK)
	o.on.Store(true)
	for _, r := range []request{me, {who: c.caller, method: "GET", path: "/api/v1/safe/journal"}, {who: c.caller, method: "GET", path: "/api/v1/sessions"}} {
		a := w.do(t, r)
		a.refuses(t, "unavailable")
		if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" || a.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d %v", r.path, a.status, a.header)
		}
	}
	for _, path := range []string{"/api/v1/site", "/api/v1/terms", "/log/checkpoint", "/healthz"} {
		w.do(t, request{method: "GET", path: path}).is(t, http.StatusOK)
		w.do(t, request{who: c.caller, method: "GET", path: path}).is(t, http.StatusOK)
	}
	w.do(t, adm.deposit(address, []byte("an act"))).is(t, http.StatusCreated) // known by its token alone
	o.on.Store(false)
	w.do(t, me).is(t, http.StatusOK)
}

// TestOutageGuessesNothing: what cannot be counted cannot be guessed: log-ins
// and codes are closed, with an answer for whoever came in good faith.
func TestOutageGuessesNothing(t *testing.T) {
	w, o := newOutage(t, nil)
	o.on.Store(true)
	for _, r := range []request{
		{method: "GET", path: "/api/v1/me", header: object{"Authorization": "Bearer " + strings.Repeat("A", 43)}},
		{method: "GET", path: "/api/v1/me"},
		{method: "POST", path: "/oauth/device", body: []byte(url.Values{"client_id": {"coffre-cli"}}.Encode()), header: object{"Content-Type": "application/x-www-form-urlencoded"}},
		{method: "POST", path: "/oauth/token", body: []byte("grant_type=x"), header: object{"Content-Type": "application/x-www-form-urlencoded"}},
	} {
		w.do(t, r).refuses(t, "unavailable")
	}
	for _, path := range []string{"/login/fc", "/callback/fc?code=x&state=y"} {
		a := w.do(t, request{method: "GET", path: path}).is(t, http.StatusSeeOther)
		if to := a.header.Get("Location"); to != "/connexion?refus=unavailable" {
			t.Errorf("%s leads to %q", path, to)
		}
	}
}

// TestOutageIsNoFlood: reads are still counted, by this process.
func TestOutageIsNoFlood(t *testing.T) {
	w, o := newOutage(t, noneLeft{})
	o.on.Store(true)
	w.do(t, request{method: "GET", path: "/api/v1/site"}).refuses(t, "rate-limited")
}

type noneLeft struct{}

func (noneLeft) Allow(context.Context, string, int, time.Duration) (bool, time.Duration, error) {
	return false, time.Minute, nil
}
