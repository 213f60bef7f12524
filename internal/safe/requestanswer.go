package safe

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

const (
	// maxAnswer is how many documents one answer gives.
	maxAnswer = 40
	// maxBefore is how many documents are remembered that were given for the
	// kinds of a request.
	maxBefore = 60
)

// PublicRequest is what whoever has the link sees, without logging in. One that
// is for one safe is nobody else's.
func (s *Domain) PublicRequest(ctx context.Context, id RequestID) (RequestView, error) {
	var r Request
	adm := make([]Administration, 1)
	err := s.rows.View(ctx, func(tx Tx) error {
		var err error
		if r, err = tx.Requests.Get(ctx, id); err != nil {
			return err
		}
		if r.Safe != "" {
			return refusal(NotFound, "no such request")
		}
		return readAsking(ctx, tx, r, adm)
	})
	if err != nil {
		return RequestView{}, backend("read request", err)
	}
	return s.viewRequest(ctx, r, adm)
}

func readAsking(ctx context.Context, tx Tx, r Request, adm []Administration) error {
	var err error
	if adm[0], err = tx.Administrations.Get(ctx, r.Administration); err != nil {
		return backend("read administration", err)
	}
	return resolve(ctx, tx, adm)
}

func (s *Domain) viewRequest(ctx context.Context, r Request, adm []Administration) (RequestView, error) {
	views, err := s.withLeaves(ctx, adm)
	if err != nil {
		return RequestView{}, err
	}
	return RequestView{Request: r, Administration: views[0]}, nil
}

// Asked lists the requests that are for the caller or that she did something
// about, newest first.
func (s *Domain) Asked(ctx context.Context, a Actor, p Page) ([]Asked, string, error) {
	var all []Asked
	var next string
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRead); err != nil {
			return err
		}
		var err error
		all, next, err = tx.Replies.OfSafe(ctx, a.Safe, p.bounded())
		return err
	})
	return all, next, s.refusePolicy(ctx, s.begin(a, journal.WhatSafeRead), backend("list requests", err))
}

// CitizenRequest is a request as a citizen sees it, with her own side of it.
type CitizenRequest struct {
	RequestView
	Reply  *Reply // nil while she has done nothing about it
	Notes  []NoteView
	Grants []Grant
	// Before are documents that she has given for its kinds, to anybody.
	Before []Given
}

// RequestFor shows one request to the caller.
func (s *Domain) RequestFor(ctx context.Context, a Actor, id RequestID) (CitizenRequest, error) {
	var out CitizenRequest
	var r Request
	var notes []RequestNote
	adm := make([]Administration, 1)
	ev := s.begin(a, journal.WhatSafeRead)
	err := s.rows.View(ctx, func(tx Tx) error {
		out, notes = CitizenRequest{}, nil
		if err := s.may(ctx, tx, a, ActRead); err != nil {
			return err
		}
		var err error
		if r, err = requestFor(ctx, tx, a, id); err != nil {
			return err
		}
		if err := readAsking(ctx, tx, r, adm); err != nil {
			return err
		}
		if notes, err = ownSide(ctx, tx, a, r, &out); err != nil {
			return err
		}
		asked, err := sealed.ReadRequest(r.Body)
		if err != nil {
			return &Error{Kind: Damaged, Msg: "read request", Err: err}
		}
		out.Before, err = tx.Answers.Before(ctx, a.Safe, asked.Kinds(), maxBefore)
		return backend("find documents given before", err)
	})
	if err != nil {
		return CitizenRequest{}, s.refusePolicy(ctx, ev, backend("read request", err))
	}
	for _, n := range notes {
		out.Notes = append(out.Notes, NoteView{RequestNote: n})
	}
	out.RequestView, err = s.viewRequest(ctx, r, adm)
	return out, err
}

func ownSide(ctx context.Context, tx Tx, a Actor, r Request, out *CitizenRequest) ([]RequestNote, error) {
	p, err := tx.Replies.Of(ctx, r.ID, a.Safe)
	if IsKind(err, NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, backend("find reply", err)
	}
	out.Reply = &p
	if out.Grants, err = tx.Answers.Grants(ctx, r.ID, a.Safe, pageLimit); err != nil {
		return nil, backend("list grants", err)
	}
	notes, err := tx.Answers.Notes(ctx, p.ID, maxNotes)
	return notes, backend("list notes", err)
}

// requestFor finds what the caller may answer; a request for another safe is
// none.
func requestFor(ctx context.Context, tx Tx, a Actor, id RequestID) (Request, error) {
	r, err := tx.Requests.Get(ctx, id)
	if err == nil && r.Safe != "" && r.Safe != a.Safe {
		err = refusal(NotFound, "no such request")
	}
	return r, backend("read request", err)
}

// NewAnswer gives documents for a request, all of them or none.
type NewAnswer struct {
	Key    string // Idempotency-Key
	Grants []AnswerGrant
	Note   *NewNote
	VK     []byte // the key that they are signed under; nil is not compared
	// Recipient is the fingerprint of what they are sealed to; "" is not compared.
	Recipient string
}

// AnswerGrant is one document given for one kind.
type AnswerGrant struct {
	Doc      DocumentID
	Version  VersionID
	Kind     string
	NotAfter time.Time
	Openings int64 // at most; 0 is as often as the request asks for
	Sealed   []byte
}

// Answer gives an administration what it asks for, and nothing beside it. The
// same key with the same grants gives the same grants.
func (s *Domain) Answer(ctx context.Context, a Actor, id RequestID, n NewAnswer) ([]Grant, error) {
	ev := s.begin(a, journal.WhatRequestAnswered)
	if err := checkAnswer(n); err != nil {
		return nil, s.refuse(ctx, ev, err)
	}
	var out []Grant
	err := s.onReply(ctx, a, ActShare, id, ev, func(tx Tx, on *replying) error {
		var done bool
		var err error
		if out, done, err = s.answerAgain(ctx, tx, a, id, n); err != nil || done {
			return err
		}
		if err := on.open(s.now()); err != nil {
			return err
		}
		if out, err = s.give(ctx, tx, a, on, n); err != nil {
			return err
		}
		if n.Note != nil {
			if _, err := s.noteOfSafe(ctx, tx, on, sealed.AboutNote, nil, *n.Note); err != nil {
				return err
			}
		}
		on.reply.Given += int64(len(out))
		return s.keepReply(ctx, tx, on, ev, "given", decimal(int64(len(out))))
	})
	return out, err
}

func checkAnswer(n NewAnswer) error {
	if len(n.Grants) == 0 || len(n.Grants) > maxAnswer {
		return refusal(Invalid, "an answer gives 1 to %d documents", maxAnswer)
	}
	if len(n.Key) > 60 { // what is added to it is one of 64
		return refusal(Invalid, "the key of an answer has at most 60 characters")
	}
	return checkKey(n.Key)
}

// keyOf is the Idempotency-Key of one document of an answer.
func (n NewAnswer) keyOf(i int) string { return fmt.Sprintf("%s_%d", n.Key, i) }

// answerAgain finds what an earlier try with this key has given.
func (s *Domain) answerAgain(ctx context.Context, tx Tx, a Actor, id RequestID, n NewAnswer) (all []Grant, done bool, err error) {
	for i, g := range n.Grants {
		old, err := tx.Grants.ByKey(ctx, a.Safe, n.keyOf(i))
		if IsKind(err, NotFound) && i == 0 {
			return nil, false, nil
		}
		if err != nil && !IsKind(err, NotFound) {
			return nil, false, backend("find grant", err)
		}
		if err != nil || old.Request != id || old.Kind != g.Kind || old.Doc != g.Doc || string(old.Sealed) != string(g.Sealed) {
			return nil, false, refusal(KeyReused, "this key gave something else")
		}
		all = append(all, old)
	}
	_, err = tx.Grants.ByKey(ctx, a.Safe, n.keyOf(len(n.Grants)))
	if err == nil {
		return nil, false, refusal(KeyReused, "this key gave more")
	}
	if !IsKind(err, NotFound) {
		return nil, false, backend("find grant", err)
	}
	return all, true, nil
}

func (s *Domain) give(ctx context.Context, tx Tx, a Actor, on *replying, n NewAnswer) ([]Grant, error) {
	var all []Grant
	count := map[string]int{}
	for i, g := range n.Grants {
		wanted, err := on.asked.Find(g.Kind)
		if err != nil {
			return nil, &Error{Kind: Invalid, Reason: ReasonNotAsked, Msg: "check kind", Err: err}
		}
		if count[wanted.Kind]++; count[wanted.Kind] > wanted.Most() {
			return nil, &Error{Kind: Invalid, Reason: ReasonNotAsked, Msg: "more documents than are asked for"}
		}
		one, err := s.giveOne(ctx, tx, a, on, n, i)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
		on.reply.Refused = slices.DeleteFunc(on.reply.Refused, func(k string) bool { return k == wanted.Kind })
		on.reply.RefusedAll = false
	}
	return all, nil
}

func (s *Domain) giveOne(ctx context.Context, tx Tx, a Actor, on *replying, n NewAnswer, i int) (Grant, error) {
	g, r := n.Grants[i], on.request
	end := g.NotAfter.UTC().Truncate(time.Second)
	if end.After(r.NotAfter) {
		return Grant{}, &Error{Kind: Invalid, Reason: ReasonTooFar, Msg: "the grant would outlast the request"}
	}
	most := int64(on.asked.Openings)
	if g.Openings > 0 && (most == 0 || g.Openings < most) {
		most = g.Openings
	}
	one := NewGrant{
		Key: n.keyOf(i), Doc: g.Doc, Version: g.Version, Administration: r.Administration, Service: r.Service, Purpose: r.Purpose,
		Procedure: r.Procedure, NotAfter: end, Sealed: g.Sealed, VK: n.VK, Recipient: n.Recipient, Openings: most, Request: r.ID, Kind: g.Kind,
	}
	if err := s.checkNewGrant(one); err != nil {
		return Grant{}, err
	}
	ev := s.begin(a, journal.WhatGrantCreated)
	ev.Doc, ev.Version, ev.Administration = string(g.Doc), string(g.Version), string(r.Administration)
	ev.Service, ev.Purpose, ev.Procedure = r.Service, r.Purpose, r.Procedure
	return s.share(ctx, tx, a, one, ev)
}

// Refuse says no to some of what is asked, or to all of it when kinds are none.
func (s *Domain) Refuse(ctx context.Context, a Actor, id RequestID, kinds []string, n NewNote) error {
	ev := s.begin(a, journal.WhatRequestRefused)
	return s.onReply(ctx, a, ActReply, id, ev, func(tx Tx, on *replying) error {
		for i, k := range kinds {
			if slices.Contains(kinds[:i], k) || !slices.ContainsFunc(on.asked.Wanted, func(w sealed.Wanted) bool { return w.Kind == k }) {
				return &Error{Kind: Invalid, Reason: ReasonNotAsked, Msg: "refused what is not asked for"}
			}
		}
		if done, err := s.noteOfSafe(ctx, tx, on, sealed.AboutRefusal, kinds, n); err != nil || done {
			return err
		}
		if len(kinds) == 0 {
			on.reply.Refused, on.reply.RefusedAll = nil, true
		}
		for _, k := range kinds {
			if !on.reply.RefusedAll && !slices.Contains(on.reply.Refused, k) {
				on.reply.Refused = append(on.reply.Refused, k)
			}
		}
		return s.keepReply(ctx, tx, on, ev, "refused", joined(kinds))
	})
}

// Ask puts a question to the administration. A request that is over can still be
// asked about.
func (s *Domain) Ask(ctx context.Context, a Actor, id RequestID, n NewNote) error {
	ev := s.begin(a, journal.WhatRequestAsked)
	return s.onReply(ctx, a, ActReply, id, ev, func(tx Tx, on *replying) error {
		if done, err := s.noteOfSafe(ctx, tx, on, sealed.AboutQuestion, nil, n); err != nil || done {
			return err
		}
		on.reply.Waiting = true
		return s.keepReply(ctx, tx, on, ev)
	})
}
