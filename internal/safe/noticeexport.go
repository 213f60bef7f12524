package safe

import (
	"context"
	"encoding/json"
	"io"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// exportedNotice is a way by which the holder asked to be told of news. In an
// export they are sealed to her: no address lies about in a file.
type exportedNotice struct {
	Way       string `json:"way"`
	Address   string `json:"address"` // "" where its key is gone
	Language  string `json:"language"`
	Chosen    string `json:"chosen"`
	Confirmed string `json:"confirmed,omitempty"`
}

func (p *ExportPlan) notices(ctx context.Context) (all []Notice, err error) {
	err = p.s.rows.View(ctx, func(tx Tx) error {
		all, err = tx.Notices.OfSafe(ctx, p.safe.ID)
		return err
	})
	return all, backend("list notices", err)
}

// sealNotices writes the list as JSON, which opens as `age -d -i vault.key`.
func (p *ExportPlan) sealNotices(w io.Writer, all []Notice) error {
	out := make([]exportedNotice, len(all))
	for i, n := range all {
		out[i] = exportedNotice{Way: string(n.Way), Language: n.Language, Chosen: rfc3339(n.Created)}
		if !n.Confirmed.IsZero() {
			out[i].Confirmed = rfc3339(n.Confirmed)
		}
		if c, err := p.s.contactOf(n); err == nil {
			out[i].Address = c.Address
		}
	}
	to, err := sealed.ParseRecipient(p.safe.Recipient)
	if err != nil {
		return &Error{Kind: Damaged, Msg: "parse recipient", Err: err}
	}
	box, err := sealed.SealStream(w, to)
	if err != nil {
		return &Error{Kind: Damaged, Msg: "seal notices", Err: err}
	}
	if err := json.NewEncoder(box).Encode(out); err != nil {
		return err
	}
	return box.Close()
}
