package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// mostAttestations is how many deletions are declared at a time.
const mostAttestations = 500

// Attempt is an opening that is asked for until an answer comes: with the same
// key it counts once, for a day. Log and Size are the journal as it was before
// the first try, where the opening was not yet in it. Whoever may be interrupted
// writes it down first.
type Attempt struct {
	Key  string `json:"key"`
	Log  string `json:"log"`
	Size int64  `json:"size"`
}

// Begin makes one.
func (o *Office) Begin(ctx context.Context) (Attempt, error) {
	m, err := o.c.watch.mark(ctx)
	return Attempt{newKey(), m.vkey, m.size}, err
}

// AcceptBegun is AcceptProven for an opening that may have been asked for before.
// What it gives beside an error can still be acknowledged, when the release was
// proven.
func (o *Office) AcceptBegun(ctx context.Context, id string, at Attempt) (Accepted, error) {
	m, err := o.c.watch.mark(ctx)
	switch {
	case err != nil:
		return Accepted{}, err
	case m.vkey != at.Log:
		return Accepted{}, fmt.Errorf("begun with another journal: %w", ErrNotFound)
	}
	m.size = at.Size
	var rel Release
	path := "/api/v1/administration/grants/" + url.PathEscape(id) + "/release"
	if _, err := o.c.call(ctx, request{method: http.MethodPost, path: path, header: keyed(at.Key)}, &rel); err != nil {
		return Accepted{}, err
	}
	g, err := o.open(ctx, m, id, rel)
	if errors.Is(err, sealed.ErrKey) { // its doing, or a key that was replaced in the meantime
		if now := o.Current(ctx); now != nil {
			return Accepted{}, now
		}
	}
	a := Accepted{OpenedGrant: g, log: m.vkey, proof: rel.Proof}
	if ev, proven := o.c.watch.act(ctx, m, rel.Proof, journal.WhatGrantReleased); proven == nil && ev.Grant == id && o.releasedHere(ev) == nil &&
		ev.Doc == rel.Doc && ev.Version == rel.Version {
		a.about = sealed.Acknowledgement{
			Administration: o.id, Grant: id, Safe: ev.Safe, Doc: ev.Doc, Version: ev.Version, SHA256: rel.SHA256, Release: ev.ID,
		}
	}
	return a, withEvidence(ownObject(err), map[string]any{"release": rel})
}

// Released is the id of the event that tells of the release; "" when it is not
// proven.
func (a Accepted) Released() string { return a.about.Release }

// Given is the id of the grant that was released.
func (a Accepted) Given() string { return a.about.Grant }

// Acknowledged is what the administration says of a retrieval, signed.
func (o *Office) Acknowledged(a Accepted, outcome string) ([]byte, error) {
	said := a.about
	said.Outcome, said.At = outcome, until(o.c.now())
	return sealed.SignAcknowledgement(said, o.ring.Root())
}

// Acknowledge sends it. What was said of the same release before stays: that is no
// error.
func (o *Office) Acknowledge(ctx context.Context, grant string, signed []byte) error {
	path := "/api/v1/administration/grants/" + url.PathEscape(grant) + "/acknowledgements"
	_, err := o.c.call(ctx, request{method: http.MethodPost, path: path, in: map[string]any{"acknowledgement": signed}}, nil)
	if IsProblem(err, "already-exists") {
		return nil
	}
	return err
}

// AcknowledgeNow is for whoever has the document where it belongs, or knows that
// nothing comes of it.
func (o *Office) AcknowledgeNow(ctx context.Context, a Accepted, outcome string) error {
	signed, err := o.Acknowledged(a, outcome)
	if err != nil {
		return err
	}
	return o.Acknowledge(ctx, a.Given(), signed)
}

// OutcomeOf is what to acknowledge after a fetch that ended so; "" while that is
// not known.
func OutcomeOf(err error) string {
	switch {
	case err == nil:
		return sealed.OutcomeIntact
	case IsAlarm(err) && !errors.Is(err, journal.ErrProof) && !errors.Is(err, ErrRollback):
		return sealed.OutcomeAltered
	}
	return ""
}

// Given is a grant as a deletion is attested of it.
type Given struct{ Grant, Safe, Doc, Version string }

// Undeclared are attestations that were refused: the problem of each, by grant.
type Undeclared map[string]string

// DeclareDeleted attests that the administration has no copy left of what these
// grants gave it: how is sealed.DeletedByClient or sealed.DeletedDeclared.
func (o *Office) DeclareDeleted(ctx context.Context, all []Given, how, note string) (Undeclared, error) {
	refused := Undeclared{}
	for len(all) > 0 {
		n := min(len(all), mostAttestations)
		if err := o.declare(ctx, all[:n], how, note, refused); err != nil {
			return refused, err
		}
		all = all[n:]
	}
	return refused, nil
}

func (o *Office) declare(ctx context.Context, all []Given, how, note string, refused Undeclared) error {
	signed := make([][]byte, len(all))
	for i, g := range all {
		var err error
		signed[i], err = sealed.SignDeletion(sealed.Deletion{
			Administration: o.id, Grant: g.Grant, Safe: g.Safe, Doc: g.Doc, Version: g.Version, At: until(o.c.now()), How: how, Note: note,
		}, o.ring.Root())
		if err != nil {
			return err
		}
	}
	var out struct {
		Refused []struct{ Grant, Problem string } `json:"refused"`
	}
	_, err := o.c.call(ctx, request{method: http.MethodPost, path: "/api/v1/administration/deletions", in: map[string]any{"attestations": signed}}, &out)
	for _, f := range out.Refused {
		refused[f.Grant] = f.Problem
	}
	return err
}

// Due lists the grants that have ended and whose copies the caller's
// administration has not attested to have deleted, those that ended first before
// the others.
func (c *Client) Due(ctx context.Context) ([]Grant, error) {
	return all[Grant](ctx, c, "/api/v1/administration/deletions", nil)
}

// DueProven is Due, with the events by which citizens have ended theirs.
func (o *Office) DueProven(ctx context.Context) ([]Grant, error) {
	return all[Grant](ctx, o.c, "/api/v1/administration/deletions", url.Values{"proofs": {"true"}})
}

// EndedAt is when the citizen has ended a grant of the administration's, by a
// proven event of her journal; ErrNotFound: the gateway only says so.
func (o *Office) EndedAt(ctx context.Context, g Given, said Grant) (time.Time, error) {
	if said.End == nil || said.End.Leaf == nil {
		return time.Time{}, fmt.Errorf("proof that the citizen has ended it: %w", ErrNotFound)
	}
	at, err := o.endedAt(ctx, g, *said.End)
	return at, withEvidence(err, map[string]any{"grant": g, "end": said.End})
}

func (o *Office) endedAt(ctx context.Context, g Given, p Proof) (time.Time, error) {
	m, err := o.c.watch.mark(ctx)
	if err != nil {
		return time.Time{}, err
	}
	ev, c, err := journal.VerifyEvent(m.vkey, []byte(p.Event), p.Salt, *p.Leaf)
	if err == nil {
		err = o.c.watch.accept(ctx, m, c, p.Leaf.Checkpoint)
	}
	if err != nil {
		return time.Time{}, err
	}
	if ev.What != journal.WhatGrantEnded || ev.Result != journal.ResultDone || ev.Grant != g.Grant || ev.Safe != g.Safe || ev.Doc != g.Doc ||
		ev.Administration != o.id || ev.Who.Kind != "citizen" || ev.N == 0 {
		return time.Time{}, fmt.Errorf("the proof is of something else than the end of this grant: %w", journal.ErrProof)
	}
	return time.Parse(time.RFC3339, ev.Time)
}

// ReceivedWanted narrows what was shared; "" is any.
type ReceivedWanted struct{ State, Service, Reference string }

// ReceivedPages reads what was shared with the caller's administration, newest
// first, page by page, until told says that it is enough.
func (c *Client) ReceivedPages(ctx context.Context, w ReceivedWanted, told func([]Grant) (enough bool)) error {
	q := url.Values{}
	for k, v := range map[string]string{"state": w.State, "service": w.Service, "reference": w.Reference} {
		if v != "" {
			q.Set(k, v)
		}
	}
	return pages(ctx, c, "/api/v1/administration/grants", q, told)
}

// ServiceName is the name that grants have for one of the administration's
// services, by its name or id; "" is none.
func (c *Client) ServiceName(ctx context.Context, service string) (string, error) {
	if service == "" {
		return "", nil
	}
	a, err := c.Administration(ctx)
	if err != nil {
		return "", err
	}
	return serviceOf(a, service)
}

// Reference of the file that a request of one's own is about, as it was signed; ""
// when there is none.
func (o *Office) Reference(ctx context.Context, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	r, err := o.c.OfficeRequest(ctx, id)
	if err != nil {
		return "", err
	}
	asked, _, err := own(o, func(vk sealed.VK) (sealed.DocumentRequest, error) { return sealed.OpenRequest(r.Request, vk) })
	if err == nil && (asked.ID != id || asked.Administration != o.id) {
		err = mismatch("another request")
	}
	return asked.Reference, withEvidence(err, map[string]any{"request": r})
}

// Evidence of a retrieval, for whoever keeps the document: which log, and the
// proof that it tells of the release.
func (a Accepted) Evidence() (vkey string, proof json.RawMessage, err error) {
	b, err := json.Marshal(a.proof)
	return a.log, b, err
}
