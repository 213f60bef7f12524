package client

import (
	"context"
	"encoding/hex"
	"errors"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// What an issuer's mark is worth.
const (
	IssuedIntact     = "intact"      // these very bytes, by a key that the log shows
	IssuedChanged    = "changed"     // genuine, but of other bytes
	IssuedUnknownKey = "unknown-key" // signed by no key that the log shows for whom it names
	IssuedUnreadable = "unreadable"  // of a later suite, or no mark at all
)

// Issued is what a document's issuer has signed of it (SPEC.md §15). Nothing but
// State is filled in where no key of the log has signed it.
type Issued struct {
	State          string `json:"state"`
	Administration string `json:"administration,omitempty"` // id
	Issuer         string `json:"issuer,omitempty"`         // as the log names it
	SIRET          string `json:"siret,omitempty"`
	Name           string `json:"name,omitempty"` // that the issuer gave it
	Kind           string `json:"kind,omitempty"`
	Reference      string `json:"reference,omitempty"`
	Created        string `json:"created,omitempty"`
}

// CheckIssued says what a mark is worth on a document with this content. The error
// is a gateway's that does not answer, or whose journal does not hold.
func (c *Client) CheckIssued(ctx context.Context, issue []byte, content sealed.Content) (Issued, error) {
	said, err := sealed.ReadIssue(issue)
	if err != nil {
		return Issued{State: IssuedUnreadable}, nil
	}
	keys, err := c.signers(ctx, said.Administration)
	if err != nil {
		return Issued{}, err
	}
	return judgeIssue(issue, content, keys), nil
}

func judgeIssue(issue []byte, content sealed.Content, keys []signer) Issued {
	var i sealed.Issue
	by, err := signedBy(keys, func(vk sealed.VK) (string, error) {
		var err error
		i, err = sealed.OpenIssue(issue, vk)
		return i.Created, err
	})
	switch {
	case errors.Is(err, sealed.ErrSignature):
		return Issued{State: IssuedUnknownKey}
	case err != nil:
		return Issued{State: IssuedUnreadable}
	}
	out := Issued{
		State: IssuedIntact, Administration: i.Administration, Issuer: keys[0].name, SIRET: by.siret,
		Name: i.Name, Kind: i.Kind, Reference: i.Reference, Created: i.Created,
	}
	sum, err := hex.DecodeString(content.SHA256)
	if err != nil || len(sum) != 32 || i.Holds([32]byte(sum), content.Size) != nil {
		out.State = IssuedChanged
	}
	return out
}

// tellIssued tells who asked what the mark of a document is worth.
func (c *Client) tellIssued(ctx context.Context, issue []byte, content sealed.Content, o GetOptions) error {
	if len(issue) == 0 || o.Issued == nil {
		return nil
	}
	got, err := c.CheckIssued(ctx, issue, content)
	if err == nil {
		o.Issued(got)
	}
	return err
}

// Issued looks at a deposit's mark: it opens the document, whose bytes touch no
// disk. nil: nobody says to have issued it.
func (s *Safe) Issued(ctx context.Context, w Waiting) (*Issued, error) {
	if len(w.issue) == 0 || w.Err != nil {
		return nil, w.Err
	}
	ref := sealed.DocumentRef{SHA256: w.SHA256, Sealed: w.Sealed, Size: w.Size}
	content, err := s.c.readContent(ctx, contentPath(w.Doc), ref, w.key)
	if err != nil {
		return nil, err
	}
	got, err := s.c.CheckIssued(ctx, w.issue, content)
	return &got, err
}

// Issue signs a document in the name of the administration. Id, administration and
// time are filled in.
func (o *Office) Issue(i sealed.Issue) ([]byte, error) {
	i.Administration, i.Created = o.id, until(o.c.now())
	return sealed.SignIssue(i, o.ring.Root())
}

// archivedIssuer is an administration of issuers.json.
type archivedIssuer struct {
	Administration string      `json:"administration"`
	Keys           []OfficeKey `json:"keys"`
}

// readIssuers reads issuers.json, which every document with a mark asks for, once.
func (a *Archive) readIssuers() ([]archivedIssuer, error) {
	if a.issuers == nil && a.members["issuers.json"] != nil {
		all := []archivedIssuer{}
		if err := a.readJSON("issuers.json", maxReport, &all); err != nil {
			return nil, err
		}
		a.issuers = all
	}
	return a.issuers, nil
}

// issued says offline what a mark is worth, by the keys that the archive holds,
// each proven by the journal whose key the archive names. nil: there is no mark.
func (a *Archive) issued(issue []byte, content sealed.Content) (*Issued, error) {
	if len(issue) == 0 {
		return nil, nil
	}
	said, err := sealed.ReadIssue(issue)
	if err != nil {
		return &Issued{State: IssuedUnreadable}, nil
	}
	all, err := a.readIssuers()
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		if one.Administration != said.Administration {
			continue
		}
		keys, err := signersOf(one.Administration, one.Keys, func(leaf *journal.Leaf) ([]byte, error) {
			_, err := journal.VerifyLeaf(a.LogKey(), leaf.Entry, *leaf)
			return leaf.Entry, err
		})
		if err != nil {
			return nil, err
		}
		found := judgeIssue(issue, content, keys)
		return &found, nil
	}
	return &Issued{State: IssuedUnreadable}, nil // nothing at hand to verify it with
}
