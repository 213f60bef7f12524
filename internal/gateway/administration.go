package gateway

import (
	"io"
	"net/http"

	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

func (g *Gateway) getAdministration(w http.ResponseWriter, r *http.Request) error {
	v, err := g.safe.Administration(r.Context(), actor(r))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewAdministration(v))
}

func (g *Gateway) getAdministrationKeyring(w http.ResponseWriter, r *http.Request) error {
	v, err := g.safe.AdministrationKeyring(r.Context(), actor(r))
	if err != nil {
		return err
	}
	return writeKeyring(w, v)
}

// putAdministrationKeyring makes the key (If-None-Match: *) or replaces it
// (If-Match); without either the caller does not know what it is doing.
func (g *Gateway) putAdministrationKeyring(w http.ResponseWriter, r *http.Request) error {
	var match *[32]byte
	if r.Header.Get("If-None-Match") != "*" {
		m, err := ifMatch(r)
		if err != nil {
			return err
		}
		match = &m
	}
	var in sealed.Container
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	v, err := g.safe.PutAdministrationKeyring(r.Context(), actor(r), match, in)
	if safe.IsKind(err, safe.AlreadyExists) {
		return problem.Wrap("stale", err)
	}
	return replaced(w, v, err)
}

func (g *Gateway) listReceivedGrants(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	wanted := safe.ReceivedWanted{
		State: q.Get("state"), Service: q.Get("service"), Kind: q.Get("kind"), Reference: q.Get("reference"), Text: q.Get("q"),
	}
	items, next, err := g.safe.Received(r.Context(), actor(r), wanted, p)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, listOf(items, next, g.viewGrantFor(true)))
}

func (g *Gateway) releaseGrant(w http.ResponseWriter, r *http.Request) error {
	id, err := grantOf(r)
	if err != nil {
		return err
	}
	rel, err := g.safe.ReleaseGrantOnce(r.Context(), actor(r), id, r.Header.Get("Idempotency-Key"))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewRelease(rel))
}

func (g *Gateway) getGrantContent(w http.ResponseWriter, r *http.Request) error {
	id, err := grantOf(r)
	if err != nil {
		return err
	}
	v, err := g.safe.GrantContent(r.Context(), actor(r), id)
	if err != nil {
		return err
	}
	return g.streamOf(w, r, v, func(from, n int64) (io.ReadCloser, error) {
		return g.safe.OpenGranted(r.Context(), actor(r), id, v, from, n)
	})
}
