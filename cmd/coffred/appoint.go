package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// ids are the values of an option that may be repeated.
type ids []string

func (l *ids) String() string { return strings.Join(*l, " ") }

func (l *ids) Set(v string) error {
	*l = append(*l, v)
	return nil
}

// listAgents shows who came in for an administration.
func listAgents(ctx context.Context, args []string, io stdio) error {
	var o options
	f := o.flags("admin agents", io)
	siret := f.String("siret", "", "14 digits")
	if err := f.Parse(args); err != nil {
		return err
	}
	return withStores(ctx, o, io, func(ctx context.Context, s *stores) error {
		adm, err := administrationOf(ctx, s, *siret)
		if err != nil {
			return err
		}
		return listAll(io.out, func(p safe.Page) ([]safe.Account, string, error) {
			return s.domain.AgentsOf(ctx, operator(), adm.ID, p)
		}, func(a safe.Account) string { return fmt.Sprintf("%s  %s, %s", a.ID, a.Name, roleText(s.domain, a)) })
	})
}

func roleText(d *safe.Domain, a safe.Account) string {
	role := string(d.RoleOf(a))
	switch {
	case !a.Left.IsZero():
		return "cut off on " + a.Left.Format("2006-01-02 15:04")
	case role == "":
		return "waits to be appointed, since " + a.Created.Format("2006-01-02 15:04")
	case len(a.Services) > 0:
		return role + ", for " + strings.Join(a.Services, " ")
	}
	return role
}

// appoint says what an agent may do. The first referent of an administration
// is appointed here, by somebody who has seen that he is one.
func appoint(ctx context.Context, args []string, io stdio) error {
	var o options
	f := o.flags("admin appoint", io)
	id := f.String("account", "", "`id` of the agent, as `coffred admin agents` has it")
	role := f.String("role", "", "agent, referent, or none to cut off")
	by := f.String("by", "", "`who` is acting, for the journal")
	var of ids
	f.Var(&of, "service", "`id` of a service that he works for; may be repeated; none is all")
	if err := f.Parse(args); err != nil {
		return err
	}
	to := safe.Appointment{Role: safe.Role(*role), Services: of}
	switch *role {
	case "none":
		to.Role = safe.NoRole
	case string(safe.AgentRole), string(safe.Referent):
	default:
		return errors.New("write --role agent, --role referent, or --role none to cut off")
	}
	if *id == "" || *by == "" {
		return errors.New("write --account ID --by NAME: `coffred admin agents --siret N` has the ids")
	}
	return withStores(ctx, o, io, func(ctx context.Context, s *stores) error {
		who := operator()
		who.Name = *by
		acc, err := s.domain.Appoint(ctx, who, safe.AccountID(*id), to)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(io.out, "%s is now: %s\n", acc.Name, roleText(s.domain, acc))
		return err
	})
}
