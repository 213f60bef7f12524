package safe

import (
	"context"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// resealOwn replaces the holder's own grant of a version that is kept: after a
// seed or a root was replaced.
func resealOwn(ctx context.Context, tx Tx, id SafeID, ad Adoption, draft *journal.Event) error {
	draft.Doc, draft.Version = string(ad.Doc), string(ad.Version)
	v, err := ownVersion(ctx, tx, id, ad.Doc, ad.Version)
	if err != nil {
		return err
	}
	v.Grant = ad.Grant
	return backend("reseal own grant", tx.Versions.Update(ctx, v))
}

// ownVersion is a kept version of this safe.
func ownVersion(ctx context.Context, tx Tx, id SafeID, doc DocumentID, version VersionID) (Version, error) {
	v, err := tx.Versions.Get(ctx, doc, version)
	if err != nil {
		return Version{}, backend("read version", err)
	}
	if v.Safe != id || v.State != Kept || version == "" {
		return Version{}, refusal(NotFound, "no such version")
	}
	return v, nil
}

// regrant replaces what grants in force hold. Purpose, reader and end stay: the
// server cannot see whether the sealed bytes agree, and the reader does.
func (s *Domain) regrant(ctx context.Context, tx Tx, id SafeID, all []Regrant, draft *journal.Event) error {
	for _, r := range all {
		draft.Grant, draft.Version = string(r.ID), string(r.Version)
		g, err := tx.Grants.Get(ctx, r.ID)
		if err != nil {
			return backend("read grant", err)
		}
		if g.Safe != id {
			return refusal(NotFound, "no such grant")
		}
		if !g.Live(s.now()) {
			return refusal(Stale, "the grant is no longer in force")
		}
		if _, err := ownVersion(ctx, tx, id, g.Doc, r.Version); err != nil {
			return err
		}
		g.Version, g.Sealed = r.Version, r.Grant
		if err := tx.MandateGrants.Drop(ctx, g.ID); err != nil { // signed by the holder herself now
			return backend("forget mandate of grant", err)
		}
		if err := tx.Grants.Update(ctx, g); err != nil {
			return backend("replace grant", err)
		}
	}
	draft.Grant = ""
	return nil
}

// dropVersions gives up older versions, with what is left of the grants that
// were once on them.
func (s *Domain) dropVersions(ctx context.Context, tx Tx, id SafeID, all []VersionRef, draft *journal.Event) error {
	if len(all) == 0 {
		return nil
	}
	on, err := grantsOn(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, d := range all {
		draft.Doc, draft.Version = string(d.Doc), string(d.Version)
		v, err := ownVersion(ctx, tx, id, d.Doc, d.Version)
		if err != nil {
			return err
		}
		newest, err := ownDocument(ctx, tx, id, d.Doc)
		if err != nil {
			return err
		}
		if newest.ID == d.Version {
			return refusal(Invalid, "the newest version of a document is not dropped")
		}
		for _, g := range on[d] {
			if g.Live(s.now()) {
				return refusal(Stale, "a grant in force is on the version")
			}
			g.Sealed = []byte{}
			if err := tx.Grants.Update(ctx, g); err != nil {
				return backend("empty past grant", err)
			}
		}
		v.State, v.Grant = Erasing, nil
		if err := tx.Versions.Update(ctx, v); err != nil {
			return backend("drop version", err)
		}
	}
	return nil
}

func grantsOn(ctx context.Context, tx Tx, id SafeID) (map[VersionRef][]Grant, error) {
	on := map[VersionRef][]Grant{}
	return on, eachPage(func(p Page) (string, error) {
		all, next, err := tx.Grants.OfSafe(ctx, id, p)
		for _, g := range all {
			on[VersionRef{g.Doc, g.Version}] = append(on[VersionRef{g.Doc, g.Version}], g)
		}
		return next, backend("list grants", err)
	})
}
