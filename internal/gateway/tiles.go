package gateway

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/gorilla/mux"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/problem"
)

// forEver is for what never changes, whoever keeps a copy.
const forEver = "public, max-age=31536000, immutable"

// getTile serves the public log as C2SP tlog-tiles wants it: hashes and
// bundles of entries.
func (g *Gateway) getTile(w http.ResponseWriter, r *http.Request) error {
	return g.published(w, r, "tile/"+mux.Vars(r)["tile"], "application/octet-stream")
}

// getCheckpointOf serves a checkpoint that was public once, with the
// signatures that it had.
func (g *Gateway) getCheckpointOf(w http.ResponseWriter, r *http.Request) error {
	text := mux.Vars(r)["size"]
	size, err := strconv.ParseInt(text, 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != text {
		return problem.New("not-found")
	}
	return g.published(w, r, journal.CheckpointPath(size), "text/plain; charset=utf-8")
}

func (g *Gateway) published(w http.ResponseWriter, r *http.Request, path, kind string) error {
	body, err := g.log.Tile(r.Context(), path)
	switch {
	case errors.Is(err, journal.ErrPath), errors.Is(err, journal.ErrNoTile):
		return problem.Wrap("not-found", err)
	case err != nil:
		return problem.Wrap("unavailable", err)
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", forEver)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, err = w.Write(body)
	return err
}
