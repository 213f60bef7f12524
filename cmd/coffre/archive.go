package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"path/filepath"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

func (a *app) exportCommand() command {
	var out string
	var o client.GetOptions
	return command{
		name: "export", online: true, most: 0,
		short: a.tr("tout le coffre dans une archive ZIP, vérifiée", "the whole safe in one ZIP archive, verified"),
		long: a.tr(`Aucune clé n'est demandée : tout y reste scellé. L'archive n'apparaît qu'entière.
Pour l'ouvrir, sans connexion : coffre open safe.zip --out DOSSIER`,
			`No key is asked for: everything in it stays sealed. The archive appears only whole.
To open it, offline: coffre open safe.zip --out DIRECTORY`),
		flags: func(f *flag.FlagSet) {
			f.StringVar(&out, "out", "", a.tr("`fichier` ; sinon coffre-DATE.zip", "`file`; else coffre-DATE.zip"))
			f.BoolVar(&o.Force, "force", false, a.tr("remplacer un fichier qui existe", "replace a file that exists"))
		},
		run: func(ctx context.Context, _ []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			if out == "" {
				out = "coffre-" + a.now().Format("2006-01-02") + ".zip"
			}
			o.Progress = a.progress(out)
			sum, err := c.Export(ctx, out, o)
			if err != nil {
				return err
			}
			a.say("%s", clean(out))
			a.summary(sum)
			return nil
		},
	}
}

func (a *app) summary(sum client.Summary) {
	a.say(a.tr("  coffre %s, %s", "  safe %s, %s"), clean(sum.Safe), a.dayOf(sum.Time))
	a.say(a.tr("  %d documents et %d dépôts en attente, entiers", "  %d documents and %d waiting deposits, whole"), sum.Documents, sum.Inbox)
	a.say(a.tr("  %d événements prouvés, %d en attente de preuve", "  %d events proven, %d waiting for their proof"), sum.Events, sum.Waiting)
}

func (a *app) openCommand() command {
	var dir, vkey string
	return command{
		name: "open", args: "ZIP", secret: true, least: 1, most: 1,
		short: a.tr("ouvrir un export, sans connexion", "open an export, offline"),
		long: a.tr(`Il ne faut que l'archive et la clé papier ou la phrase de passe. Chaque document est
vérifié, puis remis sous son nom ; ceux qui ne le sont pas n'apparaissent pas, et le
code de sortie est 3. Les dépôts jamais rangés vont dans _depots, les anciennes
versions dans _versions.`,
			`It takes the archive and the paper key or the passphrase, nothing else. Each document
is verified, then given back under its name; those that fail do not appear, and the
exit code is 3. Deposits never taken in go to _depots, older versions to _versions.`),
		flags: func(f *flag.FlagSet) {
			f.StringVar(&dir, "out", "", a.tr("`dossier` neuf ou vide ; sinon le nom de l'archive", "new or empty `directory`; else the archive's name"))
			f.StringVar(&vkey, "log-key", "", a.tr("`clé` du journal, si vous la connaissez d'ailleurs", "the journal's `key`, if you know it from elsewhere"))
		},
		run: func(ctx context.Context, args []string) error {
			arc, err := a.openArchive(args[0])
			if err != nil {
				return err
			}
			defer func() { _ = arc.Close() }()
			p, err := a.readSecret(ctx)
			if err != nil {
				return err
			}
			if dir == "" {
				base := filepath.Base(args[0])
				dir = base[:len(base)-len(filepath.Ext(base))]
				if dir == "" || filepath.Clean(dir) == filepath.Clean(args[0]) {
					dir = base + ".d"
				}
			}
			var failed []error
			err = arc.Extract(p, dir, func(x client.Extracted) { failed = append(failed, a.extracted(dir, x)) })
			if err != nil {
				return err
			}
			_, err = a.checkArchive(arc, vkey)
			return a.joined(append(failed, err))
		},
	}
}

func (a *app) openArchive(path string) (*client.Archive, error) {
	arc, err := client.OpenArchive(path)
	if errors.Is(err, client.ErrArchive) {
		return nil, a.damaged(err)
	}
	return arc, err
}

func (a *app) damaged(err error) error {
	return &told{text: fmt.Sprintf(a.tr("Ce n'est pas un export entier et intact : %s. Téléchargez-en un autre, et gardez celui-ci comme preuve.",
		"This is not a whole and sound export: %s. Download another one, and keep this one as evidence."), clean(err.Error())), code: exitAlarm, err: err}
}

// extracted tells what became of one document.
func (a *app) extracted(dir string, x client.Extracted) error {
	if x.Err != nil {
		text := fmt.Sprintf(a.tr("%s n'a pas été remis : %s", "%s was not given back: %s"), clean(x.Name), clean(x.Err.Error()))
		code := exitOther
		if client.IsAlarm(x.Err) || errors.Is(x.Err, client.ErrArchive) {
			code = exitAlarm
		}
		return &told{text: text, code: code, err: x.Err}
	}
	mark := ""
	if x.Unsigned {
		mark = a.tr("  (dépôt jamais rangé : signé par personne)", "  (deposit never taken in: signed by nobody)")
	}
	a.say("%s  %s%s", clean(filepath.Join(dir, filepath.FromSlash(x.Path))), a.size(x.Size), mark)
	if x.Issued != nil && x.Issued.State == client.IssuedIntact {
		a.say("  %s", clean(a.issuedWord(x.Issued)))
		return nil
	}
	return a.issued(x.Issued)
}

func (a *app) checkArchive(arc *client.Archive, vkey string) (client.Summary, error) {
	vkey = a.journalKey(vkey, arc.LogKey())
	sum, err := arc.Check(vkey)
	if errors.Is(err, client.ErrArchive) {
		return sum, a.damaged(err)
	}
	return sum, err
}

func (a *app) identityCommand() command {
	var archive string
	return command{
		name: "identity", online: true, secret: true, most: 0,
		short: a.tr("la clé du coffre, pour le programme libre « age »", "the safe's key, for the free program `age`"),
		long: a.tr(`Écrit l'identité age du coffre sur la sortie standard, et une de plus pour chaque clé
retirée depuis. Qui les détient lit tous vos documents : effacez-les après usage. Avec --zip, sans connexion.
  coffre identity --zip safe.zip > vault.key`,
			`Writes the safe's age identity to standard output, and one more for each key removed
since. Whoever holds them reads all your documents: remove them after use. With --zip, offline.
  coffre identity --zip safe.zip > vault.key`),
		flags: func(f *flag.FlagSet) {
			f.StringVar(&archive, "zip", "", a.tr("`export` dont tirer la clé", "`export` to take the key from"))
		},
		run: func(ctx context.Context, _ []string) error {
			if archive == "" {
				_, s, err := a.unlock(ctx)
				if err != nil {
					return err
				}
				return a.reveal(s.VaultIdentities())
			}
			arc, err := a.openArchive(archive)
			if err != nil {
				return err
			}
			defer func() { _ = arc.Close() }()
			p, err := a.readSecret(ctx)
			if err != nil {
				return err
			}
			ids, err := arc.Identities(p)
			if err != nil {
				return err
			}
			return a.reveal(ids)
		},
	}
}

// reveal writes identities as `age -i` reads them.
func (a *app) reveal(ids []*sealed.Identity) error {
	for _, id := range ids {
		a.say("%s", id.Reveal())
	}
	return nil
}
