package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// recoverOptions are the flags of `coffre recover`.
type recoverOptions struct {
	dir       string
	yes, json bool
}

func (a *app) recoverCommand() command {
	var o recoverOptions
	return command{
		name: "recover", args: "start | status | cancel | finish", online: true, secret: true, least: 1, most: 1,
		short: a.tr("rouvrir son coffre avec l'aide de ses gardiens, quand toutes ses clés sont perdues", "open one's safe again with the help of one's guardians, when all its keys are lost"),
		long: a.tr(`Il faut avoir nommé des gardiens avant (coffre custodians) et pouvoir se connecter.
  coffre recover start    tire une nouvelle clé papier, puis demande leur part aux gardiens
  coffre recover status   où en est la demande, et ses six mots
  coffre recover finish   rouvre le coffre, deux parts une fois données, avec la nouvelle
                          clé papier (--secret-file) et une nouvelle phrase de passe
  coffre recover cancel   arrête la demande ; aussi si elle n'est pas de vous

Dites vous-même les six mots à vos gardiens, de vive voix : c'est à cela qu'ils
reconnaissent votre demande. Gardez la nouvelle clé papier : elle seule ouvre les parts.
Les anciennes clés n'ouvriront plus rien.

Avec --keep-in, les nouvelles clés sont écrites dans ce dossier, dans des fichiers que
vous seul pouvez lire.`,
			`Guardians have to have been named before (coffre custodians), and you have to be able to
log in.
  coffre recover start    draws a new paper key, then asks the guardians for their shares
  coffre recover status   how the request stands, and its six words
  coffre recover finish   opens the safe again, once two shares are given, with the new
                          paper key (--secret-file) and a new passphrase
  coffre recover cancel   stops the request; also when it is not yours

Tell your guardians the six words yourself, by voice: it is by them that they know your
request. Keep the new paper key: nothing else opens the shares. The former keys will
open nothing any more.

With --keep-in the new keys are written into that directory, in files that only you can
read.`),
		flags: func(f *flag.FlagSet) {
			f.StringVar(&o.dir, "keep-in", "", a.tr("start, finish : `dossier` où écrire la clé, au lieu de la retaper", "start, finish: `directory` to write the key into, instead of typing it back"))
			f.BoolVar(&o.yes, "yes", false, a.tr("cancel : ne pas demander de confirmation", "cancel: do not ask for confirmation"))
			f.BoolVar(&o.json, "json", false, "JSON")
		},
		run: func(ctx context.Context, args []string) error { return a.recover(ctx, args[0], o) },
	}
}

func (a *app) recover(ctx context.Context, act string, o recoverOptions) error {
	does := map[string]func(context.Context, *client.Client, recoverOptions) error{
		"start": a.startRecovery, "status": a.recoveryStatus, "cancel": a.cancelRecovery, "finish": a.finishRecovery,
	}[act]
	if does == nil {
		return a.usage("%s", a.tr("Écrivez : coffre recover start, status, cancel ou finish", "Write: coffre recover start, status, cancel or finish"))
	}
	c, err := a.client()
	if err != nil {
		return err
	}
	if _, err := c.Me(ctx); err != nil { // before anybody writes words down
		return err
	}
	return does(ctx, c, o)
}

// newKey draws a key of that kind and has it kept or written down.
func (a *app) newKey(ctx context.Context, kind, file, dir string) (sealed.NewUnlocker, string, error) {
	paper, text, err := a.draw()
	if err != nil {
		return sealed.NewUnlocker{}, "", err
	}
	if kind == sealed.KindPaper {
		text = paper
	}
	if dir == "" {
		n, err := a.teachNew(ctx, kind, text)
		return n, "", err
	}
	kept := freeName(dir, file)
	n, err := keepKey(kept, kind, text)
	return n, kept, err
}

// dropKey removes a key that opens nothing, unless it may: an answer that was
// lost, or that is not believed, does not say that nothing was done.
func dropKey(kept string, err error) error {
	if kept == "" || errors.Is(err, client.ErrOffline) || client.IsAlarm(err) {
		return err
	}
	return errors.Join(err, os.Remove(kept))
}

func (a *app) startRecovery(ctx context.Context, c *client.Client, o recoverOptions) error {
	if r, err := c.Recovery(ctx); err == nil && r.State == "open" {
		return a.fail(nil, "%s", a.tr("Une demande est déjà en cours : coffre recover status. Si elle n'est pas de vous : coffre recover cancel",
			"A request is under way already: coffre recover status. If it is not yours: coffre recover cancel"))
	}
	paper, kept, err := a.newKey(ctx, sealed.KindPaper, "recovery-key", o.dir)
	if err != nil {
		return err
	}
	r, err := c.StartRecovery(ctx, paper.P)
	if err != nil {
		return dropKey(kept, err)
	}
	if kept != "" {
		a.say("%s", clean(filepath.ToSlash(kept)))
	}
	a.note("%s", a.tr("La demande est faite. Appelez vos gardiens, ou allez les voir, et dites-leur ces six mots :",
		"The request is made. Call your guardians, or go and see them, and tell them these six words:"))
	if err := a.sayCode(r.Request); err != nil {
		return err
	}
	a.note("%s", a.tr("Chacun attend ensuite le délai que vous aviez choisi. Quand deux parts seront là : coffre recover finish",
		"Each of them then waits for the delay that you had chosen. When two shares are there: coffre recover finish"))
	return nil
}

func (a *app) sayCode(request []byte) error {
	words, err := sealed.RequestCode(request, a.lang)
	if err != nil {
		return err
	}
	a.say("  %s", strings.Join(words, " "))
	return nil
}

func (a *app) recoveryStatus(ctx context.Context, c *client.Client, o recoverOptions) error {
	r, err := c.Recovery(ctx)
	if errors.Is(err, client.ErrNotFound) {
		return a.fail(err, "%s", a.tr("Aucune récupération n'a été demandée pour ce coffre.", "No recovery was ever asked for this safe."))
	}
	if err != nil {
		return err
	}
	if o.json {
		return a.json(r)
	}
	if r.State != "open" {
		a.say(a.tr("La demande du %s est terminée (%s).", "The request of %s is over (%s)."), a.day(r.Created), clean(r.Reason))
		return nil
	}
	a.say(a.tr("Demande du %s. Ses six mots :", "Request of %s. Its six words:"), a.day(r.Created))
	if err := a.sayCode(r.Request); err != nil {
		return err
	}
	var rows [][]string
	for _, p := range r.Parts {
		rows = append(rows, []string{p.Name, a.dayIf(p.AgreedAt), a.dayIf(p.GivenAt)})
	}
	if err := a.table([]string{a.tr("GARDIEN", "GUARDIAN"), a.tr("ACCORD", "AGREED"), a.tr("PART DONNÉE", "SHARE GIVEN")}, rows); err != nil {
		return fmt.Errorf("list guardians: %w", err)
	}
	a.note("%s", a.tr("Cette demande n'est pas de vous ? Arrêtez-la tout de suite : coffre recover cancel", "Not your request? Stop it at once: coffre recover cancel"))
	return nil
}

func (a *app) dayIf(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return a.day(*t)
}

func (a *app) cancelRecovery(ctx context.Context, c *client.Client, o recoverOptions) error {
	if err := a.confirm(ctx, o.yes, a.tr("Arrêter la demande de récupération ?", "Stop the recovery?")); err != nil {
		return err
	}
	err := c.CancelRecovery(ctx)
	if errors.Is(err, client.ErrNotFound) || client.IsProblem(err, "not-found") {
		return a.fail(err, "%s", a.tr("Aucune demande n'est en cours.", "No request is under way."))
	}
	if err != nil {
		return err
	}
	a.say("%s", a.tr("La demande est arrêtée, et le journal public le prouve. Prévenez vos gardiens.", "The request is stopped, and the public journal proves it. Tell your guardians."))
	return nil
}

func (a *app) finishRecovery(ctx context.Context, c *client.Client, o recoverOptions) error {
	text, err := a.secretText(ctx)
	if err != nil {
		return err
	}
	paper, err := sealed.ParsePaper(text)
	if err != nil {
		return err
	}
	second, kept, err := a.newKey(ctx, sealed.KindPassphrase, "passphrase", o.dir)
	if err != nil {
		return err
	}
	label := fmt.Sprintf(a.tr("Clé papier du %s", "Paper key of %s"), a.day(a.now()))
	s, err := c.FinishRecovery(ctx, paper, label, second)
	if err != nil {
		return dropKey(kept, err)
	}
	if kept != "" {
		a.say("%s", clean(filepath.ToSlash(kept)))
	}
	a.say(a.tr("Votre coffre est rouvert : %d documents. Il s'ouvre avec cette clé papier et cette phrase de passe, et plus avec les clés d'avant.",
		"Your safe is open again: %d documents. It opens with this paper key and this passphrase, and no longer with the keys of before."), len(s.Manifest().Docs))
	a.note("%s", a.tr("Il n'a plus de gardiens : nommez-en à nouveau avec coffre custodians set", "It has no guardians any more: name some again with coffre custodians set"))
	return nil
}
