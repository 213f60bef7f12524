package gateway

import (
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

type agentView struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Role     string     `json:"role"`
	Services []string   `json:"services"`
	Since    time.Time  `json:"since"`
	Left     *time.Time `json:"left,omitempty"`
}

// viewAgent shows what rules him now, so that a list says what is so.
func (g *Gateway) viewAgent(a safe.Account) agentView {
	v := agentView{
		ID: string(a.ID), Name: a.Name, Role: string(g.safe.RoleOf(a)), Services: a.Services, Since: a.Created.UTC(), Left: optional(a.Left),
	}
	if v.Services == nil {
		v.Services = []string{}
	}
	return v
}

func (g *Gateway) listAgents(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	items, next, err := g.safe.Agents(r.Context(), actor(r), p)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, listOf(items, next, g.viewAgent))
}

// setServices replaces the list of the administration's services.
func (g *Gateway) setServices(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Services []struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"services"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	services := make([]safe.Service, len(in.Services))
	for i, sv := range in.Services {
		services[i] = safe.Service{ID: sv.ID, Name: sv.Name}
	}
	if _, err := g.safe.SetServices(r.Context(), actor(r), services); err != nil {
		return err
	}
	return g.getAdministration(w, r)
}

func (g *Gateway) appointAgent(w http.ResponseWriter, r *http.Request) error {
	id, err := safe.ParseID[safe.AccountID](mux.Vars(r)["id"])
	if err != nil {
		return err
	}
	var in struct {
		Role     string   `json:"role"`
		Services []string `json:"services"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	acc, err := g.safe.Appoint(r.Context(), actor(r), id, safe.Appointment{Role: safe.Role(in.Role), Services: in.Services})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, g.viewAgent(acc))
}
