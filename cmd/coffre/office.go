package main

import (
	"context"
	"errors"
	"flag"

	"github.com/coffre-citoyen/coffre/internal/client"
)

// officeClient is an agent who logged in, or a system with its key.
func (a *app) officeClient(ctx context.Context, s systemFlags) (*client.Client, error) {
	if s.key == "" {
		return a.client()
	}
	return a.systemClient(ctx, s)
}

func (a *app) receivedCommand() command {
	var s systemFlags
	var asJSON bool
	return command{
		name: "received", online: true, most: 0,
		short: a.tr("ce qui est partagé avec son administration (agents, logiciels)", "what is shared with one's administration (agents, systems)"),
		flags: func(f *flag.FlagSet) {
			a.keyFlag(f, &s)
			f.BoolVar(&asJSON, "json", false, "JSON")
		},
		run: func(ctx context.Context, _ []string) error {
			c, err := a.officeClient(ctx, s)
			if err != nil {
				return err
			}
			grants, err := c.Received(ctx)
			if err != nil {
				return err
			}
			if asJSON {
				return a.json(grants)
			}
			var rows [][]string
			for _, g := range grants {
				rows = append(rows, []string{g.Holder, g.Purpose, g.Service, a.day(g.NotAfter), a.state(g), g.ID})
			}
			return a.table([]string{a.tr("USAGER", "CITIZEN"), a.tr("BUT", "PURPOSE"), a.tr("SERVICE", "SERVICE"), a.tr("JUSQU'AU", "UNTIL"), a.tr("ÉTAT", "STATE"), "ID"}, rows)
		},
	}
}

func (a *app) fetchCommand() command {
	var s systemFlags
	var out, receipt string
	var o client.GetOptions
	return command{
		name: "fetch", args: "ID…", online: true, secret: true, least: 1, most: -1,
		short: a.tr("ouvrir ce qu'un usager a partagé (agents, logiciels)", "open what a citizen has shared (agents, systems)"),
		long: a.tr(`ID est celui que montre « coffre received ». La clé demandée est celle de
l'administration. Le document n'apparaît que si l'usager a bien signé ce partage, pour
cette administration et jusqu'à une date à venir, et si le journal dit qu'il a été ouvert.`,
			`ID is the one that coffre received shows. The key that is asked for is the
administration's. The document appears only if the citizen has signed this share, for
this administration and until a date to come, and the journal tells of the opening.`),
		flags: func(f *flag.FlagSet) {
			a.keyFlag(f, &s)
			f.StringVar(&out, "out", "", a.tr("`fichier` ou dossier ; - pour la sortie standard ; sinon le nom du document, ici", "`file` or directory; - for standard output; else the document's name, here"))
			f.BoolVar(&o.Force, "force", false, a.tr("remplacer un fichier qui existe", "replace a file that exists"))
			a.receiptFlag(f, &receipt)
		},
		run: func(ctx context.Context, args []string) error {
			if err := a.oneReceipt(receipt, len(args)); err != nil {
				return err
			}
			if len(args) > 1 && out != "" && !isDir(out) {
				return a.usage("%s", a.tr("pour plusieurs documents, --out est un dossier qui existe", "for several documents, --out is a directory that exists"))
			}
			c, err := a.officeClient(ctx, s)
			if err != nil {
				return err
			}
			if _, err := c.Administration(ctx); err != nil {
				return err
			}
			office, err := a.unlockOffice(ctx, c)
			if err != nil {
				return err
			}
			return a.each(args, func(id string) error { return a.fetch(ctx, office, id, out, receipt, o) })
		},
	}
}

func (a *app) fetch(ctx context.Context, office *client.Office, id, out, receipt string, o client.GetOptions) error {
	g, err := office.AcceptProven(ctx, id)
	if client.IsProblem(err, "not-found") || errors.Is(err, client.ErrNotFound) {
		return a.fail(err, a.tr("Aucun partage « %s » pour votre administration. La liste : coffre received", "No share %q for your administration. The list: coffre received"), shortened(id))
	}
	if err != nil {
		return err
	}
	if m := g.Mandate; m != nil {
		a.note(a.tr("Partagé par %s, %s, pour le compte de l'usager.", "Shared by %s, %s, on behalf of the citizen."), m.MediatorName, m.StructureName)
	}
	o.Progress = a.progress(g.Grant.Name)
	var found *client.Issued
	err = a.deliver(out, g.Grant.Name, func(path string, force bool) error {
		o.Force = o.Force || force
		r, err := office.FetchProven(ctx, id, g, path, telling(o, &found))
		if receipt == "" {
			if errors.Is(err, client.ErrContent) && !client.IsAlarm(err) {
				err = nil // nobody asked which bytes the journal tells of
			}
			return err
		}
		if err := a.withoutContent(err); err != nil {
			return err
		}
		return a.keepReceipt(receipt, r)
	})
	if err != nil {
		return err
	}
	return a.issued(found)
}

// unlockOffice asks for the secret of the administration's key.
func (a *app) unlockOffice(ctx context.Context, c *client.Client) (*client.Office, error) {
	p, err := a.readSecret(ctx)
	if err != nil {
		return nil, err
	}
	return c.UnlockOffice(ctx, p)
}
