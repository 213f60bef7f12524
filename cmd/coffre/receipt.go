package main

import (
	"context"
	"errors"
	"flag"

	"github.com/coffre-citoyen/coffre/internal/client"
)

func (a *app) receiptCommand() command {
	var out, share, event string
	var link bool
	return command{
		name: "receipt", args: a.tr("[NOM]", "[NAME]"), online: true, secret: true, most: 1,
		short: a.tr("un reçu signé : d'un document, d'un partage, d'une ligne du journal", "a signed receipt: of a document, a share, a line of the journal"),
		long: a.tr(`Le reçu prouve à quiconque, sans compte ni connexion, qu'un acte est au journal et, pour
un document qui est dans le coffre, quels octets il a. Il ne dit ni son nom ni ce qu'il
contient. Le vérifier : coffre verify receipt, ou la page /verifier du site.
  coffre receipt avis.pdf --out recu.json       comment ce document est entré
  coffre receipt --share ID --link              un partage, en lien pour un code QR
  coffre receipt --event ID                     une ligne de coffre journal --json`,
			`The receipt proves to anybody, with no account and offline, that an act is in the journal
and, for a document that is in the safe, which bytes it has. It tells neither its name nor
what it says. To verify it: coffre verify receipt, or the site's page /verifier.
  coffre receipt notice.pdf --out receipt.json  how this document came in
  coffre receipt --share ID --link              a share, as a link for a QR code
  coffre receipt --event ID                     a line of coffre journal --json`),
		flags: func(f *flag.FlagSet) {
			f.StringVar(&out, "out", "", a.tr("`fichier` ; sinon la sortie standard", "`file`; else standard output"))
			f.StringVar(&share, "share", "", a.tr("`partage`, comme le montre coffre shares", "`share`, as coffre shares shows it"))
			f.StringVar(&event, "event", "", a.tr("`événement`, comme le montre coffre journal --json", "`event`, as coffre journal --json shows it"))
			f.BoolVar(&link, "link", false, a.tr("le lien court, pour un code QR", "the short link, for a QR code"))
		},
		run: func(ctx context.Context, args []string) error {
			if named := len(args) + count(share != "", event != ""); named != 1 {
				return a.usage("%s", a.tr("Un reçu de quoi ? Nommez un document, ou donnez --share ou --event.", "A receipt of what? Name a document, or give --share or --event."))
			}
			c, s, err := a.unlock(ctx)
			if err != nil {
				return err
			}
			var r client.Receipt
			switch {
			case share != "":
				r, err = s.ShareReceipt(ctx, share)
			case event != "":
				r, err = s.EventReceipt(ctx, event)
			default:
				e, err := a.find(s, args[0])
				if err != nil {
					return err
				}
				if r, err = s.DocumentReceipt(ctx, e); err != nil {
					return err
				}
			}
			if errors.Is(err, client.ErrNotFound) {
				return a.fail(err, "%s", a.tr("Le journal de ce coffre n'a pas cet acte.", "This safe's journal has no such act."))
			}
			if err != nil {
				return err
			}
			return a.giveReceipt(r, c.Server(), out, link)
		},
	}
}

func count(all ...bool) (n int) {
	for _, b := range all {
		if b {
			n++
		}
	}
	return n
}

func (a *app) giveReceipt(r client.Receipt, server, out string, link bool) error {
	if link {
		text, err := r.Link(server)
		if err != nil {
			return err
		}
		a.say("%s", text)
		if out == "" {
			return nil
		}
	}
	return a.keepReceipt(out, r)
}

// keepReceipt writes a receipt into a file that appears whole; "" is standard
// output.
func (a *app) keepReceipt(path string, r client.Receipt) error {
	b, err := r.Encode()
	if err != nil {
		return err
	}
	if path == "" {
		_, err := a.out.Write(b)
		return err
	}
	return client.WriteSecret(path, b)
}

// receiptFlag is that of commands that act: one file, of one act.
func (a *app) receiptFlag(f *flag.FlagSet, path *string) {
	f.StringVar(path, "receipt", "", a.tr("`fichier` où garder le reçu", "`file` to keep the receipt in"))
}

func (a *app) oneReceipt(path string, acts int) error {
	if path != "" && acts > 1 {
		return a.usage("%s", a.tr("--receipt va avec un seul document", "--receipt goes with one document"))
	}
	return nil
}

// withoutContent tells that a receipt is of the act alone.
func (a *app) withoutContent(err error) error {
	if errors.Is(err, client.ErrContent) && !client.IsAlarm(err) {
		a.note("%s", a.tr("Le reçu dit l'acte, et pas quels octets a le document : le journal n'engage personne sur ceux-ci.",
			"The receipt tells the act, not which bytes the document has: the journal commits nobody to these."))
		return nil
	}
	return err
}
