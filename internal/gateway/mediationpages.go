package gateway

import (
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/gorilla/mux"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// sentPageView is one page on its way, as both sides are told of it.
type sentPageView struct {
	ID      string    `json:"id"`
	Sealed  int64     `json:"sealed"`
	SHA256  string    `json:"sha256"`
	Created time.Time `json:"created"`
}

func viewSentPage(p safe.SentPage) sentPageView {
	return sentPageView{ID: string(p.ID), Sealed: p.Sealed, SHA256: hex.EncodeToString(p.SHA256[:]), Created: p.Created.UTC()}
}

func sentPageOf(r *http.Request) (id safe.DelegationID, page safe.SentPageID, err error) {
	if id, err = delegationOf(r); err != nil {
		return id, page, err
	}
	page, err = safe.ParseID[safe.SentPageID](mux.Vars(r)["page"])
	return id, page, err
}

// sendPage relays what the citizen's phone has sealed to the mediator's tab.
func (g *Gateway) sendPage(w http.ResponseWriter, r *http.Request) error {
	id, page, err := sentPageOf(r)
	if err != nil {
		return err
	}
	length, sum, err := stated(r)
	if err != nil {
		return err
	}
	p, err := g.safe.SendPage(r.Context(), actor(r), id, page, r.Body, length, sum)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, viewSentPage(p))
}

func (g *Gateway) listSentPages(w http.ResponseWriter, r *http.Request) error {
	id, err := delegationOf(r)
	if err != nil {
		return err
	}
	items, err := g.safe.SentPages(r.Context(), actor(r), id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, listOf(items, "", viewSentPage))
}

func (g *Gateway) getSentPage(w http.ResponseWriter, r *http.Request) error {
	id, page, err := sentPageOf(r)
	if err != nil {
		return err
	}
	p, body, err := g.safe.OpenSentPage(r.Context(), actor(r), id, page)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Length", strconv.FormatInt(p.Sealed, 10))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	cut := g.whileAlive(w, r, id)
	defer cut.end()
	_, err = io.Copy(cutWriter{w, cut}, body)
	return err
}

func (g *Gateway) takeSentPage(w http.ResponseWriter, r *http.Request) error {
	id, page, err := sentPageOf(r)
	if err != nil {
		return err
	}
	if err := g.safe.TakeSentPage(r.Context(), actor(r), id, page); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
