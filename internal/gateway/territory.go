package gateway

import (
	"net/http"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// Ground says where the backends were found to be, and why nothing may be
// served when one of them is elsewhere.
type Ground func() (journal.TerritoryFact, error)

// outside are the operations that go on when a backend is found outside the
// territory: those that touch no backend, and the one that says so.
func outside(operation string) bool {
	return operation == "health" || operation == "getSite" || operation == "getTerms" || operation == "getTerritory"
}

// grounded is off-territory while a backend is elsewhere.
func (g *Gateway) grounded(rt Route) error {
	if g.ground == nil || outside(rt.Operation) {
		return nil
	}
	if _, err := g.ground(); err != nil {
		return problem.Wrap("off-territory", err)
	}
	return nil
}

type territoryView struct {
	journal.TerritoryFact
	Inside bool          `json:"inside"`
	Leaf   *journal.Leaf `json:"leaf,omitempty"`
}

// getTerritory is what was attested last, with its place in the public log.
func (g *Gateway) getTerritory(w http.ResponseWriter, r *http.Request) error {
	if g.ground == nil {
		return problem.New("not-found")
	}
	fact, err := g.ground()
	v := territoryView{TerritoryFact: fact, Inside: err == nil}
	if err == nil {
		v.Leaf, err = g.safe.Announced(r.Context(), fact)
		if err != nil && !safe.IsKind(err, safe.NotFound) {
			return err
		}
	}
	return writeJSON(w, http.StatusOK, v)
}
