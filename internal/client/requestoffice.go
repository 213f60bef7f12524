package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

const officeRequests = "/api/v1/administration/requests"

// OfficeRequests lists what the caller's administration has asked for, newest
// first: open ones only, or those with this reference, or all.
func (c *Client) OfficeRequests(ctx context.Context, open bool, reference string) ([]OfficeRequest, error) {
	q := url.Values{}
	if open {
		q.Set("open", "true")
	}
	if reference != "" {
		q.Set("reference", reference)
	}
	return all[OfficeRequest](ctx, c, officeRequests, q)
}

// OfficeRequest is one of them.
func (c *Client) OfficeRequest(ctx context.Context, id string) (OfficeRequest, error) {
	var r OfficeRequest
	return r, c.get(ctx, officeRequests+"/"+url.PathEscape(id), nil, &r)
}

// CloseRequest takes no more answers; what was given stays given.
func (c *Client) CloseRequest(ctx context.Context, id string) error {
	return c.remove(ctx, officeRequests+"/"+url.PathEscape(id))
}

// Replies lists who was asked or has answered, newest first; waiting are those
// whose question waits for an answer.
func (c *Client) Replies(ctx context.Context, id string, waiting bool) ([]Reply, error) {
	q := url.Values{}
	if waiting {
		q.Set("waiting", "true")
	}
	return all[Reply](ctx, c, officeRequests+"/"+url.PathEscape(id)+"/replies", q)
}

// RequestGrants lists all that was given for a request, by citizen.
func (c *Client) RequestGrants(ctx context.Context, id string) ([]Grant, error) {
	return all[Grant](ctx, c, officeRequests+"/"+url.PathEscape(id)+"/grants", nil)
}

// CreateRequest signs what the administration asks for and gives the link to it.
// With an address it is in that citizen's safe, and the link is for nobody else.
// Id, administration, service and times of r are filled in.
func (o *Office) CreateRequest(ctx context.Context, r sealed.DocumentRequest, address string) (OfficeRequest, string, error) {
	a, err := o.c.Administration(ctx)
	if err != nil {
		return OfficeRequest{}, "", err
	}
	if r.Service, err = serviceOf(a, r.Service); err != nil {
		return OfficeRequest{}, "", err
	}
	r.ID, r.Administration, r.Created = sealed.NewID(), o.id, until(o.c.now())
	signed, err := sealed.SignRequest(r, o.ring.Root())
	if err != nil {
		return OfficeRequest{}, "", err
	}
	in := map[string]any{"request": signed}
	if address != "" {
		in["address"] = address
	}
	var out OfficeRequest
	_, err = o.c.call(ctx, request{method: http.MethodPost, path: officeRequests, in: in}, &out)
	return out, o.c.RequestLink(r.ID, signed), err
}

// Side is one citizen's side of a request, verified: the log holds the key of her
// safe, and that key, or one before it, has signed what she wrote.
type Side struct {
	Reply  Reply
	Grants []Grant
	Notes  []sealed.Note

	request string
	to      *sealed.Recipient
}

// Side fetches what one citizen did about a request.
func (o *Office) Side(ctx context.Context, id, reply string) (*Side, error) {
	m, err := o.c.watch.mark(ctx)
	if err != nil {
		return nil, err
	}
	var in replySide
	path := officeRequests + "/" + url.PathEscape(id) + "/replies/" + url.PathEscape(reply)
	if err := o.c.get(ctx, path, nil, &in); err != nil {
		return nil, err
	}
	side, err := o.openSide(ctx, m, id, reply, in)
	return side, withEvidence(err, map[string]any{"reply": in})
}

func (o *Office) openSide(ctx context.Context, m mark, id, reply string, in replySide) (*Side, error) {
	vk, fact, err := o.c.factKey(ctx, m, in.Key, in.Reply.Safe, in.VK)
	if err != nil {
		return nil, err
	}
	to, err := sealed.ParseRecipient(in.Recipient)
	if err != nil {
		return nil, err
	}
	switch {
	case fact.Recipient != to.Fingerprint():
		return nil, fmt.Errorf("the log holds another recipient for this safe: %w", journal.ErrProof)
	case in.Reply.ID != reply:
		return nil, mismatch("another citizen's side")
	}
	side := &Side{Reply: in.Reply, request: id, to: to}
	for _, g := range in.Grants {
		if g.Request != id || g.Safe != in.Reply.Safe {
			return nil, mismatch("a share that answers another request, or is another citizen's")
		}
		side.Grants = append(side.Grants, g)
	}
	for _, n := range in.Notes {
		var by sealed.VK
		if n.From == sealed.FromSafe {
			by, err = o.writer(ctx, m, n, in.Reply.Safe, vk)
		} else {
			by, err = o.wroteWith(ctx, n)
		}
		if err != nil {
			return nil, err
		}
		got, err := readSealedNote(n, o.ring.Vaults(), by, sealed.Note{Request: id, Safe: in.Reply.Safe, Administration: o.id})
		if err != nil {
			return nil, err
		}
		side.Notes = append(side.Notes, got)
	}
	return side, nil
}

// writer is the key that a citizen's note is under: her safe's, or a former one
// that the log shows for it.
func (o *Office) writer(ctx context.Context, m mark, n sealedNote, safe string, now sealed.VK) (sealed.VK, error) {
	if string(n.VK) == string(now[:]) {
		return now, nil
	}
	vk, _, err := o.c.factKey(ctx, m, n.Key, safe, n.VK)
	return vk, err
}

// wroteWith is the own key that a note of one's own is under, of those that the log
// shows: a former one wrote what says to be of before it was replaced.
func (o *Office) wroteWith(ctx context.Context, n sealedNote) (sealed.VK, error) {
	keys, err := o.c.signers(ctx, o.id)
	if err != nil {
		return sealed.VK{}, err
	}
	by, err := signedBy(keys, func(vk sealed.VK) (string, error) {
		note, err := withAny(o.ring.Vaults(), func(id *sealed.Identity) (sealed.Note, error) { return sealed.OpenNote(n.Sealed, id, vk) })
		return note.Created, err
	})
	return by.vk, err
}

// AnswerQuestion writes back to a citizen.
func (o *Office) AnswerQuestion(ctx context.Context, side *Side, text string) error {
	n := sealed.Note{
		Request: side.request, Safe: side.Reply.Safe, Administration: o.id, From: sealed.FromAdministration, About: sealed.AboutAnswer, Text: text,
	}
	note, err := sealNote(n, o.ring.Root(), side.to, o.vault.Recipient(), until(o.c.now()))
	if err != nil {
		return err
	}
	path := officeRequests + "/" + url.PathEscape(side.request) + "/replies/" + url.PathEscape(side.Reply.ID) + "/answers"
	_, err = o.c.call(ctx, request{method: http.MethodPost, path: path, in: map[string]any{"note": note}}, nil)
	return err
}

// AcceptAnswer is Accept for a grant that is shown as the answer to a request: an
// alarm when the citizen gave it for something else.
func (o *Office) AcceptAnswer(ctx context.Context, id string, g Grant) (Accepted, error) {
	got, err := o.AcceptProven(ctx, g.ID)
	if err != nil {
		return got, err
	}
	if got.Grant.Request != id || got.Grant.Kind != g.Kind || g.Safe != "" && got.Grant.Safe != g.Safe {
		err := mismatch("given for another request, as another kind of document or by somebody else")
		signed := map[string]string{"request": got.Grant.Request, "kind": got.Grant.Kind, "safe": got.Grant.Safe}
		return Accepted{}, withEvidence(err, map[string]any{"request": id, "shown": g, "signed": signed})
	}
	return got, nil
}
