package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
)

func (a *app) shareCommand() command {
	var o client.ShareOrder
	var until, receipt string
	return command{
		name: "share", args: a.tr("NOM", "NAME"), online: true, secret: true, least: 1, most: 1,
		short: a.tr("partager un document avec une administration, pour un but et jusqu'à une date", "share a document with an administration, for a purpose and until a date"),
		long: a.tr(`L'administration pourra ouvrir cette version du document, et elle seule, jusqu'à la
fin du jour indiqué ou jusqu'à ce que vous arrêtiez le partage (coffre unshare). Rien
n'est partagé si sa clé n'est pas au journal public. Le but n'est pas secret : le
serveur le lit.`,
			`The administration, and nobody else, can open this version of the document until the
end of the given day or until you end the share (coffre unshare). Nothing is shared
when its key is not in the public journal. The purpose is not secret: the server
reads it.`),
		flags: func(f *flag.FlagSet) {
			f.StringVar(&o.Administration, "with", "", a.tr("`administration` : nom, partie du nom, ou SIRET", "`administration`: name, part of the name, or SIRET"))
			f.StringVar(&o.Service, "service", "", a.tr("un de ses `services` ; sinon tous", "one of its `services`; else any"))
			f.StringVar(&o.Purpose, "purpose", "", a.tr("à quoi cela doit servir", "what it is for"))
			f.StringVar(&o.Procedure, "procedure", "", a.tr("la `démarche`, s'il y en a une", "the `procedure`, if there is one"))
			f.StringVar(&until, "until", "", a.tr("dernier `jour` : 2027-06-30", "last `day`: 2027-06-30"))
			f.StringVar(&o.Kind, "kind", "", a.tr("la `sorte` de document (coffre kinds)", "the `kind` of document (coffre kinds)"))
			f.Int64Var(&o.Openings, "openings", 0, a.tr("`nombre` d'ouvertures permises ; sinon sans limite", "`number` of openings allowed; else any"))
			a.receiptFlag(f, &receipt)
		},
		run: func(ctx context.Context, args []string) error {
			var err error
			if o.Until, err = a.lastMoment(until); err != nil {
				return err
			}
			if o.Administration == "" || strings.TrimSpace(o.Purpose) == "" {
				return a.usage("%s", a.tr("Indiquez avec qui (--with) et pourquoi (--purpose).", "Say with whom (--with) and why (--purpose)."))
			}
			return a.share(ctx, args[0], o, receipt)
		},
	}
}

// lastMoment is the end of a day, here.
func (a *app) lastMoment(day string) (time.Time, error) {
	if day == "" {
		return time.Time{}, a.usage("%s", a.tr("Indiquez jusqu'à quel jour (--until 2027-06-30).", "Say until which day (--until 2027-06-30)."))
	}
	t, err := time.ParseInLocation("2006-01-02", day, time.Local)
	if err != nil {
		return time.Time{}, a.usage(a.tr("« %s » n'est pas un jour : écrivez-le comme 2027-06-30.", "%q is not a day: write it as 2027-06-30."), clean(day))
	}
	end := t.AddDate(0, 0, 1).Add(-time.Second)
	if !end.After(a.now()) {
		return time.Time{}, a.usage(a.tr("Le %s est passé : choisissez un jour à venir.", "%s is over: choose a day to come."), a.day(t))
	}
	return end, nil
}

func (a *app) share(ctx context.Context, name string, o client.ShareOrder, receipt string) error {
	c, s, err := a.unlock(ctx)
	if err != nil {
		return err
	}
	e, err := a.find(s, name)
	if err != nil {
		return err
	}
	if _, err := c.FindAdministration(ctx, o.Administration); err != nil {
		return a.unknownAdministration(err, o.Administration)
	}
	g, err := s.Share(ctx, e, o)
	switch {
	case errors.Is(err, client.ErrNotFound): // the service: its message lists those there are
		return a.fail(err, "%s", clean(err.Error()))
	case client.IsProblem(err, "invalid"):
		return a.fail(err, "%s", a.tr("Le serveur refuse ce partage : sa fin est passée, ou le but dépasse 200 caractères ou une ligne.",
			"The server refuses this share: its end is past, or the purpose is longer than 200 characters or one line."))
	case err != nil:
		return err
	}
	a.say(a.tr("%s est partagé avec %s jusqu'au %s.\nPour arrêter : coffre unshare %s", "%s is shared with %s until %s.\nTo end it: coffre unshare %s"),
		clean(s.Path(e)), clean(g.AdministrationName), a.day(g.NotAfter), clean(g.ID))
	if receipt == "" {
		return nil
	}
	r, err := s.ShareReceipt(ctx, g.ID)
	if err != nil {
		return err
	}
	return a.keepReceipt(receipt, r)
}

func (a *app) unknownAdministration(err error, name string) error {
	switch {
	case errors.Is(err, client.ErrNotFound):
		return a.fail(err, a.tr("Aucune administration « %s » ici. La liste : coffre administrations", "No administration %q here. The list: coffre administrations"), shortened(name))
	case errors.Is(err, client.ErrAmbiguous):
		return a.fail(err, a.tr("Plusieurs administrations répondent à « %s » : donnez le nom entier ou le SIRET.", "Several administrations match %q: give the whole name or the SIRET."), shortened(name))
	}
	return err
}

func (a *app) administrationsCommand() command {
	var asJSON bool
	return command{
		name: "administrations", args: a.tr("[MOTS]", "[WORDS]"), online: true, most: 1,
		short: a.tr("les administrations avec qui partager", "the administrations to share with"),
		flags: func(f *flag.FlagSet) { f.BoolVar(&asJSON, "json", false, "JSON") },
		run: func(ctx context.Context, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			list, err := c.Administrations(ctx, strings.Join(args, " "))
			if err != nil {
				return err
			}
			if asJSON {
				return a.json(list)
			}
			var rows [][]string
			for _, adm := range list {
				var services []string
				for _, s := range adm.Services {
					services = append(services, s.Name)
				}
				rows = append(rows, []string{adm.Name, adm.SIRET, strings.Join(services, ", ")})
			}
			return a.table([]string{a.tr("NOM", "NAME"), "SIRET", a.tr("SERVICES", "SERVICES")}, rows)
		},
	}
}

func (a *app) sharesCommand() command {
	var asJSON bool
	return command{
		name: "shares", online: true, secret: true, most: 0,
		short: a.tr("ce qui est partagé, avec qui, jusqu'à quand", "what is shared, with whom, until when"),
		flags: func(f *flag.FlagSet) { f.BoolVar(&asJSON, "json", false, "JSON") },
		run: func(ctx context.Context, _ []string) error {
			c, s, err := a.unlock(ctx)
			if err != nil {
				return err
			}
			grants, err := c.Grants(ctx)
			if err != nil {
				return err
			}
			if asJSON {
				return a.json(grants)
			}
			var rows [][]string
			for _, g := range grants {
				rows = append(rows, []string{nameOf(s, g.Doc), g.AdministrationName, g.Purpose, a.day(g.NotAfter), a.state(g), g.ID})
			}
			return a.table([]string{a.tr("DOCUMENT", "DOCUMENT"), a.tr("AVEC", "WITH"), a.tr("BUT", "PURPOSE"), a.tr("JUSQU'AU", "UNTIL"), a.tr("ÉTAT", "STATE"), "ID"}, rows)
		},
	}
}

func (a *app) state(g client.Grant) string {
	switch g.State {
	case "ended":
		return a.tr("arrêté", "ended")
	case "expired":
		return a.tr("terminé", "expired")
	}
	if g.Used {
		return fmt.Sprintf(a.tr("ouvert %d fois, autant que permis", "opened %d times, as often as allowed"), g.Openings)
	}
	if g.Openings > 0 {
		return fmt.Sprintf(a.tr("ouvert %d fois", "opened %d times"), g.Openings)
	}
	return a.tr("pas encore ouvert", "not opened yet")
}

// nameOf is the document's name, kept after it was erased; else its id.
func nameOf(s *client.Safe, doc string) string {
	if e, err := s.Find(doc); err == nil {
		return s.Path(e)
	}
	for _, g := range s.Manifest().Gone {
		if g.ID == doc {
			return g.Name
		}
	}
	return doc
}

func (a *app) unshareCommand() command {
	return command{
		name: "unshare", args: "ID…", online: true, least: 1, most: -1,
		short: a.tr("arrêter des partages, tout de suite", "end shares, at once"),
		long: a.tr(`ID est celui que montre « coffre shares ». Ce qui a déjà été ouvert ne peut pas être
oublié de force ; rien de plus ne le sera.`,
			`ID is the one that coffre shares shows. What was opened already cannot be unread;
nothing more will be.`),
		run: func(ctx context.Context, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			return a.each(args, func(id string) error {
				err := c.EndGrant(ctx, id)
				if client.IsProblem(err, "not-found") {
					return a.fail(err, a.tr("Aucun partage « %s ». La liste : coffre shares", "No share %q. The list: coffre shares"), shortened(id))
				}
				if err != nil {
					return err
				}
				a.say(a.tr("arrêté : %s", "ended: %s"), clean(id))
				return nil
			})
		},
	}
}
