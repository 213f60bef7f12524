package gateway

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/problem"
)

// getEntries shows what is in the log from an index on, to whoever wants to be
// sure that nothing is left out (SPEC.md §9). Entries say nothing of anybody.
func (g *Gateway) getEntries(w http.ResponseWriter, r *http.Request) error {
	from, err := strconv.ParseInt(r.URL.Query().Get("from"), 10, 64)
	if err != nil {
		return problem.Wrap("invalid", err)
	}
	var size int64
	if v := r.URL.Query().Get("size"); v != "" {
		if size, err = strconv.ParseInt(v, 10, 64); err != nil || size < 1 {
			return problem.New("invalid")
		}
	}
	out, err := g.log.Range(r.Context(), from, size)
	if errors.Is(err, journal.ErrProof) {
		return problem.Wrap("invalid", err)
	}
	if err != nil {
		return problem.Wrap("unavailable", err)
	}
	return writeJSON(w, http.StatusOK, out)
}
