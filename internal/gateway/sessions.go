package gateway

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/gorilla/mux"

	"github.com/coffre-citoyen/coffre/auth"
	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/problem"
)

type sessionView struct {
	ID      string    `json:"id"`
	Kind    string    `json:"kind"`
	Device  string    `json:"device"`
	Started time.Time `json:"started"`
	Seen    time.Time `json:"seen"`
	Expires time.Time `json:"expires"`
	Current bool      `json:"current"`
	Level   string    `json:"level"`             // acr
	Through string    `json:"through,omitempty"` // a helper's service
}

func (g *Gateway) listSessions(w http.ResponseWriter, r *http.Request) error {
	p, _ := auth.From(r.Context())
	all, err := g.sessions.List(r.Context(), p.Account)
	if err != nil {
		return problem.Wrap("unavailable", err)
	}
	return writeJSON(w, http.StatusOK, listOf(all, "", func(s session.Session) sessionView {
		return sessionView{
			ID: s.ID, Kind: s.Kind, Device: s.Device, Started: s.Started.UTC(), Seen: s.Seen.UTC(), Expires: s.Ends().UTC(),
			Current: s.ID == p.Session, Level: s.ACR, Through: s.Through,
		}
	}))
}

// endSession writes in the journal before it ends: an entry too many, when the
// store then fails, is better than an act without one.
func (g *Gateway) endSession(w http.ResponseWriter, r *http.Request) error {
	p, _ := auth.From(r.Context())
	id := mux.Vars(r)["id"]
	all, err := g.sessions.List(r.Context(), p.Account)
	if err != nil {
		return problem.Wrap("unavailable", err)
	}
	if !slices.ContainsFunc(all, func(s session.Session) bool { return s.ID == id }) {
		return problem.New("not-found")
	}
	if err := g.safe.SessionEnded(r.Context(), actor(r), id); err != nil {
		return err
	}
	if err := g.sessions.EndID(r.Context(), p.Account, id); err != nil && !errors.Is(err, session.ErrNotFound) {
		return problem.Wrap("unavailable", err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
