package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/coffre-citoyen/coffre/internal/client"
)

func (a *app) inboxCommand() command {
	var folder string
	var asJSON bool
	return command{
		name: "inbox", args: a.tr("[adopt|refuse NOM…]", "[adopt|refuse NAME…]"), online: true, secret: true, most: -1,
		short: a.tr("les dépôts en attente ; les ranger (adopt) ou les refuser", "deposits that wait; take them in (adopt) or refuse them"),
		long: a.tr(`Sans argument : la liste. Un dépôt n'est signé par personne : son nom et son contenu
sont la parole du déposant, jusqu'à ce que vous le rangiez.
  coffre inbox adopt NOM…    le ranger dans le coffre
  coffre inbox refuse NOM…   l'effacer sans le prendre`,
			`Without arguments: the list. Nobody has signed a deposit: its name and content are
the depositor's word until you take it in.
  coffre inbox adopt NAME…    take it into the safe
  coffre inbox refuse NAME…   erase it without taking it`),
		flags: func(f *flag.FlagSet) {
			f.StringVar(&folder, "folder", "", a.tr("`dossier` où ranger", "`folder` to file it in"))
			f.BoolVar(&asJSON, "json", false, "JSON")
		},
		run: func(ctx context.Context, args []string) error {
			if len(args) == 1 || len(args) > 0 && args[0] != "adopt" && args[0] != "refuse" {
				return a.usage("%s", a.tr("Écrivez : coffre inbox adopt NOM… ou coffre inbox refuse NOM…", "Write: coffre inbox adopt NAME… or coffre inbox refuse NAME…"))
			}
			_, s, err := a.unlock(ctx)
			if err != nil {
				return err
			}
			waiting, err := s.Inbox(ctx)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return a.listInbox(ctx, s, waiting, asJSON)
			}
			return a.each(args[1:], func(name string) error {
				return a.decide(ctx, s, waiting, name, args[0] == "adopt", folder)
			})
		},
	}
}

func (a *app) decide(ctx context.Context, s *client.Safe, waiting []client.Waiting, name string, adopt bool, folder string) error {
	w, err := client.FindWaiting(waiting, name)
	if err != nil {
		return err
	}
	if !adopt {
		if err := s.Refuse(ctx, w); err != nil {
			return err
		}
		a.say(a.tr("refusé : %s", "refused: %s"), clean(w.Name))
		return nil
	}
	e, err := s.Adopt(ctx, w, folder)
	if err != nil {
		return err
	}
	if e, err = s.Find(e.ID); err != nil {
		return err
	}
	a.say(a.tr("rangé : %s", "taken in: %s"), clean(s.Path(e)))
	return nil
}

// listedSize is how large a deposit is at most that is opened to show, in a list,
// whether its issuer's mark is true.
const listedSize = 16 << 20

func (a *app) listInbox(ctx context.Context, s *client.Safe, waiting []client.Waiting, asJSON bool) error {
	var rows [][]string
	type line struct {
		client.Deposit
		Name  string `json:"name"`
		Type  string `json:"type"`
		Size  int64  `json:"size"`
		Error string `json:"error,omitempty"`
		// Issued is what the mark of its issuer is worth; nil when there is none, or
		// the document is too large to be opened for a list.
		Issued *client.Issued `json:"issued,omitempty"`
	}
	lines := []line{}
	var wrong error
	for _, w := range waiting {
		l := line{Deposit: w.Deposit, Name: w.Name, Type: w.Type, Size: w.Size}
		name := w.Name
		if w.Err != nil {
			wrong, l.Error = w.Err, w.Err.Error()
			name = a.tr("(ALERTE : bordereau faux)", "(ALARM: false slip)")
		}
		if w.Size <= listedSize {
			var err error
			if l.Issued, err = s.Issued(ctx, w); err != nil && w.Err == nil {
				return err
			}
		}
		lines = append(lines, l)
		rows = append(rows, []string{name, a.size(w.Size), w.OriginName, a.moment(w.Deposited), a.issuedWord(l.Issued), w.Doc})
	}
	var err error
	if asJSON {
		err = a.json(lines)
	} else {
		err = a.table([]string{a.tr("NOM", "NAME"), a.tr("TAILLE", "SIZE"), a.tr("DE", "FROM"), a.tr("DÉPOSÉ", "DEPOSITED"), a.tr("ÉMETTEUR", "ISSUER"), "ID"}, rows)
	}
	if err == nil {
		err = wrong
	}
	return err
}

func (a *app) addressCommand() command {
	var asJSON bool
	return command{
		name: "address", args: a.tr("[add ADMINISTRATION | end ID]", "[add ADMINISTRATION | end ID]"), online: true, most: 2,
		short: a.tr("laisser une administration déposer dans le coffre, ou l'arrêter", "let an administration deposit in the safe, or stop it"),
		long: a.tr(`Sans argument : la liste des adresses de dépôt.
  coffre address add "Université de Valmont"   en créer une, à donner à l'administration
  coffre address end ID                        l'arrêter`,
			`Without arguments: the list of deposit addresses.
  coffre address add "Université de Valmont"   make one, to give to the administration
  coffre address end ID                        stop it`),
		flags: func(f *flag.FlagSet) { f.BoolVar(&asJSON, "json", false, "JSON") },
		run: func(ctx context.Context, args []string) error {
			if len(args) == 1 || len(args) == 2 && args[0] != "add" && args[0] != "end" {
				return a.usage("%s", a.tr("Écrivez : coffre address add ADMINISTRATION ou coffre address end ID", "Write: coffre address add ADMINISTRATION or coffre address end ID"))
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			switch {
			case len(args) == 0:
				return a.listAddresses(ctx, c, asJSON)
			case args[0] == "add":
				return a.addAddress(ctx, c, args[1], asJSON)
			}
			if err := c.EndAddress(ctx, args[1]); err != nil {
				return err
			}
			a.say(a.tr("arrêtée : %s", "stopped: %s"), clean(args[1]))
			return nil
		},
	}
}

// addAddress prints the address alone: it is to be copied.
func (a *app) addAddress(ctx context.Context, c *client.Client, name string, asJSON bool) error {
	adm, err := c.FindAdministration(ctx, name)
	if err != nil {
		return a.unknownAdministration(err, name)
	}
	made, err := c.CreateAddress(ctx, adm.ID)
	if err != nil {
		return err
	}
	if asJSON {
		return a.json(made)
	}
	a.note(a.tr("%s peut déposer à cette adresse :", "%s may deposit at this address:"), clean(adm.Name))
	a.say("%s", clean(made.ID))
	return nil
}

func (a *app) listAddresses(ctx context.Context, c *client.Client, asJSON bool) error {
	list, err := c.Addresses(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		return a.json(list)
	}
	var rows [][]string
	for _, ad := range list {
		rows = append(rows, []string{ad.AdministrationName, a.day(ad.Created), ad.ID})
	}
	if err := a.table([]string{a.tr("ADMINISTRATION", "ADMINISTRATION"), a.tr("DEPUIS", "SINCE"), a.tr("ADRESSE", "ADDRESS")}, rows); err != nil {
		return fmt.Errorf("list addresses: %w", err)
	}
	return nil
}
