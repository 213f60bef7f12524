package gateway

import (
	"net/http"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// saidView is what an administration has signed of a grant, for whoever verifies
// it: the key is one of the list's keys.
type saidView struct {
	Outcome string    `json:"outcome,omitempty"`
	How     string    `json:"how,omitempty"`
	At      time.Time `json:"at"`
	Signed  []byte    `json:"signed"`
	VK      []byte    `json:"vk"`
}

// viewCopies adds what became of a grant once it was opened.
func viewCopies(v *grantView, c *safe.Copies, now time.Time) {
	if c == nil {
		return
	}
	v.DeleteBy, v.Overdue = optional(c.DeleteBy), c.Overdue(now)
	if s := c.Acknowledgement; s != nil {
		v.Acknowledgement = &saidView{Outcome: s.What, At: s.At.UTC(), Signed: s.Body, VK: s.VK}
	}
	if s := c.Deletion; s != nil {
		v.Deletion = &saidView{How: s.What, At: s.At.UTC(), Signed: s.Body, VK: s.VK}
	}
}

// grantPage is a page of a citizen's grants, with the keys under which
// administrations have signed what became of them.
type grantPage struct {
	list[grantView]
	Keys []journal.Leaf `json:"keys,omitempty"`
}

func (g *Gateway) acknowledgeGrant(w http.ResponseWriter, r *http.Request) error {
	id, err := grantOf(r)
	if err != nil {
		return err
	}
	var in struct {
		Acknowledgement []byte `json:"acknowledgement"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	if err := g.safe.Acknowledge(r.Context(), actor(r), id, in.Acknowledgement); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// dueView is a grant whose copies are to be deleted, with the event by which its
// citizen has ended it.
type dueView struct {
	grantView
	End *eventView `json:"end,omitempty"`
}

func (g *Gateway) listDeletions(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	proofs, err := flagOf(r, "proofs")
	if err != nil {
		return err
	}
	items, next, err := g.safe.DueDeletions(r.Context(), actor(r), p)
	if err != nil {
		return err
	}
	var ends map[safe.GrantID]safe.Proof
	if proofs {
		if ends, err = g.safe.EndProofs(r.Context(), items); err != nil {
			return err
		}
	}
	view := g.viewGrantFor(true)
	return writeJSON(w, http.StatusOK, listOf(items, next, func(v safe.Grant) dueView {
		out := dueView{grantView: view(v)}
		if p, proven := ends[v.ID]; proven {
			end := viewProof(p)
			out.End = &end
		}
		return out
	}))
}

type refusedDeletionView struct {
	Grant   string `json:"grant,omitempty"`
	Problem string `json:"problem"`
}

func (g *Gateway) declareDeletions(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Attestations [][]byte `json:"attestations"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	declared, refused, err := g.safe.DeclareDeletions(r.Context(), actor(r), in.Attestations)
	if err != nil {
		return err
	}
	out := struct {
		Declared []string              `json:"declared"`
		Refused  []refusedDeletionView `json:"refused"`
	}{[]string{}, []refusedDeletionView{}}
	for _, id := range declared {
		out.Declared = append(out.Declared, string(id))
	}
	for _, f := range refused {
		out.Refused = append(out.Refused, refusedDeletionView{string(f.Grant), problemOf(f.Err).Slug})
	}
	return writeJSON(w, http.StatusOK, out)
}
