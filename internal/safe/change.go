package safe

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

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
	// Reseal replaces the holder's own grants of versions that are kept.
	Reseal []Adoption
	Erase  []DocumentID
	// Grants in force move to another version of their document.
	Grants []Regrant
	// Drop gives up older versions.
	Drop []VersionRef
	// Signature of the safe's root over all of it (SPEC.md §11).
	Signature []byte
}

// Adoption makes an uploaded or deposited version part of the safe.
type Adoption struct {
	Doc     DocumentID
	Version VersionID
	Grant   []byte // the holder's own, sealed
	// Content is the client's commitment to the plain bytes of what it has
	// uploaded, or ""; a deposit has the gateway's.
	Content string
}

// Regrant is a grant that was sealed again, for the version that it opens.
type Regrant struct {
	ID      GrantID
	Version VersionID // of the same document
	Grant   []byte
}

// VersionRef names one version of a document.
type VersionRef struct {
	Doc     DocumentID
	Version VersionID
}

// Change replaces the manifest whose hash is match (Stale when it is no
// longer the present one), adopts and erases, all or nothing. A session opens
// nothing, so it destroys nothing either: the safe's root has signed. A
// repetition after a lost answer is recognised by the manifest, which no two
// seals make alike. Erased documents are unreadable when it returns; their
// objects go right after, and by Sweep what that does not manage.
func (s *Domain) Change(ctx context.Context, a Actor, match [32]byte, c Change) (Sealed, error) {
	ev := s.begin(a, journal.WhatOrganised)
	next := Sealed{Epoch: c.Epoch, Hash: sha256.Sum256(c.Sealed), Body: c.Sealed, At: s.now()}
	if err := c.check(); err != nil {
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
		if err := c.checkSignature(ctx, tx, a.Safe, match); err != nil {
			return err
		}
		if err := tx.Safes.PutManifest(ctx, a.Safe, next); err != nil {
			return backend("put manifest", err)
		}
		return s.applyChange(ctx, tx, a, c, ev)
	})
	if err != nil {
		return Sealed{}, err
	}
	if len(c.Erase)+len(c.Drop) > 0 {
		// The act is done; what fails here is for the sweeping loop.
		_, _ = s.finishErasures(ctx, sweepBatch)
	}
	return next, nil
}

func (c Change) check() error {
	for _, n := range []int{len(c.Adopt), len(c.Reseal), len(c.Erase), len(c.Grants), len(c.Drop)} {
		if n > maxChange {
			return refusal(Invalid, "more than %d documents in one change", maxChange)
		}
	}
	seen := map[string]bool{}
	once := func(id string) error {
		if seen[id] {
			return refusal(Invalid, "document or grant named twice")
		}
		seen[id] = true
		return nil
	}
	for _, ad := range slices.Concat(c.Adopt, c.Reseal) {
		if err := cmp.Or(once(string(ad.Doc)), checkGrant(ad.Grant), checkContent(ad.Content)); err != nil {
			return err
		}
	}
	for _, doc := range c.Erase {
		if err := once(string(doc)); err != nil {
			return err
		}
	}
	for _, g := range c.Grants {
		if err := cmp.Or(once(string(g.ID)), checkGrant(g.Grant)); err != nil {
			return err
		}
	}
	for _, d := range c.Drop {
		if err := once(string(d.Doc) + "/" + string(d.Version)); err != nil {
			return err
		}
	}
	return checkManifest(c.Sealed)
}

// checkSignature asks for the hand of whoever can open the safe.
func (c Change) checkSignature(ctx context.Context, tx Tx, id SafeID, match [32]byte) error {
	sf, err := openSafe(ctx, tx, id)
	if err != nil {
		return err
	}
	vk, err := sealed.ParseVK(sf.VK)
	if err != nil {
		return &Error{Kind: Damaged, Msg: "read the safe's verification key", Err: err}
	}
	if err := c.said(id, vk, match).Verify(vk, c.Signature); err != nil {
		return formError("check who changes the safe", err)
	}
	return nil
}

// said is what the signature is over.
func (c Change) said(id SafeID, vk sealed.VK, match [32]byte) sealed.Change {
	out := sealed.Change{
		Suite: int(vk[0]), Safe: string(id), Epoch: c.Epoch, Match: hexSum(match), Manifest: sealed.Hash(c.Sealed),
	}
	for _, ad := range c.Adopt {
		out.Adopt = append(out.Adopt, ad.said())
	}
	for _, ad := range c.Reseal {
		out.Reseal = append(out.Reseal, ad.said())
	}
	for _, doc := range c.Erase {
		out.Erase = append(out.Erase, string(doc))
	}
	for _, g := range c.Grants {
		out.Grants = append(out.Grants, sealed.ChangedGive{ID: string(g.ID), Version: string(g.Version), Grant: sealed.Hash(g.Grant)})
	}
	for _, d := range c.Drop {
		out.Drop = append(out.Drop, sealed.ChangedDrop{Doc: string(d.Doc), Version: string(d.Version)})
	}
	return out
}

func (ad Adoption) said() sealed.ChangedOwn {
	return sealed.ChangedOwn{Doc: string(ad.Doc), Version: string(ad.Version), Grant: sealed.Hash(ad.Grant)}
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

func checkContent(commitment string) error {
	if commitment == "" {
		return nil
	}
	if err := sealed.CheckCommitment(commitment); err != nil {
		return formError("check content", err)
	}
	return nil
}

func (s *Domain) mayChange(ctx context.Context, tx Tx, a Actor, c Change) error {
	if err := s.may(ctx, tx, a, ActChange); err != nil {
		return err
	}
	if len(c.Erase)+len(c.Drop) == 0 {
		return nil
	}
	return s.may(ctx, tx, a, ActErase)
}

// applyChange writes one event for each document that comes or goes, or one for
// the whole when the change only organises. draft is left pointing at the
// document that a refusal is about.
func (s *Domain) applyChange(ctx context.Context, tx Tx, a Actor, c Change, draft *journal.Event) error {
	for _, ad := range c.Adopt {
		if err := s.adopt(ctx, tx, a, ad, c.replaces(ad), draft); err != nil {
			return err
		}
	}
	for _, ad := range c.Reseal {
		if err := resealOwn(ctx, tx, a.Safe, ad, draft); err != nil {
			return err
		}
	}
	if err := s.regrant(ctx, tx, a.Safe, c.Grants, draft); err != nil {
		return err
	}
	if err := s.dropVersions(ctx, tx, a.Safe, c.Drop, draft); err != nil {
		return err
	}
	for _, doc := range c.Erase {
		if err := s.eraseOne(ctx, tx, a, doc, draft); err != nil {
			return err
		}
	}
	rest := c.rest()
	if rest == nil && len(c.Adopt)+len(c.Erase) > 0 {
		return nil
	}
	whole := *draft
	whole.ID, whole.What, whole.Doc, whole.Version, whole.Grant = NewID[string](), journal.WhatOrganised, "", "", ""
	whole.Detail = rest
	_, err := s.record(ctx, tx, whole)
	return err
}

// rest counts what no event of a document tells: grants move, and versions go,
// with the adoption that takes their place, or else by themselves.
func (c Change) rest() map[string]string {
	count := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	replaced := 0
	for _, ad := range c.Adopt {
		if c.replaces(ad) != "" {
			replaced++
		}
	}
	moved := len(c.Grants)
	if replaced > 0 && replaced == len(c.Drop) {
		moved = 0
	}
	return detail("resealed", count(len(c.Reseal)), "regranted", count(moved), "dropped", count(len(c.Drop)-replaced))
}

// replaces is the version that the change drops in favour of an adopted one.
func (c Change) replaces(ad Adoption) VersionID {
	for _, d := range c.Drop {
		if d.Doc == ad.Doc {
			return d.Version
		}
	}
	return ""
}

func (s *Domain) adopt(ctx context.Context, tx Tx, a Actor, ad Adoption, old VersionID, draft *journal.Event) error {
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
	if v.State == Stored {
		v.Content = ad.Content
	}
	v.State, v.Grant = Kept, ad.Grant
	if v.At, err = afterOthers(ctx, tx, v); err != nil {
		return err
	}
	if err := tx.Versions.Update(ctx, v); err != nil {
		return backend("adopt version", err)
	}
	ev := *draft
	ev.ID = NewID[string]()
	ev.Administration, ev.AdministrationName = string(v.Origin), v.OriginName
	ev.Detail = contentDetail(v)
	if old != "" { // the same document, sealed anew
		ev.What, ev.Detail["replaces"] = journal.WhatMigrated, string(old)
	}
	_, err = s.record(ctx, tx, ev)
	return err
}

// afterOthers is when the version came, or else just after the document's
// newest one: what was adopted last is what its holder's list names, also when
// both came within one second.
func afterOthers(ctx context.Context, tx Tx, v Version) (time.Time, error) {
	newest, err := tx.Versions.Get(ctx, v.Doc, "")
	if IsKind(err, NotFound) || err == nil && (newest.ID == v.ID || newest.At.Before(v.At)) {
		return v.At, nil
	}
	return newest.At.Add(time.Microsecond), backend("read document", err)
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

// contentDetail is what a receipt says of the bytes (O2): of the sealed ones,
// and, to who can open the commitment, of the document's.
func contentDetail(v Version) map[string]string {
	return detail("door", string(v.Door), "sealed", decimal(v.Sealed), "sha256", hexSum(v.SHA256), "content", v.Content)
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

func hexSum(sum [32]byte) string { return hex.EncodeToString(sum[:]) }
