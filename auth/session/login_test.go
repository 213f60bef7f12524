package session_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
)

func (w *world) begin(l session.Login) *http.Cookie {
	w.t.Helper()
	out := httptest.NewRecorder()
	if err := w.BeginLogin(w.t.Context(), out, carrying(), l); err != nil {
		w.t.Fatal(err)
	}
	return only(w.t, out)
}

func (w *world) wantNoLogin(r *http.Request, state string) {
	w.t.Helper()
	l, err := w.TakeLogin(w.t.Context(), httptest.NewRecorder(), r, state, session.LogIn)
	if !errors.Is(err, session.ErrNotFound) && !errors.Is(err, session.ErrNone) || l != (session.Login{}) {
		w.t.Errorf("took %+v, %v; want ErrNotFound", l, err)
	}
}

func TestLoginIsTakenOnce(t *testing.T) {
	w := newWorld(t, true)
	want := session.Login{Kind: session.LogIn, Provider: "fc", State: "state", Nonce: "nonce", Verifier: "verifier", Return: "/coffre"}
	cookie := w.begin(want)
	out := httptest.NewRecorder()
	got, err := w.TakeLogin(t.Context(), out, carrying(cookie), "state", session.LogIn)
	if err != nil || got != want {
		t.Errorf("took %+v, %v", got, err)
	}
	if c := only(t, out); c.Name != cookie.Name || c.MaxAge >= 0 || c.Value != "" {
		t.Errorf("the browser keeps %q", c)
	}
	w.wantNoLogin(carrying(cookie), "state")
}

func TestLoginBelongsToABrowser(t *testing.T) {
	w := newWorld(t, true)
	cookie := w.begin(session.Login{Kind: session.LogIn, State: "state"})
	sid, _ := w.start(citizen())
	w.wantNoLogin(carrying(), "state")
	w.wantNoLogin(carrying(&http.Cookie{Name: strings.TrimPrefix(cookie.Name, "__Host-"), Value: cookie.Value}), "state")
	w.wantNoLogin(carrying(&http.Cookie{Name: cookie.Name, Value: sid.Value}), "state")
	w.wantNoLogin(carrying(&http.Cookie{Name: cookie.Name, Value: session.HashKey(cookie.Value)}), "state")
	if _, err := w.TakeLogin(t.Context(), httptest.NewRecorder(), carrying(cookie), "state", session.LogIn); err != nil {
		t.Errorf("the others' tries used it up: %v", err)
	}
}

// TestTwoTabs log in at once: each ends with its own answer, in any order, and
// neither is answered with the other's.
func TestTwoTabs(t *testing.T) {
	w := newWorld(t, true)
	one, two := w.begin(session.Login{Kind: session.LogIn, State: "1", Return: "/a"}), w.begin(session.Login{Kind: session.LogIn, State: "2", Return: "/b"})
	if one.Name == two.Name || !strings.HasPrefix(one.Name, "__Host-login-") {
		t.Fatalf("cookies %s and %s", one.Name, two.Name)
	}
	swapped := &http.Cookie{Name: two.Name, Value: one.Value}
	w.wantNoLogin(carrying(swapped), "2") // and it is spent: it was somebody's trick
	one = w.begin(session.Login{Kind: session.LogIn, State: "1", Return: "/a"})
	for state, want := range map[string]string{"2": "/b", "1": "/a"} {
		out := httptest.NewRecorder()
		l, err := w.TakeLogin(t.Context(), out, carrying(one, two), state, session.LogIn)
		if err != nil || l.Return != want {
			t.Errorf("state %s: %+v, %v", state, l, err)
		}
		if c := only(t, out); c.MaxAge >= 0 || strings.HasSuffix(c.Name, loginOf(one, two, state)) {
			t.Errorf("state %s clears %s", state, c.Name)
		}
	}
}

// loginOf is the name of the other tab's cookie.
func loginOf(one, two *http.Cookie, state string) string {
	if state == "1" {
		return two.Name
	}
	return one.Name
}

// TestManyTabs: log-ins that nobody ends do not fill every request's headers.
func TestManyTabs(t *testing.T) {
	w := newWorld(t, true)
	jar := map[string]*http.Cookie{}
	for i := range 40 {
		var carried []*http.Cookie
		for _, c := range jar {
			carried = append(carried, c)
		}
		out := httptest.NewRecorder()
		if err := w.BeginLogin(t.Context(), out, carrying(carried...), session.Login{Kind: session.LogIn, State: strings.Repeat("s", i+1)}); err != nil {
			t.Fatal(err)
		}
		for _, c := range out.Result().Cookies() {
			jar[c.Name] = c
			if c.MaxAge < 0 {
				delete(jar, c.Name)
			}
		}
		if len(jar) > 5 || len(jar) == 0 {
			t.Fatalf("%d cookies after %d tabs", len(jar), i+1)
		}
	}
}

func TestLoginLapses(t *testing.T) {
	w := newWorld(t, true)
	late, inTime := w.begin(session.Login{Kind: session.LogIn, State: "1"}), w.begin(session.Login{Kind: session.LogIn, State: "2"})
	w.clock.Advance(10*time.Minute - time.Second)
	if l, err := w.TakeLogin(t.Context(), httptest.NewRecorder(), carrying(inTime), "2", session.LogIn); err != nil || l.State != "2" {
		t.Errorf("after 9:59: %+v, %v", l, err)
	}
	w.clock.Advance(time.Second)
	w.wantNoLogin(carrying(late), "1")
}

// TestLoginIsNoSession: the cookie of a log-in on its way authenticates
// nobody, under any name.
func TestLoginIsNoSession(t *testing.T) {
	w := newWorld(t, true)
	cookie := w.begin(session.Login{Kind: session.LogIn, State: "state"})
	w.wantRefused(carrying(cookie), session.ErrNone)
	w.wantRefused(carrying(&http.Cookie{Name: "__Host-sid", Value: cookie.Value}), session.ErrNotFound)
	w.wantRefused(bearing(cookie.Value), session.ErrNotFound)
}

func TestLoginDoubleClick(t *testing.T) {
	w := newWorld(t, true)
	for range 50 {
		cookie := w.begin(session.Login{Kind: session.LogIn, State: "state"})
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := w.TakeLogin(t.Context(), httptest.NewRecorder(), carrying(cookie), "state", session.LogIn); err == nil {
					won.Add(1)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Fatalf("one log-in was taken %d times", won.Load())
		}
	}
}

func TestHintRestsSealed(t *testing.T) {
	w := newWorld(t, true)
	const token = "eyJhbGciOi.who-she-is.signature"
	a, err := w.SealHint(token)
	if err != nil {
		t.Fatal(err)
	}
	b, err := w.SealHint(token)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(a, []byte("who-she-is")) || bytes.Equal(a, b) {
		t.Error("the store would tell who it is, or that two are the same")
	}
	if got := w.OpenHint(a); got != token {
		t.Errorf("opened %q", got)
	}
	for i := range a {
		spoilt := bytes.Clone(a)
		spoilt[i] ^= 1
		if got := w.OpenHint(spoilt); got != "" {
			t.Fatalf("byte %d changed, and it opens as %q", i, got)
		}
	}
	for n := range a {
		if got := w.OpenHint(a[:n]); got != "" {
			t.Fatalf("cut to %d bytes, it opens as %q", n, got)
		}
	}
	other, err := session.NewManager(session.Config{HintKey: bytes.Repeat([]byte{8}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	if got := other.OpenHint(a); got != "" {
		t.Errorf("another key opens it: %q", got)
	}
	for _, n := range []int{0, 16, 31, 33} {
		if _, err := session.NewManager(session.Config{HintKey: make([]byte, n)}); err == nil {
			t.Errorf("a key of %d bytes is taken", n)
		}
	}
}

// TestWhatComesBackIsTakenForWhatItWas: the state of a log-in, which whoever
// leaves for it can read, ends no log-out, and the reverse.
func TestWhatComesBackIsTakenForWhatItWas(t *testing.T) {
	kinds := []session.LoginKind{session.LogIn, session.LogOut, session.LogOutThenIn}
	for _, began := range append(kinds, "") {
		for _, ends := range kinds {
			w := newWorld(t, true)
			cookie := w.begin(session.Login{Kind: began, State: "state", Counter: "one"})
			l, err := w.TakeLogin(t.Context(), httptest.NewRecorder(), carrying(cookie), "state", ends)
			if (err == nil) != (began == ends) || err != nil && (!errors.Is(err, session.ErrNotFound) || l != session.Login{}) {
				t.Errorf("a %q ends as a %q: %+v, %v", began, ends, l, err)
			}
		}
	}
}
