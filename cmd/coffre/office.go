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
	var w watchOptions
	return command{
		name: "fetch", args: a.tr("[ID… | --watch DOSSIER]", "[ID… | --watch DIRECTORY]"), online: true, secret: true, most: -1,
		short: a.tr("ouvrir ce qu'un usager a partagé (agents, logiciels)", "open what a citizen has shared (agents, systems)"),
		long: a.tr(`ID est celui que montre « coffre received ». La clé demandée est celle de
l'administration. Le document n'apparaît que si l'usager a bien signé ce partage, pour
cette administration et jusqu'à une date à venir, et si le journal dit qu'il a été ouvert.
L'administration signe ce qu'elle a reçu ; l'usager le voit.

Avec --watch, tout ce qui peut être ouvert arrive dans un dossier, sans fin : un document
n'y apparaît qu'entier et vérifié, à côté d'un fichier .coffre.json qui dit ce qu'il est et
prouve d'où il vient. Une coupure ne perd rien et ne double rien : le dossier dit où l'on
en est (.coffre, à ne pas toucher). À la fin d'un partage, la copie est effacée et
l'effacement attesté. Un document infecté (--scan) va dans quarantine/.`,
			`ID is the one that coffre received shows. The key that is asked for is the
administration's. The document appears only if the citizen has signed this share, for
this administration and until a date to come, and the journal tells of the opening.
The administration signs what it received; the citizen sees it.

With --watch, everything that can be opened comes into a directory, for ever: a document
appears there only whole and verified, beside a file .coffre.json that says what it is and
proves where it comes from. An interruption loses nothing and doubles nothing: the directory
knows how far it has come (.coffre, not to be touched). When a share ends, the copy is deleted
and the deletion attested. An infected document (--scan) goes into quarantine/.`),
		flags: func(f *flag.FlagSet) {
			a.keyFlag(f, &s)
			f.StringVar(&out, "out", "", a.tr("`fichier` ou dossier ; - pour la sortie standard ; sinon le nom du document, ici", "`file` or directory; - for standard output; else the document's name, here"))
			f.BoolVar(&o.Force, "force", false, a.tr("remplacer un fichier qui existe", "replace a file that exists"))
			a.receiptFlag(f, &receipt)
			a.watchFlags(f, &w)
		},
		run: func(ctx context.Context, args []string) error {
			if err := a.fetchesOne(w, args); err != nil {
				return err
			}
			if err := a.oneReceipt(receipt, len(args)); err != nil {
				return err
			}
			if len(args) > 1 && out != "" && !isDir(out) {
				return a.usage("%s", a.tr("pour plusieurs documents, --out est un dossier qui existe", "for several documents, --out is a directory that exists"))
			}
			c, office, err := a.openOffice(ctx, s)
			if err != nil {
				return err
			}
			if w.dir != "" {
				return a.watch(ctx, c, office, w)
			}
			return a.each(args, func(id string) error { return a.fetch(ctx, office, id, out, receipt, o) })
		},
	}
}

// openOffice asks for the secret only of somebody who may use it.
func (a *app) openOffice(ctx context.Context, s systemFlags) (*client.Client, *client.Office, error) {
	c, err := a.officeClient(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	if _, err := c.Administration(ctx); err != nil {
		return nil, nil, err
	}
	office, err := a.unlockOffice(ctx, c)
	return c, office, err
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
	a.acknowledge(ctx, office, g, err)
	if err != nil {
		return err
	}
	return a.issued(found)
}

// acknowledge says what came of a retrieval. That it could not be said is told,
// and takes nothing from what was opened.
func (a *app) acknowledge(ctx context.Context, office *client.Office, g client.Accepted, err error) {
	outcome := client.OutcomeOf(err)
	if outcome == "" {
		return
	}
	if err := office.AcknowledgeNow(ctx, g, outcome); err != nil {
		a.note(a.tr("La réception n'a pas pu être confirmée à l'usager : %s", "The receipt could not be confirmed to the citizen: %s"), a.explain(err).Error())
	}
}

// unlockOffice asks for the secret of the administration's key.
func (a *app) unlockOffice(ctx context.Context, c *client.Client) (*client.Office, error) {
	p, err := a.readSecret(ctx)
	if err != nil {
		return nil, err
	}
	return c.UnlockOffice(ctx, p)
}
