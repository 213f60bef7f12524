package gateway

import (
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

func grantOf(r *http.Request) (safe.GrantID, error) {
	return safe.ParseID[safe.GrantID](mux.Vars(r)["id"])
}

func (g *Gateway) listGrants(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	items, next, err := g.safe.Grants(r.Context(), actor(r), p)
	if err != nil {
		return err
	}
	keys, err := g.safe.GrantKeys(r.Context(), items)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, grantPage{listOf(items, next, g.viewGrantFor(false)), keys})
}

func (g *Gateway) viewGrantFor(office bool) func(safe.Grant) grantView {
	now := g.now()
	return func(v safe.Grant) grantView { return viewGrant(v, now, office) }
}

type grantInput struct {
	Doc            string `json:"doc"`
	Version        string `json:"version"`
	Administration string `json:"administration"`
	Service        string `json:"service"`
	Purpose        string `json:"purpose"`
	Procedure      string `json:"procedure"`
	NotAfter       string `json:"notAfter"`
	Openings       int64  `json:"openings"`
	Kind           string `json:"kind"`
	Grant          []byte `json:"grant"`
	VK             []byte `json:"vk"`
	Recipient      string `json:"recipient"`
}

func (in grantInput) parse(key string) (safe.NewGrant, error) {
	doc, err := safe.ParseID[safe.DocumentID](in.Doc)
	if err != nil {
		return safe.NewGrant{}, err
	}
	version, err := safe.ParseID[safe.VersionID](in.Version)
	if err != nil {
		return safe.NewGrant{}, err
	}
	adm, err := safe.ParseID[safe.AdministrationID](in.Administration)
	if err != nil {
		return safe.NewGrant{}, err
	}
	until, err := time.Parse(time.RFC3339, in.NotAfter)
	if err != nil {
		return safe.NewGrant{}, problem.Wrap("invalid", err)
	}
	return safe.NewGrant{
		Key: key, Doc: doc, Version: version, Administration: adm, Service: in.Service, Purpose: in.Purpose,
		Procedure: in.Procedure, NotAfter: until.UTC(), Sealed: in.Grant, VK: in.VK, Recipient: in.Recipient,
		Openings: in.Openings, Kind: in.Kind,
	}, nil
}

func (g *Gateway) createGrant(w http.ResponseWriter, r *http.Request) error {
	var in grantInput
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	n, err := in.parse(r.Header.Get("Idempotency-Key"))
	if err != nil {
		return err
	}
	made, err := g.safe.Share(r.Context(), actor(r), n)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, viewGrant(made, g.now(), false))
}

func (g *Gateway) endGrant(w http.ResponseWriter, r *http.Request) error {
	id, err := grantOf(r)
	if err != nil {
		return err
	}
	if err := g.safe.EndGrant(r.Context(), actor(r), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
