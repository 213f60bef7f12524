package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// structures lists those that may have mediators, approves one, or withdraws
// it: its open sessions end at once.
func structures(ctx context.Context, args []string, io stdio) error {
	verb, args := verbOf(args)
	var o options
	f := o.flags("admin structures "+verb, io)
	siret := f.String("siret", "", "14 digits")
	name := f.String("name", "", "as citizens read it")
	from := f.String("from", "", "first `day` of the habilitation, 2026-11-26; today if left out")
	until := f.String("until", "", "the `day` after its last one")
	by := f.String("by", "", "`who` is acting, for the journal")
	year := f.Int("year", time.Now().UTC().Year(), "of the figures")
	if err := f.Parse(args); err != nil {
		return err
	}
	who := operator()
	who.Name = *by
	switch {
	case verb == "list":
		return withStores(ctx, o, io, func(ctx context.Context, s *stores) error { return listStructures(ctx, s, io) })
	case verb == "figures" && *siret != "":
		return withStores(ctx, o, io, func(ctx context.Context, s *stores) error {
			return structureFigures(ctx, s, *siret, *year, io)
		})
	case *siret == "" || *by == "":
		return errors.New("write --siret N --by NAME")
	case verb == "end":
		return withStores(ctx, o, io, func(ctx context.Context, s *stores) error {
			st, err := s.domain.EndStructure(ctx, who, *siret)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(io.out, "%s: withdrawn, and its open sessions with it\n", st.Name)
			return err
		})
	case verb == "approve":
		begin, end, err := days(*from, *until)
		if err != nil {
			return err
		}
		return withStores(ctx, o, io, func(ctx context.Context, s *stores) error {
			st, err := s.domain.ApproveStructure(ctx, who, safe.NewStructure{SIRET: *siret, Name: *name, From: begin, Until: end})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(io.out, structureText(st))
			return err
		})
	default:
		return errUsage
	}
}

// verbOf takes the verb off, "list" where there is none.
func verbOf(args []string) (string, []string) {
	if len(args) == 0 || args[0] == "" || args[0][0] == '-' {
		return "list", args
	}
	return args[0], args[1:]
}

// days reads when something begins and ends; a beginning left out is today.
func days(from, until string) (begin, end time.Time, err error) {
	begin = time.Now().UTC().Truncate(24 * time.Hour)
	if from != "" {
		if begin, err = time.Parse(time.DateOnly, from); err != nil {
			return begin, end, errors.New("write --from 2026-11-26")
		}
	}
	if end, err = time.Parse(time.DateOnly, until); err != nil {
		return begin, end, errors.New("write --until 2027-11-26")
	}
	return begin, end, nil
}

func structureText(st safe.Structure) string {
	text := fmt.Sprintf("%s  %s  %s, from %s until %s", st.ID, st.SIRET, st.Name, st.From.Format(time.DateOnly), st.Until.Format(time.DateOnly))
	if !st.Ended.IsZero() {
		text += ", withdrawn on " + st.Ended.Format("2006-01-02 15:04")
	}
	return text
}

func listStructures(ctx context.Context, s *stores, io stdio) error {
	return listAll(io.out, func(p safe.Page) ([]safe.Structure, string, error) {
		return s.domain.Structures(ctx, operator(), p)
	}, structureText)
}

// mediators lists who came in for a structure, or appoints one: its first
// referent is appointed here, by somebody who has seen that he is one.
func mediators(ctx context.Context, args []string, io stdio) error {
	verb, args := verbOf(args)
	var o options
	f := o.flags("admin mediators "+verb, io)
	siret := f.String("siret", "", "14 digits")
	id := f.String("mediator", "", "`id`, as the list has it")
	role := f.String("role", "", "mediator, referent, or none to cut off")
	trained := f.String("trained", "", "`day` of the training attestation")
	from := f.String("from", "", "first `day`; today if left out")
	until := f.String("until", "", "the `day` after the last one")
	by := f.String("by", "", "`who` is acting, for the journal")
	if err := f.Parse(args); err != nil {
		return err
	}
	if verb == "list" {
		return withStores(ctx, o, io, func(ctx context.Context, s *stores) error { return listMediators(ctx, s, *siret, io) })
	}
	if verb != "appoint" || *id == "" || *by == "" {
		return errors.New("write `mediators appoint --mediator ID --role … --by NAME`: `coffred admin mediators --siret N` has the ids")
	}
	to := safe.MediatorAppointment{Role: safe.Role(*role), Trained: *trained}
	switch *role {
	case "none":
		to.Role = safe.NoRole
	case string(safe.MediatorRole), string(safe.Referent):
		var err error
		if to.From, to.Until, err = days(*from, *until); err != nil {
			return err
		}
	default:
		return errors.New("write --role mediator, --role referent, or --role none to cut off")
	}
	return withStores(ctx, o, io, func(ctx context.Context, s *stores) error {
		who := operator()
		who.Name = *by
		m, err := s.domain.AppointMediator(ctx, who, safe.MediatorID(*id), to)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(io.out, "%s is now: %s\n", m.Name, mediatorText(s.domain, m))
		return err
	})
}

func listMediators(ctx context.Context, s *stores, siret string, io stdio) error {
	st, err := s.domain.StructureOf(ctx, operator(), siret)
	if err != nil {
		return err
	}
	return listAll(io.out, func(p safe.Page) ([]safe.Mediator, string, error) {
		return s.domain.MediatorsOf(ctx, operator(), st.ID, p)
	}, func(m safe.Mediator) string {
		return fmt.Sprintf("%s  %s, %s", m.ID, m.Name, mediatorText(s.domain, m))
	})
}

func mediatorText(d *safe.Domain, m safe.Mediator) string {
	role := string(d.MediatorRoleOf(m))
	switch {
	case !m.Left.IsZero():
		return "cut off on " + m.Left.Format("2006-01-02 15:04")
	case role == "":
		return "is not appointed now; came in on " + m.Created.Format("2006-01-02 15:04")
	case m.Until.IsZero():
		return role
	}
	return role + " until " + m.Until.Format(time.DateOnly) + ", trained on " + m.Trained
}

// mandates lists what a citizen lets mediators do, or stops one of it, when she
// comes to the counter or calls: nothing is ever begun here.
func mandates(ctx context.Context, args []string, io stdio) error {
	verb, args := verbOf(args)
	var o options
	f := o.flags("admin mandates "+verb, io)
	holder := f.String("safe", "", "`id` of the safe")
	account := f.String("account", "", "`id` of the account, instead of --safe")
	id := f.String("mandate", "", "`id`, as the list has it")
	by := f.String("by", "", "`who` is acting, as the citizen reads it in her journal")
	if err := f.Parse(args); err != nil {
		return err
	}
	who := operator()
	who.Name = *by
	switch {
	case verb == "stop" && *id != "" && *by != "":
		return withStores(ctx, o, io, func(ctx context.Context, s *stores) error {
			return s.domain.StopMandate(ctx, who, safe.MandateID(*id))
		})
	case verb == "stop":
		return errors.New("write --mandate ID --by NAME: `coffred admin mandates --safe ID` has the ids")
	case verb != "list":
		return errUsage
	case (*holder == "") == (*account == ""):
		return errors.New("write --safe ID or --account ID")
	}
	return withStores(ctx, o, io, func(ctx context.Context, s *stores) error {
		of := safe.SafeID(*holder)
		if *account != "" {
			var err error
			if of, err = s.domain.SafeOf(ctx, who, safe.AccountID(*account)); err != nil {
				return err
			}
		}
		return listMandates(ctx, s, of, io)
	})
}

func listMandates(ctx context.Context, s *stores, of safe.SafeID, io stdio) error {
	return listAll(io.out, func(p safe.Page) ([]safe.MandateRow, string, error) {
		return s.domain.MandatesOf(ctx, operator(), of, p)
	}, mandateText)
}

func mandateText(m safe.MandateRow) string {
	state := "until " + m.NotAfter.Format("2006-01-02 15:04")
	if !m.Ended.IsZero() {
		state = "ended on " + m.Ended.Format("2006-01-02 15:04") + " by " + m.By
	}
	return fmt.Sprintf("%s  %s, %s (%s): %s, %s", m.ID, m.Kind, m.MediatorName, m.StructureName, m.Purpose, state)
}
