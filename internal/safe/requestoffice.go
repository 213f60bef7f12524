package safe

import (
	"context"
	"errors"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// maxNotes is how many notes there are on one citizen's side of a request.
const maxNotes = 100

// RequestView is a request with what its reader needs to believe it.
type RequestView struct {
	Request        Request
	Administration AdministrationView
}

// Requests lists what the caller's administration has asked for, newest first,
// without what other services than the caller's have.
func (s *Domain) Requests(ctx context.Context, a Actor, f RequestFilter, p Page) ([]Request, string, error) {
	var all []Request
	var next string
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActReceive); err != nil {
			return err
		}
		var err error
		if f.Services, err = servicesOf(ctx, tx, a); err != nil {
			return err
		}
		all, next, err = tx.Requests.OfAdministration(ctx, a.Administration, f, p.bounded())
		return err
	})
	return all, next, s.refusePolicy(ctx, s.begin(a, journal.WhatRequestCreated), backend("list requests", err))
}

// Request is one of the caller's administration, with what came of it.
func (s *Domain) Request(ctx context.Context, a Actor, id RequestID) (Request, error) {
	var r Request
	err := s.officeView(ctx, a, id, func(tx Tx, found Request) error {
		r = found
		var err error
		r.Tally, err = tx.Requests.Tally(ctx, id)
		return err
	})
	return r, err
}

// Replies lists the citizens' sides of a request, newest first; waiting are
// those whose question waits for an answer.
func (s *Domain) Replies(ctx context.Context, a Actor, id RequestID, waiting bool, p Page) ([]Reply, string, error) {
	var all []Reply
	var next string
	err := s.officeView(ctx, a, id, func(tx Tx, _ Request) error {
		var err error
		all, next, err = tx.Replies.OfRequest(ctx, id, waiting, p.bounded())
		return err
	})
	return all, next, err
}

// RequestGrants lists all that was given for a request, by citizen.
func (s *Domain) RequestGrants(ctx context.Context, a Actor, id RequestID, p Page) ([]Grant, string, error) {
	var all []Grant
	var next string
	err := s.officeView(ctx, a, id, func(tx Tx, _ Request) error {
		var err error
		if all, next, err = tx.Answers.GrantsOf(ctx, id, p.bounded()); err != nil {
			return err
		}
		return withCopies(ctx, tx, all)
	})
	return all, next, err
}

func (s *Domain) officeView(ctx context.Context, a Actor, id RequestID, fn func(Tx, Request) error) error {
	ev := s.begin(a, journal.WhatRequestCreated)
	err := s.rows.View(ctx, func(tx Tx) error {
		r, err := officeRequest(ctx, tx, s, a, ActReceive, id, ev)
		if err != nil {
			return err
		}
		return fn(tx, r)
	})
	return s.refusePolicy(ctx, ev, backend("read request", err))
}

// ReplyView is one citizen's side of a request as the administration sees it:
// enough to read it, to believe it and to write back.
type ReplyView struct {
	Request Request
	Reply   Reply
	Safe    Safe
	Key     *journal.Leaf // of the safe's key
	Notes   []NoteView
	Grants  []Grant
}

// NoteView is a note with the leaf of the key that it is signed under, where that
// is no longer the writer's.
type NoteView struct {
	RequestNote
	Key *journal.Leaf
}

// Reply shows one citizen's side.
func (s *Domain) Reply(ctx context.Context, a Actor, id RequestID, reply ReplyID) (ReplyView, error) {
	var v ReplyView
	var notes []RequestNote
	err := s.officeView(ctx, a, id, func(tx Tx, r Request) error {
		var err error
		if v.Reply, err = replyOf(ctx, tx, r, reply); err != nil {
			return err
		}
		if v.Safe, err = openSafe(ctx, tx, v.Reply.Safe); err != nil {
			return err
		}
		v.Request = r
		if notes, err = tx.Answers.Notes(ctx, reply, maxNotes); err != nil {
			return backend("list notes", err)
		}
		if v.Grants, err = tx.Answers.Grants(ctx, id, v.Reply.Safe, pageLimit); err != nil {
			return backend("list grants", err)
		}
		return withCopies(ctx, tx, v.Grants)
	})
	if err != nil {
		return ReplyView{}, err
	}
	if v.Key, err = s.safeKeyLeaf(ctx, v.Safe); err != nil {
		return ReplyView{}, err
	}
	v.Notes, err = s.withKeys(ctx, notes, v.Safe.VK)
	return v, err
}

func replyOf(ctx context.Context, tx Tx, r Request, id ReplyID) (Reply, error) {
	p, err := tx.Replies.Get(ctx, id)
	if err == nil && p.Request != r.ID {
		err = refusal(NotFound, "no such reply")
	}
	return p, backend("read reply", err)
}

// withKeys proves the former keys of a safe under which notes were signed. An
// administration keeps its root.
func (s *Domain) withKeys(ctx context.Context, notes []RequestNote, now []byte) ([]NoteView, error) {
	out := make([]NoteView, len(notes))
	leaves := map[int64]*journal.Leaf{}
	for i, n := range notes {
		out[i].RequestNote = n
		if n.From != sealed.FromSafe || string(n.VK) == string(now) || n.KeyLeaf < 0 {
			continue
		}
		if leaves[n.KeyLeaf] == nil {
			leaf, err := s.leaf(ctx, n.KeyLeaf)
			if errors.Is(err, journal.ErrWaiting) {
				continue
			}
			if err != nil {
				return nil, err
			}
			leaves[n.KeyLeaf] = leaf
		}
		out[i].Key = leaves[n.KeyLeaf]
	}
	return out, nil
}

// AnswerQuestion keeps what the administration writes back.
func (s *Domain) AnswerQuestion(ctx context.Context, a Actor, id RequestID, reply ReplyID, n NewNote) error {
	ev := s.begin(a, journal.WhatRequestReplied)
	return s.update(ctx, ev, func(tx Tx) error {
		r, err := officeRequest(ctx, tx, s, a, ActRequest, id, ev)
		if err != nil {
			return err
		}
		p, err := replyOf(ctx, tx, r, reply)
		if err != nil {
			return err
		}
		ev.Safe = string(p.Safe)
		adm, err := tx.Administrations.Get(ctx, a.Administration)
		if err != nil {
			return backend("read administration", err)
		}
		done, err := s.keepNote(ctx, tx, RequestNote{
			ID: n.ID, Reply: p.ID, From: sealed.FromAdministration, About: sealed.AboutAnswer,
			ForSafe: n.ForSafe, ForAdministration: n.ForAdministration, VK: adm.VK, KeyLeaf: adm.KeyLeaf,
		})
		if err != nil || done {
			return err
		}
		p.Waiting, p.Changed = false, s.now()
		if err := tx.Replies.Put(ctx, p); err != nil {
			return backend("put reply", err)
		}
		_, err = s.record(ctx, tx, *ev)
		return err
	})
}
