package gateway

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/coffre-citoyen/coffre/auth/oidc"
	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/problem"
)

// stepUp is a log-in at a higher level, for an act that asks for one. It is
// for whoever is logged in here and for nobody else.
//
// A provider of the FranceConnect family shares its session between sites and
// tells no true time of the log-in: below level 3, which it always asks anew,
// whoever is logged in there is logged out first (not when another site led the
// browser here: it could log her out of FranceConnect by a link). The session here lives on
// until the new one takes its place: turning back loses nothing.
func (g *Gateway) stepUp(w http.ResponseWriter, r *http.Request, p *oidc.Provider, l session.Login) error {
	level, err := strconv.Atoi(r.URL.Query().Get("level"))
	if err != nil || level < 1 || level > 3 {
		return g.turnedAway(w, r, problem.New("invalid"))
	}
	if level > p.Top() {
		return g.turnedAway(w, r, &oidc.Error{Slug: "level-unavailable"})
	}
	l.Level = level
	now, err := g.sessions.Current(r.Context(), r)
	switch {
	case errors.Is(err, session.ErrNone), errors.Is(err, session.ErrNotFound):
		return g.leave(w, r, p, l)
	case err != nil:
		return g.turnedAway(w, r, problem.Wrap("unavailable", err))
	}
	l.Account = now.Account
	there, ok := g.providers[now.Provider]
	if !ok || level == 3 || elsewhere(r) || there.AccountsOf() != p.AccountsOf() {
		return g.leave(w, r, p, l)
	}
	l.Kind, l.State = session.LogOutThenIn, session.NewToken()
	to, err := there.LogoutURL(r.Context(), g.sessions.OpenHint(now.IDTokenHint), l.State)
	if err != nil || to == "" { // the log-in says what is wrong there
		return g.leave(w, r, p, l)
	}
	if err := g.sessions.BeginLogin(r.Context(), w, r, l); err != nil {
		return g.turnedAway(w, r, problem.Wrap("unavailable", err))
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// loggedOut is where the provider sends the browser back to: to the start, or
// on to the log-in that the log-out made room for.
func (g *Gateway) loggedOut(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	l, err := g.sessions.TakeLogin(r.Context(), w, r, q.Get("state"), session.LogOut, session.LogOutThenIn)
	p, ok := g.providers[l.Provider]
	switch {
	case err != nil || !ok && l.Provider != paperDoor:
	case l.Kind == session.LogOutThenIn && l.Counter != "" && l.Account == "":
		return g.mediatorLeft(w, r, p, l)
	case l.Kind == session.LogOutThenIn:
		return g.leave(w, r, p, l)
	case !q.Has("error"):
		return g.citizenLeft(w, r, l)
	}
	to := "/"
	if strings.Contains(q.Get("error_description"), "Y030111") {
		to = "/connexion?" + url.Values{"refus": {"provider-logout"}}.Encode()
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// sameSomebody refuses a step-up that ends as another person than the one who
// is logged in here, on a shared computer say: she would act in the other's
// safe without seeing it.
func (g *Gateway) sameSomebody(r *http.Request, l session.Login, who oidc.Identity) error {
	if l.Account == "" {
		return nil
	}
	now, err := g.sessions.Current(r.Context(), r)
	switch {
	case errors.Is(err, session.ErrNone), errors.Is(err, session.ErrNotFound): // over meanwhile: an ordinary log-in
		return nil
	case err != nil:
		return problem.Wrap("unavailable", err)
	case now.Account != l.Account || now.Issuer != who.Issuer || now.Sub != who.Sub:
		return &oidc.Error{Slug: "other-person", Cause: errors.New("step-up by somebody else"), Issuer: who.Issuer, Sub: who.Sub}
	}
	return nil
}
