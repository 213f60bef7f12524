package safe

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// maxChange bounds what one change may adopt, and what it may erase.
const maxChange = 1000

// Change is everything that one new manifest brings about.
type Change struct {
	Epoch  int64
	Sealed []byte // the new manifest
	Adopt  []Adoption
	Erase  []DocumentID
}

// Adoption makes an uploaded or deposited version part of the safe.
type Adoption struct {
	Doc     DocumentID
	Version VersionID
	Grant   []byte // the holder's own, sealed
}

// Change replaces the manifest whose hash is match (Stale when it is no
// longer the present one), adopts and erases, all or nothing. A repetition
// after a lost answer is recognised by the manifest, which no two seals make
// alike. Erased documents are unreadable when it returns; their objects go
// right after, and by Sweep what that does not manage.
func (s *Domain) Change(ctx context.Context, a Actor, match [32]byte, c Change) (Sealed, error) {
	ev := s.begin(a, journal.WhatOrganised)
	next := Sealed{Epoch: c.Epoch, Hash: sha256.Sum256(c.Sealed), Body: c.Sealed, At: s.now()}
	if err := checkChange(c); err != nil {
		return Sealed{}, s.refuse(ctx, ev, err)
	}
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.mayChange(ctx, tx, a, c); err != nil {
			return err
		}
		have, err := tx.Safes.Manifest(ctx, a.Safe)
		if err != nil {
			return backend("read manifest", err)
		}
		if have.Hash == next.Hash && have.Epoch == next.Epoch {
			next = have
			return nil
		}
		if have.Hash != match {
			return refusal(Stale, "the manifest has changed")
		}
		if c.Epoch != have.Epoch+1 {
			return refusal(Invalid, "manifest has epoch %d, expected %d", c.Epoch, have.Epoch+1)
		}
		if err := tx.Safes.PutManifest(ctx, a.Safe, next); err != nil {
			return backend("put manifest", err)
		}
		return s.applyChange(ctx, tx, a, c, ev)
	})
	if err != nil {
		return Sealed{}, err
	}
	if len(c.Erase) > 0 {
		// The act is done; what fails here is for the sweeping loop.
		_, _ = s.finishErasures(ctx, sweepBatch)
	}
	return next, nil
}

func checkChange(c Change) error {
	if len(c.Adopt) > maxChange || len(c.Erase) > maxChange {
		return refusal(Invalid, "more than %d documents in one change", maxChange)
	}
	seen := map[DocumentID]bool{}
	for _, ad := range c.Adopt {
		if seen[ad.Doc] {
			return refusal(Invalid, "document named twice")
		}
		seen[ad.Doc] = true
		if err := checkGrant(ad.Grant); err != nil {
			return err
		}
	}
	for _, doc := range c.Erase {
		if seen[doc] {
			return refusal(Invalid, "document named twice")
		}
		seen[doc] = true
	}
	return checkManifest(c.Sealed)
}

// maxGrant bounds a sealed grant: names, purpose and the rest fit in 8 KiB.
const maxGrant = 16 << 10

func checkGrant(b []byte) error {
	if len(b) > maxGrant {
		return refusal(WrongForm, "grant too long")
	}
	if err := sealed.CheckSmall(b); err != nil {
		return &Error{Kind: WrongForm, Msg: "check grant", Err: err}
	}
	return nil
}

func (s *Domain) mayChange(ctx context.Context, tx Tx, a Actor, c Change) error {
	if err := s.may(ctx, tx, a, ActChange); err != nil {
		return err
	}
	if len(c.Erase) == 0 {
		return nil
	}
	return s.may(ctx, tx, a, ActErase)
}

// applyChange writes one event for each document, or one for the whole when
// the change only organises. draft is left pointing at the document that a
// refusal is about.
func (s *Domain) applyChange(ctx context.Context, tx Tx, a Actor, c Change, draft *journal.Event) error {
	for _, ad := range c.Adopt {
		if err := s.adopt(ctx, tx, a, ad, draft); err != nil {
			return err
		}
	}
	for _, doc := range c.Erase {
		if err := s.eraseOne(ctx, tx, a, doc, draft); err != nil {
			return err
		}
	}
	if len(c.Adopt)+len(c.Erase) > 0 {
		return nil
	}
	_, err := s.record(ctx, tx, *draft)
	return err
}

func (s *Domain) adopt(ctx context.Context, tx Tx, a Actor, ad Adoption, draft *journal.Event) error {
	draft.What, draft.Doc, draft.Version = journal.WhatDocumentAdded, string(ad.Doc), string(ad.Version)
	v, err := tx.Versions.Get(ctx, ad.Doc, ad.Version)
	if err != nil {
		return backend("read version", err)
	}
	switch {
	case v.Safe != a.Safe || v.State == Erasing:
		return refusal(NotFound, "no such version")
	case v.State != Stored && v.State != Inbox:
		return refusal(Invalid, "a %s version cannot be adopted", v.State)
	case v.State == Stored && !s.now().Before(v.Expires):
		return refusal(Expired, "the upload has lapsed")
	}
	v.State, v.Grant = Kept, ad.Grant
	if err := tx.Versions.Update(ctx, v); err != nil {
		return backend("adopt version", err)
	}
	ev := *draft
	ev.ID = NewID[string]()
	ev.Administration, ev.AdministrationName = string(v.Origin), v.OriginName
	ev.Detail = contentDetail(v)
	_, err = s.record(ctx, tx, ev)
	return err
}

func (s *Domain) eraseOne(ctx context.Context, tx Tx, a Actor, doc DocumentID, draft *journal.Event) error {
	draft.What, draft.Doc, draft.Version = journal.WhatDocumentErased, string(doc), ""
	v, err := ownDocument(ctx, tx, a.Safe, doc)
	if err != nil {
		return err
	}
	if err := tx.Sweep.Erase(ctx, a.Safe, doc); err != nil {
		return backend("erase document", err)
	}
	ev := *draft
	ev.ID, ev.Version = NewID[string](), string(v.ID)
	ev.Administration, ev.AdministrationName = string(v.Origin), v.OriginName
	_, err = s.record(ctx, tx, ev)
	return err
}

// ownDocument is the newest readable version of a document of this safe;
// another safe's document does not exist.
func ownDocument(ctx context.Context, tx Tx, safe SafeID, doc DocumentID) (Version, error) {
	v, err := tx.Versions.Get(ctx, doc, "")
	if err != nil {
		return Version{}, backend("read document", err)
	}
	if v.Safe != safe || safe == "" {
		return Version{}, refusal(NotFound, "no such document")
	}
	return v, nil
}

// contentDetail is what a receipt says of the sealed bytes (O2).
func contentDetail(v Version) map[string]string {
	return detail("door", string(v.Door), "sealed", decimal(v.Sealed), "sha256", hexSum(v.SHA256))
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

func hexSum(sum [32]byte) string { return hex.EncodeToString(sum[:]) }
