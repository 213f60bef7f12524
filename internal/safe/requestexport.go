package safe

import (
	"context"
	"io"
)

// The JSON of requests.json, as in the HTTP interface: what administrations
// asked, signed by them, and what both sides wrote, sealed for the holder.

type exportedRequest struct {
	Request        []byte         `json:"request"`
	Administration exportedAsking `json:"administration"`
	Asked          string         `json:"asked"`
	Refused        []string       `json:"refused,omitempty"`
	RefusedAll     bool           `json:"refusedAll,omitempty"`
	Notes          []exportedNote `json:"notes"`
	Grants         []exportedGave `json:"grants"`
}

type exportedAsking struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	SIRET string `json:"siret"`
	VK    []byte `json:"vk"`
}

type exportedNote struct {
	ID      string `json:"id"`
	From    string `json:"from"`
	About   string `json:"about"`
	Created string `json:"created"`
	Sealed  []byte `json:"sealed"`
	VK      []byte `json:"vk"`
}

type exportedGave struct {
	Grant    string `json:"grant"`
	Doc      string `json:"doc"`
	Kind     string `json:"kind"`
	Created  string `json:"created"`
	NotAfter string `json:"notAfter"`
}

// asked says whether there is anything to write in requests.json: programs of
// before this member was there refuse it.
func (p *ExportPlan) asked(ctx context.Context) (bool, error) {
	var first []Asked
	err := p.s.rows.View(ctx, func(tx Tx) error {
		var err error
		first, _, err = tx.Replies.OfSafe(ctx, p.safe.ID, Page{Limit: 1})
		return err
	})
	return len(first) > 0, backend("list requests", err)
}

// writeRequests writes an array, newest first, page by page.
func (p *ExportPlan) writeRequests(ctx context.Context, w io.Writer) error {
	between := "["
	page := Page{Limit: pageLimit}
	for {
		var all []exportedRequest
		err := p.s.rows.View(ctx, func(tx Tx) (err error) {
			all, page.After, err = exportedRequests(ctx, tx, p.safe.ID, page)
			return err
		})
		if err != nil {
			return backend("list requests", err)
		}
		for _, r := range all {
			if _, err := io.WriteString(w, between); err != nil {
				return err
			}
			if err := writeJSON(w, r); err != nil {
				return err
			}
			between = ","
		}
		if page.After == "" {
			_, err := io.WriteString(w, "]\n")
			return err
		}
	}
}

func exportedRequests(ctx context.Context, tx Tx, id SafeID, page Page) ([]exportedRequest, string, error) {
	all, next, err := tx.Replies.OfSafe(ctx, id, page)
	if err != nil {
		return nil, "", err
	}
	out := make([]exportedRequest, len(all))
	for i, a := range all {
		adm, err := tx.Administrations.Get(ctx, a.Request.Administration)
		if err != nil {
			return nil, "", backend("read administration", err)
		}
		notes, err := tx.Answers.Notes(ctx, a.Reply.ID, maxNotes)
		if err != nil {
			return nil, "", backend("list notes", err)
		}
		grants, err := tx.Answers.Grants(ctx, a.Request.ID, id, pageLimit)
		if err != nil {
			return nil, "", backend("list grants", err)
		}
		out[i] = exportedRequest{
			Request: a.Request.Body, Administration: exportedAsking{string(adm.ID), adm.Name, adm.SIRET, adm.VK},
			Asked: rfc3339(a.Reply.Created), Refused: a.Reply.Refused, RefusedAll: a.Reply.RefusedAll,
			Notes: make([]exportedNote, len(notes)), Grants: make([]exportedGave, len(grants)),
		}
		for j, n := range notes {
			out[i].Notes[j] = exportedNote{string(n.ID), n.From, n.About, rfc3339(n.Created), n.ForSafe, n.VK}
		}
		for j, g := range grants {
			out[i].Grants[j] = exportedGave{string(g.ID), string(g.Doc), g.Kind, rfc3339(g.Created), rfc3339(g.NotAfter)}
		}
	}
	return out, next, nil
}
