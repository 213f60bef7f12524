package gateway

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/coffre-citoyen/coffre/auth/oidc"
	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// mediatorDoor stands in the place of a provider: who comes in there has two
// factors, and is a mediator, whatever else the same person is.
const mediatorDoor = "mediator"

// mediatorLogin leaves for the agents' provider: the one that is asked for, or
// the first.
func (g *Gateway) mediatorLogin(w http.ResponseWriter, r *http.Request, l session.Login) error {
	asked := r.URL.Query().Get("provider")
	for _, p := range g.site.Providers {
		if p.Kind != string(safe.Agent) || asked != "" && asked != p.ID {
			continue
		}
		l.Provider, l.As = p.ID, string(safe.MediatorActor)
		return g.leave(w, r, g.providers[p.ID], l)
	}
	return problem.New("not-found")
}

// startMediator begins a mediator's session.
func (g *Gateway) startMediator(w http.ResponseWriter, r *http.Request, provider string, in safe.SignIn, who oidc.Identity) error {
	m, err := g.safe.SignInMediator(r.Context(), in)
	if err != nil {
		return err
	}
	acc := safe.Account{ID: safe.AccountID(m.ID), Kind: safe.MediatorActor, Issuer: m.Issuer, Sub: m.Sub, Name: m.Name}
	return g.startSession(w, r, provider, acc, who, session.Session{Structure: string(m.Structure)})
}

// counterLogin is a citizen's log-in on the machine of a mediator who has
// locked himself out for her: ten minutes, and no other way in.
func (g *Gateway) counterLogin(w http.ResponseWriter, r *http.Request, p *oidc.Provider, l session.Login) error {
	id, err := safe.ParseID[safe.DelegationID](r.URL.Query().Get("counter"))
	if err == nil && l.Counter != "" && l.Counter != string(id) || g.kindOf(l.Provider) != safe.Citizen {
		err = problem.New("not-found")
	}
	if err == nil {
		l.Counter = string(id)
		err = g.atCounter(r, &l, safe.Citizen)
	}
	if err == nil && l.Account == "" {
		return g.afterMediator(w, r, p, l)
	}
	if err != nil {
		return g.turnedAway(w, r, err)
	}
	return g.leave(w, r, p, l)
}

// atCounter is the one rule for every log-in, when it leaves and when it comes
// back. While a citizen is logged in at the counter, whatever begins in that
// browser is hers and stays there, until she is logged out; and nobody begins at
// a counter that is not open.
func (g *Gateway) atCounter(r *http.Request, l *session.Login, kind safe.ActorKind) error {
	now, err := g.sessions.Current(r.Context(), r)
	switch {
	case err != nil && !errors.Is(err, session.ErrNone) && !errors.Is(err, session.ErrNotFound):
		return problem.Wrap("unavailable", err)
	case now.Counter == "" && l.Counter == "":
		return nil
	case now.Counter == "":
		return g.safe.CounterOpen(r.Context(), safe.DelegationID(l.Counter))
	case kind != safe.Citizen || l.Counter != "" && l.Counter != now.Counter:
		return problem.New("session-locked")
	}
	l.Counter, l.Account = now.Counter, now.Account
	return nil
}

// counterLogout logs a citizen out at her provider too, and hears from there
// that it is done: until then the mediator does not come back.
func (g *Gateway) counterLogout(w http.ResponseWriter, r *http.Request, s session.Session) error {
	l := session.Login{Kind: session.LogOut, Provider: s.Provider, State: session.NewToken(), Counter: s.Counter, Account: s.Account}
	if s.Provider == paperDoor { // was logged in nowhere else
		return g.citizenLeft(w, r, l)
	}
	provider, ok := g.providers[s.Provider]
	if !ok { // nobody can say that it is done
		return g.turnedAway(w, r, &oidc.Error{Slug: "provider-unavailable"})
	}
	to, err := provider.LogoutURL(r.Context(), g.sessions.OpenHint(s.IDTokenHint), l.State)
	if err != nil {
		return g.turnedAway(w, r, err)
	}
	if to == "" { // has no session of its own that it would end
		return g.citizenLeft(w, r, l)
	}
	if err := g.sessions.BeginLogin(r.Context(), w, r, l); err != nil {
		return problem.Wrap("unavailable", err)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// citizenLeft is where a citizen's log-out at the counter ends.
func (g *Gateway) citizenLeft(w http.ResponseWriter, r *http.Request, l session.Login) error {
	err := g.safe.CitizenLeft(r.Context(), safe.DelegationID(l.Counter), safe.AccountID(l.Account), g.now())
	if err != nil && !safe.IsKind(err, safe.NotFound) && !safe.IsKind(err, safe.Stale) {
		return g.turnedAway(w, r, err)
	}
	http.Redirect(w, r, "/mediation?"+url.Values{"seance": {l.Counter}}.Encode(), http.StatusSeeOther)
	return nil
}

// lockDelegation ends the mediator's log-in on this machine, so that whoever
// sits there next finds none.
func (g *Gateway) lockDelegation(w http.ResponseWriter, r *http.Request) error {
	id, err := delegationOf(r)
	if err != nil {
		return err
	}
	d, err := g.safe.LockDelegation(r.Context(), actor(r), id)
	if err != nil {
		return err
	}
	s, err := g.sessions.End(r.Context(), w, r)
	if err == nil {
		err = g.once.Put(r.Context(), counterKey(string(id)), append([]byte(s.Provider+"\n"), s.IDTokenHint...), counterWait)
	}
	if err == nil {
		err = g.sessions.Lend(r.Context(), w, string(id), counterWait)
	}
	if err != nil && !errors.Is(err, session.ErrNone) && !errors.Is(err, session.ErrNotFound) {
		return problem.Wrap("unavailable", err)
	}
	return writeJSON(w, http.StatusOK, viewDelegation(d))
}
