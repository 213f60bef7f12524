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

// Administrations lists those whose name or SIRET matches q.
func (c *Client) Administrations(ctx context.Context, q string) ([]Administration, error) {
	return all[Administration](ctx, c, "/api/v1/administrations", url.Values{"q": {q}})
}

// FindAdministration gives the one with that id, SIRET or name, or the only
// one whose name contains it. ErrNotFound, ErrAmbiguous.
func (c *Client) FindAdministration(ctx context.Context, name string) (Administration, error) {
	list, err := c.Administrations(ctx, "")
	if err != nil {
		return Administration{}, err
	}
	var named, partial []Administration
	for _, a := range list {
		switch {
		case a.ID == name || a.SIRET == name:
			return a, nil
		case strings.EqualFold(a.Name, name):
			named = append(named, a)
		case strings.Contains(strings.ToLower(a.Name), strings.ToLower(name)):
			partial = append(partial, a)
		}
	}
	if len(named) > 0 { // whoever keeps the registry can add a namesake
		partial = named
	}
	switch len(partial) {
	case 0:
		return Administration{}, fmt.Errorf("find administration %q: %w", name, ErrNotFound)
	case 1:
		return partial[0], nil
	}
	return Administration{}, fmt.Errorf("find administration %q: %w", name, ErrAmbiguous)
}

// reader is an administration's key as the log holds it.
type reader struct {
	recipient *sealed.Recipient
	index     int64
}

// checkReader finds the administration's key in the log. Nothing is sealed to
// a key that is not there.
func (c *Client) checkReader(ctx context.Context, m mark, a Administration) (reader, error) {
	if a.Recipient == "" {
		return reader{}, ErrNoKey
	}
	to, err := sealed.ParseRecipient(a.Recipient)
	if err != nil {
		return reader{}, err
	}
	f, err := c.watch.factOf(ctx, m, a.Key, "administration", a.ID, a.VK)
	switch {
	case err != nil:
		return reader{}, err
	case f.Recipient != to.Fingerprint() || f.Name != a.Name || f.SIRET != a.SIRET:
		return reader{}, fmt.Errorf("the log holds another key for %s: %w", a.Name, journal.ErrProof)
	}
	return reader{to, a.Key.Index}, nil
}

// ShareOrder says with whom, why and how long.
type ShareOrder struct {
	Administration string // id, SIRET or name
	Service        string // id or name of one of its services; "" is any
	Purpose        string
	Procedure      string
	Until          time.Time
	Kind           string // that the document is given as; "" is not said
	Openings       int64  // how often it may be opened; 0 is any number
}

// Share seals the document's key to an administration whose key is in the
// log. No byte of the document moves. When another device has replaced the root
// in the meantime it is done once more: nobody would believe the old one.
func (s *Safe) Share(ctx context.Context, e sealed.Entry, o ShareOrder) (Grant, error) {
	for attempt := 1; ; attempt++ {
		var g Grant
		err := s.latest(ctx, e, func(e sealed.Entry) (err error) {
			g, err = s.share(ctx, e, o)
			return err
		})
		if err == nil || !IsProblem(err, "stale") && !IsProblem(err, "key-rotated") || attempt == mergeAttempts {
			return g, err
		}
		if _, err := s.refetch(ctx); err != nil {
			return g, err
		}
	}
}

func (s *Safe) share(ctx context.Context, e sealed.Entry, o ShareOrder) (Grant, error) {
	m, err := s.c.watch.mark(ctx)
	if err != nil {
		return Grant{}, err
	}
	a, err := s.c.FindAdministration(ctx, o.Administration)
	if err != nil {
		return Grant{}, err
	}
	to, err := s.c.checkReader(ctx, m, a)
	if err != nil {
		return Grant{}, withEvidence(err, map[string]any{"administration": a})
	}
	if o.Service, err = serviceOf(a, o.Service); err != nil {
		return Grant{}, err
	}
	d, err := s.openOwn(ctx, e)
	if err != nil {
		return Grant{}, err
	}
	given := Grant{Purpose: o.Purpose, Procedure: o.Procedure, Service: o.Service, NotAfter: o.Until, Kind: o.Kind}
	b, err := s.sealFor(s.root, a.ID, to, d, given)
	if err != nil {
		return Grant{}, err
	}
	vk := s.root.VK()
	in := map[string]any{
		"doc": e.ID, "version": e.Version, "administration": a.ID, "purpose": o.Purpose, "notAfter": until(o.Until), "grant": b, "vk": vk[:], "recipient": to.recipient.Fingerprint(),
	}
	if o.Openings != 0 {
		in["openings"] = o.Openings
	}
	for k, v := range map[string]string{"service": o.Service, "procedure": o.Procedure, "kind": o.Kind} {
		if v != "" {
			in[k] = v
		}
	}
	var out Grant
	rq := request{method: http.MethodPost, path: "/api/v1/safe/grants", header: keyed(newKey()), in: in}
	_, err = s.c.call(ctx, rq, &out)
	out.Administration, out.AdministrationName = a.ID, a.Name // as the log has it, not as the answer says
	return out, err
}

// sealFor seals a document's key to a reader, signed by root, for the purpose
// and the time that given says.
func (s *Safe) sealFor(root sealed.RootKey, id string, to reader, d opened, given Grant) ([]byte, error) {
	g := s.grantOf(d)
	g.Suite, g.Reader, g.Recipient, g.Index = root.Suite(), id, to.recipient.Fingerprint(), &to.index
	g.Purpose, g.Procedure, g.Service, g.NotAfter = given.Purpose, given.Procedure, given.Service, until(given.NotAfter)
	g.Request, g.Kind = given.Request, given.Kind
	return sealed.SealGrant(g, root, d.key, to.recipient)
}

func serviceOf(a Administration, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	var known []string
	for _, sv := range a.Services {
		if strings.EqualFold(sv.ID, name) || strings.EqualFold(sv.Name, name) {
			return sv.Name, nil
		}
		known = append(known, sv.Name)
	}
	return "", fmt.Errorf("find service %q of %s (it has: %s): %w", name, a.Name, strings.Join(known, ", "), ErrNotFound)
}

// Office is an administration whose key is unlocked.
type Office struct {
	c     *Client
	id    string
	ring  *sealed.Keyring
	vault *sealed.Identity
}

// UnlockOffice opens the key of the caller's administration.
func (c *Client) UnlockOffice(ctx context.Context, p sealed.Secret) (*Office, error) {
	id, ring, err := c.openOffice(ctx, p)
	if err != nil {
		return nil, err
	}
	vault, err := ring.Vault()
	if err != nil {
		return nil, err
	}
	return &Office{c: c, id: id, ring: ring, vault: vault}, nil
}

// openOffice opens the keyring of the caller's administration.
func (c *Client) openOffice(ctx context.Context, p sealed.Secret) (id string, ring *sealed.Keyring, err error) {
	a, err := c.Administration(ctx)
	if err != nil {
		return "", nil, err
	}
	ring, _, err = c.openKeyring(ctx, officeKeyring, a.ID, p)
	return a.ID, ring, err
}

// Accept asks for a grant and verifies it: the journal tells of the release,
// the log holds the safe's key, the citizen signed what is in it.
func (o *Office) Accept(ctx context.Context, id string) (sealed.OpenedGrant, error) {
	a, err := o.AcceptProven(ctx, id)
	return a.OpenedGrant, err
}

// Accepted is a grant with what proves that it was released.
type Accepted struct {
	sealed.OpenedGrant
	log   string
	proof Proof
	about sealed.Acknowledgement // what can be said of it
}

// AcceptProven is Accept, for a receipt of what is then fetched. An answer that
// was lost is asked for once more, and costs no opening.
func (o *Office) AcceptProven(ctx context.Context, id string) (Accepted, error) {
	at, err := o.Begin(ctx)
	if err != nil {
		return Accepted{}, err
	}
	a, err := o.AcceptBegun(ctx, id, at)
	if errors.Is(err, ErrOffline) && ctx.Err() == nil {
		a, err = o.AcceptBegun(ctx, id, at)
	}
	return a, err
}

func (o *Office) open(ctx context.Context, m mark, id string, rel Release) (sealed.OpenedGrant, error) {
	var none sealed.OpenedGrant
	ev, err := o.c.watch.act(ctx, m, rel.Proof, journal.WhatGrantReleased)
	if err != nil {
		return none, err
	}
	if ev.Grant != id || ev.Doc != rel.Doc || ev.Version != rel.Version {
		return none, fmt.Errorf("the proof is of another grant: %w", journal.ErrProof)
	}
	if err := o.releasedHere(ev); err != nil {
		return none, err
	}
	if _, err := o.c.watch.factOf(ctx, m, rel.Key, "safe", ev.Safe, rel.VK); err != nil {
		return none, err
	}
	vk, err := sealed.ParseVK(rel.VK)
	if err != nil {
		return none, err
	}
	g, err := o.openReleased(ctx, m, ev, rel, vk)
	if err != nil {
		return none, err
	}
	want := sealed.Grant{Safe: ev.Safe, Doc: rel.Doc, Version: rel.Version, SHA256: rel.SHA256, Sealed: rel.Sealed, Reader: o.id}
	if err := sameGrant(g.Grant, want); err != nil {
		return none, err
	}
	if err := sameTerms(ev, g.Grant); err != nil {
		return none, err
	}
	end, err := time.Parse(time.RFC3339, g.Grant.NotAfter)
	if err != nil {
		return none, errors.Join(mismatch("grant without an end"), err)
	}
	if !o.c.now().Before(end) {
		return none, ErrExpired
	}
	return g, nil
}

// releasedHere: whoever reads in the citizen's journal who has opened her
// document reads that this administration did.
func (o *Office) releasedHere(ev journal.Event) error {
	who := ev.Who
	if ev.Administration != o.id || who.Administration != o.id || ev.Behalf != nil || who.Kind != "agent" && who.Kind != "system" {
		return fmt.Errorf("the proof says that somebody else released it: %w", journal.ErrProof)
	}
	return nil
}

// sameTerms: the citizen's journal says for what it was released in the words
// that she has signed.
func sameTerms(ev journal.Event, g sealed.Grant) error {
	if ev.Purpose != g.Purpose || ev.Procedure != g.Procedure || ev.Service != g.Service {
		return fmt.Errorf("the proof is of a release for something else than she has signed: %w", journal.ErrProof)
	}
	return nil
}

// Fetch downloads and opens what a grant is for.
func (o *Office) Fetch(ctx context.Context, id string, g sealed.OpenedGrant, path string, opt GetOptions) error {
	content, err := o.c.fetch(ctx, grantPath(id), g.Grant.Ref(), g.Key, path, opt)
	if err != nil {
		return err
	}
	return o.c.tellIssued(ctx, g.Grant.Issue, content, opt)
}

func grantPath(id string) string {
	return "/api/v1/administration/grants/" + url.PathEscape(id) + "/content"
}
