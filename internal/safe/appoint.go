package safe

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// Role is what an agent may do in his administration. A provider proves for
// whom somebody works, not that he may read what citizens shared: that is for
// his administration to say.
type Role string

const (
	// NoRole came in, and waits to be appointed.
	NoRole Role = ""
	// AgentRole asks for documents and retrieves them.
	AgentRole Role = "agent"
	// Referent (référent) does too, holds the administration's key, and
	// appoints others. The operator appoints the first one.
	Referent Role = "referent"
)

// Who may act for an administration.
const (
	// AdmitAppointed are those whom the operator or a referent has appointed.
	AdmitAppointed = ""
	// AdmitAnyone is every agent whom the identity provider says to be the
	// administration's: for demonstrations, and offices of two.
	AdmitAnyone = "anyone"
)

// Appointment is what is said of an agent: everything, each time.
type Appointment struct {
	Role     Role     // NoRole cuts him off
	Services []string // ids; none is all
}

// RoleOf is what an agent's row and the operator's policy make of him.
func (s *Domain) RoleOf(acc Account) Role {
	switch {
	case acc.Kind != Agent || !acc.Left.IsZero():
		return NoRole
	case acc.Role == NoRole && s.cfg.Policy.Admission == AdmitAnyone:
		return Referent
	}
	return acc.Role
}

// admitted says whether an agent may act for his administration, by the row as
// it is now: who is cut off is so in the middle of a session.
func (s *Domain) admitted(acc Account, r rule) error {
	role := s.RoleOf(acc)
	switch {
	case !acc.Left.IsZero() && !r.unappointed:
		return &Error{Kind: Forbidden, Reason: ReasonAgentLeft, Msg: "the agent no longer acts for this administration"}
	case role == NoRole && !r.unappointed:
		return &Error{Kind: Forbidden, Reason: ReasonNotAppointed, Msg: "the agent is not appointed yet"}
	case r.referent && role != Referent:
		return &Error{Kind: Forbidden, Reason: ReasonNotReferent, Msg: "this is for the administration's referent"}
	}
	return nil
}

// Agents lists who came in for the caller's administration.
func (s *Domain) Agents(ctx context.Context, a Actor, p Page) ([]Account, string, error) {
	return s.agents(ctx, a, a.Administration, p)
}

// AgentsOf is Agents for the operator.
func (s *Domain) AgentsOf(ctx context.Context, a Actor, adm AdministrationID, p Page) ([]Account, string, error) {
	if a.Kind != Operator {
		return nil, "", s.refuse(ctx, s.begin(a, journal.WhatAppointed), refusal(Forbidden, "this is for the operator"))
	}
	return s.agents(ctx, a, adm, p)
}

func (s *Domain) agents(ctx context.Context, a Actor, adm AdministrationID, p Page) ([]Account, string, error) {
	var all []Account
	var next string
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActAppoint); err != nil {
			return err
		}
		var err error
		all, next, err = tx.Accounts.AgentsOf(ctx, adm, p.bounded())
		return err
	})
	return all, next, s.refusePolicy(ctx, s.begin(a, journal.WhatAppointed), backend("list agents", err))
}

// Appoint says what an agent may do, or cuts him off: at once, in the middle
// of a session too. The last referent cannot give up what nobody else could
// take; the operator can. Who was cut off has read what he has read; the key
// that he may have kept opens nothing without a release from here.
func (s *Domain) Appoint(ctx context.Context, a Actor, id AccountID, to Appointment) (Account, error) {
	ev := s.begin(a, journal.WhatAppointed)
	var out Account
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActAppoint); err != nil {
			return err
		}
		acc, err := tx.Accounts.Get(ctx, id)
		if err == nil && (acc.Kind != Agent || acc.WaitsFor != "" || a.Kind == Agent && acc.Administration != a.Administration) {
			err = refusal(NotFound, "no such agent")
		}
		if err != nil {
			return backend("read agent", err)
		}
		adm, err := tx.Administrations.Get(ctx, acc.Administration)
		if err != nil {
			return backend("read administration", err)
		}
		if err := checkAppointment(to, adm); err != nil {
			return err
		}
		out = acc
		if acc.Role == to.Role && slices.Equal(acc.Services, to.Services) && acc.Left.IsZero() == (to.Role != NoRole) {
			return nil
		}
		if err := s.leavesAReferent(ctx, tx, a, acc, to); err != nil {
			return err
		}
		out = s.appointed(acc, to)
		if err := tx.Accounts.Put(ctx, out); err != nil {
			return backend("put agent", err)
		}
		done := *ev
		done.Administration, done.AdministrationName = string(adm.ID), adm.Name
		done.Detail = detail("account", string(acc.ID), "name", acc.Name, "role", string(to.Role), "services", strings.Join(to.Services, " "))
		if to.Role == NoRole {
			done.What = journal.WhatAgentLeft
		}
		_, err = s.record(ctx, tx, done)
		return err
	})
	return out, err
}

func (s *Domain) appointed(acc Account, to Appointment) Account {
	acc.Role, acc.Services = to.Role, to.Services
	switch {
	case to.Role != NoRole:
		acc.Left = time.Time{}
	case acc.Left.IsZero():
		acc.Left = s.now()
	}
	return acc
}

// leavesAReferent refuses that a referent ends the last one's role, his own.
func (s *Domain) leavesAReferent(ctx context.Context, tx Tx, a Actor, acc Account, to Appointment) error {
	if a.Kind == Operator || acc.Role != Referent || to.Role == Referent {
		return nil
	}
	others := false
	err := eachPage(func(p Page) (string, error) {
		all, next, err := tx.Accounts.AgentsOf(ctx, acc.Administration, p)
		for _, o := range all {
			others = others || o.ID != acc.ID && o.Role == Referent && o.Left.IsZero()
		}
		return next, err
	})
	if err != nil {
		return backend("list agents", err)
	}
	if !others {
		return &Error{Kind: Invalid, Reason: ReasonLastReferent, Msg: "appoint another referent first"}
	}
	return nil
}

func checkAppointment(to Appointment, adm Administration) error {
	if to.Role != NoRole && to.Role != AgentRole && to.Role != Referent {
		return refusal(Invalid, "a role is agent, referent or nothing")
	}
	for i, id := range to.Services {
		known := slices.ContainsFunc(adm.Services, func(sv Service) bool { return sv.ID == id })
		if !known || slices.Contains(to.Services[:i], id) {
			return refusal(Invalid, "service %q is not one of the administration's", id)
		}
	}
	return nil
}

// serves refuses what is for a service of the administration that the agent
// does not work for. A system works for all of them.
func serves(ctx context.Context, tx Tx, a Actor, service string) error {
	of, err := servicesOf(ctx, tx, a)
	if err == nil && service != "" && len(of) > 0 && !slices.Contains(of, service) {
		err = &Error{Kind: Forbidden, Reason: ReasonOtherService, Msg: "this is for another service of the administration"}
	}
	return err
}

// servicesOf are those that somebody of an administration works for, by id and
// by name, since a grant or a request may say either; none is all.
func servicesOf(ctx context.Context, tx Tx, a Actor) ([]string, error) {
	if a.Kind != Agent {
		return nil, nil
	}
	acc, err := tx.Accounts.Get(ctx, a.Account)
	if err != nil || len(acc.Services) == 0 {
		return nil, backend("read account", err)
	}
	adm, err := tx.Administrations.Get(ctx, acc.Administration)
	if err != nil {
		return nil, backend("read administration", err)
	}
	all := acc.Services
	for _, sv := range adm.Services {
		if slices.Contains(acc.Services, sv.ID) && sv.Name != sv.ID {
			all = append(all, sv.Name)
		}
	}
	return all, nil
}
