package safe

import (
	"context"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// Mediator is a named person of a structure, known by how she logs in there.
// Whoever is an agent of the same organisation has another row for that.
type Mediator struct {
	ID          MediatorID
	Structure   StructureID
	Issuer, Sub string
	Name        string
	Role        Role      // NoRole waits to be appointed; MediatorRole, Referent
	Trained     string    // date of the training attestation, 2026-11-26; "" is not said
	From        time.Time // of the appointment
	Until       time.Time
	Left        time.Time // when cut off; zero while not
	Created     time.Time
}

// MediatorRole helps citizens. A Referent does too, and appoints others.
const MediatorRole Role = "mediator"

// MediatorAppointment is what is said of a mediator: everything, each time.
type MediatorAppointment struct {
	Role        Role // NoRole cuts off
	Trained     string
	From, Until time.Time
}

// MediatorView is a mediator with the structure, as the caller's own page has
// it.
type MediatorView struct {
	Mediator
	Structure StructureView
}

// signInMediator finds or makes the row of an identity. A first log-in waits to
// be appointed; the structure has to be in the registry.
func (s *Domain) signInMediator(ctx context.Context, in SignIn) (Mediator, error) {
	a := Actor{Kind: MediatorActor, Name: in.Name, Door: in.Door, Through: in.Through}
	ev := s.begin(a, journal.WhatLogin)
	ev.Detail = detail("acr", in.ACR)
	var m Mediator
	err := s.rows.Update(ctx, func(tx Tx) error {
		st, err := tx.Structures.BySIRET(ctx, in.SIRET)
		if IsKind(err, NotFound) {
			return &Error{Kind: Forbidden, Reason: ReasonUnknownStructure, Msg: "structure is not registered"}
		}
		if err != nil {
			return backend("find structure", err)
		}
		m, err = tx.Mediators.ByIdentity(ctx, in.Issuer, in.Sub)
		switch {
		case IsKind(err, NotFound):
			m = Mediator{ID: NewID[MediatorID](), Issuer: in.Issuer, Sub: in.Sub, Created: s.now()}
		case err != nil:
			return backend("find mediator", err)
		case m.Structure != st.ID: // works for another one by now: appointed anew
			if err := s.endAllOf(ctx, tx, maintenance(), m.Structure, m.ID); err != nil {
				return err
			}
			if m.Role != NoRole || !m.Left.IsZero() {
				m.Role = MediatorRole // without dates: nobody is admitted unseen who was appointed once, or cut off
			}
			m.Trained, m.From, m.Until, m.Left = "", time.Time{}, time.Time{}, time.Time{}
		}
		m.Structure, m.Name = st.ID, in.Name
		ev.Who.ID, ev.Who.Administration = string(m.ID), string(st.ID)
		if err := tx.Mediators.Put(ctx, m); err != nil {
			return backend("put mediator", err)
		}
		_, err = s.record(ctx, tx, *ev)
		return err
	})
	if err == nil {
		return m, nil
	}
	ev.What = journal.WhatLoginRefused
	return Mediator{}, s.refuse(ctx, ev, backend("sign in", err))
}

// SignInMediator is SignIn by the mediators' own door. That two factors were
// proven is for the caller to see.
func (s *Domain) SignInMediator(ctx context.Context, in SignIn) (Mediator, error) {
	if in.Issuer == "" || in.Sub == "" {
		return Mediator{}, refusal(Invalid, "incomplete identity")
	}
	m, err := s.signInMediator(ctx, in)
	if IsKind(err, AlreadyExists) { // two first log-ins at once
		m, err = s.signInMediator(ctx, in)
	}
	return m, err
}

// KnownMediator is the row of an identity that has come in by the mediators'
// door before.
func (s *Domain) KnownMediator(ctx context.Context, issuer, sub string) (Mediator, error) {
	var m Mediator
	err := s.rows.View(ctx, func(tx Tx) error {
		var err error
		m, err = tx.Mediators.ByIdentity(ctx, issuer, sub)
		return err
	})
	return m, backend("find mediator", err)
}

// MediatorRoleOf is what a mediator's row and the operator's policy make of her.
func (s *Domain) MediatorRoleOf(m Mediator) Role {
	now := s.now()
	switch {
	case !m.Left.IsZero():
		return NoRole
	case m.Role == NoRole && s.cfg.Policy.Admission == AdmitAnyone:
		return Referent
	case m.Role == NoRole || now.Before(m.From) || !now.Before(m.Until):
		return NoRole
	}
	return m.Role
}

// mayMediator reads the rows again: a session outlives an appointment, a right
// does not.
func (s *Domain) mayMediator(ctx context.Context, tx Tx, a Actor, r rule) error {
	m, err := tx.Mediators.Get(ctx, MediatorID(a.Account))
	if IsKind(err, NotFound) {
		return refusal(Forbidden, "unknown mediator")
	}
	if err != nil {
		return backend("read mediator", err)
	}
	if m.Structure != a.Structure {
		return refusal(Forbidden, "the mediator has changed since this session began")
	}
	if r.unappointed {
		return nil
	}
	st, err := tx.Structures.Get(ctx, m.Structure)
	if err != nil {
		return backend("read structure", err)
	}
	return s.habilitated(m, st, r)
}

func (s *Domain) habilitated(m Mediator, st Structure, r rule) error {
	role := s.MediatorRoleOf(m)
	switch {
	case !st.Current(s.now()):
		return &Error{Kind: Forbidden, Reason: ReasonStructureEnded, Msg: "the structure has no habilitation now"}
	case !m.Left.IsZero():
		return &Error{Kind: Forbidden, Reason: ReasonMediatorLeft, Msg: "the mediator no longer acts for this structure"}
	case role == NoRole:
		return &Error{Kind: Forbidden, Reason: ReasonMediatorWaits, Msg: "the mediator is not appointed now"}
	case r.referent && role != Referent:
		return &Error{Kind: Forbidden, Reason: ReasonNotStructureReferent, Msg: "this is for the structure's referent"}
	}
	return nil
}

// Mediator is the caller's own row.
func (s *Domain) Mediator(ctx context.Context, a Actor) (MediatorView, error) {
	var v MediatorView
	var st Structure
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActMediator); err != nil {
			return err
		}
		var err error
		if v.Mediator, err = tx.Mediators.Get(ctx, MediatorID(a.Account)); err != nil {
			return err
		}
		st, err = tx.Structures.Get(ctx, v.Mediator.Structure)
		return err
	})
	if err != nil {
		return MediatorView{}, s.refusePolicy(ctx, s.begin(a, journal.WhatMediationRead), backend("read mediator", err))
	}
	v.Structure, err = s.viewStructure(ctx, st)
	return v, err
}

// Mediators lists who came in for the caller's structure.
func (s *Domain) Mediators(ctx context.Context, a Actor, p Page) ([]Mediator, string, error) {
	return s.MediatorsOf(ctx, a, a.Structure, p)
}

// MediatorsOf is Mediators for the operator.
func (s *Domain) MediatorsOf(ctx context.Context, a Actor, id StructureID, p Page) ([]Mediator, string, error) {
	var all []Mediator
	var next string
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActAppointMediator); err != nil {
			return err
		}
		if a.Kind == MediatorActor && id != a.Structure {
			return refusal(NotFound, "no such structure")
		}
		var err error
		all, next, err = tx.Mediators.OfStructure(ctx, id, p.bounded())
		return err
	})
	return all, next, s.refusePolicy(ctx, s.begin(a, journal.WhatMediatorAppointed), backend("list mediators", err))
}

// AppointMediator says what a mediator may do and until when, or cuts her off:
// at once, and her open sessions and the mandates for her end with it. Whoever
// appoints her again brings none of it back.
func (s *Domain) AppointMediator(ctx context.Context, a Actor, id MediatorID, to MediatorAppointment) (Mediator, error) {
	to.From, to.Until = to.From.UTC().Truncate(time.Second), to.Until.UTC().Truncate(time.Second)
	ev := s.begin(a, journal.WhatMediatorAppointed)
	var out Mediator
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActAppointMediator); err != nil {
			return err
		}
		m, err := tx.Mediators.Get(ctx, id)
		if err == nil && a.Kind == MediatorActor && m.Structure != a.Structure {
			err = refusal(NotFound, "no such mediator")
		}
		if err != nil {
			return backend("read mediator", err)
		}
		if err := checkMediatorAppointment(to); err != nil {
			return err
		}
		if err := s.leavesAMediatorReferent(ctx, tx, a, m, to); err != nil {
			return err
		}
		out = s.appointedMediator(m, to)
		if out == m {
			return nil
		}
		if err := tx.Mediators.Put(ctx, out); err != nil {
			return backend("put mediator", err)
		}
		done := *ev
		done.Detail = detail("account", string(m.ID), "name", m.Name, "role", string(to.Role), "trained", to.Trained, "structure", string(m.Structure))
		if to.Role == NoRole {
			done.What = journal.WhatMediatorLeft
		}
		if _, err = s.record(ctx, tx, done); err != nil || to.Role != NoRole {
			return err
		}
		return s.endAllOf(ctx, tx, a, m.Structure, m.ID)
	})
	return out, err
}

func (s *Domain) appointedMediator(m Mediator, to MediatorAppointment) Mediator {
	m.Role = to.Role
	if to.Role == NoRole {
		if m.Left.IsZero() {
			m.Left = s.now()
		}
		return m
	}
	m.Trained, m.From, m.Until, m.Left = to.Trained, to.From, to.Until, time.Time{}
	return m
}

// leavesAMediatorReferent refuses that a referent gives up what nobody else
// could take; the operator can.
func (s *Domain) leavesAMediatorReferent(ctx context.Context, tx Tx, a Actor, m Mediator, to MediatorAppointment) error {
	if a.Kind == Operator || string(m.ID) != string(a.Account) || to.Role == Referent {
		return nil
	}
	others := false
	err := eachPage(func(p Page) (string, error) {
		all, next, err := tx.Mediators.OfStructure(ctx, m.Structure, p)
		for _, o := range all {
			others = others || o.ID != m.ID && s.MediatorRoleOf(o) == Referent
		}
		return next, err
	})
	if err != nil {
		return backend("list mediators", err)
	}
	if !others {
		return &Error{Kind: Invalid, Reason: ReasonLastMediatorReferent, Msg: "appoint another referent first"}
	}
	return nil
}

func checkMediatorAppointment(to MediatorAppointment) error {
	switch {
	case to.Role == NoRole:
		return nil
	case to.Role != MediatorRole && to.Role != Referent:
		return refusal(Invalid, "a role is mediator, referent or nothing")
	case !to.Until.After(to.From):
		return refusal(Invalid, "the appointment ends before it begins")
	case to.Until.Sub(to.From) > maxHabilitation:
		return refusal(Invalid, "an appointment lasts five years at most")
	}
	if _, err := time.Parse(time.DateOnly, to.Trained); err != nil {
		return refusal(Invalid, "the date of the training attestation is written 2026-11-26")
	}
	return nil
}

// samePerson says that two names may be one person's: the first given name and
// the last word of each, without case and accents. There is nothing better:
// each provider has its own name for everybody, and none is kept here.
func samePerson(a, b string) bool {
	x, y := strings.Fields(plainName(a)), strings.Fields(plainName(b))
	return len(x) > 1 && len(y) > 1 && x[0] == y[0] && x[len(x)-1] == y[len(y)-1]
}

// plainName is a name in small letters without accents.
func plainName(name string) string {
	return strings.NewReplacer(
		"à", "a", "á", "a", "â", "a", "ã", "a", "ä", "a", "å", "a", "ç", "c", "è", "e", "é", "e", "ê", "e", "ë", "e",
		"ì", "i", "í", "i", "î", "i", "ï", "i", "ñ", "n", "ò", "o", "ó", "o", "ô", "o", "õ", "o", "ö", "o",
		"ù", "u", "ú", "u", "û", "u", "ü", "u", "ý", "y", "ÿ", "y", "œ", "oe", "æ", "ae", "-", " ",
	).Replace(strings.ToLower(name))
}
