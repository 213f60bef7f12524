package safe

import (
	"context"
	"io"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// Release is a sealed grant on its way to its reader, with the proof that the
// journal says so: no leaf, no key.
type Release struct {
	Version Version
	Grant   []byte        // sealed to the reader
	VK      []byte        // verification key of the safe that granted
	Key     *journal.Leaf // leaf of that key; for administrations
	Proof   Proof
	// Mandate is what the citizen has signed, where a mediator made the grant;
	// Deposit proves that the document came in under it, where it did.
	Mandate []byte
	Deposit *Proof
}

// Document is the technical metadata of one of the caller's documents.
func (s *Domain) Document(ctx context.Context, a Actor, doc DocumentID) (Version, error) {
	ev := s.begin(a, journal.WhatDocumentOpened)
	ev.Doc = string(doc)
	return s.own(ctx, a, ev, ActRead, doc)
}

// Content is the version whose sealed bytes the caller is about to read with
// OpenObject. They open nothing without the grant, whose release is what the
// journal tells; so only refusals are journalled here.
func (s *Domain) Content(ctx context.Context, a Actor, doc DocumentID) (Version, error) {
	ev := s.begin(a, journal.WhatDocumentOpened)
	ev.Doc = string(doc)
	return s.own(ctx, a, ev, ActOpen, doc)
}

func (s *Domain) own(ctx context.Context, a Actor, ev *journal.Event, act Act, doc DocumentID) (Version, error) {
	var v Version
	err := s.view(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, act); err != nil {
			return err
		}
		var err error
		v, err = ownDocument(ctx, tx, a.Safe, doc)
		return err
	})
	return v, err
}

// OpenObject streams n sealed bytes of a version from an offset; n = -1 means
// to the end. The version must come from Content or GrantContent. The caller
// closes what it gets.
func (s *Domain) OpenObject(ctx context.Context, v Version, offset, n int64) (io.ReadCloser, error) {
	r, err := s.blobs.Open(ctx, v.Object(), offset, n)
	if IsKind(err, NotFound) && v.State == Kept {
		return nil, &Error{Kind: Damaged, Msg: "object is missing", Err: err}
	}
	return r, backend("open object", err)
}

// ReleaseOwn gives the holder her own grant, or the slip of a deposit, once
// the event that says so is under a published checkpoint.
func (s *Domain) ReleaseOwn(ctx context.Context, a Actor, doc DocumentID) (Release, error) {
	ev := s.begin(a, journal.WhatDocumentOpened)
	ev.Doc = string(doc)
	var out Release
	var id string
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActOpen); err != nil {
			return err
		}
		v, err := ownDocument(ctx, tx, a.Safe, doc)
		if err != nil {
			return err
		}
		sf, err := openSafe(ctx, tx, a.Safe)
		if err != nil {
			return err
		}
		out = Release{Version: v, Grant: v.Grant, VK: sf.VK}
		done := *ev
		done.Version = string(v.ID)
		id, err = s.record(ctx, tx, done)
		return err
	})
	if err != nil {
		return Release{}, err
	}
	if out.Proof, err = s.proof(ctx, id); err != nil {
		return Release{}, err
	}
	return out, nil
}
