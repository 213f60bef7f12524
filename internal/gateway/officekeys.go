package gateway

import (
	"net/http"

	"github.com/gorilla/mux"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

type officeKeyView struct {
	VK    []byte        `json:"vk"`
	Epoch int64         `json:"epoch"`
	Key   *journal.Leaf `json:"key"`
	Ended *journal.Leaf `json:"ended,omitempty"`
}

// listAdministrationKeys shows every key that an administration has or had, for
// whoever verifies what it has signed.
func (g *Gateway) listAdministrationKeys(w http.ResponseWriter, r *http.Request) error {
	id, err := safe.ParseID[safe.AdministrationID](mux.Vars(r)["id"])
	if err != nil {
		return err
	}
	keys, err := g.safe.AdministrationKeys(r.Context(), id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, listOf(keys, "", func(k safe.KeyView) officeKeyView {
		return officeKeyView{VK: k.VK, Epoch: k.Epoch, Key: k.Key, Ended: k.Ended}
	}))
}
