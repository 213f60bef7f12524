package gateway

import (
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

func safeOf(r *http.Request) (safe.SafeID, error) {
	return safe.ParseID[safe.SafeID](mux.Vars(r)["safe"])
}

type custodyView struct {
	Custody []byte    `json:"custody"`
	Created time.Time `json:"created"`
}

func (g *Gateway) getCustody(w http.ResponseWriter, r *http.Request) error {
	c, err := g.safe.Custody(r.Context(), actor(r))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, custodyView{c.Body, c.Created})
}

func (g *Gateway) putCustody(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Custody []byte `json:"custody"`
		Shares  []struct {
			Custodian string `json:"custodian"`
			Sealed    []byte `json:"sealed"`
		} `json:"shares"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	n := safe.NewCustody{Body: in.Custody, Shares: map[string][]byte{}}
	for _, s := range in.Shares {
		n.Shares[s.Custodian] = s.Sealed
	}
	if len(n.Shares) != len(in.Shares) {
		return problem.New("invalid")
	}
	c, err := g.safe.PutCustody(r.Context(), actor(r), n)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, custodyView{c.Body, c.Created})
}

func (g *Gateway) putCard(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Card []byte `json:"card"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	return done(w, g.safe.PutCard(r.Context(), actor(r), in.Card))
}

func (g *Gateway) getCard(w http.ResponseWriter, r *http.Request) error {
	id, err := safeOf(r)
	if err != nil {
		return err
	}
	card, vk, err := g.safe.Card(r.Context(), actor(r), id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, struct {
		Card []byte `json:"card"`
		VK   []byte `json:"vk"`
	}{card, vk})
}

// done answers an act that has nothing to show.
func done(w http.ResponseWriter, err error) error {
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}

type heldRecoveryView struct {
	Request   []byte        `json:"request"`
	Leaf      *journal.Leaf `json:"leaf,omitempty"`
	State     string        `json:"state"`
	Created   time.Time     `json:"created"`
	Agreement []byte        `json:"agreement,omitempty"`
	AgreedAt  *time.Time    `json:"agreedAt,omitempty"`
	GivenAt   *time.Time    `json:"givenAt,omitempty"`
}

type heldCustodyView struct {
	Safe      string            `json:"safe"`
	Custody   []byte            `json:"custody"`
	Sealed    []byte            `json:"sealed"`
	Custodian string            `json:"custodian"`
	VK        []byte            `json:"vk"`
	Key       *journal.Leaf     `json:"key,omitempty"`
	Recovery  *heldRecoveryView `json:"recovery,omitempty"`
}

// viewHeldCustody shows a custodian her own part and nobody else's.
func viewHeldCustody(h safe.HeldCustody) heldCustodyView {
	v := heldCustodyView{
		Safe: string(h.Custody.Safe), Custody: h.Custody.Body, Sealed: h.Own.Sealed, Custodian: h.Own.Custodian, VK: h.VK, Key: h.Key,
	}
	if h.Recovery == nil {
		return v
	}
	v.Recovery = &heldRecoveryView{
		Request: h.Recovery.Request, Leaf: h.Leaf, State: stateOf(*h.Recovery), Created: h.Recovery.Created,
	}
	for _, p := range h.Recovery.Parts {
		if p.Custodian == h.Own.Custodian {
			v.Recovery.Agreement, v.Recovery.AgreedAt, v.Recovery.GivenAt = p.Agreement, optional(p.Agreed), optional(p.Given)
		}
	}
	return v
}

func (g *Gateway) listCustodies(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	items, next, err := g.safe.Custodies(r.Context(), actor(r), p)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, listOf(items, next, viewHeldCustody))
}
