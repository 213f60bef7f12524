package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// requestPage is where a link to a request leads.
const requestPage = "/demande/"

// RequestLink is for a letter, its QR code or a page: who follows it is shown
// this request or none.
func (c *Client) RequestLink(id string, signed []byte) string {
	return c.base.String() + requestPage + id + "#" + sealed.RequestSeal(signed)
}

// ParseRequestLink reads a link, or a request's bare id. seal is "" when the
// text has none: then the gateway chooses which of an administration's requests
// is meant.
func ParseRequestLink(text string) (id, seal string) {
	text = strings.TrimSpace(text)
	if i := strings.LastIndex(text, requestPage); i >= 0 {
		text = text[i+len(requestPage):]
	}
	id, seal, _ = strings.Cut(text, "#")
	return id, seal
}

// AskedRequests lists the requests in the safe, and those that it has answered,
// newest first.
func (c *Client) AskedRequests(ctx context.Context) ([]AskedDocuments, error) {
	return all[AskedDocuments](ctx, c, "/api/v1/safe/requests", nil)
}

// DocumentRequest is a request that was verified: the log holds the key of who
// asks, and that key has signed every word of it.
type DocumentRequest struct {
	sealed.DocumentRequest
	From   Administration
	State  string
	Reply  *Reply // nil while nothing was done about it
	Grants []Grant
	Notes  []sealed.Note
	Before []GivenBefore

	to reader
}

// Request fetches a request and verifies it. seal is what the link carries
// behind #; with "" it is not compared.
func (s *Safe) Request(ctx context.Context, id, seal string) (*DocumentRequest, error) {
	m, err := s.c.watch.mark(ctx)
	if err != nil {
		return nil, err
	}
	var in askedRequest
	if err := s.c.get(ctx, "/api/v1/safe/requests/"+url.PathEscape(id), nil, &in); err != nil {
		return nil, err
	}
	r, err := s.openRequest(ctx, m, id, seal, in)
	return r, withEvidence(err, map[string]any{"request": in})
}

func (s *Safe) openRequest(ctx context.Context, m mark, id, seal string, in askedRequest) (*DocumentRequest, error) {
	to, err := s.c.checkReader(ctx, m, in.Administration)
	if err != nil {
		return nil, err
	}
	vk, err := sealed.ParseVK(in.Administration.VK)
	if err != nil {
		return nil, err
	}
	var asked sealed.DocumentRequest
	err = s.c.byOffice(ctx, in.Administration.ID, vk, func(vk sealed.VK) (string, error) {
		var err error
		asked, err = sealed.OpenRequest(in.Request, vk)
		return asked.Created, err
	})
	if err != nil {
		return nil, err
	}
	switch {
	case asked.ID != id || asked.Administration != in.Administration.ID:
		return nil, mismatch("another request")
	case seal != "":
		if err := sealed.CheckRequestSeal(in.Request, seal); err != nil {
			return nil, err
		}
	}
	r := &DocumentRequest{DocumentRequest: asked, From: in.Administration, State: in.State, Reply: in.Reply, Before: in.Before, to: to}
	for _, g := range in.Grants {
		if g.Request != id || g.Administration != asked.Administration {
			return nil, mismatch("a share that answers another request")
		}
		r.Grants = append(r.Grants, g)
	}
	r.Notes, err = s.openNotes(ctx, in.Notes, r, vk)
	return r, err
}

// openNotes reads what both sides wrote: her own notes under any key that her
// safe has or had.
func (s *Safe) openNotes(ctx context.Context, notes []sealedNote, r *DocumentRequest, office sealed.VK) ([]sealed.Note, error) {
	var all []sealed.Note
	for _, n := range notes {
		vk := office
		if n.From == sealed.FromSafe {
			var err error
			if vk, err = sealed.ParseVK(n.VK); err != nil {
				return nil, err
			}
			if !s.ring.Container().LeadsFrom(vk) {
				return nil, fmt.Errorf("a note of one's own under another key: %w", sealed.ErrSignature)
			}
		}
		var got sealed.Note
		read := func(vk sealed.VK) (string, error) {
			var err error
			got, err = readSealedNote(n, s.ring.Vaults(), vk, sealed.Note{Request: r.ID, Safe: s.id, Administration: r.Administration})
			return got.Created, err
		}
		var err error
		if n.From == sealed.FromSafe {
			_, err = read(vk)
		} else {
			err = s.c.byOffice(ctx, r.Administration, vk, read)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, got)
	}
	return all, nil
}

// readNote opens a note and holds it against the place where it was shown.
func readSealedNote(n sealedNote, vaults []*sealed.Identity, vk sealed.VK, place sealed.Note) (sealed.Note, error) {
	got, err := withAny(vaults, func(id *sealed.Identity) (sealed.Note, error) { return sealed.OpenNote(n.Sealed, id, vk) })
	if errors.Is(err, sealed.ErrKey) { // what is shown to us was sealed to us
		err = errors.Join(err, sealed.ErrMismatch)
	}
	if err != nil {
		return sealed.Note{}, err
	}
	if got.ID != n.ID || got.From != n.From || got.About != n.About ||
		got.Request != place.Request || got.Safe != place.Safe || got.Administration != place.Administration {
		return sealed.Note{}, mismatch("a note of another place")
	}
	return got, nil
}

// Giving is one document given for one kind.
type Giving struct {
	Entry sealed.Entry
	Kind  string
}

// AnswerOrder says how documents are given.
type AnswerOrder struct {
	Text     string    // a note to go with them; "" is none
	Until    time.Time // no later than the request asks; zero is until then
	Openings int64     // 0 is as often as the request asks for
}

// AnswerRequest gives documents for a request that was verified, all of them or
// none. When another device has replaced the root in the meantime it is done once
// more.
func (s *Safe) AnswerRequest(ctx context.Context, r *DocumentRequest, give []Giving, o AnswerOrder) ([]Grant, error) {
	key := newKey()
	for attempt := 1; ; attempt++ {
		given, err := s.answerRequest(ctx, r, give, o, key)
		if err == nil || !IsProblem(err, "stale") || attempt == mergeAttempts {
			return given, err
		}
		if _, err := s.refetch(ctx); err != nil {
			return nil, err
		}
	}
}

func (s *Safe) answerRequest(ctx context.Context, r *DocumentRequest, give []Giving, o AnswerOrder, key string) ([]Grant, error) {
	end, err := r.End()
	if err != nil {
		return nil, err
	}
	if o.Until.IsZero() || o.Until.After(end) {
		o.Until = end
	}
	var grants []map[string]any
	for _, g := range give {
		if _, err := r.Find(g.Kind); err != nil {
			return nil, fmt.Errorf("answer request: kind %.60q is not asked for: %w", g.Kind, ErrNotFound)
		}
		d, err := s.openOwn(ctx, g.Entry)
		if err != nil {
			return nil, err
		}
		terms := Grant{Purpose: r.Purpose, Procedure: r.Procedure, Service: r.Service, NotAfter: o.Until, Request: r.ID, Kind: g.Kind}
		b, err := s.sealFor(s.root, r.Administration, r.to, d, terms)
		if err != nil {
			return nil, err
		}
		grants = append(grants, map[string]any{
			"doc": g.Entry.ID, "version": g.Entry.Version, "kind": g.Kind, "notAfter": until(o.Until), "openings": o.Openings, "grant": b,
		})
	}
	vk := s.root.VK()
	in := map[string]any{"grants": grants, "vk": vk[:], "recipient": r.to.recipient.Fingerprint()}
	if o.Text != "" {
		if in["note"], err = s.noteFor(r, sealed.Note{About: sealed.AboutNote, Text: o.Text}); err != nil {
			return nil, err
		}
	}
	var out list[Grant]
	path := "/api/v1/safe/requests/" + url.PathEscape(r.ID) + "/answers"
	_, err = s.c.call(ctx, request{method: http.MethodPost, path: path, header: keyed(key), in: in}, &out)
	return out.Items, err
}

// noteFor signs a note to who asks and seals it for both sides.
func (s *Safe) noteFor(r *DocumentRequest, n sealed.Note) (map[string]any, error) {
	n.Request, n.Safe, n.Administration, n.From = r.ID, s.id, r.Administration, sealed.FromSafe
	return sealNote(n, s.root, s.vault.Recipient(), r.to.recipient, s.time())
}

func sealNote(n sealed.Note, root sealed.RootKey, toSafe, toOffice *sealed.Recipient, now string) (map[string]any, error) {
	n.ID, n.Created = sealed.NewID(), now
	b, err := sealed.SealNote(n, root, toSafe, toOffice)
	if err != nil {
		return nil, err
	}
	return map[string]any{"id": n.ID, "forSafe": b.ForSafe, "forAdministration": b.ForAdministration}, nil
}

// RefuseRequest says no to kinds that the request wants, or to all of it when
// there are none. text may be "".
func (s *Safe) RefuseRequest(ctx context.Context, r *DocumentRequest, kinds []string, text string) error {
	note, err := s.noteFor(r, sealed.Note{About: sealed.AboutRefusal, Kinds: kinds, Text: text})
	if err != nil {
		return err
	}
	return s.writeAbout(ctx, r, "refusals", map[string]any{"kinds": append([]string{}, kinds...), "note": note})
}

// AskAbout asks the administration something about its request.
func (s *Safe) AskAbout(ctx context.Context, r *DocumentRequest, text string) error {
	note, err := s.noteFor(r, sealed.Note{About: sealed.AboutQuestion, Text: text})
	if err != nil {
		return err
	}
	return s.writeAbout(ctx, r, "questions", map[string]any{"note": note})
}

func (s *Safe) writeAbout(ctx context.Context, r *DocumentRequest, what string, in map[string]any) error {
	path := "/api/v1/safe/requests/" + url.PathEscape(r.ID) + "/" + what
	_, err := s.c.call(ctx, request{method: http.MethodPost, path: path, in: in}, nil)
	return err
}

// factKey is the verification key that the log shows for a safe.
func (c *Client) factKey(ctx context.Context, m mark, leaf *journal.Leaf, safe string, vk []byte) (sealed.VK, *journal.KeyFact, error) {
	f, err := c.watch.factOf(ctx, m, leaf, "safe", safe, vk)
	if err != nil {
		return sealed.VK{}, nil, err
	}
	key, err := sealed.ParseVK(vk)
	return key, &f, err
}
