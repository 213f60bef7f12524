package gateway

import (
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

func requestOf(r *http.Request) (safe.RequestID, error) {
	return safe.ParseID[safe.RequestID](mux.Vars(r)["id"])
}

// listKinds is the one list of what can be asked for.
func (g *Gateway) listKinds(w http.ResponseWriter, _ *http.Request) error {
	all := sealed.Kinds()
	views := make([]kindView, len(all))
	for i, k := range all {
		views[i] = kindView{Code: k.Code, Group: k.Group, French: k.French, English: k.English, Or: append([]string{}, k.Or...)}
	}
	return writeJSON(w, http.StatusOK, list[kindView]{Items: views})
}

func (g *Gateway) getRequest(w http.ResponseWriter, r *http.Request) error {
	id, err := requestOf(r)
	if err != nil {
		return err
	}
	v, err := g.safe.PublicRequest(r.Context(), id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewRequest(v, g.now()))
}

func (g *Gateway) listAsked(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	items, next, err := g.safe.Asked(r.Context(), actor(r), p)
	if err != nil {
		return err
	}
	now := g.now()
	return writeJSON(w, http.StatusOK, listOf(items, next, func(a safe.Asked) askedView {
		return askedView{Request: summarise(a.Request, now), Reply: viewReply(a.Reply, false)}
	}))
}

func (g *Gateway) getAsked(w http.ResponseWriter, r *http.Request) error {
	id, err := requestOf(r)
	if err != nil {
		return err
	}
	v, err := g.safe.RequestFor(r.Context(), actor(r), id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, g.viewAsked(v))
}

type noteInput struct {
	ID                string `json:"id"`
	ForSafe           []byte `json:"forSafe"`
	ForAdministration []byte `json:"forAdministration"`
}

func (in noteInput) parse() (safe.NewNote, error) {
	id, err := safe.ParseID[safe.NoteID](in.ID)
	if err != nil {
		return safe.NewNote{}, problem.Wrap("invalid", err)
	}
	return safe.NewNote{ID: id, ForSafe: in.ForSafe, ForAdministration: in.ForAdministration}, nil
}

type answerInput struct {
	Grants []answerGrantInput `json:"grants"`
	Note   *noteInput         `json:"note"`
	VK     []byte             `json:"vk"`
	// Recipient is the fingerprint of what they are sealed to.
	Recipient string `json:"recipient"`
}

type answerGrantInput struct {
	Doc      string `json:"doc"`
	Version  string `json:"version"`
	Kind     string `json:"kind"`
	NotAfter string `json:"notAfter"`
	Openings int64  `json:"openings"`
	Grant    []byte `json:"grant"`
}

func (in answerInput) parse(key string) (safe.NewAnswer, error) {
	n := safe.NewAnswer{Key: key, VK: in.VK, Recipient: in.Recipient}
	for _, g := range in.Grants {
		doc, err := safe.ParseID[safe.DocumentID](g.Doc)
		if err != nil {
			return n, err
		}
		version, err := safe.ParseID[safe.VersionID](g.Version)
		if err != nil {
			return n, err
		}
		until, err := time.Parse(time.RFC3339, g.NotAfter)
		if err != nil {
			return n, problem.Wrap("invalid", err)
		}
		n.Grants = append(n.Grants, safe.AnswerGrant{
			Doc: doc, Version: version, Kind: g.Kind, NotAfter: until, Openings: g.Openings, Sealed: g.Grant,
		})
	}
	if in.Note != nil {
		note, err := in.Note.parse()
		if err != nil {
			return n, err
		}
		n.Note = &note
	}
	return n, nil
}

func (g *Gateway) answerRequest(w http.ResponseWriter, r *http.Request) error {
	id, err := requestOf(r)
	if err != nil {
		return err
	}
	var in answerInput
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	n, err := in.parse(r.Header.Get("Idempotency-Key"))
	if err != nil {
		return err
	}
	given, err := g.safe.Answer(r.Context(), actor(r), id, n)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, listOf(given, "", g.viewGrantFor(false)))
}

func (g *Gateway) refuseRequest(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Kinds []string  `json:"kinds"`
		Note  noteInput `json:"note"`
	}
	return g.writeNote(w, r, &in, &in.Note, func(id safe.RequestID, n safe.NewNote) error {
		return g.safe.Refuse(r.Context(), actor(r), id, in.Kinds, n)
	})
}

func (g *Gateway) askAboutRequest(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Note noteInput `json:"note"`
	}
	return g.writeNote(w, r, &in, &in.Note, func(id safe.RequestID, n safe.NewNote) error {
		return g.safe.Ask(r.Context(), actor(r), id, n)
	})
}

// writeNote reads a body with a note in it and does what is done with the note.
func (g *Gateway) writeNote(w http.ResponseWriter, r *http.Request, in any, note *noteInput, do func(safe.RequestID, safe.NewNote) error) error {
	id, err := requestOf(r)
	if err != nil {
		return err
	}
	if err := decodeJSON(r, in); err != nil {
		return err
	}
	n, err := note.parse()
	if err != nil {
		return err
	}
	if err := do(id, n); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
