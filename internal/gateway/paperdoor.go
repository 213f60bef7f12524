package gateway

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/coffre-citoyen/coffre/auth/oidc"
	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// paperDoor stands in the place of a provider for whoever comes in by a paper
// key, at a counter; her session's acr says the same.
const paperDoor = "paper"

// How often it may be tried, and how soon a challenge is to be signed.
const (
	papersOfMediator = 10
	papersOfSafe     = 5
	mediatorWhile    = 10 * time.Minute
	safeWhile        = time.Hour
	challengeTime    = 5 * time.Minute
)

func (g *Gateway) paperRoutes() []Route {
	const root = "/api/v1/counters/{id}"
	tried, chosen := []string{journal.WhatPaperLogin}, []string{journal.WhatPaperChosen}
	return []Route{
		{"challengePaper", "POST", root + "/challenges", Public, smallBody, tried, RateCode, g.challengePaper},
		{"provePaper", "POST", root + "/proofs", Public, smallBody, tried, RateCode, g.provePaper},
		{"getPaperChoice", "GET", "/api/v1/safe/paper", CitizenOnly, noBody, nil, RateRead, g.getPaperChoice},
		{"choosePaper", "PUT", "/api/v1/safe/paper", CitizenOnly, smallBody, chosen, RateWrite, g.choosePaper},
	}
}

// paperLogin is the way of whoever comes by paper to the page where she types
// it: through the mediator's log-out at his provider, as every other way.
func (g *Gateway) paperLogin(w http.ResponseWriter, r *http.Request, l session.Login) error {
	if !g.safe.PaperDoor() {
		return problem.New("not-found")
	}
	id, err := safe.ParseID[safe.DelegationID](r.URL.Query().Get("counter"))
	if err != nil {
		return g.turnedAway(w, r, err)
	}
	if err := g.lentFor(r, id); err != nil {
		return g.turnedAway(w, r, err)
	}
	if err := g.safe.CounterOpen(r.Context(), id); err != nil {
		return g.turnedAway(w, r, err)
	}
	l.Provider, l.Counter = paperDoor, string(id)
	return g.afterMediator(w, r, nil, l)
}

// lentFor is nil in the browser that the mediator has locked for this session,
// and in no other one.
func (g *Gateway) lentFor(r *http.Request, id safe.DelegationID) error {
	to, err := g.sessions.LentTo(r.Context(), r)
	switch {
	case errors.Is(err, session.ErrNone), errors.Is(err, session.ErrNotFound), err == nil && to != string(id):
		return problem.New("not-found")
	case err != nil:
		return problem.Wrap("unavailable", err)
	}
	return nil
}

// atLockedCounter gives the session that this browser is locked for, once the
// mediator is logged out everywhere and while nobody is logged in.
func (g *Gateway) atLockedCounter(r *http.Request) (safe.Delegation, error) {
	id, err := delegationOf(r)
	if err != nil {
		return safe.Delegation{}, err
	}
	if err := g.lentFor(r, id); err != nil {
		return safe.Delegation{}, err
	}
	if _, err := g.sessions.Current(r.Context(), r); err == nil {
		return safe.Delegation{}, problem.New("session-locked")
	} else if !errors.Is(err, session.ErrNone) && !errors.Is(err, session.ErrNotFound) {
		return safe.Delegation{}, problem.Wrap("unavailable", err)
	}
	kept, err := g.once.Get(r.Context(), counterKey(string(id)))
	switch {
	case errors.Is(err, session.ErrNotFound), err == nil && string(kept) != mediatorOut:
		return safe.Delegation{}, problem.New("session-locked")
	case err != nil:
		return safe.Delegation{}, problem.Wrap("unavailable", err)
	}
	return g.safe.CounterAt(r.Context(), id)
}

// challengePaper gives what a paper key is tried on, and what is to be signed
// once it has opened.
func (g *Gateway) challengePaper(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Safe string `json:"safe"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	d, err := g.atLockedCounter(r)
	if err != nil {
		return err
	}
	if err := g.count(r.Context(), g.limiter, "paper/mediator/"+string(d.Mediator), papersOfMediator, mediatorWhile); err != nil {
		return err
	}
	of, err := safe.ParseID[safe.SafeID](in.Safe)
	if err != nil {
		return problem.Wrap("paper-refused", err)
	}
	if err := g.count(r.Context(), g.limiter, "paper/safe/"+string(of), papersOfSafe, safeWhile); err != nil {
		return err
	}
	ring, err := g.safe.PaperKeyring(r.Context(), d.ID, of)
	if err != nil {
		return err
	}
	challenge := session.NewToken()
	if err := g.once.Put(r.Context(), challengeKey(challenge), challengeFor(d.ID, of), challengeTime); err != nil {
		return problem.Wrap("unavailable", err)
	}
	return writeJSON(w, http.StatusOK, struct {
		Challenge string          `json:"challenge"`
		Keyring   json.RawMessage `json:"keyring"`
	}{challenge, ring.Body})
}

func challengeKey(challenge string) string { return "challenge/" + session.HashKey(challenge) }

func challengeFor(id safe.DelegationID, of safe.SafeID) []byte {
	return []byte(string(id) + "\n" + string(of))
}

// provePaper begins the ten minutes of whoever has opened her safe.
func (g *Gateway) provePaper(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Safe      string `json:"safe"`
		Challenge string `json:"challenge"`
		Proof     []byte `json:"proof"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	d, err := g.atLockedCounter(r)
	if err != nil {
		return err
	}
	of, err := safe.ParseID[safe.SafeID](in.Safe)
	if err != nil {
		return problem.Wrap("paper-refused", err)
	}
	made, err := g.once.Take(r.Context(), challengeKey(in.Challenge))
	if err != nil && !errors.Is(err, session.ErrNotFound) {
		return problem.Wrap("unavailable", err)
	}
	acc, err := g.safe.SignInByPaper(r.Context(), safe.PaperProof{
		Counter: d.ID, Safe: of, Challenge: in.Challenge, Fresh: string(made) == string(challengeFor(d.ID, of)), Signed: in.Proof,
	})
	if err != nil {
		return err
	}
	who := oidc.Identity{Issuer: acc.Issuer, Sub: acc.Sub, ACR: paperDoor, Level: 1}
	if err := g.startSession(w, r, paperDoor, acc, who, session.Session{Counter: string(d.ID)}); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (g *Gateway) getPaperChoice(w http.ResponseWriter, r *http.Request) error {
	c, err := g.safe.PaperChoice(r.Context(), actor(r))
	if err != nil {
		return err
	}
	out := struct {
		Allowed bool       `json:"allowed"`
		Until   *time.Time `json:"until,omitempty"`
	}{Allowed: c.Allowed}
	if !c.Until.IsZero() {
		until := c.Until.UTC()
		out.Until = &until
	}
	return writeJSON(w, http.StatusOK, out)
}

func (g *Gateway) choosePaper(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Allowed bool `json:"allowed"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	if err := g.safe.ChoosePaper(r.Context(), actor(r), in.Allowed); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
