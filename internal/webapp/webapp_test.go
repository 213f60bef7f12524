package webapp

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

const script = "console.log('coffre')\n"

func built(t *testing.T) *Handler {
	t.Helper()
	h, err := newHandler(fstest.MapFS{
		"dist/.keep":            {},
		"dist/index.html":       {Data: []byte("<!doctype html><title>Coffre</title>")},
		"dist/assets/app-1a.js": {Data: []byte(strings.Repeat(script, 200))},
	}, []string{"https://idp.example"})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func get(t *testing.T, h http.Handler, target string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func TestEveryPathIsTheApplicationButMissingFiles(t *testing.T) {
	h := built(t)
	for path, want := range map[string]int{"/": 200, "/coffre": 200, "/administration/partage/abc": 200, "/assets/other-2b.js": 404, "/robots.txt": 404} {
		if got := get(t, h, path).StatusCode; got != want {
			t.Errorf("GET %s is %d, want %d", path, got, want)
		}
	}
}

// TestPolicy: threats.md §4.
func TestPolicy(t *testing.T) {
	policy := get(t, built(t), "/coffre").Header.Get("Content-Security-Policy")
	for _, want := range []string{
		"default-src 'none'", "script-src 'self';", "style-src 'self';", "require-trusted-types-for 'script'", "frame-ancestors 'none'",
		"form-action 'self' https://idp.example;", "base-uri 'none'",
	} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy lacks %q: %s", want, policy)
		}
	}
	if strings.Contains(policy, "unsafe") {
		t.Errorf("the policy allows what is unsafe: %s", policy)
	}
}

func TestCaching(t *testing.T) {
	h := built(t)
	if v := get(t, h, "/assets/app-1a.js").Header.Get("Cache-Control"); !strings.Contains(v, "immutable") {
		t.Errorf("a hashed asset is cached as %q", v)
	}
	page := get(t, h, "/")
	if v := page.Header.Get("Cache-Control"); v != "no-cache" {
		t.Errorf("the page is cached as %q", v)
	}
	if got := get(t, h, "/", "If-None-Match", page.Header.Get("ETag")).StatusCode; got != http.StatusNotModified {
		t.Errorf("an unchanged page is sent again: %d", got)
	}
}

func TestCompression(t *testing.T) {
	res := get(t, built(t), "/assets/app-1a.js", "Accept-Encoding", "gzip")
	if res.Header.Get("Content-Encoding") != "gzip" {
		t.Fatal("not compressed for a browser that would read it")
	}
	z, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(z); err != nil || string(b) != strings.Repeat(script, 200) {
		t.Errorf("reads as other bytes (%v)", err)
	}
}

func TestNotBuilt(t *testing.T) {
	if _, err := newHandler(fstest.MapFS{"dist/.keep": {}}, nil); !errors.Is(err, ErrNotBuilt) {
		t.Errorf("without a build it says %v", err)
	}
}
