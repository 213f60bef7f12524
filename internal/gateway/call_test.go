package gateway_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/problem"
)

// request is one call; json is sent as a JSON body unless body is given.
type request struct {
	who          caller
	method, path string
	json         any
	body         []byte
	stream       io.Reader // instead of body, without a length
	header       object
	lang         string
}

func (r request) with(name string, value any) request {
	h := object{}
	for k, v := range r.header {
		h[k] = v
	}
	h[name] = value
	if value == nil {
		delete(h, name)
	}
	r.header = h
	return r
}

func (r request) by(who caller) request {
	r.who = who
	return r
}

func (r request) in(lang string) request {
	r.lang = lang
	return r
}

func (r request) make(t *testing.T, w *world) *http.Request {
	t.Helper()
	var body io.Reader = bytes.NewReader(r.body)
	switch {
	case r.stream != nil:
		body = struct{ io.Reader }{r.stream} // of unknown length
	case r.json != nil && r.body == nil:
		body = bytes.NewReader(encode(t, r.json))
	}
	req, err := http.NewRequestWithContext(w.ctx, r.method, w.url+r.path, body)
	must(t, err)
	if r.json != nil {
		req.Header.Set("Content-Type", "application/json")
	} else if r.body != nil || r.stream != nil {
		req.Header.Set("Content-Type", "application/octet-stream")
	}
	for k, v := range r.header {
		req.Header.Set(k, fmt.Sprint(v))
	}
	if r.lang != "" {
		req.Header.Set("Accept-Language", r.lang)
	}
	r.who.authenticate(req)
	return req
}

// answer is what came back, read to its end.
type answer struct {
	asked  string
	status int
	header http.Header
	body   []byte
}

// straight follows no redirect and keeps what it is told.
var straight = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// do calls, and holds every answer against what must be true of all of them.
func (w *world) do(t *testing.T, r request) answer {
	t.Helper()
	req := r.make(t, w)
	w.rows.take() // what came before is not this operation's
	resp, err := straight.Do(req)
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	a := answer{r.method + " " + r.path, resp.StatusCode, resp.Header, body}
	a.secure(t)
	if r.method != http.MethodHead {
		w.conform(t, r, req, a)
	}
	return a
}

// secure holds for everything that the gateway says.
func (a answer) secure(t *testing.T) {
	t.Helper()
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": a.kept(),
		"Content-Security-Policy":   "default-src 'none'; frame-ancestors 'none'; sandbox",
		"Strict-Transport-Security": "max-age=63072000; includeSubDomains",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%d: header %s is %q, want %q", a.status, name, got, want)
		}
	}
	if bytes.Contains(a.body, []byte(secretCause)) || strings.Contains(fmt.Sprint(a.header), secretCause) {
		t.Errorf("the answer tells its cause: %s", a.body)
	}
}

// kept is for how long the answer may be kept: nothing is, but what is public
// for ever, and the newest checkpoint by whoever asks again each time.
func (a answer) kept() string {
	_, path, _ := strings.Cut(a.asked, " ")
	switch {
	case a.status != http.StatusOK:
	case strings.HasPrefix(path, "/log/tile/"), strings.HasPrefix(path, "/log/checkpoints/"),
		strings.HasPrefix(path, "/api/v1/administrations/") && strings.Contains(path, "/logo/"):
		return "public, max-age=31536000, immutable"
	case path == "/log/checkpoint":
		return "no-cache"
	}
	return "no-store"
}

// conform validates a real answer against openapi.yaml, and the request too
// when it was accepted.
func (w *world) conform(t *testing.T, r request, req *http.Request, a answer) {
	t.Helper()
	route, params, found := findRoute(t, req)
	if a.status >= 400 && strings.HasPrefix(a.header.Get("Content-Type"), "application/problem+json") {
		a.problem(t, r.lang)
	}
	if !found {
		return
	}
	in := &openapi3filter.RequestValidationInput{
		Request: r.make(t, w), PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, ExcludeRequestBody: r.stream != nil},
	}
	if a.status < 300 {
		must(t, openapi3filter.ValidateRequest(w.ctx, in))
	}
	w.declared(t, route.Operation.OperationID)
	w.saw(route.Operation.OperationID, a.status)
	same := fmt.Sprint(route.Operation.OperationID, a.status, a.header.Get("Content-Type"), string(a.body))
	if _, before := conformed.LoadOrStore(same, true); before {
		return
	}
	err := openapi3filter.ValidateResponse(w.ctx, &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: a.status, Header: a.header, Body: io.NopCloser(bytes.NewReader(a.body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	})
	if err != nil {
		t.Errorf("%s %s answers %d against the contract: %v\n%.500s", r.method, r.path, a.status, err, a.body)
	}
}

// conformed are answers that were validated before: the validator compiles
// its schema each time.
var conformed sync.Map

func (w *world) saw(operation string, status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.seen[operation] == nil {
		w.seen[operation] = map[int]bool{}
	}
	w.seen[operation][status] = true
}

// declared holds what was written in the journal against the route table.
func (w *world) declared(t *testing.T, operation string) {
	t.Helper()
	rt := routeOf(w, operation)
	told := w.rows.take()
	w.mu.Lock()
	w.told = told
	w.mu.Unlock()
	for _, e := range told {
		refusedRead := e.Result == journal.ResultRefused && rt.Events == nil
		badCredential := e.What == journal.WhatLoginRefused && e.Who.Kind == "system" && rt.Class != "public"
		if !slices.Contains(rt.Events, e.What) && !refusedRead && !badCredential {
			t.Errorf("%s writes %s in the journal and declares %q", operation, e.What, rt.Events)
		}
	}
}

var contractRouter = sync.OnceValues(func() (routers.Router, error) {
	doc, err := contract()
	if err != nil {
		return nil, err
	}
	return gorillamux.NewRouter(doc)
})

// findRoute asks openapi.yaml which operation a request is for.
func findRoute(t *testing.T, req *http.Request) (*routers.Route, map[string]string, bool) {
	t.Helper()
	router, err := contractRouter()
	must(t, err)
	route, params, err := router.FindRoute(httptest.NewRequest(req.Method, req.URL.EscapedPath(), nil))
	return route, params, err == nil
}

// is fails unless the answer has the status.
func (a answer) is(t *testing.T, status int) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("%s: status %d, want %d: %.300s", a.asked, a.status, status, a.body)
	}
	return a
}

// problem reads the answer as a problem document in the language asked for.
func (a answer) problem(t *testing.T, lang string) problem.Problem {
	t.Helper()
	var p problem.Problem
	must(t, json.Unmarshal(a.body, &p))
	if lang == "" {
		lang = "fr"
	}
	if a.header.Get("Content-Language") != lang || p.Status != a.status {
		t.Errorf("problem in %q with status %d, answer asked in %q with %d", a.header.Get("Content-Language"), p.Status, lang, a.status)
	}
	if !slices.Contains(problem.Slugs(), strings.TrimPrefix(p.Type, "/problems/")) {
		t.Errorf("problem type %q is not in the catalogue", p.Type)
	}
	return p
}

// refuses fails unless the answer is that problem.
func (a answer) refuses(t *testing.T, slug string) problem.Problem {
	t.Helper()
	var p problem.Problem
	if err := json.Unmarshal(a.body, &p); err != nil || p.Type != "/problems/"+slug {
		t.Fatalf("%s: %d %.300s, want problem %s", a.asked, a.status, a.body, slug)
	}
	return p
}

func (a answer) read(t *testing.T, v any) {
	t.Helper()
	must(t, json.Unmarshal(a.body, v))
}

// string is a member of the answer.
func (a answer) string(t *testing.T, member string) string {
	t.Helper()
	var m object
	a.read(t, &m)
	s, ok := m[member].(string)
	if !ok {
		t.Fatalf("no %s in %s", member, a.body)
	}
	return s
}

// items are the members named of a list's items.
func (a answer) items(t *testing.T, member string) []string {
	t.Helper()
	var page struct{ Items []object }
	a.read(t, &page)
	var out []string
	for _, it := range page.Items {
		out = append(out, fmt.Sprint(it[member]))
	}
	return out
}

func operations(t *testing.T) map[string]*openapi3.Operation {
	t.Helper()
	doc, err := contract()
	must(t, err)
	out := map[string]*openapi3.Operation{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			out[method+" "+path] = op
		}
	}
	return out
}
