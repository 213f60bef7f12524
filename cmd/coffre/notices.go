package main

import (
	"context"
	"flag"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/client"
)

func (a *app) noticesCommand() command {
	var asJSON bool
	return command{
		name: "notices", args: a.tr("[email ADRESSE | code CODE | end ID]", "[email ADDRESS | code CODE | end ID]"), online: true, most: 2,
		short: a.tr("être prévenu par e-mail qu'il y a du nouveau, ou ne plus l'être", "hear by e-mail that there is news, or no longer"),
		long: a.tr(`Sans argument : comment vous êtes prévenu. Un message ne dit jamais de qui ni de quoi il
s'agit ; il en vient un par heure au plus, sauf pour ce qui est important.
  coffre notices email ADRESSE   y envoyer un code
  coffre notices code CODE       le donner : vous lisez bien cette adresse
  coffre notices end ID          effacer l'adresse`,
			`Without arguments: how you hear of news. A message never says who or what; there is at
most one an hour, except for what is important.
  coffre notices email ADDRESS   send a code there
  coffre notices code CODE       give it: you do read that address
  coffre notices end ID          erase the address`),
		flags: func(f *flag.FlagSet) { f.BoolVar(&asJSON, "json", false, "JSON") },
		run: func(ctx context.Context, args []string) error {
			act := strings.Join(args[:min(1, len(args))], "")
			if want, known := map[string]int{"": 0, "email": 2, "code": 2, "end": 2}[act]; !known || want != len(args) {
				return a.usage("%s", a.tr("Écrivez : coffre notices, ou coffre notices email ADRESSE, code CODE ou end ID", "Write: coffre notices, or coffre notices email ADDRESS, code CODE or end ID"))
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			switch act {
			case "email":
				return a.chooseEmail(ctx, c, args[1])
			case "code":
				return a.giveCode(ctx, c, args[1])
			case "end":
				return c.EndNotice(ctx, args[1])
			default:
				return a.listNotices(ctx, c, asJSON)
			}
		},
	}
}

func (a *app) chooseEmail(ctx context.Context, c *client.Client, address string) error {
	n, err := c.ChooseEmail(ctx, address, a.tr("fr", "en"))
	if err != nil {
		return err
	}
	a.say(a.tr("Un code de six chiffres est envoyé à %s. Ensuite : coffre notices code CODE", "A code of six digits is sent to %s. Then: coffre notices code CODE"), clean(n.Address))
	return nil
}

func (a *app) giveCode(ctx context.Context, c *client.Client, code string) error {
	all, err := c.Notices(ctx)
	if err != nil {
		return err
	}
	for _, n := range all.Items {
		if n.State != "unconfirmed" {
			continue
		}
		if err := c.ConfirmNotice(ctx, n.ID, strings.TrimSpace(code)); err != nil {
			return err
		}
		a.say(a.tr("Vous serez prévenu à %s.", "You will hear of news at %s."), clean(n.Address))
		return nil
	}
	return a.fail(client.ErrNotFound, "%s", a.tr("Aucune adresse n'attend de code. D'abord : coffre notices email ADRESSE", "No address waits for a code. First: coffre notices email ADDRESS"))
}

func (a *app) listNotices(ctx context.Context, c *client.Client, asJSON bool) error {
	all, err := c.Notices(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		return a.json(all)
	}
	var rows [][]string
	for _, n := range all.Items {
		address, way := n.Address, a.tr("e-mail", "e-mail")
		if n.Way == "push" {
			address, way = "", a.tr("navigateur", "browser")
		}
		rows = append(rows, []string{way, address, a.noticeState(n.State), a.day(n.Created), n.ID})
	}
	return a.table([]string{a.tr("PAR", "BY"), a.tr("ADRESSE", "ADDRESS"), a.tr("ÉTAT", "STATE"), a.tr("DEPUIS", "SINCE"), "ID"}, rows)
}

func (a *app) noticeState(state string) string {
	switch state {
	case "unconfirmed":
		return a.tr("code attendu", "code awaited")
	case "failing":
		return a.tr("rien n'arrive", "nothing arrives")
	case "lost":
		return a.tr("à choisir à nouveau", "to be chosen again")
	default:
		return a.tr("actif", "active")
	}
}

func (a *app) webhooksCommand() command {
	var s systemFlags
	var asJSON bool
	return command{
		name: "webhooks", args: "[add URL | end ID]", online: true, most: 2,
		short: a.tr("faire appeler un logiciel à chaque partage (agents, logiciels)", "have a system called at each share (agents, systems)"),
		long: a.tr(`Sans argument : les adresses appelées, et comment cela se passe. L'appel dit seulement
quoi demander ; il est signé, et revient sous le même numéro tant qu'il n'a pas été reçu.
  coffre webhooks add https://si.exemple.fr/coffre
  coffre webhooks end ID`,
			`Without arguments: what is called, and how it goes. A call says only what to ask for; it
is signed, and comes again under the same number until it was received.
  coffre webhooks add https://si.example.org/coffre
  coffre webhooks end ID`),
		flags: func(f *flag.FlagSet) {
			a.keyFlag(f, &s)
			f.BoolVar(&asJSON, "json", false, "JSON")
		},
		run: func(ctx context.Context, args []string) error {
			if len(args) == 1 || len(args) == 2 && args[0] != "add" && args[0] != "end" {
				return a.usage("%s", a.tr("Écrivez : coffre webhooks add URL ou coffre webhooks end ID", "Write: coffre webhooks add URL or coffre webhooks end ID"))
			}
			c, err := a.officeClient(ctx, s)
			if err != nil {
				return err
			}
			switch {
			case len(args) == 0:
				return a.listWebhooks(ctx, c, asJSON)
			case args[0] == "end":
				return c.EndWebhook(ctx, args[1])
			}
			w, err := c.RegisterWebhook(ctx, args[1])
			if err == nil {
				a.say("%s", w.ID)
			}
			return err
		},
	}
}

func (a *app) listWebhooks(ctx context.Context, c *client.Client, asJSON bool) error {
	hooks, hosts, err := c.Webhooks(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		return a.json(hooks)
	}
	var rows [][]string
	for _, w := range hooks {
		state := map[string]string{"new": a.tr("pas encore appelé", "not called yet"), "active": a.tr("reçu", "received")}[w.State]
		if w.State == "failing" {
			state = a.tr("en échec : ", "failing: ") + w.Reason
		}
		rows = append(rows, []string{w.URL, state, a.dayIf(w.Told), w.ID})
	}
	if err := a.table([]string{"URL", a.tr("ÉTAT", "STATE"), a.tr("DERNIER REÇU", "LAST RECEIVED"), "ID"}, rows); err != nil {
		return err
	}
	a.say(a.tr("Serveurs inscrits par l'exploitant : %s", "Servers that the operator has listed: %s"), clean(strings.Join(hosts, ", ")))
	return nil
}
