package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// operator is who maintains the registry from the machine itself.
func operator() safe.Actor { return safe.Actor{Kind: safe.Operator, Name: "coffred", Door: "cli"} }

// listAll writes a line about each of all pages.
func listAll[T any](out io.Writer, page func(safe.Page) ([]T, string, error), line func(T) string) error {
	for p := (safe.Page{Limit: 200}); ; {
		all, next, err := page(p)
		if err != nil {
			return err
		}
		for _, v := range all {
			if _, err := fmt.Fprintln(out, line(v)); err != nil {
				return err
			}
		}
		if p.After = next; next == "" {
			return nil
		}
	}
}

type services []safe.Service

func (s *services) String() string { return fmt.Sprint(*s) }

// Set reads id=Name.
func (s *services) Set(v string) error {
	id, name, ok := strings.Cut(v, "=")
	if !ok {
		return fmt.Errorf("write --service id=Name")
	}
	*s = append(*s, safe.Service{ID: id, Name: name})
	return nil
}

func admin(ctx context.Context, args []string, io stdio) error {
	if len(args) == 0 {
		return errUsage
	}
	if act, ok := adminActs()[args[0]]; ok {
		return act(ctx, args[1:], io)
	}
	var o options
	f := o.flags("admin "+args[0], io)
	siret := f.String("siret", "", "14 digits")
	name := f.String("name", "", "as citizens read it")
	keys := f.String("keys", "", "`file` with a JWK set of public keys")
	holder := f.String("safe", "", "`id` of the safe")
	account := f.String("account", "", "`id` of the account, instead of --safe")
	by := f.String("by", "", "`who` is acting, as the citizen reads it in her journal")
	var list services
	f.Var(&list, "service", "`id=Name` of one of its services; may be repeated")
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	switch args[0] {
	case "add-administration":
		return withStores(ctx, o, io, func(ctx context.Context, s *stores) error {
			a, err := s.domain.RegisterAdministration(ctx, operator(), safe.NewAdministration{SIRET: *siret, Name: *name, Services: list})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(io.out, a.ID)
			return err
		})
	case "add-system":
		set, err := os.ReadFile(*keys) //nolint:gosec // the operator says which
		if err != nil {
			return fmt.Errorf("read --keys: %w", err)
		}
		return withStores(ctx, o, io, func(ctx context.Context, s *stores) error {
			sys, err := registerSystem(ctx, s, *siret, safe.NewSystem{Name: *name, Scopes: []string{"deposit", "retrieve", "request"}, KeySet: set})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(io.out, sys.ID)
			return err
		})
	case "end-recovery":
		return withStores(ctx, o, io, func(ctx context.Context, s *stores) error {
			return endRecovery(ctx, s, *holder, *account, *by)
		})
	default:
		return errUsage
	}
}

// adminActs are those that read arguments of their own.
func adminActs() map[string]func(context.Context, []string, stdio) error {
	return map[string]func(context.Context, []string, stdio) error{
		"agents": listAgents, "appoint": appoint, "logo": setLogo,
		"structures": structures, "mediators": mediators, "mandates": mandates, "protection": protection,
		"relink-agent": relinkAgent, "rotate-login-keys": rotateLoginKeys,
	}
}

// endRecovery is for a citizen who comes to the counter: whoever serves her
// there has seen who she is, and is named in her journal.
func endRecovery(ctx context.Context, s *stores, holder, account, by string) error {
	if by == "" || (holder == "") == (account == "") {
		return fmt.Errorf("write --by NAME, and --safe ID or --account ID")
	}
	who := operator()
	who.Name = by
	id := safe.SafeID(holder)
	if account != "" {
		var err error
		if id, err = s.domain.SafeOf(ctx, who, safe.AccountID(account)); err != nil {
			return err
		}
	}
	return s.domain.EndRecovery(ctx, who, id)
}

// registerSystem finds the administration by SIRET.
func registerSystem(ctx context.Context, s *stores, siret string, n safe.NewSystem) (safe.RegisteredSystem, error) {
	adm, err := administrationOf(ctx, s, siret)
	if err != nil {
		return safe.RegisteredSystem{}, err
	}
	n.Administration = adm.ID
	return s.domain.RegisterSystem(ctx, operator(), n)
}

func administrationOf(ctx context.Context, s *stores, siret string) (safe.AdministrationView, error) {
	page, _, err := s.domain.Administrations(ctx, siret, safe.Page{Limit: 2})
	if err != nil {
		return safe.AdministrationView{}, err
	}
	for _, a := range page {
		if a.SIRET == siret {
			return a, nil
		}
	}
	return safe.AdministrationView{}, fmt.Errorf("no administration has SIRET %s: add it first with `coffred admin add-administration`", siret)
}
