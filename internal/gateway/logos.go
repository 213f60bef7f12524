package gateway

import (
	"net/http"
	"strconv"

	"github.com/gorilla/mux"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// getLogo serves the picture that has the hash of its path: another one has
// another path, so that this one never changes.
func (g *Gateway) getLogo(w http.ResponseWriter, r *http.Request) error {
	id, err := safe.ParseID[safe.AdministrationID](mux.Vars(r)["id"])
	if err != nil {
		return err
	}
	logo, err := g.safe.Logo(r.Context(), id, mux.Vars(r)["hash"])
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", forEver)
	w.Header().Set("Content-Length", strconv.Itoa(len(logo)))
	_, err = w.Write(logo)
	return err
}

func (g *Gateway) setLogo(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		PNG []byte `json:"png"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	if in.PNG == nil { // left out: nothing is removed by a slip
		in.PNG = []byte{}
	}
	if err := g.safe.SetLogo(r.Context(), actor(r), in.PNG); err != nil {
		return err
	}
	return g.getAdministration(w, r)
}

func (g *Gateway) removeLogo(w http.ResponseWriter, r *http.Request) error {
	if err := g.safe.SetLogo(r.Context(), actor(r), nil); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
