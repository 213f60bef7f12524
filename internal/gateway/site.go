package gateway

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/coffre-citoyen/coffre/auth"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

func (g *Gateway) health(w http.ResponseWriter, _ *http.Request) error {
	return writeText(w, "ok\n")
}

func (g *Gateway) ready(w http.ResponseWriter, r *http.Request) error {
	if err := g.safe.Ping(r.Context()); err != nil {
		return problem.Wrap("unavailable", err)
	}
	return writeText(w, "ready\n")
}

func writeText(w http.ResponseWriter, s string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := io.WriteString(w, s)
	return err
}

type siteView struct {
	Name         string         `json:"name"`
	Colour       string         `json:"colour"`
	Logo         string         `json:"logo,omitempty"`
	Contact      string         `json:"contact,omitempty"`
	Mode         string         `json:"mode"`
	Version      string         `json:"version"`
	Languages    []string       `json:"languages"`
	TermsVersion string         `json:"termsVersion"`
	Limits       limitsView     `json:"limits"`
	LogKey       string         `json:"logKey"`
	Policy       string         `json:"policy,omitempty"`
	Providers    []SiteProvider `json:"providers"`
	// Levels of acts that ask for more than the lowest, so that a page can say
	// so before somebody has begun.
	Levels map[safe.Act]int `json:"levels,omitempty"`
	// PaperAtCounter says whether a paper key may stand for a log-in there.
	PaperAtCounter bool `json:"paperAtCounter,omitempty"`
	Demo           any  `json:"demo,omitempty"`
}

func (g *Gateway) getSite(w http.ResponseWriter, _ *http.Request) error {
	s := g.site
	return writeJSON(w, http.StatusOK, siteView{
		Name: s.Name, Colour: s.Colour, Logo: s.Logo, Contact: s.Contact, Mode: s.Mode, Version: s.Version,
		Languages: []string{"fr", "en"}, TermsVersion: g.safe.TermsVersion(), Limits: limitsView(g.safe.Limits()),
		LogKey: s.LogKey, Policy: s.Policy, Providers: s.Providers, Levels: g.safe.Raised(), Demo: s.Demo,
		PaperAtCounter: g.safe.PaperDoor(),
	})
}

func (g *Gateway) getCheckpoint(w http.ResponseWriter, r *http.Request) error {
	head, err := g.log.Head(r.Context())
	if err != nil {
		return err
	}
	if head.Checkpoint == nil {
		return problem.New("unavailable") // the sequencer signs the first one when it starts
	}
	w.Header().Set("Cache-Control", "no-cache") // kept anywhere, and asked for each time
	return writeText(w, string(head.Checkpoint))
}

// getConsistency shows somebody who has seen the log at one size that it still
// begins so at another.
func (g *Gateway) getConsistency(w http.ResponseWriter, r *http.Request) error {
	from, err1 := strconv.ParseInt(r.URL.Query().Get("from"), 10, 64)
	to, err2 := strconv.ParseInt(r.URL.Query().Get("to"), 10, 64)
	if err := errors.Join(err1, err2); err != nil {
		return problem.Wrap("invalid", err)
	}
	path, err := g.log.Consistency(r.Context(), from, to)
	if errors.Is(err, journal.ErrProof) {
		return problem.Wrap("invalid", err)
	}
	if err != nil {
		return problem.Wrap("unavailable", err)
	}
	return writeJSON(w, http.StatusOK, struct {
		Path [][]byte `json:"path"`
	}{path})
}

func (g *Gateway) getLogKey(w http.ResponseWriter, _ *http.Request) error {
	return writeText(w, g.site.LogKey+"\n")
}

func (g *Gateway) listAdministrations(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	q := r.URL.Query().Get("q")
	if len(q) > 400 {
		return problem.New("invalid")
	}
	items, next, err := g.safe.Administrations(r.Context(), q, p)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, listOf(items, next, viewAdministration))
}

type meView struct {
	Kind           string              `json:"kind"`
	Account        string              `json:"account"`
	Name           string              `json:"name"`
	Level          string              `json:"level"`
	Provider       string              `json:"provider"`
	Through        string              `json:"through,omitempty"`
	Session        meSession           `json:"session"`
	TermsAccepted  string              `json:"termsAccepted,omitempty"`
	Safe           *meSafe             `json:"safe,omitempty"`
	Administration *administrationView `json:"administration,omitempty"`
	// Role and Services of an agent; "" waits to be appointed, or has left.
	Role     string   `json:"role,omitempty"`
	Services []string `json:"services,omitempty"`
	// Structure of a mediator, and what was said of her.
	Structure *structureView `json:"structure,omitempty"`
	Mediator  *mediatorView  `json:"mediator,omitempty"`
}

type meSession struct {
	ID      string    `json:"id"`
	Expires time.Time `json:"expires"`
}

type meSafe struct {
	ID    string `json:"id"`
	State string `json:"state"`
}

func (g *Gateway) getMe(w http.ResponseWriter, r *http.Request) error {
	p, _ := auth.From(r.Context())
	if p.Kind == auth.Mediator {
		return g.getMediatorMe(w, r, p)
	}
	acc, err := g.safe.Account(r.Context(), actor(r))
	if err != nil {
		return err
	}
	v := meView{
		Kind: string(p.Kind), Account: p.Account, Name: p.Name, Level: p.ACR, Provider: p.Provider, Through: p.Through,
		Session: meSession{ID: p.Session, Expires: p.Expires.UTC()}, TermsAccepted: acc.TermsVersion,
	}
	v.Role, v.Services = string(g.safe.RoleOf(acc)), acc.Services
	if err := g.addHolding(r, p, &v); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, v)
}

// addHolding says what the account holds: a safe, or a place in an administration.
func (g *Gateway) addHolding(r *http.Request, p auth.Principal, v *meView) error {
	if p.Kind == auth.Agent {
		a, err := g.safe.Administration(r.Context(), actor(r))
		if err != nil {
			return err
		}
		view := viewAdministration(a)
		v.Administration = &view
		return nil
	}
	f, err := g.safe.Figures(r.Context(), actor(r))
	if err != nil {
		return err
	}
	s := viewSafe(f)
	v.Safe = &meSafe{ID: s.ID, State: s.State}
	return nil
}

func (g *Gateway) acceptTerms(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Version string `json:"version"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	err := g.safe.AcceptTerms(r.Context(), actor(r), in.Version)
	if safe.IsKind(err, safe.TermsNotAccepted) {
		return problem.Wrap("other-terms", err)
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
