package gateway

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"github.com/coffre-citoyen/coffre/auth/oidc"
	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// loginKeys publishes our keys at the providers: the jwks_uri that is
// registered there.
func (g *Gateway) loginKeys(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, g.ours.Public())
}

// backchannelLogout ends here what a provider says has ended there (OpenID
// Connect Back-Channel Logout 1.0 §2.8). Command lines stay: they were allowed
// by the citizen, not by the provider's session.
func (g *Gateway) backchannelLogout(w http.ResponseWriter, r *http.Request) error {
	id := mux.Vars(r)["provider"]
	p, ok := g.providers[id]
	if !ok {
		return problem.New("not-found")
	}
	if err := r.ParseForm(); err != nil || len(r.PostForm["logout_token"]) != 1 {
		return g.refuseOAuth(w, r, &oauthError{Code: "invalid_request", Cause: err})
	}
	out, err := p.Logout(r.Context(), r.PostForm.Get("logout_token"))
	var refused *oidc.Error
	if errors.As(err, &refused) && refused.Slug == "provider-unavailable" { // its keys cannot be had: it may try again
		return problem.Wrap("unavailable", err)
	}
	if err != nil {
		return g.refuseOAuth(w, r, &oauthError{Code: "invalid_request", Cause: err})
	}
	used := "logout/" + id + "/" + session.HashKey(out.ID)
	err = g.once.Put(r.Context(), used, []byte{1}, out.Until.Sub(g.now()))
	if errors.Is(err, session.ErrExists) {
		return g.refuseOAuth(w, r, &oauthError{Code: "invalid_request", Cause: err})
	}
	if err == nil {
		err = g.endThere(r.Context(), id, out)
	}
	if err != nil {
		_, _ = g.once.Take(r.Context(), used) // so that it may be sent again
		return problem.Wrap("unavailable", err)
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

// endThere journals each end before it happens, as endSession does.
func (g *Gateway) endThere(ctx context.Context, provider string, out oidc.LoggedOut) error {
	accounts, err := g.whoLoggedOut(ctx, provider, out)
	for _, account := range accounts {
		if err == nil {
			err = g.endAccountThere(ctx, account, provider, out)
		}
	}
	return err
}

func (g *Gateway) endAccountThere(ctx context.Context, account, provider string, out oidc.LoggedOut) error {
	all, err := g.sessions.List(ctx, account)
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.Kind != session.Browser || s.Provider != provider || out.SID != "" && s.SID != out.SID || out.Sub != "" && s.Sub != out.Sub {
			continue
		}
		who := safe.Actor{
			Kind: safe.ActorKind(s.Principal), Account: safe.AccountID(s.Account), Safe: safe.SafeID(s.Safe),
			Administration: safe.AdministrationID(s.Administration), Structure: safe.StructureID(s.Structure), Session: s.ID,
			Name: s.Name, Door: "web", Through: s.Through,
		}
		if err := g.safe.SessionEndedAt(ctx, who, s.ID, provider); err != nil {
			return err
		}
		if err := g.sessions.EndID(ctx, s.Account, s.ID); err != nil && !errors.Is(err, session.ErrNotFound) {
			return err
		}
	}
	return nil
}

// whoLoggedOut are the accounts that a log-out is about: one, of a mediator who is
// an agent as well both, or none.
func (g *Gateway) whoLoggedOut(ctx context.Context, provider string, out oidc.LoggedOut) ([]string, error) {
	var all []string
	if out.Sub == "" {
		for _, of := range []string{"", mediatorDoor} {
			b, err := g.once.Get(ctx, sidKey(of, provider, out.SID))
			switch {
			case errors.Is(err, session.ErrNotFound):
			case err != nil:
				return nil, err
			default:
				all = append(all, string(b))
			}
		}
		return all, nil
	}
	acc, err := g.safe.Known(ctx, out.Issuer, out.Sub)
	if err != nil && !safe.IsKind(err, safe.NotFound) {
		return nil, err
	}
	if err == nil {
		all = append(all, string(acc.ID))
	}
	m, err := g.safe.KnownMediator(ctx, out.Issuer, out.Sub)
	if err != nil && !safe.IsKind(err, safe.NotFound) {
		return nil, err
	}
	if err == nil {
		all = append(all, string(m.ID))
	}
	return all, nil
}

// sidTime is the longest life of a session that a provider's session opened.
const sidTime = 8 * time.Hour

// sidKey keeps a mediator's log-in apart from the same person's as an agent.
func sidKey(door, provider, sid string) string {
	return "sid/" + door + "/" + provider + "/" + session.HashKey(sid)
}

// noteSID remembers whose a provider's session is: its end may come by that
// name alone.
func (g *Gateway) noteSID(ctx context.Context, provider string, who oidc.Identity, acc safe.Account) error {
	if who.SID == "" {
		return nil
	}
	door := ""
	if acc.Kind == safe.MediatorActor {
		door = mediatorDoor
	}
	err := g.once.Put(ctx, sidKey(door, provider, who.SID), []byte(acc.ID), sidTime)
	if err != nil && !errors.Is(err, session.ErrExists) {
		return problem.Wrap("unavailable", err)
	}
	return nil
}
