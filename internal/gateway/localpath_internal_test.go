package gateway

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestAnyWayBackStaysHere: whatever a link to our log-in says, the redirect
// at its end stays on this origin, as Go reads addresses and as browsers do,
// for which a backslash is a slash, and tabs and line ends are nothing.
func TestAnyWayBackStaysHere(t *testing.T) {
	pieces := []string{"/", `\`, "\t", "\r", "\n", ":", ".", "..", "@", "%2f", "%5c", "%", " ", "?", "#", ";", "evil.example", "https:", "javascript:", "\x00", "é"}
	rapid.Check(t, func(t *rapid.T) {
		v := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 8).Draw(t, "return"), "")
		out := httptest.NewRecorder()
		http.Redirect(out, httptest.NewRequest(http.MethodGet, "https://coffre.example/callback/fc", nil), localPath(v), http.StatusSeeOther)
		to := out.Header().Get("Location")
		asBrowser := strings.NewReplacer(`\`, "/", "\t", "", "\r", "", "\n", "").Replace(strings.TrimFunc(to, func(r rune) bool { return r <= ' ' }))
		if !strings.HasPrefix(asBrowser, "/") || strings.HasPrefix(asBrowser, "//") {
			t.Fatalf("return %q leads to %q", v, to)
		}
		if u, err := url.Parse(to); err != nil || u.Host != "" || u.Scheme != "" {
			t.Fatalf("return %q leads to %q: %v", v, to, err)
		}
	})
}
