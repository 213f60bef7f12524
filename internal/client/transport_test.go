package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
)

func TestParseServerKeepsSecretsOffOpenLines(t *testing.T) {
	for _, ok := range []string{
		"https://coffre.example.fr", "https://coffre.example.fr/", "https://coffre.example.fr:8443", "http://localhost:8080",
		"http://127.0.0.1:8080", "http://127.9.9.9", "http://[::1]:8080",
	} {
		u, err := client.ParseServer(ok)
		if err != nil || u.String() != strings.TrimRight(ok, "/") {
			t.Errorf("%s: %v, %v", ok, u, err)
		}
	}
	for _, bad := range []string{
		"", "coffre.example.fr", "coffre.example.fr:443", "http://coffre.example.fr", "http://localhost.example.fr", "http://10.0.0.1",
		"http://127.0.0.1.example.fr", "http://localhost@example.fr", "https://user:pw@coffre.example.fr", "ftp://localhost", "file:///etc/passwd",
		"https://coffre.example.fr/path", "https://coffre.example.fr?x=1", "https://coffre.example.fr#x", "//coffre.example.fr", "https://", "http://[::2]:80",
	} {
		if u, err := client.ParseServer(bad); err == nil {
			t.Errorf("%q is taken for %s", bad, u)
		}
	}
}

// TestTokenIsSentNowhereElse: no redirect is followed, of any kind.
func TestTokenIsSentNowhereElse(t *testing.T) {
	var elsewhere []string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		elsewhere = append(elsewhere, r.Method+" "+r.URL.Path+" "+r.Header.Get("Authorization"))
		_, _ = w.Write([]byte(`{"kind":"citizen","name":"Trap"}`))
	}))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		asked := 0
		here := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked++
			if r.Header.Get("Authorization") != "Bearer secret" {
				t.Errorf("%s %s without the token", r.Method, r.URL.Path)
			}
			http.Redirect(w, r, other.URL+r.URL.Path, status)
		}))
		c, err := client.New(client.Config{Server: here.URL, Token: "secret"})
		must(t, err)
		if me, err := c.Me(context.Background()); err == nil {
			t.Errorf("%d: the answer of another server is believed: %+v", status, me)
		}
		if err := c.AcceptTerms(context.Background(), "1"); err == nil {
			t.Errorf("%d: a redirected change is taken for done", status)
		}
		if err := c.EndGrant(context.Background(), "x"); err == nil {
			t.Errorf("%d: a redirected end is taken for done", status)
		}
		if asked != 3 {
			t.Errorf("%d: asked %d times", status, asked)
		}
		here.Close()
	}
	if len(elsewhere) > 0 {
		t.Errorf("another server was asked: %q", elsewhere)
	}
}

func TestRefusalsAreNamed(t *testing.T) {
	for _, c := range []struct {
		status     int
		kind, body string
		check      func(error) bool
	}{
		{403, "application/problem+json; charset=utf-8", `{"type":"https://x/problems/terms-not-accepted","title":"T","detail":"D"}`, func(err error) bool {
			return client.IsProblem(err, "terms-not-accepted") && strings.Contains(err.Error(), "D")
		}},
		{400, "application/json", `{"error":"slow_down"}`, func(err error) bool {
			var o *client.OAuthError
			return errors.As(err, &o) && o.Code == "slow_down"
		}},
		{502, "text/html", `<h1>Bad gateway</h1>`, func(err error) bool { return errors.Is(err, client.ErrOffline) }},
		{404, "text/html", `<h1>Hello</h1>`, func(err error) bool { return client.IsProblem(err, "unexpected-answer") }},
		{200, "application/json", `{"name":`, func(err error) bool { return err != nil && strings.Contains(err.Error(), "read answer") }},
		{200, "application/json", `"` + strings.Repeat("x", 33<<20) + `"`, func(err error) bool { return err != nil && strings.Contains(err.Error(), "too long") }},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", c.kind)
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.body))
		}))
		cl, err := client.New(client.Config{Server: srv.URL})
		must(t, err)
		if _, err := cl.Me(context.Background()); !c.check(err) {
			t.Errorf("%d %.40s: %v", c.status, c.body, err)
		}
		srv.Close()
		if _, err := cl.Me(context.Background()); !errors.Is(err, client.ErrOffline) {
			t.Errorf("a server that is gone: %v", err)
		}
	}
}

// roundTrip answers in the same process, so that a test's clock is the only one.
type roundTrip func(*http.Request) *http.Response

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

func TestAwaitDeviceKeepsThePace(t *testing.T) {
	for _, c := range []struct {
		answers []string
		want    error
		took    time.Duration
	}{
		{[]string{"authorization_pending", "authorization_pending", ""}, nil, 6 * time.Second},
		{[]string{"authorization_pending", "slow_down", "authorization_pending", ""}, nil, (2 + 2 + 7 + 7) * time.Second},
		{[]string{"access_denied"}, client.ErrDenied, 2 * time.Second},
		{[]string{"authorization_pending", "expired_token"}, client.ErrCodeExpired, 4 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			n := 0
			cl, err := client.New(client.Config{Server: "https://coffre.example.fr", HTTP: &http.Client{Transport: roundTrip(func(*http.Request) *http.Response {
				rec := httptest.NewRecorder()
				if code := c.answers[n]; code != "" {
					rec.WriteHeader(400)
					fmt.Fprintf(rec, `{"error":%q}`, code)
				} else {
					fmt.Fprint(rec, `{"access_token":"t","token_type":"Bearer"}`)
				}
				n++
				return rec.Result()
			})}})
			must(t, err)
			begun := time.Now()
			token, err := cl.AwaitDevice(context.Background(), client.Device{Interval: 2})
			if !errors.Is(err, c.want) || c.want == nil && token.AccessToken != "t" {
				t.Errorf("%q: %+v, %v", c.answers, token, err)
			}
			if took := time.Since(begun); took != c.took || n != len(c.answers) {
				t.Errorf("%q: %d polls in %s, want %s", c.answers, n, took, c.took)
			}
		})
	}
}

// TestCutExportLeavesNoFile: the archive appears only when it is whole.
func TestCutExportLeavesNoFile(t *testing.T) {
	e := sample(t)
	whole, err := os.ReadFile(e.pack())
	must(t, err)
	for _, n := range []int{len(whole) / 2, len(whole)} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/v1/site" {
				_ = json.NewEncoder(w).Encode(map[string]string{"logKey": e.vkey})
				return
			}
			_, _ = w.Write(whole[:n])
		}))
		dir := t.TempDir()
		path := filepath.Join(dir, "safe.zip")
		c, err := client.New(client.Config{Server: srv.URL})
		must(t, err)
		sum, err := c.Export(context.Background(), path, client.GetOptions{})
		files, _ := os.ReadDir(dir)
		if n == len(whole) && (err != nil || sum.Documents != 2 || len(files) != 1) {
			t.Errorf("whole: %+v, %v, %v", sum, err, files)
		}
		if n < len(whole) && (!errors.Is(err, client.ErrArchive) || len(files) > 0) {
			t.Errorf("cut: %v, left %v", err, files)
		}
		// The same archive again is an old event: it proves nothing new.
		if _, err := c.Export(context.Background(), path+"2", client.GetOptions{}); n == len(whole) && !client.IsAlarm(err) {
			t.Errorf("a replayed export: %v", err)
		}
		srv.Close()
	}
}
