//go:build demo

package simulator_test

import (
	"encoding/xml"
	"errors"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/auth/simulator"
)

// element is a start tag with what stands directly in it.
type element struct {
	name string
	attr map[string]string
	text string
}

// void elements of HTML have no end tag.
var void = regexp.MustCompile(`<(meta|link|input)([^>]*)>`)

// parse reads a page; a tag that is not closed in its order fails.
func parse(t *testing.T, page string) []element {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(void.ReplaceAllString(page, "<$1$2/>")))
	dec.Entity = xml.HTMLEntity
	var all []element
	var open []int
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("parse page: %v\n%s", err, page)
		}
		switch v := token.(type) {
		case xml.StartElement:
			e := element{name: v.Name.Local, attr: map[string]string{}}
			for _, a := range v.Attr {
				e.attr[a.Name.Local] = a.Value
			}
			open = append(open, len(all))
			all = append(all, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			for _, i := range open {
				all[i].text += string(v)
			}
		}
	}
}

func count(all []element, name string) int {
	return len(slices.DeleteFunc(slices.Clone(all), func(e element) bool { return e.name != name }))
}

func (w *world) page(id string, q url.Values) (*httptest.ResponseRecorder, []element) {
	w.t.Helper()
	res := w.do(httptest.NewRequest(http.MethodGet, w.at(id, "/authorize?")+q.Encode(), nil))
	return res, parse(w.t, res.Body.String())
}

// wantUsable: one heading, a language, a title, no script, and no element
// that only a mouse can use.
func wantUsable(t *testing.T, res *httptest.ResponseRecorder, all []element) {
	t.Helper()
	if count(all, "h1") != 1 || count(all, "main") != 1 || count(all, "script") != 0 || count(all, "title") != 1 {
		t.Errorf("page %s", res.Body)
	}
	for _, e := range all {
		if e.name == "html" && e.attr["lang"] != "fr" {
			t.Error("the page does not say that it is French")
		}
		for name := range e.attr {
			if strings.HasPrefix(name, "on") || name == "style" || name == "tabindex" {
				t.Errorf("<%s> has %s", e.name, name)
			}
		}
		if (e.name == "button" || e.name == "a" || e.name == "h1") && strings.TrimSpace(e.text) == "" {
			t.Errorf("<%s> has no name", e.name)
		}
	}
	if !strings.Contains(res.Body.String(), "SIMULATEUR") {
		t.Error("the page does not say that it is no real provider")
	}
	policy := res.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "style-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("policy %q lacks %s", policy, want)
		}
	}
	if strings.Contains(policy, "unsafe") || res.Header().Get("X-Content-Type-Options") != "nosniff" || res.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", res.Header())
	}
}

// TestPersonaPage: everybody of this door, each a button of one form, and a
// way back.
func TestPersonaPage(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"franceconnect", "proconnect"} {
		res, all := w.page(id, w.asked(id, "openid"))
		if res.Code != http.StatusOK {
			t.Fatalf("%s: %d", id, res.Code)
		}
		wantUsable(t, res, all)
		var want, got []string
		for _, p := range simulator.Personas() {
			if p.Agent == (id == "proconnect") {
				want = append(want, p.ID)
				shown := html.UnescapeString(res.Body.String())
				if !strings.Contains(shown, p.Name) || !strings.Contains(shown, p.Role) {
					t.Errorf("%s does not name %s", id, p.Name)
				}
			}
		}
		want = append(want, "")
		for _, e := range all {
			if e.name == "button" && e.attr["name"] == "persona" {
				got = append(got, e.attr["value"])
			}
		}
		if !slices.Equal(got, want) || count(all, "form") != 1 {
			t.Errorf("%s offers %q, want %q", id, got, want)
		}
	}
}

func TestErrorPage(t *testing.T) {
	w := newWorld(t)
	for number, spoil := range map[string]func(url.Values){
		"Y030007": func(q url.Values) { q.Set("max_age", "1") },
		"Y030031": func(q url.Values) { q.Set("redirect_uri", "https://evil.example/") },
	} {
		q := w.asked("franceconnect", "openid")
		spoil(q)
		res, all := w.page("franceconnect", q)
		wantUsable(t, res, all)
		if res.Code != http.StatusBadRequest || !strings.Contains(res.Body.String(), number) || count(all, "form") != 0 || count(all, "a") != 1 {
			t.Errorf("%s: %d %s", number, res.Code, res.Body)
		}
	}
}

// TestPageQuotesWhatItRepeats: a query is repeated in the form's address.
func TestPageQuotesWhatItRepeats(t *testing.T) {
	w := newWorld(t)
	q := w.asked("franceconnect", "openid")
	const hostile = `"><script>alert(1)</script>&persona=angela'`
	q.Set("state", q.Get("state")+hostile)
	res, all := w.page("franceconnect", q)
	wantUsable(t, res, all)
	for _, e := range all {
		if e.name != "form" {
			continue
		}
		back, err := url.Parse(e.attr["action"])
		if err != nil || !strings.HasSuffix(back.Query().Get("state"), hostile) || back.Path != "" || back.Query().Has("persona") {
			t.Errorf("form goes to %q, %v", e.attr["action"], err)
		}
	}
}

func TestStyleIsServed(t *testing.T) {
	w := newWorld(t)
	res, all := w.page("franceconnect", w.asked("franceconnect", "openid"))
	if res.Code != http.StatusOK {
		t.Fatal(res.Code)
	}
	for _, e := range all {
		if e.name == "link" {
			res := w.do(httptest.NewRequest(http.MethodGet, e.attr["href"], nil))
			if res.Code != http.StatusOK || !strings.HasPrefix(res.Header().Get("Content-Type"), "text/css") || !strings.Contains(res.Body.String(), "focus-visible") {
				t.Errorf("style %s: %d %v", e.attr["href"], res.Code, res.Header())
			}
		}
	}
}
