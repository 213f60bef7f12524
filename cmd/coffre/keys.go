package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// keysOptions are the flags of `coffre keys`.
type keysOptions struct {
	dir, label      string
	yes, json, root bool
}

func (a *app) keysCommand() command {
	var o keysOptions
	return command{
		name: "keys", args: a.tr("[add paper|passphrase | test | rename ID NOM | remove ID | renew | finish | upgrade]", "[add paper|passphrase | test | rename ID NAME | remove ID | renew | finish | upgrade]"),
		online: true, secret: true, most: 3,
		short: a.tr("les clés du coffre : en ajouter, essayer, renommer, retirer ; changer la serrure", "the safe's keys: add, try, rename, remove one; change the lock"),
		long: a.tr(`Sans argument : la liste. Chacune de ces clés ouvre à elle seule le coffre.
  coffre keys add paper|passphrase   en tirer une nouvelle, montrée une fois et retapée
  coffre keys test                   essayer une clé : le coffre est ouvert avec elle
  coffre keys rename ID NOM          l'appeler autrement
  coffre keys remove ID              la retirer ; un coffre en garde toujours deux
  coffre keys renew                  changer la serrure ; vos clés restent les mêmes
  coffre keys renew --root           et la signature : après un vol
  coffre keys finish                 finir ce qu'un changement interrompu a laissé
  coffre keys upgrade                passer le coffre au format le plus récent

Une clé retirée n'ouvre plus le coffre ni les exports à venir ; elle ouvre encore les
exports déjà faits. Qui l'a vue a pu lire ce qui était là. Une clé volée, et non
perdue : retirez-la, puis « coffre keys renew --root ». Une clé d'accès s'ajoute dans
le navigateur.

Avec --keep-in, la nouvelle clé est écrite dans un fichier que vous seul pouvez lire.`,
			`Without arguments: the list. Each of these keys opens the safe by itself.
  coffre keys add paper|passphrase   draw a new one, shown once and typed back
  coffre keys test                   try a key: the safe is opened with it
  coffre keys rename ID NAME         call it otherwise
  coffre keys remove ID              remove it; a safe always keeps two
  coffre keys renew                  change the lock; your keys stay the same
  coffre keys renew --root           and the signature: after a theft
  coffre keys finish                 finish what an interrupted change has left
  coffre keys upgrade                move the safe to the latest format

A removed key opens neither the safe nor exports to come; it still opens exports made
before. Whoever saw it could read what was there. A key that was stolen, not lost:
remove it, then coffre keys renew --root. A passkey is added in the browser.

With --keep-in the new key is written into a file that only you can read.`),
		flags: func(f *flag.FlagSet) {
			f.StringVar(&o.dir, "keep-in", "", a.tr("add : `dossier` où écrire la clé, au lieu de la retaper", "add: `directory` to write the key into, instead of typing it back"))
			f.StringVar(&o.label, "label", "", a.tr("add : `nom` de la clé dans la liste", "add: the key's `name` in the list"))
			f.BoolVar(&o.root, "root", false, a.tr("renew : la signature aussi", "renew: the signature too"))
			f.BoolVar(&o.yes, "yes", false, a.tr("remove, renew : ne pas demander de confirmation", "remove, renew: do not ask for confirmation"))
			f.BoolVar(&o.json, "json", false, "JSON")
		},
		run: func(ctx context.Context, args []string) error { return a.keys(ctx, args, o) },
	}
}

func (a *app) keys(ctx context.Context, args []string, o keysOptions) error {
	act := strings.Join(args[:min(1, len(args))], "")
	wants, known := map[string]int{"": 0, "add": 2, "test": 1, "rename": 3, "remove": 2, "renew": 1, "finish": 1, "upgrade": 1}[act]
	if !known || len(args) != wants || act == "add" && args[1] != sealed.KindPaper && args[1] != sealed.KindPassphrase {
		return a.usage("%s", a.tr("Écrivez : coffre keys, ou coffre keys add paper|passphrase, test, rename ID NOM, remove ID, renew, finish ou upgrade",
			"Write: coffre keys, or coffre keys add paper|passphrase, test, rename ID NAME, remove ID, renew, finish or upgrade"))
	}
	_, s, err := a.unlock(ctx)
	if err != nil {
		return err
	}
	switch act {
	case "add":
		return a.addKey(ctx, s, args[1], o)
	case "test":
		return a.testKey(ctx, s)
	case "rename":
		return a.renameKey(ctx, s, args[1], args[2])
	case "remove":
		return a.removeKey(ctx, s, args[1], o.yes)
	case "renew":
		return a.renewKeys(ctx, s, o)
	case "finish":
		return a.reseal(ctx, s)
	case "upgrade":
		return a.upgrade(ctx, s, o)
	}
	return a.listKeys(s, o.json)
}

// testKey says which key has opened the safe. One that vouches for a former
// signature only is set right.
func (a *app) testKey(ctx context.Context, s *client.Safe) error {
	u, err := s.UnlockedWith()
	if err != nil {
		return err
	}
	if err := s.Mend(ctx); err != nil {
		return err
	}
	a.say(a.tr("Cette clé ouvre le coffre : %s (%s)", "This key opens the safe: %s (%s)"), clean(u.Label), a.keyKind(u.Kind))
	return nil
}

func (a *app) keyKind(kind string) string {
	switch kind {
	case sealed.KindPaper:
		return a.tr("clé papier", "paper key")
	case sealed.KindPassphrase:
		return a.tr("phrase de passe", "passphrase")
	case sealed.KindCustodians:
		return a.tr("gardiens", "guardians")
	}
	return a.tr("clé d'accès", "passkey")
}

func (a *app) listKeys(s *client.Safe, asJSON bool) error {
	if asJSON {
		return a.json(s.Unlockers())
	}
	var rows [][]string
	for _, u := range s.Unlockers() {
		rows = append(rows, []string{u.Label, a.keyKind(u.Kind), a.dayOf(u.Created), u.ID})
	}
	titles := []string{a.tr("NOM", "NAME"), a.tr("SORTE", "KIND"), a.tr("DEPUIS", "SINCE"), "ID"}
	if err := a.table(titles, rows); err != nil {
		return fmt.Errorf("list keys: %w", err)
	}
	if s.ResealDue() {
		a.note("%s", a.tr("La serrure a changé, et tout n'y est peut-être pas passé : coffre keys finish",
			"The lock has changed, and not everything may be under it yet: coffre keys finish"))
	}
	return nil
}

// addKey draws a key and adds it once it was typed back, or kept and read
// again.
func (a *app) addKey(ctx context.Context, s *client.Safe, kind string, o keysOptions) error {
	paper, text, err := a.draw()
	if err != nil {
		return err
	}
	if kind == sealed.KindPaper {
		text = paper
	}
	var n sealed.NewUnlocker
	kept := ""
	if o.dir != "" {
		kept = freeName(o.dir, map[string]string{sealed.KindPaper: "paper-key", sealed.KindPassphrase: "passphrase"}[kind])
		n, err = keepKey(kept, kind, text)
	} else {
		n, err = a.teachNew(ctx, kind, text)
	}
	if err != nil {
		return err
	}
	if o.label != "" {
		n.Label = o.label
	}
	u, err := s.AddUnlocker(ctx, n)
	if err != nil {
		if kept != "" && !errors.Is(err, client.ErrOffline) { // it opens nothing
			err = errors.Join(err, os.Remove(kept))
		}
		return err
	}
	if kept != "" {
		a.say("%s", clean(kept))
	}
	a.say(a.tr("ajoutée : %s (%s), %s", "added: %s (%s), %s"), clean(u.Label), a.keyKind(u.Kind), u.ID)
	return nil
}

func (a *app) teachNew(ctx context.Context, kind, text string) (sealed.NewUnlocker, error) {
	t, err := a.tty()
	if err != nil {
		return sealed.NewUnlocker{}, a.nobody(err)
	}
	defer func() { _ = t.Close() }()
	p, err := a.teachOne(ctx, t, a.teachTitle(kind), text)
	label := fmt.Sprintf(a.tr("%s du %s", "%s of %s"), a.keyKind(kind), a.day(a.now()))
	return sealed.NewUnlocker{Kind: kind, Label: strings.ToUpper(label[:1]) + label[1:], P: p}, err
}

// freeName is stem.txt in dir, or the first of stem-2.txt, stem-3.txt … that
// is not there.
func freeName(dir, stem string) string {
	path := filepath.Join(dir, stem+".txt")
	for n := 2; ; n++ {
		if _, err := os.Lstat(path); err != nil {
			return path
		}
		path = filepath.Join(dir, fmt.Sprintf("%s-%d.txt", stem, n))
	}
}

func (a *app) renameKey(ctx context.Context, s *client.Safe, name, label string) error {
	u, err := a.findKey(s, name)
	if err != nil {
		return err
	}
	if err := s.RenameUnlocker(ctx, u.ID, label); err != nil {
		return err
	}
	a.say("%s → %s", clean(u.Label), clean(label))
	return nil
}

func (a *app) removeKey(ctx context.Context, s *client.Safe, name string, yes bool) error {
	u, err := a.findKey(s, name)
	if err != nil {
		return err
	}
	question := fmt.Sprintf(a.tr("Retirer %s (%s) ? Elle n'ouvrira plus ce coffre.", "Remove %s (%s)? It will no longer open this safe."), clean(u.Label), a.keyKind(u.Kind))
	if err := a.confirm(ctx, yes, question); err != nil {
		return err
	}
	if err := s.RemoveUnlocker(ctx, u.ID); err != nil {
		return err
	}
	a.say(a.tr("retirée : %s (%s)", "removed: %s (%s)"), clean(u.Label), a.keyKind(u.Kind))
	return a.reseal(ctx, s)
}

func (a *app) findKey(s *client.Safe, name string) (sealed.Unlocker, error) {
	u, err := s.FindUnlocker(name)
	if errors.Is(err, client.ErrNotFound) {
		return u, a.fail(err, a.tr("Aucune clé ne s'appelle « %s » : « coffre keys » les montre toutes.", "No key is called %q: `coffre keys` shows them all."), clean(name))
	}
	return u, err
}
