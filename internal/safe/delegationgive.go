package safe

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// holderOf is the citizen in whose safe the session acts, as far as rows of
// hers are concerned. What the journal says names the mediator.
func (w work) holder() Actor { return Actor{Kind: Citizen, Account: w.d.Account, Safe: w.d.Safe} }

// depositor is under whom what comes in is kept, and its Idempotency-Keys.
func (w work) depositor() string { return string(w.d.ID) }

// ReserveWorking sets ids and room aside for a document that the mediator's tab
// has sealed to the citizen.
func (s *Domain) ReserveWorking(ctx context.Context, a Actor, id DelegationID, key string, size int64) (Version, error) {
	ev := s.begin(a, journal.WhatDeposit)
	if err := errors.Join(checkKey(key), s.checkSealed(size)); err != nil {
		return Version{}, err
	}
	var v Version
	err := s.acting(ctx, a, id, sealed.ActDeposit, ev, func(tx Tx, w work) error {
		var err error
		v, err = tx.Versions.ByKey(ctx, w.depositor(), key)
		if err == nil {
			return s.sameReservation(v, w.holder(), "", size)
		}
		if !IsKind(err, NotFound) {
			return backend("find reservation", err)
		}
		if err := s.room(ctx, tx, w.d.Safe, size); err != nil {
			return err
		}
		now := s.now()
		v = Version{
			Doc: NewID[DocumentID](), ID: NewID[VersionID](), Safe: w.d.Safe, State: Reserved, Sealed: size, Door: ClientDoor,
			Depositor: w.depositor(), Origin: AdministrationID(w.d.Structure), OriginName: w.d.StructureName, Key: key,
			Created: now, Expires: now.Add(s.cfg.UploadTTL), At: now,
		}
		return backend("reserve version", tx.Versions.Insert(ctx, v))
	})
	return v, err
}

// StoreWorking takes the sealed bytes of a reserved version, as Store does.
func (s *Domain) StoreWorking(ctx context.Context, a Actor, id DelegationID, doc DocumentID, version VersionID, body io.Reader, length int64, sum [32]byte) (Version, error) {
	ev := s.begin(a, journal.WhatDeposit)
	ev.Doc, ev.Version = string(doc), string(version)
	var v Version
	err := s.acting(ctx, a, id, sealed.ActDeposit, ev, func(tx Tx, w work) error {
		var err error
		v, err = s.reserved(ctx, tx, w, doc, version)
		if err == nil && length != v.Sealed {
			err = refusal(WrongLength, "%d bytes were reserved, %d are announced", v.Sealed, length)
		}
		return err
	})
	if err != nil {
		return Version{}, err
	}
	return s.put(ctx, ev, v, body, length, sum)
}

// reserved finds what this session has reserved.
func (s *Domain) reserved(ctx context.Context, tx Tx, w work, doc DocumentID, id VersionID) (Version, error) {
	v, err := tx.Versions.Get(ctx, doc, id)
	if err != nil {
		return Version{}, backend("read version", err)
	}
	switch {
	case v.Safe != w.d.Safe || v.Depositor != w.depositor() || v.State == Erasing:
		return Version{}, refusal(NotFound, "no such upload")
	case v.State == Reserved && !s.now().Before(v.Expires):
		return Version{}, refusal(Expired, "the reservation has lapsed")
	}
	return v, nil
}

// DepositWorking puts a stored version into the citizen's inbox, with its slip.
// It returns once the journal says so.
func (s *Domain) DepositWorking(ctx context.Context, a Actor, id DelegationID, doc DocumentID, version VersionID, slip []byte, content string) (Version, Proof, error) {
	ev := s.begin(a, journal.WhatDeposit)
	ev.Doc, ev.Version = string(doc), string(version)
	if err := errors.Join(checkGrant(slip), checkContent(content)); err != nil {
		return Version{}, Proof{}, s.refuse(ctx, ev, err)
	}
	var v Version
	var record string
	err := s.acting(ctx, a, id, sealed.ActDeposit, ev, func(tx Tx, w work) error {
		var err error
		if v, err = s.reserved(ctx, tx, w, doc, version); err != nil {
			return err
		}
		switch {
		case v.State == Inbox && string(v.Grant) == string(slip): // a lost answer
			d, err := tx.MandateDocuments.Get(ctx, w.row.ID, doc)
			record = d.Record
			return backend("read document of mandate", err)
		case v.State != Stored:
			return refusal(Invalid, "a %s version cannot be deposited", v.State)
		}
		v.State, v.Grant, v.Content, v.At = Inbox, slip, content, s.now()
		v.Expires = v.At
		if err := tx.Versions.Update(ctx, v); err != nil {
			return backend("put in inbox", err)
		}
		done := *ev
		done.Detail = aboutDelegation(w.d)
		for k, text := range contentDetail(v) {
			done.Detail[k] = text
		}
		if record, err = s.record(ctx, tx, done); err != nil {
			return err
		}
		return backend("keep deposit", tx.MandateDocuments.Put(ctx, MandateDocument{
			Mandate: w.row.ID, Doc: doc, Version: version, Record: record, At: v.At,
		}))
	})
	if err != nil {
		return Version{}, Proof{}, err
	}
	proof, err := s.proof(ctx, record)
	return v, proof, err
}

// ShareWorking gives an administration what the mandate lets the mediator give
// it: by sharing, or as an answer to a request.
func (s *Domain) ShareWorking(ctx context.Context, a Actor, id DelegationID, n NewGrant) (Grant, error) {
	n.NotAfter, n.VK = n.NotAfter.UTC().Truncate(time.Second), nil
	ev := s.begin(a, journal.WhatGrantCreated)
	ev.Doc, ev.Version, ev.Administration = string(n.Doc), string(n.Version), string(n.Administration)
	if err := errors.Join(s.checkNewGrant(n), checkKey(n.Key)); err != nil {
		return Grant{}, err
	}
	ev.Service, ev.Purpose, ev.Procedure = n.Service, n.Purpose, n.Procedure
	act := sealed.ActShare
	if n.Request != "" {
		act = sealed.ActAnswer
	}
	var g Grant
	err := s.acting(ctx, a, id, act, ev, func(tx Tx, w work) error {
		n := n
		n.Key, n.Mandate = workingKey(w, n.Key), w.row.ID
		old, err := tx.Grants.ByKey(ctx, w.d.Safe, n.Key)
		switch {
		case err == nil && (!sameGrant(old, n)):
			return refusal(KeyReused, "this key shared something else")
		case err == nil:
			g = old
			return nil
		case !IsKind(err, NotFound):
			return backend("find grant", err)
		}
		if err := s.within(ctx, tx, w, n); err != nil {
			return err
		}
		if n.Request != "" {
			g, err = s.answerWorking(ctx, tx, w, n, ev)
			return err
		}
		g, err = s.share(ctx, tx, w.holder(), n, ev)
		return err
	})
	return g, err
}

// workingKey keeps a session's keys apart from the citizen's own.
func workingKey(w work, key string) string { return string(w.d.ID) + "/" + key }

// within holds a grant against the mandate, as whoever reads it will.
func (s *Domain) within(ctx context.Context, tx Tx, w work, n NewGrant) error {
	d, err := covered(ctx, tx, w, n.Doc)
	if err != nil {
		return err
	}
	if d.Version != n.Version {
		return refusal(NotFound, "no such version")
	}
	var deposited []string
	if d.Record != "" {
		deposited = append(deposited, string(d.Doc))
	}
	index := int64(0)
	err = w.m.CheckGiven(sealed.Grant{
		Safe: string(w.d.Safe), Doc: string(n.Doc), Reader: string(n.Administration), Request: string(n.Request), Index: &index,
		Mandate: w.m.ID, Created: max(rfc3339(s.now()), w.m.Created), NotAfter: rfc3339(n.NotAfter),
		Purpose: n.Purpose, Procedure: n.Procedure, Service: n.Service,
	}, deposited)
	if err != nil {
		return &Error{Kind: Forbidden, Reason: ReasonOutside, Msg: "check mandate", Err: err}
	}
	return nil
}

// answerWorking is one document for a request, on the citizen's side of it.
func (s *Domain) answerWorking(ctx context.Context, tx Tx, w work, n NewGrant, ev *journal.Event) (Grant, error) {
	a := w.holder()
	r, err := requestFor(ctx, tx, a, n.Request)
	if err != nil {
		return Grant{}, err
	}
	on, err := s.replyOn(ctx, tx, a, r)
	if err != nil {
		return Grant{}, err
	}
	if err := on.open(s.now()); err != nil {
		return Grant{}, err
	}
	wanted, err := on.asked.Find(n.Kind)
	if err != nil || n.Administration != r.Administration {
		return Grant{}, &Error{Kind: Invalid, Reason: ReasonNotAsked, Msg: "check kind", Err: err}
	}
	if n.NotAfter.After(r.NotAfter) {
		return Grant{}, &Error{Kind: Invalid, Reason: ReasonTooFar, Msg: "the grant would outlast the request"}
	}
	if most := int64(on.asked.Openings); most > 0 && (n.Openings == 0 || n.Openings > most) {
		n.Openings = most
	}
	n.Service, n.Purpose, n.Procedure = r.Service, r.Purpose, r.Procedure
	ev.Service, ev.Purpose, ev.Procedure = n.Service, n.Purpose, n.Procedure
	g, err := s.share(ctx, tx, a, n, ev)
	if err != nil {
		return Grant{}, err
	}
	on.reply.Given++
	on.reply.RefusedAll = false
	on.reply.Refused = without(on.reply.Refused, wanted.Kind)
	answered := *ev
	answered.ID, answered.What, answered.Doc, answered.Version = NewID[string](), journal.WhatRequestAnswered, "", ""
	return g, s.keepReply(ctx, tx, on, &answered, "given", "1")
}

// RequestWorking is a request that the session's mandate names.
func (s *Domain) RequestWorking(ctx context.Context, a Actor, id DelegationID, request RequestID) (RequestView, error) {
	var r Request
	adm := make([]Administration, 1)
	err := s.acting(ctx, a, id, sealed.ActAnswer, s.begin(a, journal.WhatMediationRead), func(tx Tx, w work) error {
		named := false
		for _, q := range w.m.Requests {
			named = named || q == string(request)
		}
		if !named {
			return refusal(NotFound, "no such request")
		}
		var err error
		if r, err = requestFor(ctx, tx, w.holder(), request); err != nil {
			return err
		}
		return readAsking(ctx, tx, r, adm)
	})
	if err != nil {
		return RequestView{}, err
	}
	return s.viewRequest(ctx, r, adm)
}

// ProposeWorking leaves the citizen a name or a folder for one of the mandate's
// documents, sealed to her.
func (s *Domain) ProposeWorking(ctx context.Context, a Actor, id DelegationID, doc DocumentID, body []byte) (Proposal, error) {
	ev := s.begin(a, journal.WhatMediationProposed)
	ev.Doc = string(doc)
	if err := checkGrant(body); err != nil {
		return Proposal{}, s.refuse(ctx, ev, err)
	}
	var p Proposal
	err := s.acting(ctx, a, id, sealed.ActOrganise, ev, func(tx Tx, w work) error {
		if _, err := covered(ctx, tx, w, doc); err != nil {
			return err
		}
		have, err := tx.Proposals.OfSafe(ctx, w.d.Safe, mostProposals)
		if err != nil {
			return backend("list proposals", err)
		}
		if len(have) >= mostProposals {
			return refusal(Invalid, "%d proposals wait already", len(have))
		}
		p = Proposal{
			ID: NewID[ProposalID](), Safe: w.d.Safe, Mandate: w.row.ID, MediatorName: w.d.MediatorName, StructureName: w.d.StructureName,
			Doc: doc, Sealed: body, Created: s.now(),
		}
		if err := tx.Proposals.Insert(ctx, p); err != nil {
			return backend("insert proposal", err)
		}
		_, err = s.record(ctx, tx, *ev)
		return err
	})
	return p, err
}

// mostProposals is how many wait in one safe.
const mostProposals = 200

// givenFrom says whether a grant's version can be given: it is kept, or waits
// in the inbox where a mediator has put it who gave it on.
func givenFrom(ctx context.Context, tx Tx, g Grant, v Version) (bool, error) {
	if v.State != Inbox {
		return v.State == Kept, nil
	}
	_, err := tx.MandateGrants.Get(ctx, g.ID)
	if IsKind(err, NotFound) {
		return false, nil
	}
	return err == nil, backend("find mandate of grant", err)
}

// underMandate is what the reader of a grant that a mediator made verifies it
// with: the signed mandate, and the record by which the document came in under
// it, where it did.
func underMandate(ctx context.Context, tx Tx, g Grant) (mandate []byte, deposit string, err error) {
	id, err := tx.MandateGrants.Get(ctx, g.ID)
	if IsKind(err, NotFound) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", backend("find mandate of grant", err)
	}
	row, err := tx.Mandates.Get(ctx, id)
	if err != nil {
		return nil, "", backend("read mandate", err)
	}
	d, err := tx.MandateDocuments.Get(ctx, id, g.Doc)
	return row.Body, d.Record, backend("read document of mandate", err)
}
