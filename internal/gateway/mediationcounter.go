package gateway

import (
	"bytes"
	"errors"
	"net/http"
	"time"

	"github.com/coffre-citoyen/coffre/auth/oidc"
	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/problem"
)

// counterWait is longer than a locked session waits for a citizen.
const counterWait = 15 * time.Minute

// counterKey is where a lock keeps by which provider the mediator came, and what
// logs him out there; then, that he is.
func counterKey(delegation string) string { return "counter/" + delegation }

const mediatorOut = "out"

// afterMediator sends a citizen to log in once the mediator is logged out of his
// provider as well, by way of there: its session outlives ours by hours, and
// would let whoever sits there next in as him.
func (g *Gateway) afterMediator(w http.ResponseWriter, r *http.Request, p *oidc.Provider, l session.Login) error {
	kept, err := g.once.Get(r.Context(), counterKey(l.Counter))
	if errors.Is(err, session.ErrNotFound) { // nobody knows
		return g.turnedAway(w, r, problem.New("session-locked"))
	}
	if err != nil {
		return g.turnedAway(w, r, problem.Wrap("unavailable", err))
	}
	if string(kept) == mediatorOut {
		return g.leave(w, r, p, l)
	}
	id, hint, _ := bytes.Cut(kept, []byte("\n"))
	there, ok := g.providers[string(id)]
	if !ok {
		return g.turnedAway(w, r, &oidc.Error{Slug: "provider-unavailable"})
	}
	l.Kind, l.State = session.LogOutThenIn, session.NewToken()
	to, err := there.LogoutURL(r.Context(), g.sessions.OpenHint(hint), l.State)
	if err != nil {
		return g.turnedAway(w, r, err)
	}
	if to == "" { // has no session of its own that it would end
		return g.mediatorLeft(w, r, p, l)
	}
	if err := g.sessions.BeginLogin(r.Context(), w, r, l); err != nil {
		return g.turnedAway(w, r, problem.Wrap("unavailable", err))
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// mediatorLeft is where the mediator's log-out at his provider ends: the citizen
// goes on to hers.
func (g *Gateway) mediatorLeft(w http.ResponseWriter, r *http.Request, p *oidc.Provider, l session.Login) error {
	if r.URL.Query().Has("error") {
		return g.turnedAway(w, r, &oidc.Error{Slug: "provider-logout"})
	}
	kept, err := g.once.Get(r.Context(), counterKey(l.Counter))
	if err == nil && string(kept) != mediatorOut {
		err = g.once.Replace(r.Context(), counterKey(l.Counter), kept, []byte(mediatorOut))
	}
	if err != nil && !errors.Is(err, session.ErrChanged) { // another tab was faster
		return g.turnedAway(w, r, problem.Wrap("unavailable", err))
	}
	return g.leave(w, r, p, l)
}
