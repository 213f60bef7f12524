package gateway

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gorilla/mux"

	"github.com/coffre-citoyen/coffre/auth/oidc"
	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// login sends the browser to a provider. These routes are navigations: what
// goes wrong is told on the page that knows how to start again.
func (g *Gateway) login(w http.ResponseWriter, r *http.Request) error {
	id := mux.Vars(r)["provider"]
	l := session.Login{Provider: id, Return: localPath(r.URL.Query().Get("return"))}
	p, ok := g.providers[id]
	if !ok && id != mediatorDoor && id != paperDoor {
		return problem.New("not-found")
	}
	if err := g.atCounter(r, &l, g.kindOf(id)); err != nil {
		return g.turnedAway(w, r, err)
	}
	switch id {
	case mediatorDoor:
		return g.mediatorLogin(w, r, l)
	case paperDoor:
		return g.paperLogin(w, r, l)
	}
	if r.URL.Query().Has("counter") {
		return g.counterLogin(w, r, p, l)
	}
	if r.URL.Query().Has("level") {
		return g.stepUp(w, r, p, l)
	}
	return g.leave(w, r, p, l)
}

// leave remembers the log-in and sends the browser away.
func (g *Gateway) leave(w http.ResponseWriter, r *http.Request, p *oidc.Provider, l session.Login) error {
	if l.Provider == paperDoor { // asks nobody else
		http.Redirect(w, r, l.Return, http.StatusSeeOther)
		return nil
	}
	begin := func() (string, oidc.Attempt, error) { return p.BeginAt(r.Context(), l.Level) }
	switch {
	case l.As != "":
		begin = func() (string, oidc.Attempt, error) { return p.BeginTwoFactors(r.Context()) }
	case l.Counter != "":
		begin = func() (string, oidc.Attempt, error) { return p.BeginAnew(r.Context(), l.Level) }
	}
	to, a, err := begin()
	if err != nil {
		return g.turnedAway(w, r, err)
	}
	l.Kind, l.State, l.Nonce, l.Verifier, l.Level = session.LogIn, a.State, a.Nonce, a.Verifier, a.Level
	if err := g.sessions.BeginLogin(r.Context(), w, r, l); err != nil {
		return g.turnedAway(w, r, problem.Wrap("unavailable", err))
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// callback is where the provider sends the browser back to.
func (g *Gateway) callback(w http.ResponseWriter, r *http.Request) error {
	id := mux.Vars(r)["provider"]
	p, ok := g.providers[id]
	if !ok {
		return problem.New("not-found")
	}
	l, err := g.sessions.TakeLogin(r.Context(), w, r, r.URL.Query().Get("state"), session.LogIn)
	switch {
	case errors.Is(err, session.ErrNone): // no log-in of ours was under way: nothing was tried
		return g.turnedAway(w, r, &oidc.Error{Slug: "login-expired", Cause: err})
	case errors.Is(err, session.ErrNotFound) || err == nil && l.Provider != id:
		return g.loginRefused(w, r, g.kindOf(id), &oidc.Error{Slug: "login-expired", Cause: err})
	case err != nil:
		return g.turnedAway(w, r, problem.Wrap("unavailable", err))
	}
	who, err := p.Finish(r.Context(), r.URL.Query(), oidc.Attempt{State: l.State, Nonce: l.Nonce, Verifier: l.Verifier, Level: l.Level, TwoFactors: l.As != ""})
	kind := g.kindOf(id)
	if l.As != "" {
		kind = safe.MediatorActor
	}
	if err == nil {
		err = g.atCounter(r, &l, kind)
	}
	if err == nil {
		err = g.sameSomebody(r, l, who)
	}
	if err != nil {
		return g.loginRefused(w, r, kind, err)
	}
	in := safe.SignIn{
		Kind: kind, Issuer: who.Issuer, Sub: who.Sub, Name: who.Name(), SIRET: who.SIRET, IDP: who.IDP, ACR: who.ACR,
		Through: through(who), Door: "web",
	}
	if kind == safe.MediatorActor {
		err = g.startMediator(w, r, id, in, who)
	} else {
		err = g.signIn(w, r, l, in, who)
	}
	if err != nil {
		return g.turnedAway(w, r, err)
	}
	http.Redirect(w, r, l.Return, http.StatusSeeOther)
	return nil
}

func (g *Gateway) signIn(w http.ResponseWriter, r *http.Request, l session.Login, in safe.SignIn, who oidc.Identity) error {
	acc, err := g.safe.SignIn(r.Context(), in)
	if err != nil {
		return err
	}
	return g.startSession(w, r, l.Provider, acc, who, session.Session{Counter: l.Counter})
}

// loginRefused journals a log-in that did not happen; in her own journal where
// somebody was proven, so that she sees who tried.
func (g *Gateway) loginRefused(w http.ResponseWriter, r *http.Request, kind safe.ActorKind, err error) error {
	refused := safe.SignInRefusal{Kind: kind, Door: "web", Reason: slugOfLogin(err)}
	var proven *oidc.Error
	if errors.As(err, &proven) {
		refused.Issuer, refused.Sub = proven.Issuer, proven.Sub
	}
	return g.turnedAway(w, r, errors.Join(err, g.safe.SignInRefused(r.Context(), refused)))
}

// helpers is what a session is marked with that a helper may have opened. The
// provider tells the citizen's name, never the helper's.
const helpers = "Aidants Connect"

func through(who oidc.Identity) string {
	if who.Helped {
		return helpers
	}
	return ""
}

func (g *Gateway) startSession(w http.ResponseWriter, r *http.Request, provider string, acc safe.Account, who oidc.Identity, more session.Session) error {
	hint, err := g.sessions.SealHint(who.IDToken)
	if err != nil {
		return err
	}
	if err := g.noteSID(r.Context(), provider, who, acc); err != nil {
		return err
	}
	_, err = g.sessions.Start(r.Context(), w, r, session.Session{
		Principal: string(acc.Kind), Account: string(acc.ID), Safe: string(acc.Safe), Administration: string(acc.Administration),
		Name: acc.Name, Provider: provider, Issuer: acc.Issuer, Sub: acc.Sub, SID: who.SID, Through: through(who), ACR: who.ACR,
		Level: who.Level, AuthTime: g.now().UTC(), IDTokenHint: hint, Device: deviceLabel(r.UserAgent()),
		Structure: more.Structure, Counter: more.Counter,
	})
	return err
}

// kindOf is the role that a provider's people have.
func (g *Gateway) kindOf(provider string) safe.ActorKind {
	for _, p := range g.site.Providers {
		if p.ID == provider {
			return safe.ActorKind(p.Kind)
		}
	}
	return ""
}

// turnedAway shows why somebody is not logged in, by its slug.
func (g *Gateway) turnedAway(w http.ResponseWriter, r *http.Request, err error) error {
	slug := slugOfLogin(err)
	g.logger.InfoContext(r.Context(), "log-in refused", "reason", slug, "cause", err)
	http.Redirect(w, r, "/connexion?"+url.Values{"refus": {slug}}.Encode(), http.StatusSeeOther)
	return nil
}

func slugOfLogin(err error) string {
	var refused *oidc.Error
	if errors.As(err, &refused) {
		return refused.Slug
	}
	return problemOf(err).Slug
}

// localPath keeps a way back on this origin; anything else is the start page.
func localPath(v string) string {
	u, err := url.Parse(v)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || !strings.HasPrefix(v, "/") || strings.HasPrefix(v, "//") ||
		strings.ContainsAny(v, "\\\r\n\t") {
		return "/"
	}
	return v
}

// logout ends the session here, then at the provider.
func (g *Gateway) logout(w http.ResponseWriter, r *http.Request) error {
	p, err := g.sessions.Read(r.Context(), r)
	if errors.Is(err, session.ErrNone) || errors.Is(err, session.ErrNotFound) {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return problem.Wrap("unavailable", err)
	}
	s, err := g.sessions.End(r.Context(), w, r)
	if err != nil {
		return problem.Wrap("unavailable", err)
	}
	if err := g.safe.SessionEnded(r.Context(), actorOf(p), s.ID); err != nil {
		return err
	}
	// Not "storage": the last checkpoint that this browser saw is there, and
	// with it the proof that the journal was not rewound (threat T8). Not
	// "cookies": it would log out of every site below the town's own domain.
	w.Header().Set("Clear-Site-Data", `"cache"`)
	if s.Counter != "" {
		return g.counterLogout(w, r, s)
	}
	to := "/"
	if provider, ok := g.providers[s.Provider]; ok {
		// Nothing happens on the way back that a forged one could abuse, so
		// the state is not remembered.
		if at, err := provider.LogoutURL(r.Context(), g.sessions.OpenHint(s.IDTokenHint), session.NewID()); err == nil && at != "" {
			to = at
		}
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// deviceLabel is what a person recognises a browser by; the full header is
// not kept.
func deviceLabel(agent string) string {
	find := func(pairs ...string) string {
		for i := 0; i+1 < len(pairs); i += 2 {
			if strings.Contains(agent, pairs[i]) {
				return pairs[i+1]
			}
		}
		return ""
	}
	browser := find("Firefox/", "Firefox", "Edg/", "Edge", "OPR/", "Opera", "Chrome/", "Chrome", "Safari/", "Safari")
	system := find("Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "Windows", "Windows", "Mac OS X", "Mac", "Linux", "Linux")
	return strings.Trim(browser+", "+system, ", ")
}
