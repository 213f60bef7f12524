package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// protection writes down a court's decision on who represents a protected
// adult, and confirms it by another hand. `coffred admin mandates` lists it with
// the others, and stops it.
func protection(ctx context.Context, args []string, io stdio) error {
	verb, args := verbOf(args)
	var o options
	f := o.flags("admin protection "+verb, io)
	var n safe.NewLegal
	f.StringVar((*string)(&n.Safe), "safe", "", "`id` of the protected person's safe")
	f.StringVar((*string)(&n.Mediator), "mediator", "", "`id` of the representative, as `coffred admin mediators` has it")
	f.StringVar((*string)(&n.Measure), "measure", "", "tutelle or curatelle")
	f.StringVar(&n.Reference, "reference", "", "court, day and number of the decision")
	until := f.String("until", "", "the `day` after its last one, in five years at most")
	id := f.String("mandate", "", "`id`, as entering it has said")
	by := f.String("by", "", "`who` has the decision before his eyes, as the citizen reads it in her journal")
	if err := f.Parse(args); err != nil {
		return err
	}
	who := operator()
	who.Name = *by
	var act func(context.Context, *safe.Domain) (safe.MandateRow, error)
	switch {
	case *by == "":
		return errors.New("write --by NAME: who has seen the decision")
	case verb == "enter":
		var err error
		if _, n.NotAfter, err = days("", *until); err != nil {
			return err
		}
		act = func(ctx context.Context, d *safe.Domain) (safe.MandateRow, error) { return d.EnterLegal(ctx, who, n) }
	case verb == "confirm" && *id != "":
		act = func(ctx context.Context, d *safe.Domain) (safe.MandateRow, error) {
			return d.ConfirmLegal(ctx, who, safe.MandateID(*id))
		}
	default:
		return errors.New("write `protection enter` with --safe, --mediator, --measure, --reference and --until, then `protection confirm --mandate ID` by another hand")
	}
	return withStores(ctx, o, io, func(ctx context.Context, s *stores) error {
		row, err := act(ctx, s.domain)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(io.out, "%s; seen by %s\n", mandateText(row), row.ConfirmedBy)
		return err
	})
}
