package gateway

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gorilla/mux"

	"github.com/coffre-citoyen/coffre/auth"
	"github.com/coffre-citoyen/coffre/auth/machine"
	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// handler returns its error instead of writing it: a failure cannot be
// followed by a success.
type handler func(http.ResponseWriter, *http.Request) error

// Handler is everything the gateway serves.
func (g *Gateway) Handler() http.Handler {
	m := mux.NewRouter().UseEncodedPath().SkipClean(true) // one spelling of a path, no redirects
	for _, rt := range g.Routes() {
		m.Handle(rt.Path, g.serve(rt)).Methods(rt.methods()...)
	}
	for prefix, h := range g.extra {
		m.PathPrefix(prefix).Handler(h)
	}
	missing := func(slug string) http.Handler {
		// Streamed: the body is not read, and its length is not what is wrong.
		return g.serve(Route{Operation: slug, Class: Public, Body: Streamed, Rate: RateRead, handler: func(http.ResponseWriter, *http.Request) error {
			return problem.New(slug)
		}})
	}
	notFound := missing("not-found")
	m.MethodNotAllowedHandler = missing("method-not-allowed")
	m.NotFoundHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isPage(r) {
			g.page(w, r)
			return
		}
		notFound.ServeHTTP(w, r)
	})
	p := http.NewCrossOriginProtection()
	p.SetDenyHandler(missing("cross-origin"))
	return p.Handler(m)
}

// page serves what is no route; nobody keeps its connection by standing still.
func (g *Gateway) page(w http.ResponseWriter, r *http.Request) {
	g.secure(w.Header()) // pages have a policy of their own
	rc := http.NewResponseController(w)
	out := &answer{ResponseWriter: w, rc: rc, progress: g.progress}
	_ = rc.SetReadDeadline(time.Now().Add(g.progress))
	g.pages.ServeHTTP(out, r)
	out.moving()
}

// serve runs one route: headers, limits, who is calling, the handler, and
// what is said when it fails.
func (g *Gateway) serve(rt Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := g.now()
		g.secure(w.Header())
		w.Header().Set("Cache-Control", "no-store")
		rc := http.NewResponseController(w)
		out := &answer{ResponseWriter: w, rc: rc, progress: g.progress}
		r.Body = &moving{ReadCloser: r.Body, rc: rc, progress: g.progress}
		if rt.Body >= 0 {
			r.Body = http.MaxBytesReader(w, r.Body, rt.Body)
		}
		out.moving()
		cut := g.fail(rt, out, r, g.guarded(rt, out, r))
		g.observe(rt.Operation, out.status, g.now().Sub(start))
		if cut {
			panic(http.ErrAbortHandler)
		}
		// net/http now reads what is left of the body and flushes the answer:
		// that may not stand still either.
		out.moving()
		_ = rc.SetReadDeadline(time.Now().Add(g.progress))
	})
}

func (g *Gateway) guarded(rt Route, w http.ResponseWriter, r *http.Request) (err error) {
	defer func() { //nolint:contextcheck // r carries it
		if p := recover(); p != nil {
			if e, ok := p.(error); ok && errors.Is(e, http.ErrAbortHandler) {
				panic(p)
			}
			g.logger.ErrorContext(r.Context(), "handler panicked", "operation", rt.Operation, "stack", string(debug.Stack()))
			err = problem.New("internal")
		}
	}()
	if err := g.grounded(rt); err != nil {
		return err
	}
	if rt.Body >= 0 && r.ContentLength > rt.Body {
		return &problem.Error{Slug: "body-too-large", Limit: rt.Body}
	}
	if rt.Class != Public && elsewhere(r) {
		return problem.New("cross-origin")
	}
	p, err := g.authenticate(r, rt.Rate)
	if err != nil && rt.Class != Public {
		if slow := g.allow(RateUnknown, p, r); slow != nil {
			return slow
		}
		return g.noteSystem(r, err)
	}
	if err := g.allow(rt.Rate, p, r); err != nil {
		return g.uncounted(rt, w, r, err)
	}
	if err := rt.Class.admits(p); err != nil {
		if failed := g.safe.Refused(r.Context(), actorOf(p), rt.tried(), "forbidden"); failed != nil {
			return failed
		}
		return err
	}
	leave, ok := g.crowd.enter(p.Account+p.System, atOnce*g.pace)
	if !ok {
		return &problem.Error{Slug: "rate-limited", RetryAfter: 1}
	}
	defer leave()
	if p.Kind != "" {
		r = r.WithContext(auth.With(r.Context(), p))
	}
	return rt.handler(w, r)
}

// elsewhere says whether another site led a browser here. That site reads no
// answer, but a link to an export or a document is an act in her name, that
// her journal would tell as hers.
func elsewhere(r *http.Request) bool {
	from := r.Header.Get("Sec-Fetch-Site")
	return from != "" && from != "same-origin" && from != "none"
}

// authenticate gives the zero Principal when the request carries nothing.
func (g *Gateway) authenticate(r *http.Request, rate Rate) (auth.Principal, error) {
	var p auth.Principal
	var err error
	token := machineToken(r)
	switch {
	case token != "":
		p, err = g.machine.Verify(r.Context(), token, callOf(r))
	case rate == RatePoll:
		p, err = g.sessions.Watch(r.Context(), r)
	default:
		p, err = g.sessions.Read(r.Context(), r)
	}
	switch {
	case err == nil:
		return p, nil
	case errors.Is(err, machine.ErrScheme):
		return auth.Principal{}, &problem.Error{Slug: "token-proof", Challenge: challenge("invalid_token"), Cause: err}
	case errors.Is(err, machine.ErrProof):
		return auth.Principal{}, &problem.Error{Slug: "token-proof", Challenge: challenge("invalid_dpop_proof"), Cause: err}
	case errors.Is(err, session.ErrNone):
		return auth.Principal{}, problem.New("unauthenticated")
	case errors.Is(err, session.ErrNotFound):
		return auth.Principal{}, problem.Wrap("session-expired", err)
	default:
		return auth.Principal{}, problem.Wrap("unavailable", err)
	}
}

// allow counts the request against a rate class, by caller.
func (g *Gateway) allow(rate Rate, p auth.Principal, r *http.Request) error {
	who := p.Account + p.System
	if who == "" {
		who = g.address(r)
	}
	return g.tally(r.Context(), rate, "rate/"+rate.name+"/"+who)
}

// fail writes the problem, unless the answer has begun: then the connection
// is to be cut, so that nobody takes half an answer for a whole one.
func (g *Gateway) fail(rt Route, w *answer, r *http.Request, err error) (cut bool) {
	if err == nil {
		return false
	}
	p := problemOf(err)
	level := slog.LevelInfo
	if p.Status() >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	g.logger.Log(r.Context(), level, "request refused", "operation", rt.Operation, "problem", p.Slug, "cause", fmt.Sprint(p.Cause))
	if w.status != 0 {
		return true
	}
	if r.ContentLength != 0 {
		w.Header().Set("Connection", "close") // the rest of the body is not read
	}
	for _, h := range []string{"ETag", "Content-Length", "Content-Disposition"} { // of what is not sent
		w.Header().Del(h)
	}
	if err := problem.Write(w, r, p); err != nil {
		g.logger.DebugContext(r.Context(), "answer not delivered", "error", err)
	}
	return false
}

// answer remembers whether it has begun, and lets a slow reader take its time
// as long as it reads.
type answer struct {
	http.ResponseWriter
	rc       *http.ResponseController
	progress time.Duration
	status   int
}

func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	a.moving()
	return a.ResponseWriter.Write(p)
}

// moving gives the reader time for what is written next.
func (a *answer) moving() { _ = a.rc.SetWriteDeadline(time.Now().Add(a.progress)) } // a recorder in tests has none

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// moving is a request body that may be slow but not stand still.
type moving struct {
	io.ReadCloser
	rc       *http.ResponseController
	progress time.Duration
}

func (m *moving) Read(p []byte) (int, error) {
	_ = m.rc.SetReadDeadline(time.Now().Add(m.progress))
	return m.ReadCloser.Read(p)
}

// actor is who asks, in the words of the domain.
func actor(r *http.Request) safe.Actor {
	p, _ := auth.From(r.Context())
	return actorOf(p)
}

func actorOf(p auth.Principal) safe.Actor {
	return safe.Actor{
		Kind: safe.ActorKind(p.Kind), Account: safe.AccountID(p.Account), Safe: safe.SafeID(p.Safe),
		Administration: safe.AdministrationID(p.Administration), System: safe.SystemID(p.System),
		Structure: safe.StructureID(p.Structure), Session: p.Session, Since: p.Since, Counter: safe.DelegationID(p.Counter),
		Paper: p.Provider == paperDoor,
		Name:  p.Name, Level: p.Level, Through: p.Through, Door: p.Door, Scopes: p.Scopes,
	}
}
