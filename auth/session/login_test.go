package session_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
)

func (w *world) begin(l session.Login) *http.Cookie {
	w.t.Helper()
	out := httptest.NewRecorder()
	if err := w.BeginLogin(w.t.Context(), out, l); err != nil {
		w.t.Fatal(err)
	}
	return only(w.t, out)
}

func (w *world) wantNoLogin(r *http.Request) {
	w.t.Helper()
	if l, err := w.TakeLogin(w.t.Context(), httptest.NewRecorder(), r); !errors.Is(err, session.ErrNotFound) || l != (session.Login{}) {
		w.t.Errorf("took %+v, %v; want ErrNotFound", l, err)
	}
}

func TestLoginIsTakenOnce(t *testing.T) {
	w := newWorld(t, true)
	want := session.Login{Provider: "fc", State: "state", Nonce: "nonce", Verifier: "verifier", Return: "/coffre"}
	cookie := w.begin(want)
	out := httptest.NewRecorder()
	got, err := w.TakeLogin(t.Context(), out, carrying(cookie))
	if err != nil || got != want {
		t.Errorf("took %+v, %v", got, err)
	}
	if c := only(t, out); c.Name != "__Host-login" || c.MaxAge >= 0 || c.Value != "" {
		t.Errorf("the browser keeps %q", c)
	}
	w.wantNoLogin(carrying(cookie))
}

func TestLoginBelongsToABrowser(t *testing.T) {
	w := newWorld(t, true)
	cookie := w.begin(session.Login{State: "state"})
	sid, _ := w.start(citizen())
	w.wantNoLogin(carrying())
	w.wantNoLogin(carrying(&http.Cookie{Name: "login", Value: cookie.Value}))
	w.wantNoLogin(carrying(&http.Cookie{Name: cookie.Name, Value: sid.Value}))
	w.wantNoLogin(carrying(&http.Cookie{Name: cookie.Name, Value: session.HashKey(cookie.Value)}))
	if _, err := w.TakeLogin(t.Context(), httptest.NewRecorder(), carrying(cookie)); err != nil {
		t.Errorf("the others' tries used it up: %v", err)
	}
}

func TestLoginLapses(t *testing.T) {
	w := newWorld(t, true)
	late, inTime := w.begin(session.Login{State: "1"}), w.begin(session.Login{State: "2"})
	w.clock.Advance(10*time.Minute - time.Second)
	if l, err := w.TakeLogin(t.Context(), httptest.NewRecorder(), carrying(inTime)); err != nil || l.State != "2" {
		t.Errorf("after 9:59: %+v, %v", l, err)
	}
	w.clock.Advance(time.Second)
	w.wantNoLogin(carrying(late))
}

// TestLoginIsNoSession: the cookie of a log-in on its way authenticates
// nobody, under any name.
func TestLoginIsNoSession(t *testing.T) {
	w := newWorld(t, true)
	cookie := w.begin(session.Login{State: "state"})
	w.wantRefused(carrying(cookie), session.ErrNone)
	w.wantRefused(carrying(&http.Cookie{Name: "__Host-sid", Value: cookie.Value}), session.ErrNotFound)
	w.wantRefused(bearing(cookie.Value), session.ErrNotFound)
}

func TestLoginDoubleClick(t *testing.T) {
	w := newWorld(t, true)
	for range 50 {
		cookie := w.begin(session.Login{State: "state"})
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := w.TakeLogin(t.Context(), httptest.NewRecorder(), carrying(cookie)); err == nil {
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
