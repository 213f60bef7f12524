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

func (a *app) initCommand() command {
	var dir string
	return command{
		name: "init", online: true, most: 0,
		short: a.tr("ouvrir son coffre, avec une clé papier et une phrase de passe", "open one's safe, with a paper key and a passphrase"),
		long: a.tr(
			`Tire une clé papier (24 mots) et une phrase de passe (7 mots), les montre une fois,
puis vous les fait retaper : le coffre n'est ouvert que si les deux l'ouvrent
vraiment. Notez-les sur papier et gardez-les à deux endroits. Personne d'autre que
vous ne les connaît, et personne ne peut les refaire.

Pour un agent, la même commande fait la clé de son administration.

Avec --keep-in, rien n'est demandé : les deux sont écrites dans ce dossier, dans des
fichiers que vous seul pouvez lire, et éprouvées de là.`,
			`Draws a paper key (24 words) and a passphrase (7 words), shows them once, then has you
type them back: the safe is opened only if both really open it. Write them on paper
and keep them in two places. Nobody but you knows them, and nobody can make them
again.

For an agent, the same command makes the key of the administration.

With --keep-in nothing is asked: both are written into that directory, in files that
only you can read, and proven from there.`),
		flags: func(f *flag.FlagSet) {
			f.StringVar(&dir, "keep-in", "", a.tr("`dossier` où écrire paper-key.txt et passphrase.txt, au lieu de les retaper", "`directory` to write paper-key.txt and passphrase.txt into, instead of typing them back"))
		},
		run: func(ctx context.Context, _ []string) error { return a.initialise(ctx, dir) },
	}
}

func (a *app) initialise(ctx context.Context, dir string) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	me, err := c.Me(ctx)
	if err != nil {
		return err
	}
	if me.Safe != nil && me.Safe.State == "open" {
		return a.fail(nil, "%s", a.tr("Votre coffre est déjà ouvert.", "Your safe is open already."))
	}
	if me.Office != nil && me.Office.Recipient != "" {
		return a.fail(nil, "%s", a.tr("Votre administration a déjà sa clé.", "Your administration has its key already."))
	}
	paper, pass, err := a.draw()
	if err != nil {
		return err
	}
	var unlockers []sealed.NewUnlocker
	if dir != "" {
		unlockers, err = keepKeys(dir, paper, pass)
	} else {
		unlockers, err = a.teach(ctx, paper, pass)
	}
	if err != nil {
		return err
	}
	if me.Office != nil {
		if err := c.CreateOfficeKey(ctx, unlockers); err != nil {
			return err
		}
		a.say(a.tr("La clé de %s est faite et publiée au journal.", "The key of %s is made and published in the journal."), clean(me.Office.Name))
		return nil
	}
	if _, err := c.CreateSafe(ctx, unlockers); err != nil {
		return err
	}
	a.say("%s", a.tr("Votre coffre est ouvert. Essayez : coffre put FICHIER", "Your safe is open. Try: coffre put FILE"))
	return nil
}

// draw makes both keys, as texts.
func (a *app) draw() (paper, pass string, err error) {
	words, err := sealed.PaperWords(sealed.NewSecret(), a.lang)
	if err != nil {
		return "", "", err
	}
	seven, err := sealed.NewPassphrase(a.lang)
	if err != nil {
		return "", "", err
	}
	return strings.Join(words, " "), strings.Join(seven, " "), nil
}

// keepKeys writes both texts and reads them back: what is proven afterwards
// is what the files hold.
func keepKeys(dir, paper, pass string) ([]sealed.NewUnlocker, error) {
	var unlockers []sealed.NewUnlocker
	for _, k := range []struct{ file, kind, text string }{
		{"paper-key.txt", sealed.KindPaper, paper}, {"passphrase.txt", sealed.KindPassphrase, pass},
	} {
		u, err := keepKey(filepath.Join(dir, k.file), k.kind, k.text)
		if err != nil {
			return nil, err
		}
		unlockers = append(unlockers, u)
	}
	return unlockers, nil
}

func keepKey(path, kind, text string) (sealed.NewUnlocker, error) {
	var none sealed.NewUnlocker
	if _, err := os.Lstat(path); err == nil {
		return none, fmt.Errorf("write %s: %w", path, client.ErrExists)
	}
	if err := client.WriteSecret(path, []byte(text+"\n")); err != nil {
		return none, err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return none, err
	}
	p, err := client.ParseKey(string(b))
	return sealed.NewUnlocker{Kind: kind, Label: filepath.Base(path), P: p}, err
}

// clearScreen also forgets what has scrolled away.
const clearScreen = "\x1b[H\x1b[2J\x1b[3J"

// teach shows both keys to a person and has them typed back.
func (a *app) teach(ctx context.Context, paper, pass string) ([]sealed.NewUnlocker, error) {
	t, err := a.tty()
	if err != nil {
		return nil, a.nobody(err)
	}
	defer func() { _ = t.Close() }()
	p1, err := a.teachOne(ctx, t, a.teachTitle(sealed.KindPaper), paper)
	if err != nil {
		return nil, err
	}
	p2, err := a.teachOne(ctx, t, a.teachTitle(sealed.KindPassphrase), pass)
	if err != nil {
		return nil, err
	}
	return []sealed.NewUnlocker{
		{Kind: sealed.KindPaper, Label: a.tr("Clé papier", "Paper key"), P: p1},
		{Kind: sealed.KindPassphrase, Label: a.tr("Phrase de passe", "Passphrase"), P: p2},
	}, nil
}

// nobody is there to be taught.
func (a *app) nobody(err error) error {
	return a.fail(err, "%s", a.tr("Il n'y a personne à qui montrer les clés : indiquez un dossier avec --keep-in.", "There is nobody to show the keys to: name a directory with --keep-in."))
}

func (a *app) teachTitle(kind string) string {
	if kind == sealed.KindPaper {
		return a.tr("VOTRE CLÉ PAPIER : 24 mots à écrire sur une feuille, dans l'ordre.", "YOUR PAPER KEY: 24 words to write on a sheet, in order.")
	}
	return a.tr("VOTRE PHRASE DE PASSE : 7 mots, à garder ailleurs que la clé papier.", "YOUR PASSPHRASE: 7 words, to keep elsewhere than the paper key.")
}

func (a *app) teachOne(ctx context.Context, t terminal, title, words string) (sealed.Secret, error) {
	want, err := client.ParseKey(words)
	if err != nil {
		return sealed.Secret{}, err
	}
	for {
		if _, err := fmt.Fprintf(t, "%s%s\n\n%s\n", clearScreen, title, numbered(words)); err != nil {
			return sealed.Secret{}, err
		}
		if _, err := t.ReadLine(ctx, a.tr("C'est écrit ? Appuyez sur Entrée : l'écran sera effacé. ", "Written down? Press Enter: the screen will be cleared. ")); err != nil {
			return sealed.Secret{}, err
		}
		got, err := a.typedBack(ctx, t)
		var wrong *sealed.WordsError
		switch {
		case err == nil && got == want:
			_, err = fmt.Fprint(t, clearScreen)
			return got, err
		case err == nil:
			err = a.explain(&sealed.WordsError{})
		case errors.As(err, &wrong):
			err = a.explain(err)
		default:
			return sealed.Secret{}, err
		}
		if _, err := t.ReadLine(ctx, err.Error()+a.tr("\nEntrée les montre encore une fois. ", "\nEnter shows them once more. ")); err != nil {
			return sealed.Secret{}, err
		}
	}
}

func (a *app) typedBack(ctx context.Context, t terminal) (sealed.Secret, error) {
	if _, err := fmt.Fprint(t, clearScreen); err != nil {
		return sealed.Secret{}, err
	}
	text, err := t.ReadLine(ctx, a.tr("Retapez les mots depuis votre feuille (les 4 premières lettres suffisent) :\n> ", "Type the words from your sheet (the first 4 letters are enough):\n> "))
	if err != nil {
		return sealed.Secret{}, err
	}
	return client.ParseKey(text)
}

// numbered writes four words a line.
func numbered(words string) string {
	var b strings.Builder
	for i, w := range strings.Fields(words) {
		fmt.Fprintf(&b, "  %2d. %-12s", i+1, w)
		if i%4 == 3 {
			b.WriteByte('\n')
		}
	}
	b.WriteByte('\n')
	return b.String()
}
