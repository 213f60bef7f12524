package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// Structure is an organisation that may have mediators.
type Structure struct {
	ID    string        `json:"id"`
	SIRET string        `json:"siret"`
	Name  string        `json:"name"`
	From  time.Time     `json:"from"`
	Until time.Time     `json:"until"`
	Leaf  *journal.Leaf `json:"leaf"`
}

// Delegation is a mediator's session, as a citizen sees it.
type Delegation struct {
	ID            string     `json:"id"`
	State         string     `json:"state"`
	Mediator      string     `json:"mediator"`
	MediatorName  string     `json:"mediatorName"`
	Structure     string     `json:"structure"`
	StructureName string     `json:"structureName"`
	Acts          []string   `json:"acts"`
	Purpose       string     `json:"purpose"`
	Minutes       int64      `json:"minutes"`
	Standing      string     `json:"standing,omitempty"`
	Mandate       string     `json:"mandate,omitempty"`
	Until         time.Time  `json:"until"`
	Ended         *time.Time `json:"ended,omitempty"`
	By            string     `json:"by,omitempty"`
	// Session and Habilitated are of one that waits for the citizen.
	Session     sealed.Session `json:"session"`
	Habilitated Structure      `json:"habilitated"`
}

// MandateRow is a mandate that was given, as the server keeps it.
type MandateRow struct {
	ID            string     `json:"id"`
	Kind          string     `json:"kind"`
	State         string     `json:"state"`
	MediatorName  string     `json:"mediatorName"`
	StructureName string     `json:"structureName"`
	Acts          []string   `json:"acts"`
	Purpose       string     `json:"purpose"`
	Signed        []byte     `json:"signed,omitempty"`
	NotAfter      time.Time  `json:"notAfter"`
	Ended         *time.Time `json:"ended,omitempty"`
	By            string     `json:"by,omitempty"`
}

// ClaimDelegation takes the session that a mediator's screen shows the code of.
// Whose keys it has, only the print on that screen says.
func (s *Safe) ClaimDelegation(ctx context.Context, code string) (Delegation, error) {
	m, err := s.c.watch.mark(ctx)
	if err != nil {
		return Delegation{}, err
	}
	var d Delegation
	in := map[string]string{"code": code}
	if _, err := s.c.call(ctx, request{method: http.MethodPost, path: "/api/v1/delegations", in: in}, &d); err != nil {
		return Delegation{}, err
	}
	if err := d.Session.Check(); err != nil {
		return Delegation{}, withEvidence(err, map[string]any{"delegation": d})
	}
	if err := s.c.checkStructure(ctx, m, d, s.c.now()); err != nil {
		return Delegation{}, withEvidence(err, map[string]any{"delegation": d})
	}
	return d, nil
}

// checkStructure: the log says that the structure may have mediators, under this
// very name.
func (c *Client) checkStructure(ctx context.Context, m mark, d Delegation, now time.Time) error {
	leaf := d.Habilitated.Leaf
	if leaf == nil {
		return fmt.Errorf("the structure is not in the log: %w", journal.ErrProof)
	}
	point, err := journal.VerifyLeaf(m.vkey, leaf.Entry, *leaf)
	if err != nil {
		return err
	}
	if err := c.watch.accept(ctx, m, point, leaf.Checkpoint); err != nil {
		return err
	}
	f, err := journal.ParseStructureFact(leaf.Entry)
	if err != nil {
		return err
	}
	if f.ID != d.Structure || f.Name != d.StructureName || !f.Current(until(now)) {
		return fmt.Errorf("the log says something else of the structure %s: %w", d.StructureName, journal.ErrProof)
	}
	return nil
}

// Allowance is what a citizen lets a mediator do.
type Allowance struct {
	Print     sealed.SessionPrint // of the mediator's screen
	Secret    *sealed.LinkSecret  // of the link; nil where the code was typed
	Number    string              // two digits of the same screen
	Acts      []string            // of those asked for
	Documents []sealed.Entry
	// Administrations (ids) that it may share with, requests that it may answer,
	// and until when what is given may be opened.
	Administrations, Requests []string
	GrantsUntil               time.Time
	// Minutes are those that she gives, never more than were asked for; 0 is all.
	Minutes int64
}

// Allow signs the mandate and seals each of its documents to the session.
func (s *Safe) Allow(ctx context.Context, d Delegation, a Allowance) (sealed.Mandate, error) {
	if err := d.Session.CheckPrint(a.Print); err != nil {
		return sealed.Mandate{}, withEvidence(err, map[string]any{"delegation": d})
	}
	to, err := sealed.ParseRecipient(d.Session.Recipient)
	if err != nil {
		return sealed.Mandate{}, err
	}
	m := s.mandateFor(d, a)
	signed, err := sealed.SignMandate(m, s.root)
	if err != nil {
		return sealed.Mandate{}, err
	}
	grants := []ownGrant{}
	for _, e := range a.Documents {
		b, err := s.sealToSession(ctx, e, m, to)
		if err != nil {
			return sealed.Mandate{}, err
		}
		grants = append(grants, ownGrant{Doc: e.ID, Version: e.Version, Grant: b})
	}
	_, err = s.c.call(ctx, request{
		method: http.MethodPost, path: "/api/v1/safe/delegations/" + url.PathEscape(d.ID) + "/approval",
		in: a.body(signed, grants),
	}, nil)
	return m, err
}

func (a Allowance) body(signed []byte, grants []ownGrant) map[string]any {
	in := map[string]any{"number": a.Number, "mandate": signed, "grants": grants}
	if a.Secret != nil {
		in["binding"] = a.Secret.Binding(signed)
	}
	return in
}

func (s *Safe) mandateFor(d Delegation, a Allowance) sealed.Mandate {
	now, minutes := s.c.now(), d.Minutes
	if a.Minutes > 0 {
		minutes = min(a.Minutes, minutes)
	}
	m := sealed.Mandate{
		Suite: s.root.Suite(), ID: newID(), Safe: s.id, Structure: d.Structure, StructureName: d.StructureName, Index: d.Habilitated.Leaf.Index,
		Mediator: d.Mediator, MediatorName: d.MediatorName, Acts: slices.Sorted(slices.Values(a.Acts)), Purpose: d.Purpose,
		Administrations: slices.Sorted(slices.Values(a.Administrations)), Requests: slices.Sorted(slices.Values(a.Requests)),
		Session: &d.Session, Standing: d.Standing, Created: until(now), NotAfter: until(now.Add(time.Duration(minutes) * time.Minute)),
	}
	if !a.GrantsUntil.IsZero() {
		m.GrantsUntil = until(a.GrantsUntil)
	}
	for _, e := range a.Documents {
		m.Documents = append(m.Documents, e.ID)
	}
	slices.Sort(m.Documents)
	return m
}

func (s *Safe) sealToSession(ctx context.Context, e sealed.Entry, m sealed.Mandate, to *sealed.Recipient) ([]byte, error) {
	d, err := s.openOwn(ctx, e)
	if err != nil {
		return nil, err
	}
	g := s.grantOf(d)
	g.Suite, g.Reader, g.Recipient, g.Index = s.root.Suite(), m.ID, to.Fingerprint(), nil
	g.Mandate, g.NotAfter = m.ID, m.NotAfter
	return sealed.SealGrant(g, s.root, d.key, to)
}

// Delegations lists the sessions of mediators in the caller's safe, newest first.
func (c *Client) Delegations(ctx context.Context) ([]Delegation, error) {
	return all[Delegation](ctx, c, "/api/v1/safe/delegations", nil)
}

// StopDelegation ends one, at once.
func (c *Client) StopDelegation(ctx context.Context, id string) error {
	return c.remove(ctx, "/api/v1/safe/delegations/"+url.PathEscape(id))
}

// Mandates lists those that the caller has given, newest first.
func (c *Client) Mandates(ctx context.Context) ([]MandateRow, error) {
	return all[MandateRow](ctx, c, "/api/v1/safe/mandates", nil)
}

// Revoke ends a mandate and whatever uses it, with the holder's signed word.
func (s *Safe) Revoke(ctx context.Context, mandate string) error {
	word, err := sealed.SignRevocation(sealed.Revocation{Safe: s.id, Mandate: mandate, At: until(s.c.now())}, s.root)
	if err != nil {
		return err
	}
	path := "/api/v1/safe/mandates/" + url.PathEscape(mandate) + "/revocation"
	_, err = s.c.call(ctx, request{method: http.MethodPut, path: path, in: map[string]any{"revocation": word}}, nil)
	return err
}
