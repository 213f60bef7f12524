package gateway

import (
	"net/http"

	"github.com/gorilla/mux"

	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

func (g *Gateway) createRequest(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Request []byte `json:"request"`
		Address string `json:"address"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	var to safe.AddressID
	if in.Address != "" {
		var err error
		if to, err = safe.ParseID[safe.AddressID](in.Address); err != nil {
			return err
		}
	}
	made, err := g.safe.CreateRequest(r.Context(), actor(r), in.Request, to)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, viewOfficeRequest(made, g.now()))
}

// flagOf reads a query parameter that is true or not there.
func flagOf(r *http.Request, name string) (bool, error) {
	switch r.URL.Query().Get(name) {
	case "":
		return false, nil
	case "true":
		return true, nil
	}
	return false, problem.New("invalid")
}

func (g *Gateway) listRequests(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	open, err := flagOf(r, "open")
	if err != nil {
		return err
	}
	filter := safe.RequestFilter{Open: open, Reference: r.URL.Query().Get("reference")}
	items, next, err := g.safe.Requests(r.Context(), actor(r), filter, p)
	if err != nil {
		return err
	}
	now := g.now()
	return writeJSON(w, http.StatusOK, listOf(items, next, func(v safe.Request) officeRequestView { return viewOfficeRequest(v, now) }))
}

func (g *Gateway) getOfficeRequest(w http.ResponseWriter, r *http.Request) error {
	id, err := requestOf(r)
	if err != nil {
		return err
	}
	v, err := g.safe.Request(r.Context(), actor(r), id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewOfficeRequest(v, g.now()))
}

func (g *Gateway) closeRequest(w http.ResponseWriter, r *http.Request) error {
	id, err := requestOf(r)
	if err != nil {
		return err
	}
	if err := g.safe.CloseRequest(r.Context(), actor(r), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (g *Gateway) listRequestGrants(w http.ResponseWriter, r *http.Request) error {
	id, err := requestOf(r)
	if err != nil {
		return err
	}
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	items, next, err := g.safe.RequestGrants(r.Context(), actor(r), id, p)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, listOf(items, next, g.viewGrantFor(true)))
}

func (g *Gateway) listReplies(w http.ResponseWriter, r *http.Request) error {
	id, err := requestOf(r)
	if err != nil {
		return err
	}
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	waiting, err := flagOf(r, "waiting")
	if err != nil {
		return err
	}
	items, next, err := g.safe.Replies(r.Context(), actor(r), id, waiting, p)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, listOf(items, next, func(v safe.Reply) replyView { return viewReply(v, true) }))
}

func replyIDs(r *http.Request) (safe.RequestID, safe.ReplyID, error) {
	id, err := requestOf(r)
	if err != nil {
		return "", "", err
	}
	reply, err := safe.ParseID[safe.ReplyID](mux.Vars(r)["reply"])
	return id, reply, err
}

func (g *Gateway) getReply(w http.ResponseWriter, r *http.Request) error {
	id, reply, err := replyIDs(r)
	if err != nil {
		return err
	}
	v, err := g.safe.Reply(r.Context(), actor(r), id, reply)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, g.viewSide(v))
}

func (g *Gateway) answerQuestion(w http.ResponseWriter, r *http.Request) error {
	_, reply, err := replyIDs(r)
	if err != nil {
		return err
	}
	var in struct {
		Note noteInput `json:"note"`
	}
	return g.writeNote(w, r, &in, &in.Note, func(id safe.RequestID, n safe.NewNote) error {
		return g.safe.AnswerQuestion(r.Context(), actor(r), id, reply, n)
	})
}
