package session_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth"
	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/storage/memstore"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
)

type world struct {
	*session.Manager
	t     *testing.T
	clock *storagetest.Clock
	store *memstore.Sessions
	once  *memstore.Once
}

func newWorld(t *testing.T, secure bool) *world {
	t.Helper()
	clock := storagetest.NewClock()
	w := &world{t: t, clock: clock, store: memstore.NewSessions(clock.Now), once: memstore.NewOnce(clock.Now)}
	var err error
	w.Manager, err = session.NewManager(session.Config{Store: w.store, Once: w.once, Now: clock.Now, HintKey: bytes.Repeat([]byte{7}, 32), Secure: secure})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func citizen() session.Session {
	return session.Session{
		Principal: string(auth.Citizen), Account: "account-1", Safe: "safe-1", Name: "Angela DUBOIS", Provider: "fc",
		Issuer: "https://fc.example", Sub: "sub-1", ACR: "eidas2", Level: 2, Device: "Firefox, Linux",
	}
}

func agent() session.Session {
	s := citizen()
	s.Principal, s.Account, s.Safe, s.Administration = string(auth.Agent), "account-2", "", "administration-1"
	return s
}

// start logs in from a browser that sends the cookies given.
func (w *world) start(s session.Session, carried ...*http.Cookie) (*http.Cookie, session.Session) {
	w.t.Helper()
	out := httptest.NewRecorder()
	made, err := w.Start(w.t.Context(), out, carrying(carried...), s)
	if err != nil {
		w.t.Fatal(err)
	}
	return only(w.t, out), made
}

func carrying(cookies ...*http.Cookie) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	return r
}

func bearing(token string) *http.Request {
	r := carrying()
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

// only is the one cookie of an answer.
func only(t *testing.T, out *httptest.ResponseRecorder) *http.Cookie {
	t.Helper()
	all := out.Result().Cookies()
	if len(all) != 1 {
		t.Fatalf("%d cookies are set: %v", len(all), all)
	}
	return all[0]
}

func (w *world) wantRefused(r *http.Request, want error) {
	w.t.Helper()
	if p, err := w.Read(w.t.Context(), r); !errors.Is(err, want) || p.Kind != "" {
		w.t.Errorf("read as %+v, %v; want %v", p, err, want)
	}
}

func (w *world) wantRead(r *http.Request) auth.Principal {
	w.t.Helper()
	p, err := w.Read(w.t.Context(), r)
	if err != nil {
		w.t.Fatalf("read: %v", err)
	}
	return p
}

func TestPrincipalIsWhoLoggedIn(t *testing.T) {
	w := newWorld(t, true)
	cookie, made := w.start(citizen())
	got := w.wantRead(carrying(cookie))
	want := auth.Principal{
		Kind: auth.Citizen, Account: "account-1", Safe: "safe-1", Name: "Angela DUBOIS", Level: 2, ACR: "eidas2", Provider: "fc",
		Session: made.ID, Device: "Firefox, Linux", Door: "web", Expires: w.clock.Now().Add(15 * time.Minute),
	}
	if got.Scopes != nil || !got.Expires.Equal(want.Expires) {
		t.Errorf("scopes %v, expires %v", got.Scopes, got.Expires)
	}
	got.Expires = want.Expires
	if diff := got; diff.Kind != want.Kind || diff.Account != want.Account || diff.Safe != want.Safe || diff.Administration != "" ||
		diff.System != "" || diff.Name != want.Name || diff.Level != 2 || diff.ACR != want.ACR || diff.Session != want.Session || diff.Door != "web" {
		t.Errorf("principal is\n%+v, want\n%+v", got, want)
	}
	w.wantRefused(carrying(), session.ErrNone)
}

// TestCookie: 32 random bytes, for this host alone, out of reach of scripts
// and of requests from other sites.
func TestCookie(t *testing.T) {
	for secure, prefix := range map[bool]string{true: "__Host-", false: ""} {
		w := newWorld(t, secure)
		seen := map[string]bool{}
		for range 20 {
			c, _ := w.start(citizen())
			if len(c.Value) != 43 || seen[c.Value] {
				t.Errorf("cookie %q", c.Value)
			}
			seen[c.Value] = true
			wantCookie(t, c, prefix+"sid", secure, 4*time.Hour)
		}
		out := httptest.NewRecorder()
		if err := w.BeginLogin(t.Context(), out, carrying(), session.Login{State: "s"}); err != nil {
			t.Fatal(err)
		}
		c := only(t, out)
		wantCookie(t, c, prefix+"login-"+c.Name[len(c.Name)-12:], secure, 10*time.Minute)
	}
}

func wantCookie(t *testing.T, c *http.Cookie, name string, secure bool, age time.Duration) {
	t.Helper()
	if c.Name != name || c.Secure != secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode || c.MaxAge != int(age.Seconds()) {
		t.Errorf("cookie %q (%d s), want %s (%v s)", c, c.MaxAge, name, age.Seconds())
	}
}

// TestStoreHoldsNoCookie: whoever reads the store cannot log in with it.
func TestStoreHoldsNoCookie(t *testing.T) {
	w := newWorld(t, true)
	c, made := w.start(citizen())
	all, err := w.List(t.Context(), "account-1")
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	for _, v := range []string{made.ID, all[0].ID, session.HashKey(c.Value)} {
		if v == c.Value {
			t.Error("the store knows the cookie")
		}
		w.wantRefused(carrying(&http.Cookie{Name: c.Name, Value: v}), session.ErrNotFound)
		w.wantRefused(bearing(v), session.ErrNotFound)
	}
}

// TestRotation: a cookie planted before log-in is worth nothing after it.
func TestRotation(t *testing.T) {
	w := newWorld(t, true)
	first, before := w.start(citizen())
	second, after := w.start(citizen(), first)
	if first.Value == second.Value || before.ID == after.ID {
		t.Error("log-in kept an identifier")
	}
	w.wantRefused(carrying(first), session.ErrNotFound)
	w.wantRead(carrying(second))
	planted := &http.Cookie{Name: first.Name, Value: strings.Repeat("A", 43)}
	third, _ := w.start(citizen(), planted)
	w.wantRefused(carrying(planted), session.ErrNotFound)
	w.wantRead(carrying(third))
	w.wantRead(carrying(second)) // another browser's stays
}

// TestLimits per kind, as the identity rules have them.
func TestLimits(t *testing.T) {
	for name, c := range map[string]struct {
		who            session.Session
		idle, absolute time.Duration
	}{
		"citizen": {citizen(), 15 * time.Minute, 4 * time.Hour},
		"agent":   {agent(), 15 * time.Minute, 8 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, true)
			cookie, _ := w.start(c.who)
			w.clock.Advance(c.idle - time.Second)
			w.wantRead(carrying(cookie))
			w.clock.Advance(c.idle - time.Second)
			w.wantRead(carrying(cookie)) // its use has moved the end
			w.clock.Advance(c.idle)
			w.wantRefused(carrying(cookie), session.ErrNotFound)

			cookie, made := w.start(c.who)
			for made.Started.Add(c.absolute).Sub(w.clock.Now()) > 10*time.Minute {
				w.clock.Advance(10 * time.Minute)
				if p := w.wantRead(carrying(cookie)); p.Expires.After(made.Started.Add(c.absolute)) {
					t.Fatalf("promised until %v", p.Expires)
				}
			}
			w.clock.Advance(10*time.Minute - time.Second)
			w.wantRead(carrying(cookie))
			w.clock.Advance(time.Second)
			w.wantRefused(carrying(cookie), session.ErrNotFound)
		})
	}
}

// TestOftenUsedIsNotIdle: use within the half minute that spares a write
// never shortens what was promised.
func TestOftenUsedIsNotIdle(t *testing.T) {
	w := newWorld(t, true)
	cookie, _ := w.start(citizen())
	for range 4 * 60 {
		w.clock.Advance(29 * time.Second)
		w.wantRead(carrying(cookie))
	}
}

// TestCookieIsNoToken and the reverse: a token that leaks into a cookie jar,
// or a cookie into a header, opens nothing; both at once is nobody.
func TestCookieIsNoToken(t *testing.T) {
	w := newWorld(t, true)
	cookie, _ := w.start(citizen())
	s := citizen()
	s.Kind = session.CLI
	token, _, err := w.Create(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if p := w.wantRead(bearing(token)); p.Door != "cli" {
		t.Errorf("door %q", p.Door)
	}
	w.wantRead(carrying(cookie))
	w.wantRefused(bearing(cookie.Value), session.ErrNotFound)
	w.wantRefused(carrying(&http.Cookie{Name: cookie.Name, Value: token}), session.ErrNotFound)
	both := carrying(cookie)
	both.Header.Set("Authorization", "Bearer "+token)
	w.wantRefused(both, session.ErrNone)
	for _, h := range []string{"Basic YTpi", "bearer " + token, "Bearer", "Bearer ", token} {
		r := carrying()
		r.Header.Set("Authorization", h)
		w.wantRefused(r, session.ErrNone)
	}
	for _, name := range []string{"sid", "__Secure-sid", "__Host-login", "__host-sid"} { // a sibling domain could set these
		w.wantRefused(carrying(&http.Cookie{Name: name, Value: cookie.Value}), session.ErrNone)
	}
	inURL := httptest.NewRequest(http.MethodGet, "/?access_token="+token+"&sid="+cookie.Value, nil)
	w.wantRefused(inURL, session.ErrNone)
}

func TestEnd(t *testing.T) {
	w := newWorld(t, true)
	cookie, made := w.start(citizen())
	other, _ := w.start(citizen())
	out := httptest.NewRecorder()
	ended, err := w.End(t.Context(), out, carrying(cookie))
	if err != nil || ended.ID != made.ID {
		t.Fatal(ended, err)
	}
	if c := only(t, out); c.Name != "__Host-sid" || c.Value != "" || c.MaxAge >= 0 || !c.Secure || c.Path != "/" {
		t.Errorf("the browser is told %q", c)
	}
	w.wantRefused(carrying(cookie), session.ErrNotFound)
	w.wantRead(carrying(other))
	if _, err := w.End(t.Context(), httptest.NewRecorder(), carrying(cookie)); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("end twice: %v", err)
	}
}

func TestEndByID(t *testing.T) {
	w := newWorld(t, true)
	here, _ := w.start(citizen())
	w.clock.Advance(time.Second)
	there, lost := w.start(citizen())
	all, err := w.List(t.Context(), "account-1")
	if err != nil || len(all) != 2 || all[0].ID != lost.ID {
		t.Fatal(all, err)
	}
	if err := w.EndID(t.Context(), "account-2", lost.ID); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("somebody else ends it: %v", err)
	}
	w.wantRead(carrying(there))
	if err := w.EndID(t.Context(), "account-1", lost.ID); err != nil {
		t.Fatal(err)
	}
	w.wantRefused(carrying(there), session.ErrNotFound)
	w.wantRead(carrying(here))
}

// TestCommandLinesOutliveBrowsers, and an agent's no longer than a day's work.
func TestCommandLinesOutliveBrowsers(t *testing.T) {
	for kind, lasts := range map[auth.Kind]time.Duration{auth.Citizen: 30 * 24 * time.Hour, auth.Agent: 8 * time.Hour} {
		w := newWorld(t, true)
		s := citizen()
		s.Kind, s.Principal = session.CLI, string(kind)
		token, _, err := w.Create(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(lasts - time.Second)
		w.wantRead(bearing(token))
		w.clock.Advance(time.Second)
		w.wantRefused(bearing(token), session.ErrNotFound)
	}
}
