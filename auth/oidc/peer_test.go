package oidc_test

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/auth/oidc"
)

// peer is a provider that we did not make for these tests' sake, or made as
// strict as the one that it plays.
type peer struct {
	config oidc.Config // as registered there
	// people who can log in there: what is known of them, by the name that
	// the page offers.
	people map[string]oidc.Identity
	pkce   bool
}

// outcome is where a browser ended: back at us with a query, or on a page of
// theirs that goes no further.
type outcome struct {
	query  url.Values // nil on a page
	status int
	page   string
}

var (
	form   = regexp.MustCompile(`(?s)<form[^>]*\baction="([^"]*)"`)
	hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)
)

// browse plays a browser of its own: it follows redirects, and answers a form
// by choosing a person ("" turns back), until the address begins with stop.
func browse(t *testing.T, address, person, stop string) outcome {
	t.Helper()
	return browseWith(t, newJar(t), address, person, stop)
}

func newJar(t *testing.T) http.CookieJar {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return jar
}

// browseWith goes on with the cookies of before.
func browseWith(t *testing.T, jar http.CookieJar, address, person, stop string) outcome {
	t.Helper()
	c := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	req := get(t, address)
	for range 10 {
		res, err := c.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if err := res.Body.Close(); err != nil {
			t.Fatal(err)
		}
		page := string(b)
		action := form.FindStringSubmatch(page)
		switch {
		case res.StatusCode >= 300 && res.StatusCode < 400:
			to, err := res.Location()
			if err != nil {
				t.Fatal(err)
			}
			if rest, ok := strings.CutPrefix(to.String(), stop); ok && rest != "" && strings.ContainsRune("?#", rune(rest[0])) {
				q, err := url.ParseQuery(rest[1:])
				if err != nil {
					t.Fatal(err)
				}
				return outcome{query: q}
			}
			req = get(t, to.String())
		case res.StatusCode == http.StatusOK && action != nil:
			req = submit(t, res.Request.URL, html.UnescapeString(action[1]), page, person)
		default:
			return outcome{status: res.StatusCode, page: page}
		}
	}
	t.Fatalf("no end of redirects after %s", address)
	return outcome{}
}

func get(t *testing.T, address string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func submit(t *testing.T, from *url.URL, action, page, person string) *http.Request {
	t.Helper()
	to, err := from.Parse(action)
	if err != nil {
		t.Fatal(err)
	}
	values := url.Values{"persona": {person}}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		values.Set(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to.String(), strings.NewReader(values.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func (p peer) client(t *testing.T, change func(*oidc.Config)) *oidc.Provider {
	t.Helper()
	c := p.config
	apply(change, &c)
	made, err := oidc.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// visit goes to the provider as somebody and comes back.
func (p peer) visit(t *testing.T, rp *oidc.Provider, person string) (url.Values, oidc.Attempt) {
	t.Helper()
	q, attempt, _ := p.visitWith(t, rp, person)
	return q, attempt
}

// visitWith gives the browser's cookies as well.
func (p peer) visitWith(t *testing.T, rp *oidc.Provider, person string) (url.Values, oidc.Attempt, http.CookieJar) {
	t.Helper()
	to, attempt, err := rp.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	jar := newJar(t)
	end := browseWith(t, jar, to, person, p.config.RedirectURL)
	if end.query == nil {
		t.Fatalf("stuck at the provider: %d\n%s", end.status, end.page)
	}
	return end.query, attempt, jar
}

func (p peer) logIn(t *testing.T, rp *oidc.Provider, person string) oidc.Identity {
	t.Helper()
	q, attempt := p.visit(t, rp, person)
	who, err := rp.Finish(t.Context(), q, attempt)
	if err != nil {
		t.Fatalf("log in as %s: %v", person, err)
	}
	return who
}

// anybody who can log in there.
func (p peer) anybody(t *testing.T) string {
	t.Helper()
	for name := range p.people {
		return name
	}
	t.Fatal("nobody can log in")
	return ""
}
