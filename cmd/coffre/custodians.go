package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// custodiansOptions are the flags of `coffre custodians`.
type custodiansOptions struct {
	delay  time.Duration
	holder string
	json   bool
}

func (a *app) custodiansCommand() command {
	var o custodiansOptions
	return command{
		name: "custodians", args: a.tr("[set NOM|CODE NOM|CODE NOM|CODE | show | card]", "[set NAME|CODE NAME|CODE NAME|CODE | show | card]"),
		online: true, secret: true, most: 4,
		short: a.tr("les gardiens : trois, dont deux ensemble rendent le coffre si toutes ses clés sont perdues", "guardians: three, two of whom together give the safe back when all its keys are lost"),
		long: a.tr(`Un gardien garde un morceau d'une clé de secours. Seul, il ne peut rien ouvrir, et
l'exploitant du coffre non plus. Si toutes vos clés sont perdues : coffre recover.
  coffre custodians                  qui ils sont
  coffre custodians set A B C        les nommer, à la place de ceux d'avant
  coffre custodians card             votre propre code, pour devenir gardien d'un autre

A, B et C sont des administrations (nom ou SIRET) ou des usagers, par le code COFFREG1:…
que chacun vous a remis lui-même : pas celui qu'un tiers vous aurait transmis. Choisissez
des gens qui vous connaissent et qui ne s'entendraient pas contre vous : à deux, et si
vous n'annulez pas à temps, ils ouvrent votre coffre.`,
			`A guardian keeps a piece of a spare key. Alone, nobody of them can open anything, nor
can the operator of the safe. When all your keys are lost: coffre recover.
  coffre custodians                  who they are
  coffre custodians set A B C        name them, in the place of those before
  coffre custodians card             your own code, to become somebody's guardian

A, B and C are administrations (name or SIRET) or citizens, by the code COFFREG1:… that
each has handed to you in person: not one that somebody else passed on. Choose people
who know you and who would not join against you: two of them, unless you cancel in
time, open your safe.`),
		flags: func(f *flag.FlagSet) {
			f.DurationVar(&o.delay, "delay", client.CustodyDelay, a.tr("set : `temps` qu'un gardien attend après son accord, de 24h à 720h", "set: `time` that a guardian waits after agreeing, 24h to 720h"))
			f.StringVar(&o.holder, "holder", "", a.tr("set, card : votre `nom` tel que les autres le liront ; sinon celui du compte", "set, card: your `name` as others will read it; else that of the account"))
			f.BoolVar(&o.json, "json", false, "JSON")
		},
		run: func(ctx context.Context, args []string) error { return a.custodians(ctx, args, o) },
	}
}

func (a *app) custodians(ctx context.Context, args []string, o custodiansOptions) error {
	act := strings.Join(args[:min(1, len(args))], "")
	wants, known := map[string]int{"": 0, "show": 1, "card": 1, "set": 4}[act]
	if !known || len(args) != wants {
		return a.usage("%s", a.tr("Écrivez : coffre custodians, ou coffre custodians set A B C, show ou card", "Write: coffre custodians, or coffre custodians set A B C, show or card"))
	}
	c, s, err := a.unlock(ctx)
	if err != nil {
		return err
	}
	if act == "" || act == "show" {
		return a.showCustodians(ctx, s, o.json)
	}
	if o.holder == "" {
		me, err := c.Me(ctx)
		if err != nil {
			return err
		}
		o.holder = me.Name
	}
	if act == "card" {
		code, err := s.PublishCard(ctx, o.holder)
		if err != nil {
			return err
		}
		a.note("%s", a.tr("Votre code de gardien. Remettez-le vous-même à qui vous nommera, en main propre ou de vive voix :",
			"Your guardian code. Hand it yourself to whoever will name you, in person or by voice:"))
		a.say("%s", code)
		return nil
	}
	if err := a.checkDelay(ctx, c, o.delay); err != nil {
		return err
	}
	named, err := s.NameCustodians(ctx, args[1:], o.holder, o.delay)
	if err != nil {
		return a.notNamed(err, args[1:])
	}
	a.note("%s", a.tr("Vos gardiens sont nommés :", "Your guardians are named:"))
	return a.tellCustody(named, o.json)
}

// checkDelay lets only a demonstration be in a hurry.
func (a *app) checkDelay(ctx context.Context, c *client.Client, delay time.Duration) error {
	least := client.LeastDelay
	site, err := c.Site(ctx)
	if err != nil {
		return err
	}
	if site.Mode == "demo" {
		least = 0
	}
	if delay < least || delay > 30*24*time.Hour || delay%time.Second != 0 {
		return a.usage("%s", a.tr("Le délai va de 24h à 720h : c'est le temps qu'il vous reste pour annuler une demande qui n'est pas de vous.",
			"The delay is 24h to 720h: the time you have to cancel a request that is not yours."))
	}
	return nil
}

func (a *app) notNamed(err error, names []string) error {
	switch {
	case errors.Is(err, client.ErrNotFound), errors.Is(err, client.ErrAmbiguous):
		for _, n := range names {
			if strings.Contains(err.Error(), fmt.Sprintf("%q", n)) {
				return a.unknownAdministration(err, n)
			}
		}
	case client.IsProblem(err, "not-found"):
		return a.fail(err, "%s", a.tr("L'un d'eux n'a plus de coffre ouvert : demandez-lui un nouveau code.", "One of them has no open safe any more: ask for a new code."))
	}
	return err
}

func (a *app) showCustodians(ctx context.Context, s *client.Safe, asJSON bool) error {
	c, err := s.Custody(ctx)
	if errors.Is(err, client.ErrNotFound) {
		return a.fail(err, "%s", a.tr("Aucun gardien n'est nommé : si toutes vos clés sont perdues, personne ne pourra rouvrir ce coffre. Pour en nommer : coffre help custodians",
			"No guardian is named: when all your keys are lost, nobody can open this safe again. To name some: coffre help custodians"))
	}
	if err != nil {
		return err
	}
	return a.tellCustody(c, asJSON)
}

func (a *app) tellCustody(c sealed.Custody, asJSON bool) error {
	if asJSON {
		return a.json(c)
	}
	var rows [][]string
	for _, o := range c.Custodians {
		rows = append(rows, []string{o.Name, a.custodianKind(o.Kind), o.Holder})
	}
	if err := a.table([]string{a.tr("NOM", "NAME"), a.tr("SORTE", "KIND"), "ID"}, rows); err != nil {
		return fmt.Errorf("list guardians: %w", err)
	}
	a.say(a.tr("Deux d'entre eux rendent le coffre, %s après leur accord.", "Two of them give the safe back, %s after they agree."), c.Wait())
	return nil
}

func (a *app) custodianKind(kind string) string {
	if kind == sealed.CustodianAdministration {
		return a.tr("administration", "administration")
	}
	return a.tr("usager", "citizen")
}
