package safe

import (
	"context"
	"slices"
	"time"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// signed reads a mandate that the caller's own root has signed just now.
func (s *Domain) signed(ctx context.Context, tx Tx, a Actor, body []byte) (sealed.Mandate, MandateRow, error) {
	fail := func(err error) (sealed.Mandate, MandateRow, error) { return sealed.Mandate{}, MandateRow{}, err }
	sf, err := openSafe(ctx, tx, a.Safe)
	if err != nil {
		return fail(err)
	}
	if len(body) > maxSigned {
		return fail(refusal(WrongForm, "mandate too long"))
	}
	vk, err := sealed.ParseVK(sf.VK)
	if err != nil {
		return fail(&Error{Kind: Damaged, Msg: "read the safe's verification key", Err: err})
	}
	m, err := sealed.OpenMandate(body, vk)
	if err != nil {
		return fail(&Error{Kind: Invalid, Reason: ReasonMandateRefused, Msg: "check mandate", Err: err})
	}
	created, err1 := time.Parse(time.RFC3339, m.Created)
	end, err2 := time.Parse(time.RFC3339, m.NotAfter)
	now := s.now()
	switch {
	case err1 != nil || err2 != nil || SafeID(m.Safe) != a.Safe:
		return fail(refused("mandate of another safe"))
	case created.After(now.Add(clockSlack)):
		return fail(&Error{Kind: Invalid, Reason: ReasonClock, Msg: "the mandate is of a time to come"})
	case !end.After(now) || created.Before(now.Add(-claimedTime-clockSlack)):
		return fail(refused("mandate of a time that is past"))
	}
	return m, MandateRow{
		ID: MandateID(m.ID), Safe: a.Safe, Structure: StructureID(m.Structure), StructureName: m.StructureName,
		Mediator: MediatorID(m.Mediator), MediatorName: m.MediatorName, Acts: m.Acts, Presence: m.Presence, Purpose: m.Purpose,
		Body: body, Created: created, NotAfter: end,
	}, nil
}

// fits holds a mandate against what the session asked for.
func (s *Domain) fits(ctx context.Context, tx Tx, d Delegation, m sealed.Mandate) error {
	end, _ := time.Parse(time.RFC3339, m.NotAfter)
	created, _ := time.Parse(time.RFC3339, m.Created)
	switch {
	case m.Session == nil || m.Session.Recipient != d.Recipient || string(m.Session.VK) != string(d.VK):
		return refused("mandate for other keys than those of the session")
	case m.Mediator != string(d.Mediator) || m.Structure != string(d.Structure) || m.Standing != string(d.Standing):
		return refused("mandate for somebody else")
	case m.MediatorName != d.MediatorName || m.StructureName != d.StructureName:
		return refused("mandate under other names")
	case m.Purpose != d.Purpose:
		return refused("mandate for another purpose")
	case end.Sub(created) > time.Duration(d.Minutes)*time.Minute:
		return refused("mandate for longer than was asked")
	}
	for _, act := range m.Acts {
		if !slices.Contains(d.Acts, act) {
			return refused("mandate for more than was asked: %s", act)
		}
	}
	if err := s.indexed(ctx, tx, m); err != nil {
		return err
	}
	return s.receivers(ctx, tx, m)
}

func refused(format string, args ...any) error {
	return narrowed(Invalid, ReasonMandateRefused, format, args...)
}

// indexed: the mandate names the leaf that says what the structure is now.
func (s *Domain) indexed(ctx context.Context, tx Tx, m sealed.Mandate) error {
	st, err := tx.Structures.Get(ctx, StructureID(m.Structure))
	if err != nil {
		return backend("read structure", err)
	}
	index, err := factIndex(ctx, tx, structureFact(st))
	if err != nil {
		return err
	}
	if index < 0 || index != m.Index {
		return refused("mandate under another leaf of the structure")
	}
	return nil
}

// receivers are those whom it lets the mediator give something to.
func (s *Domain) receivers(ctx context.Context, tx Tx, m sealed.Mandate) error {
	for _, id := range m.Administrations {
		adm, err := tx.Administrations.Get(ctx, AdministrationID(id))
		if err != nil {
			return backend("read administration", err)
		}
		if adm.Recipient == "" {
			return refusal(NoKey, "the administration has no key yet")
		}
	}
	for _, id := range m.Requests {
		r, err := tx.Requests.Get(ctx, RequestID(id))
		if err == nil && r.Safe != "" && r.Safe != SafeID(m.Safe) {
			err = refusal(NotFound, "no such request")
		}
		if err != nil {
			return backend("read request", err)
		}
	}
	if m.GrantsUntil == "" {
		return nil
	}
	until, err := time.Parse(time.RFC3339, m.GrantsUntil)
	if err != nil || until.Sub(s.now()) > s.cfg.Policy.MaxGrant {
		return &Error{Kind: Invalid, Reason: ReasonTooFar, Msg: "grants would end too far away"}
	}
	return nil
}

// keepGrants keeps one for each document of the mandate, and for no other.
func (s *Domain) keepGrants(ctx context.Context, tx Tx, a Actor, m sealed.Mandate, grants []SessionGrant) error {
	if len(grants) != len(m.Documents) {
		return refused("%d grants for %d documents", len(grants), len(m.Documents))
	}
	seen := map[DocumentID]bool{}
	for _, g := range grants {
		if seen[g.Doc] || !slices.Contains(m.Documents, string(g.Doc)) {
			return refused("a grant for another document, or twice")
		}
		seen[g.Doc] = true
		if err := checkGrant(g.Sealed); err != nil {
			return err
		}
		v, err := tx.Versions.Get(ctx, g.Doc, g.Version)
		if err == nil && (v.Safe != a.Safe || v.State != Kept) {
			err = refusal(NotFound, "no such version")
		}
		if err != nil {
			return backend("read version", err)
		}
		err = tx.MandateDocuments.Put(ctx, MandateDocument{
			Mandate: MandateID(m.ID), Doc: g.Doc, Version: g.Version, Sealed: g.Sealed, At: s.now(),
		})
		if err != nil {
			return backend("keep grant", err)
		}
	}
	return nil
}
