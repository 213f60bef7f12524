package gateway

import (
	"net/http"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

type partView struct {
	Custodian string     `json:"custodian"`
	Name      string     `json:"name"`
	AgreedAt  *time.Time `json:"agreedAt,omitempty"`
	GivenAt   *time.Time `json:"givenAt,omitempty"`
	Sealed    []byte     `json:"sealed,omitempty"`
}

type recoveryView struct {
	Request []byte     `json:"request"`
	Custody []byte     `json:"custody"`
	State   string     `json:"state"`
	Reason  string     `json:"reason,omitempty"`
	Created time.Time  `json:"created"`
	Ended   *time.Time `json:"ended,omitempty"`
	Ready   *time.Time `json:"ready,omitempty"`
	Parts   []partView `json:"parts"`
}

func stateOf(r safe.Recovery) string {
	if r.Open() {
		return "open"
	}
	return "ended"
}

func viewRecovery(r safe.Recovery) recoveryView {
	v := recoveryView{
		Request: r.Request, Custody: r.Custody, State: stateOf(r), Reason: r.Reason, Created: r.Created,
		Ended: optional(r.Ended), Ready: optional(r.Ready()), Parts: []partView{},
	}
	for _, p := range r.Parts {
		v.Parts = append(v.Parts, partView{
			Custodian: p.Custodian, Name: p.Name, AgreedAt: optional(p.Agreed), GivenAt: optional(p.Given), Sealed: p.Sealed,
		})
	}
	return v
}

func (g *Gateway) getRecovery(w http.ResponseWriter, r *http.Request) error {
	v, err := g.safe.Recovery(r.Context(), actor(r))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewRecovery(v))
}

func (g *Gateway) requestRecovery(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Request []byte `json:"request"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	v, err := g.safe.RequestRecovery(r.Context(), actor(r), in.Request)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, viewRecovery(v))
}

func (g *Gateway) cancelRecovery(w http.ResponseWriter, r *http.Request) error {
	return done(w, g.safe.CancelRecovery(r.Context(), actor(r)))
}

func (g *Gateway) agreeRecovery(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Agreement []byte `json:"agreement"`
	}
	id, err := safeOf(r)
	if err != nil {
		return err
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	return done(w, g.safe.Agree(r.Context(), actor(r), id, in.Agreement))
}

func (g *Gateway) checkRecovery(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Nonce string `json:"nonce"`
	}
	id, err := safeOf(r)
	if err != nil {
		return err
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	p, err := g.safe.CheckRecovery(r.Context(), actor(r), id, in.Nonce)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewProof(p))
}

func (g *Gateway) giveShare(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Sealed []byte `json:"sealed"`
	}
	id, err := safeOf(r)
	if err != nil {
		return err
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	return done(w, g.safe.GiveShare(r.Context(), actor(r), id, in.Sealed))
}
