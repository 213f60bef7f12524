package safe

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

const (
	// maxRequest bounds a signed request: twenty documents with a note each.
	maxRequest = 32 << 10
	// skew is how far ahead the clock of whoever signs may be.
	skew = 5 * time.Minute
)

// CreateRequest keeps what the caller's administration asks for, once its root
// has signed it. With an address the request is in the safe of whoever made that
// address, and for nobody else; without one it is for whoever has the link. The
// same bytes again are no second request.
func (s *Domain) CreateRequest(ctx context.Context, a Actor, body []byte, to AddressID) (Request, error) {
	ev := s.begin(a, journal.WhatRequestCreated)
	ev.Administration, ev.Address = string(a.Administration), string(to)
	asked, err := s.readRequest(body)
	if err != nil {
		return Request{}, s.refuse(ctx, ev, err)
	}
	aboutRequest(ev, asked)
	var out Request
	err = s.update(ctx, ev, func(tx Tx) error {
		var err error
		out, err = s.createRequest(ctx, tx, a, asked, body, to, ev)
		return err
	})
	return out, err
}

func (s *Domain) readRequest(body []byte) (sealed.DocumentRequest, error) {
	if len(body) > maxRequest {
		return sealed.DocumentRequest{}, refusal(WrongForm, "request too long")
	}
	r, err := sealed.ReadRequest(body)
	if err != nil {
		return sealed.DocumentRequest{}, formError("read request", err)
	}
	return r, nil
}

// aboutRequest fills an event with what a request says.
func aboutRequest(ev *journal.Event, r sealed.DocumentRequest) {
	ev.Service, ev.Purpose, ev.Procedure = r.Service, r.Purpose, r.Procedure
	ev.Detail = detail("request", r.ID, "reference", r.Reference)
}

func (s *Domain) createRequest(ctx context.Context, tx Tx, a Actor, asked sealed.DocumentRequest, body []byte, to AddressID, ev *journal.Event) (Request, error) {
	if err := s.may(ctx, tx, a, ActRequest); err != nil {
		return Request{}, err
	}
	adm, err := tx.Administrations.Get(ctx, a.Administration)
	if err != nil {
		return Request{}, backend("read administration", err)
	}
	ev.AdministrationName = adm.Name
	if err := s.checkRequest(adm, asked, body); err != nil {
		return Request{}, err
	}
	if err := serves(ctx, tx, a, asked.Service); err != nil {
		return Request{}, err
	}
	r, err := s.requestRow(a, asked, body)
	if err != nil {
		return Request{}, err
	}
	r.AdministrationName = adm.Name
	if to != "" {
		if r.Safe, err = addressed(ctx, tx, a, to, ev); err != nil {
			return Request{}, err
		}
	}
	old, err := tx.Requests.Get(ctx, r.ID)
	switch {
	case err == nil && bytes.Equal(old.Body, body) && old.Safe == r.Safe:
		return old, nil
	case err == nil:
		return Request{}, refusal(AlreadyExists, "there is a request with this id")
	case !IsKind(err, NotFound):
		return Request{}, backend("read request", err)
	}
	if err := tx.Requests.Insert(ctx, r); err != nil {
		return Request{}, backend("insert request", err)
	}
	if r.Safe != "" {
		p := Reply{ID: NewID[ReplyID](), Request: r.ID, Safe: r.Safe, Created: r.Created, Changed: r.Created}
		if err := tx.Replies.Put(ctx, p); err != nil {
			return Request{}, backend("insert reply", err)
		}
	}
	_, err = s.record(ctx, tx, *ev)
	return r, err
}

// requestRow copies what lists show out of the signed bytes.
func (s *Domain) requestRow(a Actor, asked sealed.DocumentRequest, body []byte) (Request, error) {
	last, errLast := asked.Last()
	end, errEnd := asked.End()
	if err := errors.Join(errLast, errEnd); err != nil {
		return Request{}, formError("read request", err)
	}
	by := string(a.Account)
	if a.Kind == System {
		by = string(a.System)
	}
	return Request{
		ID: RequestID(asked.ID), Administration: a.Administration, Service: asked.Service, Procedure: asked.Procedure,
		Purpose: asked.Purpose, Reference: asked.Reference, Body: body, ByID: by, ByName: a.Name,
		Created: s.now(), AnswerBy: last, NotAfter: end,
	}, nil
}

// addressed is whose safe an address of the caller's administration is of.
func addressed(ctx context.Context, tx Tx, a Actor, to AddressID, ev *journal.Event) (SafeID, error) {
	ad, err := tx.Addresses.Get(ctx, to)
	if err != nil && !IsKind(err, NotFound) {
		return "", backend("read address", err)
	}
	if err != nil || ad.Administration != a.Administration {
		return "", refusal(NotFound, "no such address")
	}
	ev.Safe = string(ad.Safe)
	if !ad.Ended.IsZero() {
		return "", refusal(Ended, "the citizen has stopped this address")
	}
	_, err = openSafe(ctx, tx, ad.Safe)
	return ad.Safe, err
}

// checkRequest is what no client would have to refuse.
func (s *Domain) checkRequest(adm Administration, r sealed.DocumentRequest, body []byte) error {
	if adm.Recipient == "" {
		return refusal(NoKey, "the administration has no key yet")
	}
	vk, err := sealed.ParseVK(adm.VK)
	if err != nil {
		return &Error{Kind: Damaged, Msg: "read the administration's verification key", Err: err}
	}
	if _, err := sealed.OpenRequest(body, vk); err != nil {
		return formError("check who signed a request", err)
	}
	if r.Administration != string(adm.ID) {
		return refusal(Invalid, "request of another administration")
	}
	if r.Service != "" && !hasService(adm, r.Service) {
		return refusal(Invalid, "the administration has no such service")
	}
	for _, kind := range r.Kinds() {
		if _, known := sealed.FindKind(kind); !known {
			return &Error{Kind: Invalid, Reason: ReasonUnknownKind, Msg: "unknown kind of document " + kind}
		}
	}
	err = errors.Join(
		checkLine("procedure", r.Procedure, 1, 200), checkLine("purpose", r.Purpose, 1, 200), checkLine("legal basis", r.Basis, 1, 500),
		checkLine("reference", r.Reference, 0, 100),
	)
	if err != nil {
		return err
	}
	return s.checkRequestTimes(r)
}

func (s *Domain) checkRequestTimes(r sealed.DocumentRequest) error {
	last, errLast := r.Last()
	end, errEnd := r.End()
	created, errCreated := time.Parse(time.RFC3339, r.Created)
	if err := errors.Join(errLast, errEnd, errCreated); err != nil {
		return &Error{Kind: WrongForm, Msg: "read times of request", Err: err}
	}
	now := s.now()
	switch {
	case created.After(now.Add(skew)):
		return &Error{Kind: Invalid, Reason: ReasonClock, Msg: "the clock of whoever signed the request is ahead"}
	case !last.After(now):
		return refusal(Invalid, "the last day for answers is over")
	case end.Sub(now) > s.cfg.Policy.MaxGrant:
		return &Error{Kind: Invalid, Reason: ReasonTooFar, Msg: "the end of the request is too far away"}
	}
	return nil
}

func hasService(adm Administration, name string) bool {
	return slices.ContainsFunc(adm.Services, func(sv Service) bool { return sv.ID == name || sv.Name == name })
}

// CloseRequest ends what can still be answered; what was given stays given until
// its own end. Closing again changes nothing.
func (s *Domain) CloseRequest(ctx context.Context, a Actor, id RequestID) error {
	ev := s.begin(a, journal.WhatRequestClosed)
	return s.update(ctx, ev, func(tx Tx) error {
		r, err := officeRequest(ctx, tx, s, a, ActRequest, id, ev)
		if err != nil || !r.Closed.IsZero() {
			return err
		}
		r.Closed = s.now()
		if err := tx.Requests.Close(ctx, r); err != nil {
			return backend("close request", err)
		}
		ev.Safe = string(r.Safe)
		_, err = s.record(ctx, tx, *ev)
		return err
	})
}

// officeRequest finds a request of the caller's administration and service, and
// points ev at it; to anybody else there is none.
func officeRequest(ctx context.Context, tx Tx, s *Domain, a Actor, act Act, id RequestID, ev *journal.Event) (Request, error) {
	ev.Detail = detail("request", string(id))
	if err := s.may(ctx, tx, a, act); err != nil {
		return Request{}, err
	}
	r, err := tx.Requests.Get(ctx, id)
	if err != nil {
		return Request{}, backend("read request", err)
	}
	if r.Administration != a.Administration {
		return Request{}, refusal(NotFound, "no such request")
	}
	pointAt(ev, r)
	return r, serves(ctx, tx, a, r.Service)
}

// pointAt fills an event with what a kept request says.
func pointAt(ev *journal.Event, r Request) {
	ev.Administration, ev.AdministrationName = string(r.Administration), r.AdministrationName
	ev.Service, ev.Purpose, ev.Procedure = r.Service, r.Purpose, r.Procedure
	ev.Detail = detail("request", string(r.ID), "reference", r.Reference)
}
