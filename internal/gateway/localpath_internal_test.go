package gateway

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzLocalPath: whatever a link to our log-in says, the redirect at its end
// stays on this origin, as Go reads addresses and as browsers do, for which a
// backslash is a slash and tabs and line ends are nothing.
func FuzzLocalPath(f *testing.F) {
	for _, v := range []string{
		"", "/", "/coffre?a=b#c", "//evil.example", `/\evil.example`, "https:evil.example", "/\t/evil.example", "/..//evil.example",
		"/%2f%2fevil.example", "/%5c%5cevil.example", "\x00//evil.example", "/ /evil.example", "/;//evil.example", "/?//evil.example",
	} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		out := httptest.NewRecorder()
		http.Redirect(out, httptest.NewRequest(http.MethodGet, "https://coffre.example/callback/fc", nil), localPath(v), http.StatusSeeOther)
		to := out.Header().Get("Location")
		asBrowser := strings.Map(func(r rune) rune {
			switch r {
			case '\\':
				return '/'
			case '\t', '\r', '\n':
				return -1
			}
			return r
		}, strings.Trim(to, "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x1b\x1f "))
		if !strings.HasPrefix(asBrowser, "/") || strings.HasPrefix(asBrowser, "//") {
			t.Fatalf("return %q leads to %q", v, to)
		}
		if u, err := url.Parse(to); err != nil || u.Host != "" || u.Scheme != "" {
			t.Fatalf("return %q leads to %q: %v", v, to, err)
		}
	})
}
