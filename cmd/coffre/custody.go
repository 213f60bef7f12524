package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

func (a *app) custodyCommand() command {
	var code string
	var asJSON bool
	return command{
		name: "custody", args: a.tr("[list | agree NOM|ID | give NOM|ID]", "[list | agree NAME|ID | give NAME|ID]"), online: true, secret: true, most: 2,
		short: a.tr("être gardien d'un autre : voir, donner son accord, donner sa part", "being somebody's guardian: see, agree, give one's share"),
		long: a.tr(`Pour un usager comme pour un agent, dont c'est alors l'administration qui est gardienne.
  coffre custody                 de qui, et ce qui est demandé
  coffre custody agree NOM       donner son accord ; le délai commence
  coffre custody give NOM        donner sa part, le délai passé

Ne donnez votre accord qu'à une personne que vous connaissez et qui vous a dit elle-même,
en face ou d'une voix que vous reconnaissez, les six mots de sa demande. Un message ne
suffit pas : quelqu'un d'autre peut l'avoir écrit. Tout le reste est vérifié ici.`,
			`For a citizen as for an agent, whose administration is the guardian then.
  coffre custody                 whose, and what is asked
  coffre custody agree NAME      agree; the delay begins
  coffre custody give NAME       give the share, once the delay is over

Agree only for somebody you know, who has told you the six words of the request in
person, face to face or in a voice that you recognise. A message is not enough: somebody
else may have written it. Everything else is verified here.`),
		flags: func(f *flag.FlagSet) {
			f.StringVar(&code, "code", "", a.tr("agree : les six `mots`, au lieu de la question", "agree: the six `words`, instead of being asked"))
			f.BoolVar(&asJSON, "json", false, "JSON")
		},
		run: func(ctx context.Context, args []string) error { return a.custody(ctx, args, code, asJSON) },
	}
}

func (a *app) custody(ctx context.Context, args []string, code string, asJSON bool) error {
	act := strings.Join(args[:min(1, len(args))], "")
	wants, known := map[string]int{"": 0, "list": 1, "agree": 2, "give": 2}[act]
	if !known || len(args) != wants {
		return a.usage("%s", a.tr("Écrivez : coffre custody, ou coffre custody agree NOM ou give NOM", "Write: coffre custody, or coffre custody agree NAME or give NAME"))
	}
	k, err := a.custodian(ctx)
	if err != nil {
		return err
	}
	if wants < 2 {
		return a.listCustodies(ctx, k, asJSON)
	}
	h, err := k.Find(ctx, args[1])
	if errors.Is(err, client.ErrNotFound) {
		return a.fail(err, a.tr("Vous n'êtes pas gardien de « %s ». La liste : coffre custody", "You are not a guardian of %q. The list: coffre custody"), shortened(args[1]))
	}
	if err != nil {
		return err
	}
	if act == "agree" {
		return a.agree(ctx, k, h, code)
	}
	if err := k.Give(ctx, h); err != nil {
		return a.notGiven(err)
	}
	a.say(a.tr("Votre part est donnée à %s, scellée pour sa nouvelle clé.", "Your share is given to %s, sealed to the new key."), clean(h.Custody.Holder))
	return nil
}

// custodian opens what the caller acts with: her own safe, or the key of her
// administration.
func (a *app) custodian(ctx context.Context) (*client.Custodian, error) {
	c, err := a.client()
	if err != nil {
		return nil, err
	}
	me, err := c.Me(ctx)
	if err != nil {
		return nil, err
	}
	p, err := a.readSecret(ctx)
	if err != nil {
		return nil, err
	}
	if me.Office != nil {
		return c.UnlockCustodian(ctx, p)
	}
	s, err := c.Unlock(ctx, p)
	if err != nil {
		return nil, err
	}
	return s.Custodian(), nil
}

func (a *app) listCustodies(ctx context.Context, k *client.Custodian, asJSON bool) error {
	all, err := k.List(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		var out []map[string]any
		for _, h := range all {
			out = append(out, map[string]any{"safe": h.Custody.Safe, "holder": h.Custody.Holder, "custodian": h.Own.ID, "state": a.askedState(h), "delay": h.Custody.Delay})
		}
		return a.json(out)
	}
	var rows [][]string
	for _, h := range all {
		rows = append(rows, []string{h.Custody.Holder, a.askedState(h), h.Custody.Safe})
	}
	return a.table([]string{a.tr("DE QUI", "WHOSE"), a.tr("DEMANDE", "REQUEST"), "ID"}, rows)
}

func (a *app) askedState(h client.Held) string {
	switch q := h.Asked; {
	case q == nil:
		return a.tr("rien n'est demandé", "nothing is asked")
	case q.Given:
		return a.tr("part donnée", "share given")
	case !q.Open:
		return a.tr("terminée", "over")
	case q.Due.IsZero():
		return a.tr("attend votre accord", "waits for you to agree")
	default:
		return fmt.Sprintf(a.tr("accord donné ; part à donner dès le %s", "agreed; give the share from %s"), a.moment(q.Due))
	}
}

func (a *app) agree(ctx context.Context, k *client.Custodian, h client.Held, code string) error {
	if h.Asked == nil || !h.Asked.Open {
		return a.fail(nil, a.tr("Rien n'est demandé en ce moment pour %s.", "Nothing is asked for %s at the moment."), clean(h.Custody.Holder))
	}
	if code == "" {
		var err error
		if code, err = a.askCode(ctx, h); err != nil {
			return err
		}
	}
	due, err := k.Agree(ctx, h, code)
	var words *sealed.WordsError
	switch {
	case errors.As(err, &words) && words.Word != "":
		return a.fail(err, a.tr("Le mot n° %d n'est pas dans la liste des mots : faites-le répéter.", "Word %d is not in the list of words: have it said again."), words.Index+1)
	case errors.As(err, &words):
		return a.fail(err, "%s", a.tr("Il faut six mots, dans l'ordre.", "It takes six words, in order."))
	case err != nil:
		return err
	}
	a.say(a.tr("Votre accord est noté. Donnez votre part à partir du %s : coffre custody give %s", "Your agreement is noted. Give your share from %s on: coffre custody give %s"), a.moment(due), h.Custody.Safe)
	return nil
}

func (a *app) askCode(ctx context.Context, h client.Held) (string, error) {
	t, err := a.tty()
	if err != nil {
		return "", a.usage("%s", a.tr("Il n'y a personne à qui demander les six mots : indiquez-les avec --code.", "There is nobody to ask for the six words: give them with --code."))
	}
	defer func() { _ = t.Close() }()
	question := fmt.Sprintf(a.tr("%s demande à récupérer son coffre.\nQuels six mots vous a dits cette personne elle-même, en face ou d'une voix que vous connaissez ?\n> ",
		"%s asks to recover the safe.\nWhich six words has this person told you, face to face or in a voice that you know?\n> "), clean(h.Custody.Holder))
	return t.ReadLine(ctx, question)
}

func (a *app) notGiven(err error) error {
	var early *client.TooEarlyError
	if errors.As(err, &early) {
		return a.fail(err, a.tr("Le délai n'est pas passé à l'horloge de cette machine : revenez à partir du %s.", "The delay is not over by this machine's clock: come back from %s on."), a.moment(early.Due))
	}
	if errors.Is(err, client.ErrNotAsked) {
		return a.fail(err, "%s", a.tr("Donnez d'abord votre accord : coffre custody agree", "Agree first: coffre custody agree"))
	}
	return err
}
