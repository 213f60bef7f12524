package safe

import (
	"context"
	"errors"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

const (
	// maxDeletions is how many attestations come at a time.
	maxDeletions = 500
	// maxForged is how many of them may be signed by somebody else before no more
	// are looked at: each is an event in the journal of a citizen.
	maxForged = 3
)

// Acknowledge keeps what the caller's administration says of one of its
// retrievals. It is NotFound when that release never was, AlreadyExists when
// something else was said of it; the same again changes nothing.
func (s *Domain) Acknowledge(ctx context.Context, a Actor, id GrantID, signed []byte) error {
	ev := s.begin(a, journal.WhatGrantAcknowledged)
	return s.update(ctx, ev, func(tx Tx) error {
		g, adm, err := s.givenTo(ctx, tx, a, id, ev)
		if err != nil {
			return err
		}
		var said sealed.Acknowledgement
		by, err := signedBy(adm.keys, func(vk sealed.VK) (string, error) {
			var err error
			said, err = sealed.OpenAcknowledgement(signed, vk)
			return said.At, err
		})
		if err != nil {
			return formError("check who signed an acknowledgement", err)
		}
		o, err := tx.Openings.Get(ctx, said.Release)
		if err != nil && !IsKind(err, NotFound) {
			return backend("read opening", err)
		}
		if err != nil || o.Grant != id {
			return refusal(NotFound, "no such release of this grant")
		}
		if err := adm.about(g, said.Administration, said.Grant, said.Safe, said.Doc); err != nil {
			return err
		}
		if said.Version != string(o.Version) {
			return refusal(Invalid, "acknowledgement of another version")
		}
		if err := s.notAhead(said.At); err != nil {
			return err
		}
		if o.Said != nil {
			if o.Said.What != said.Outcome {
				return refusal(AlreadyExists, "something else was acknowledged of this release")
			}
			return nil
		}
		if o.Said, err = s.said(ctx, tx, adm, by, signed, said.Outcome); err != nil {
			return err
		}
		if err := tx.Openings.Acknowledge(ctx, o); err != nil {
			return backend("acknowledge", err)
		}
		if err := lastSaid(ctx, tx, o); err != nil {
			return err
		}
		done := *ev
		done.Detail = detail("outcome", said.Outcome, "release", said.Release)
		_, err = s.record(ctx, tx, done)
		return err
	})
}

// lastSaid makes an acknowledgement the one that lists show.
func lastSaid(ctx context.Context, tx Tx, o Opening) error {
	c, err := tx.Holdings.Get(ctx, o.Grant)
	if err != nil {
		return backend("read copies", err)
	}
	c.Last = o.ID
	return backend("put copies", tx.Holdings.Put(ctx, c))
}

// signatory is an administration whose words are checked and kept.
type signatory struct {
	Administration
	keys []signing
}

// said is what one of its keys has signed, with that key's place in the log.
func (s *Domain) said(ctx context.Context, tx Tx, y signatory, by signing, body []byte, what string) (*Said, error) {
	leaf := y.KeyLeaf
	if by.fact != nil {
		var err error
		if leaf, err = tx.Leaves.FactIndex(ctx, by.fact); err != nil {
			return nil, backend("find key fact", err)
		}
		if leaf < 0 {
			return nil, refusal(Unavailable, "the administration's former key is not in the log")
		}
	}
	return &Said{Body: body, What: what, VK: by.vk[:], KeyLeaf: leaf, At: s.now()}, nil
}

func (y signatory) about(g Grant, administration, grant, safe, doc string) error {
	if administration != string(y.ID) || grant != string(g.ID) || safe != string(g.Safe) || doc != string(g.Doc) {
		return refusal(Invalid, "said of another grant")
	}
	return nil
}

// notAhead refuses what was signed at a time to come.
func (s *Domain) notAhead(at string) error {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return &Error{Kind: WrongForm, Msg: "read time", Err: err}
	}
	if t.After(s.now().Add(skew)) {
		return &Error{Kind: Invalid, Reason: ReasonClock, Msg: "the clock of whoever signed is ahead"}
	}
	return nil
}

// givenTo is givenToService, with the administration whose word it is about.
func (s *Domain) givenTo(ctx context.Context, tx Tx, a Actor, id GrantID, ev *journal.Event) (Grant, signatory, error) {
	g, err := s.givenToService(ctx, tx, a, id, ev)
	if err != nil {
		return Grant{}, signatory{}, err
	}
	all := make([]Administration, 1)
	if all[0], err = tx.Administrations.Get(ctx, a.Administration); err != nil {
		return Grant{}, signatory{}, backend("read administration", err)
	}
	if err := resolve(ctx, tx, all); err != nil {
		return Grant{}, signatory{}, err
	}
	y := signatory{Administration: all[0]}
	if y.VK == nil {
		return Grant{}, y, refusal(NoKey, "the administration has no key yet")
	}
	if y.KeyLeaf < 0 {
		return Grant{}, y, refusal(Unavailable, "the administration's key is not in the log")
	}
	y.keys, err = s.signing(ctx, tx, y.Administration)
	return g, y, err
}

// RefusedDeletion is an attestation that was not taken, and why.
type RefusedDeletion struct {
	Grant GrantID // "" when it could not be read
	Err   error
}

// DeclareDeletions keeps the caller's administration's word that it has no
// copies left, each by itself: one that is refused holds up no other. The same
// again changes nothing. A request writes in no journal more than once: what
// cannot be read is one refusal, of a grant only the first counts, and after a few
// that nobody of the administration has signed no more are looked at.
func (s *Domain) DeclareDeletions(ctx context.Context, a Actor, all [][]byte) (declared []GrantID, refused []RefusedDeletion, err error) {
	if len(all) == 0 || len(all) > maxDeletions {
		return nil, nil, refusal(Invalid, "1 to %d attestations at a time", maxDeletions)
	}
	ev := s.begin(a, journal.WhatGrantDeleted)
	if err := s.view(ctx, ev, func(tx Tx) error { return s.may(ctx, tx, a, ActReceive) }); err != nil {
		return nil, nil, err
	}
	said, refused := readDeletions(all)
	if len(refused) > 0 && refused[0].Grant == "" {
		if err := s.refuse(ctx, ev, refused[0].Err); IsKind(err, Unavailable) {
			return nil, nil, err
		}
	}
	forged := 0
	for _, d := range said {
		id := GrantID(d.Grant)
		if forged >= maxForged {
			refused = append(refused, RefusedDeletion{id, refusal(Invalid, "not looked at, after %d that were not signed", forged)})
			continue
		}
		err := s.declareDeletion(ctx, a, d)
		switch {
		case err == nil:
			declared = append(declared, id)
		case IsKind(err, Unavailable) || ctx.Err() != nil:
			return nil, nil, err
		default:
			refused = append(refused, RefusedDeletion{id, err})
		}
		if errors.Is(err, sealed.ErrSignature) {
			forged++
		}
	}
	return declared, refused, nil
}

// attestation is what one says, before anybody has looked at who signed it.
type attestation struct {
	sealed.Deletion
	signed []byte
}

// readDeletions reads what can be read, the first of each grant. Those that cannot
// come first among the refused, without a grant.
func readDeletions(all [][]byte) (said []attestation, refused []RefusedDeletion) {
	var again []RefusedDeletion
	seen := map[string]bool{}
	for _, signed := range all {
		d, err := sealed.ReadDeletion(signed)
		switch {
		case err != nil:
			refused = append(refused, RefusedDeletion{"", formError("read attestation", err)})
		case seen[d.Grant]:
			again = append(again, RefusedDeletion{GrantID(d.Grant), refusal(Invalid, "a second attestation of this grant")})
		default:
			seen[d.Grant] = true
			said = append(said, attestation{d, signed})
		}
	}
	return said, append(refused, again...)
}

func (s *Domain) declareDeletion(ctx context.Context, a Actor, said attestation) error {
	ev := s.begin(a, journal.WhatGrantDeleted)
	return s.update(ctx, ev, func(tx Tx) error {
		g, adm, err := s.givenTo(ctx, tx, a, GrantID(said.Grant), ev)
		if err != nil {
			return err
		}
		by, err := signedBy(adm.keys, func(vk sealed.VK) (string, error) {
			_, err := sealed.OpenDeletion(said.signed, vk)
			return said.At, err
		})
		if err != nil {
			return formError("check who signed an attestation", err)
		}
		if err := adm.about(g, said.Administration, said.Grant, said.Safe, said.Doc); err != nil {
			return err
		}
		c, err := s.toDelete(ctx, tx, g, said.Deletion)
		if err != nil || c.DeleteBy.IsZero() {
			return err
		}
		c.DeleteBy = time.Time{}
		if c.Deletion, err = s.said(ctx, tx, adm, by, said.signed, said.How); err != nil {
			return err
		}
		if err := tx.Holdings.Put(ctx, c); err != nil {
			return backend("put copies", err)
		}
		done := *ev
		done.Detail = detail("how", said.How)
		_, err = s.record(ctx, tx, done)
		return err
	})
}

// toDelete is what an attestation is about.
func (s *Domain) toDelete(ctx context.Context, tx Tx, g Grant, said sealed.Deletion) (Copies, error) {
	if said.Version != string(g.Version) {
		return Copies{}, refusal(Invalid, "attestation of another version")
	}
	c, err := tx.Holdings.Get(ctx, g.ID)
	if IsKind(err, NotFound) {
		return c, refusal(Invalid, "this grant was never opened")
	}
	if err != nil {
		return c, backend("read copies", err)
	}
	if err := s.notAhead(said.At); err != nil {
		return c, err
	}
	if at, err := time.Parse(time.RFC3339, said.At); err != nil || at.Before(g.Opened.Truncate(time.Second)) {
		return c, refusal(Stale, "the grant was opened again since")
	}
	return c, nil
}

// DueDeletions lists the grants that have ended and of which the caller's
// administration has not said that its copies are gone, those that ended first
// before the others.
func (s *Domain) DueDeletions(ctx context.Context, a Actor, p Page) ([]Grant, string, error) {
	var all []Grant
	var next string
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActReceive); err != nil {
			return err
		}
		services, err := servicesOf(ctx, tx, a)
		if err != nil {
			return err
		}
		all, next, err = tx.Holdings.Due(ctx, a.Administration, services, s.now(), p.bounded())
		if err != nil {
			return err
		}
		return withCopies(ctx, tx, all)
	})
	return all, next, s.refusePolicy(ctx, s.begin(a, journal.WhatGrantDeleted), backend("list deletions", err))
}

// GrantKeys proves the administrations' keys under which what is shown with these
// grants is signed, each once. A key that is not public is left out.
func (s *Domain) GrantKeys(ctx context.Context, all []Grant) ([]journal.Leaf, error) {
	seen := map[int64]bool{}
	var out []journal.Leaf
	for _, g := range all {
		if g.Copies == nil {
			continue
		}
		for _, said := range []*Said{g.Copies.Acknowledgement, g.Copies.Deletion} {
			if said == nil || said.KeyLeaf < 0 || seen[said.KeyLeaf] {
				continue
			}
			seen[said.KeyLeaf] = true
			leaf, err := s.leaf(ctx, said.KeyLeaf)
			if errors.Is(err, journal.ErrWaiting) {
				continue
			}
			if err != nil {
				return nil, err
			}
			out = append(out, *leaf)
		}
	}
	return out, nil
}
