package safe

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"regexp"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// checkKey accepts what the contract calls an Idempotency-Key.
func checkKey(key string) error {
	ok, err := regexp.MatchString(`^[A-Za-z0-9_-]{16,64}$`, key)
	if err != nil || !ok {
		return refusal(Invalid, "idempotency key must be 16 to 64 letters, digits, _ or -")
	}
	return nil
}

// Reserve sets ids and room aside for size sealed bytes, before any is sent.
// doc is "" for a new document. The same key with the same content gives the
// same reservation.
func (s *Domain) Reserve(ctx context.Context, a Actor, key string, doc DocumentID, size int64) (Version, error) {
	ev := s.begin(a, journal.WhatDocumentAdded)
	ev.Doc, ev.Detail = string(doc), detail("sealed", decimal(size))
	if err := errors.Join(checkKey(key), s.checkSealed(size)); err != nil {
		return Version{}, s.refuse(ctx, ev, err)
	}
	var v Version
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActUpload); err != nil {
			return err
		}
		if _, err := openSafe(ctx, tx, a.Safe); err != nil {
			return err
		}
		var err error
		v, err = tx.Versions.ByKey(ctx, string(a.Account), key)
		if err == nil {
			return s.sameReservation(v, a, doc, size)
		}
		if !IsKind(err, NotFound) {
			return backend("find reservation", err)
		}
		v, err = s.reserve(ctx, tx, a, key, doc, size)
		return err
	})
	return v, err
}

// checkSealed holds a sealed length against what sealing can make, and the
// limit of one document.
func (s *Domain) checkSealed(size int64) error {
	least, _ := sealed.SealedRange(1)
	_, most := sealed.SealedRange(s.cfg.Limits.Document)
	if size < least {
		return refusal(Empty, "fewer bytes than a sealed document has")
	}
	if size > most {
		return &Error{Kind: DocumentTooLarge, Msg: "document over the limit", Limit: s.cfg.Limits.Document}
	}
	return nil
}

func (s *Domain) sameReservation(v Version, a Actor, doc DocumentID, size int64) error {
	switch {
	case v.Safe != a.Safe || v.Sealed != size || doc != "" && v.Doc != doc:
		return refusal(KeyReused, "this key reserved something else")
	case v.State == Erasing, v.State == Reserved && !s.now().Before(v.Expires):
		return refusal(Expired, "the reservation has lapsed")
	}
	return nil
}

func (s *Domain) reserve(ctx context.Context, tx Tx, a Actor, key string, doc DocumentID, size int64) (Version, error) {
	if doc == "" {
		doc = NewID[DocumentID]()
	} else {
		old, err := ownDocument(ctx, tx, a.Safe, doc)
		if err != nil {
			return Version{}, err
		}
		if old.State != Kept {
			return Version{}, refusal(Invalid, "a deposit is adopted before it is replaced")
		}
	}
	if err := s.room(ctx, tx, a.Safe, size); err != nil {
		return Version{}, err
	}
	now := s.now()
	v := Version{
		Doc: doc, ID: NewID[VersionID](), Safe: a.Safe, State: Reserved, Sealed: size, Door: ClientDoor,
		Depositor: string(a.Account), Key: key, Created: now, Expires: now.Add(s.cfg.UploadTTL), At: now,
	}
	return v, backend("reserve version", tx.Versions.Insert(ctx, v))
}

// room is SafeFull when size more bytes would exceed the safe's limit.
func (s *Domain) room(ctx context.Context, tx Tx, safe SafeID, size int64) error {
	u, err := tx.Versions.Usage(ctx, safe)
	if err != nil {
		return backend("read usage", err)
	}
	if size > s.cfg.Limits.Safe-u.Bytes {
		return &Error{Kind: SafeFull, Msg: "safe is full", Limit: s.cfg.Limits.Safe}
	}
	return nil
}

// Store takes the sealed bytes of a reserved version (client door): length
// bytes whose SHA-256 is sum. It streams; memory does not grow with length.
// When it returns nil the object is durable and the row says Stored. When it
// fails nothing is visible and the reservation can be tried again. Sending
// the same bytes again is a success without effect; other bytes for a version
// that has its bytes are AlreadyExists.
func (s *Domain) Store(ctx context.Context, a Actor, doc DocumentID, id VersionID, body io.Reader, length int64, sum [32]byte) (Version, error) {
	ev := s.begin(a, journal.WhatDocumentAdded)
	ev.Doc, ev.Version = string(doc), string(id)
	v, err := s.uploadable(ctx, a, ev, length)
	if err != nil {
		return Version{}, err
	}
	return s.put(ctx, ev, v, body, length, sum)
}

// put sends the bytes of a reserved version to the object store, or compares
// them with what is there.
func (s *Domain) put(ctx context.Context, ev *journal.Event, v Version, body io.Reader, length int64, sum [32]byte) (Version, error) {
	work := newSteps()
	defer work.end()
	checked := checkedBody(work, body, length, sum)
	if v.State != Reserved {
		return v, s.refuse(ctx, ev, storedAlready(v, sum, checked))
	}
	err := s.blobs.Put(ctx, v.Object(), checked, length)
	if IsKind(err, AlreadyExists) {
		err = s.sameObject(ctx, v.Object(), v.Sealed, sum)
	}
	if err != nil {
		return Version{}, s.refuse(ctx, ev, backend("store document", err))
	}
	v, err = s.markStored(ctx, ev, v, sum)
	if IsKind(err, NotFound) {
		// The reservation lapsed while the bytes came in; the sweep may have
		// looked for the object before it was there.
		err = errors.Join(err, backend("delete lapsed upload", s.blobs.Delete(context.WithoutCancel(ctx), v.Object())))
	}
	return v, err
}

// uploadable finds the version that an upload is for.
func (s *Domain) uploadable(ctx context.Context, a Actor, ev *journal.Event, length int64) (Version, error) {
	var v Version
	err := s.view(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActUpload); err != nil {
			return err
		}
		var err error
		v, err = tx.Versions.Get(ctx, DocumentID(ev.Doc), VersionID(ev.Version))
		if err != nil {
			return backend("read version", err)
		}
		switch {
		case v.Safe != a.Safe || v.Door != ClientDoor || v.State == Erasing:
			return refusal(NotFound, "no such upload")
		case v.State == Reserved && !s.now().Before(v.Expires):
			return refusal(Expired, "the reservation has lapsed")
		case length != v.Sealed:
			return refusal(WrongLength, "%d bytes were reserved, %d are announced", v.Sealed, length)
		}
		return nil
	})
	return v, err
}

// checkedBody lets through what has the form of a sealed document, the length
// and the hash, and fails before its last byte otherwise.
func checkedBody(work *steps, body io.Reader, length int64, sum [32]byte) io.Reader {
	form := sealed.NewFormReader(body, length)
	return &gate{r: work.ahead(form, length), left: length, check: func() error {
		if form.Sum() != sum {
			return refusal(WrongHash, "the body has another SHA-256 than announced")
		}
		return nil
	}}
}

// storedAlready answers a repetition. The body is read to its end so that an
// answer of success always speaks of the bytes that were just sent.
func storedAlready(v Version, sum [32]byte, checked io.Reader) error {
	if v.SHA256 != sum {
		return refusal(AlreadyExists, "the version has other bytes")
	}
	if _, err := io.Copy(io.Discard, checked); err != nil {
		return backend("compare upload", err)
	}
	return nil
}

// sameObject is nil when the object that is there has the hash: an earlier
// try, or one at the same time, has put it and its row says so soon. An
// object with other bytes is never removed here: its row may be on its way.
func (s *Domain) sameObject(ctx context.Context, key string, size int64, sum [32]byte) error {
	got, n, err := s.hashObject(ctx, key)
	if err != nil {
		return err
	}
	if n != size || got != sum {
		return refusal(AlreadyExists, "the version has other bytes")
	}
	return nil
}

func (s *Domain) hashObject(ctx context.Context, key string) (sum [32]byte, n int64, err error) {
	r, err := s.blobs.Open(ctx, key, 0, -1)
	if err != nil {
		return sum, 0, backend("open object", err)
	}
	h := sha256.New()
	n, err = io.Copy(h, r)
	err = errors.Join(err, r.Close())
	return [32]byte(h.Sum(nil)), n, backend("read object", err)
}

// markStored says that the object is there. NotFound: the reservation is
// gone.
func (s *Domain) markStored(ctx context.Context, ev *journal.Event, v Version, sum [32]byte) (Version, error) {
	err := s.update(ctx, ev, func(tx Tx) error {
		now, err := tx.Versions.Get(ctx, v.Doc, v.ID)
		if err != nil {
			return backend("read version", err)
		}
		switch {
		case now.State == Erasing:
			return refusal(NotFound, "the reservation has lapsed")
		case now.State != Reserved && now.SHA256 == sum:
			v = now
			return nil
		case now.State != Reserved:
			return refusal(AlreadyExists, "the version has other bytes")
		}
		now.State, now.SHA256, now.At = Stored, sum, s.now()
		now.Expires = now.At.Add(s.cfg.UploadTTL)
		v = now
		return backend("mark stored", tx.Versions.Update(ctx, now))
	})
	return v, err
}
