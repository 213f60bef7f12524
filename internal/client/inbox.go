package client

import (
	"context"
	"fmt"
	"slices"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// Waiting is a deposit with what its slip says. Nobody signed the slip: name
// and content are the depositor's word until the holder adopts it.
type Waiting struct {
	Deposit
	Name  string
	Type  string
	Size  int64
	Err   error  // the slip could not be believed
	issue []byte // unverified
	key   *sealed.Identity
}

// Inbox lists deposits that wait to be adopted. Reading a slip is a release,
// so the journal tells of it.
func (s *Safe) Inbox(ctx context.Context) ([]Waiting, error) {
	list, err := all[Deposit](ctx, s.c, "/api/v1/safe/inbox", nil)
	if err != nil {
		return nil, err
	}
	var out []Waiting
	for _, d := range list {
		w := Waiting{Deposit: d}
		if err := s.readSlip(ctx, &w); err != nil {
			if !alarming(err) {
				return nil, err
			}
			w.Err = err
		}
		out = append(out, w)
	}
	return out, nil
}

func (s *Safe) readSlip(ctx context.Context, w *Waiting) error {
	rel, err := s.askRelease(ctx, w.Doc, w.Version)
	if err != nil {
		return err
	}
	slip, err := withAny(s.ring.Vaults(), func(id *sealed.Identity) (sealed.OpenedGrant, error) {
		return sealed.OpenSlip(rel.Grant, id)
	})
	if err == nil {
		err = sameGrant(slip.Grant, sealed.Grant{
			Safe: s.id, Doc: w.Doc, Version: w.Version, SHA256: w.SHA256, Sealed: w.Sealed, Reader: s.id,
		})
	}
	if err == nil && slip.Grant.Origin != w.Origin {
		err = mismatch("slip of another depositor")
	}
	if err != nil {
		return withEvidence(ownObject(err), map[string]any{"release": rel, "deposit": w.Deposit})
	}
	w.Name, w.Type, w.Size, w.issue, w.key = slip.Grant.Name, slip.Grant.Type, slip.Grant.Size, slip.Grant.Issue, slip.Key
	return nil
}

// FindWaiting gives the one deposit with that id or name.
func FindWaiting(list []Waiting, name string) (Waiting, error) {
	var found []Waiting
	for _, w := range list {
		if w.Doc == name {
			return w, nil
		}
		if w.Name == name && w.Err == nil {
			found = append(found, w)
		}
	}
	switch len(found) {
	case 0:
		return Waiting{}, fmt.Errorf("find deposit %q: %w", name, ErrNotFound)
	case 1:
		return found[0], nil
	}
	return Waiting{}, fmt.Errorf("find deposit %q: %w", name, ErrAmbiguous)
}

// Adopt takes a deposit into the safe, with a signed grant in place of the
// slip.
func (s *Safe) Adopt(ctx context.Context, w Waiting, folder string) (sealed.Entry, error) {
	if w.Err != nil {
		return sealed.Entry{}, w.Err
	}
	e := sealed.Entry{
		ID: w.Doc, Version: w.Version, SHA256: w.SHA256, Sealed: w.Sealed, Size: w.Size, Name: w.Name, Type: w.Type,
		Added: s.time(), Changed: s.time(), Origin: w.Origin,
	}
	return e, s.adopt(ctx, opened{e, w.key, w.issue}, folder, nil)
}

// Refuse erases a deposit without taking it in. ErrNotFound: another device has
// taken it in, and the document stays.
func (s *Safe) Refuse(ctx context.Context, w Waiting) error {
	name := w.Name
	if name == "" {
		name = w.Doc
	}
	return s.apply(ctx, change{erase: []string{w.Doc}, edit: func(m *sealed.Manifest) error {
		if slices.ContainsFunc(m.Docs, func(d sealed.Entry) bool { return d.ID == w.Doc }) {
			return fmt.Errorf("refuse deposit %s: it is a document of the safe: %w", w.Doc, ErrNotFound)
		}
		for _, g := range m.Gone {
			if g.ID == w.Doc {
				return nil
			}
		}
		m.Gone = append(m.Gone, sealed.Gone{ID: w.Doc, Name: name, Time: s.time()})
		return nil
	}})
}
