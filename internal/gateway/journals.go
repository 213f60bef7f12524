package gateway

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

type journalItem struct {
	Event  string   `json:"event"`
	Salt   []byte   `json:"salt"`
	Cursor string   `json:"cursor"`
	Index  *int64   `json:"index,omitempty"`
	Path   [][]byte `json:"path,omitzero"`
}

type journalView struct {
	Items      []journalItem `json:"items"`
	Checkpoint string        `json:"checkpoint"`
	Next       string        `json:"next,omitempty"`
}

// writeJournal answers with the page of a journal that the request asks for.
func writeJournal(w http.ResponseWriter, r *http.Request, read func(ctx context.Context, before string, limit int) (safe.JournalPage, error)) error {
	limit, err := limitOf(r)
	if err != nil {
		return err
	}
	page, err := read(r.Context(), r.URL.Query().Get("before"), limit)
	if err != nil {
		return err
	}
	out := journalView{Items: []journalItem{}, Checkpoint: string(page.Checkpoint), Next: page.Next}
	for _, it := range page.Items {
		v := journalItem{Event: string(it.Event), Salt: it.Salt[:], Cursor: it.Cursor}
		if it.Index >= 0 {
			v.Index, v.Path = &it.Index, it.Path
			if v.Path == nil {
				v.Path = [][]byte{} // the only leaf of a tree has an empty path
			}
		}
		out.Items = append(out.Items, v)
	}
	return writeJSON(w, http.StatusOK, out)
}

func (g *Gateway) getJournal(w http.ResponseWriter, r *http.Request) error {
	return writeJournal(w, r, func(ctx context.Context, before string, limit int) (safe.JournalPage, error) {
		return g.safe.Journal(ctx, actor(r), before, limit)
	})
}

func (g *Gateway) getAdministrationJournal(w http.ResponseWriter, r *http.Request) error {
	return writeJournal(w, r, func(ctx context.Context, before string, limit int) (safe.JournalPage, error) {
		return g.safe.AdministrationJournal(ctx, actor(r), before, limit)
	})
}

func (g *Gateway) getMaintenance(w http.ResponseWriter, r *http.Request) error {
	return writeJournal(w, r, g.safe.MaintenanceJournal)
}

// getSiteFiles lists what the pages are made of: what a browser was given is
// held against it, and it against the log.
func (g *Gateway) getSiteFiles(w http.ResponseWriter, r *http.Request) error {
	files := make([]journal.WebFile, 0, len(g.site.Files))
	for path, sum := range g.site.Files {
		files = append(files, journal.WebFile{Path: path, SHA256: sum})
	}
	slices.SortFunc(files, func(a, b journal.WebFile) int { return cmp.Compare(a.Path, b.Path) })
	fact, err := journal.NewWebFact(g.site.Version, files)
	if err != nil {
		return err
	}
	leaf, err := g.safe.Announced(r.Context(), fact)
	if err != nil && !safe.IsKind(err, safe.NotFound) {
		return err
	}
	return writeJSON(w, http.StatusOK, struct {
		Release string            `json:"release"`
		SHA256  string            `json:"sha256"`
		Files   []journal.WebFile `json:"files"`
		Fact    *journal.Leaf     `json:"fact,omitempty"`
	}{fact.Release, fact.SHA256, files, leaf})
}
