package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

func (a *app) putCommand() command {
	var o client.PutOptions
	var receipt string
	return command{
		name: "put", args: a.tr("FICHIER…", "FILE…"), online: true, secret: true, least: 1, most: -1,
		short: a.tr("sceller des fichiers et les ranger dans le coffre", "seal files and put them in the safe"),
		long: a.tr(`Chaque fichier est scellé sur cette machine avant d'être envoyé. Quand la commande
se termine sans erreur, tous sont dans le coffre, durablement.`,
			`Each file is sealed on this machine before it is sent. When the command ends without
an error, all of them are in the safe, durably.`),
		flags: func(f *flag.FlagSet) {
			f.StringVar(&o.Folder, "folder", "", a.tr("`dossier` du coffre, créé s'il manque : Impôts/2026", "`folder` of the safe, made when missing: Taxes/2026"))
			f.StringVar(&o.Name, "name", "", a.tr("`nom` dans le coffre (un seul fichier) ; sinon celui du fichier", "`name` in the safe (one file only); else the file's own"))
			f.StringVar(&o.Type, "type", "", a.tr("`type` de contenu ; sinon deviné", "media `type`; else guessed"))
			a.receiptFlag(f, &receipt)
		},
		run: func(ctx context.Context, args []string) error {
			if o.Name != "" && len(args) > 1 {
				return a.usage("%s", a.tr("--name va avec un seul fichier", "--name goes with one file"))
			}
			if err := a.oneReceipt(receipt, len(args)); err != nil {
				return err
			}
			_, s, err := a.unlock(ctx)
			if err != nil {
				return err
			}
			return a.each(args, func(path string) error {
				o.Progress = a.progress(filepath.Base(path))
				e, err := s.Put(ctx, path, o)
				if err != nil {
					return err
				}
				a.say("%s  %s", clean(s.Path(e)), a.size(e.Size))
				if receipt == "" {
					return nil
				}
				r, err := s.DocumentReceipt(ctx, e)
				if err != nil {
					return err
				}
				return a.keepReceipt(receipt, r)
			})
		},
	}
}

// each does all of them and reports every failure; one does not stop the
// others, unless the server or the session is gone.
func (a *app) each(args []string, do func(string) error) error {
	var failed []error
	for _, arg := range args {
		err := do(arg)
		if err == nil {
			continue
		}
		if len(args) == 1 || errors.Is(err, context.Canceled) || errors.Is(err, client.ErrOffline) || client.IsProblem(err, "session-expired") {
			return err
		}
		said := a.explain(err)
		failed = append(failed, &told{text: shortened(arg) + a.tr(" : ", ": ") + said.Error(), code: exitCode(said), err: err})
	}
	return a.joined(failed)
}

// joined is one error of several, of which some are nil, with the gravest code.
func (a *app) joined(errs []error) error {
	var lines []string
	code := 0
	for _, err := range errs {
		if err != nil {
			said := a.explain(err)
			lines, code = append(lines, said.Error()), max(code, exitCode(said))
		}
	}
	if code == 0 {
		return nil
	}
	return &told{text: strings.Join(lines, "\n"), code: code, err: errors.Join(errs...)}
}

// listed is a line of ls for programs.
type listed struct {
	ID      string `json:"id"`
	Path    string `json:"path"`
	Name    string `json:"name"`
	Type    string `json:"type"`
	Size    int64  `json:"size"`
	Added   string `json:"added"`
	Changed string `json:"changed"`
	Origin  string `json:"origin,omitempty"`
}

func (a *app) lsCommand() command {
	var asJSON bool
	return command{
		name: "ls", args: a.tr("[DOSSIER]", "[FOLDER]"), online: true, secret: true, most: 1,
		short: a.tr("la liste des documents", "the list of documents"),
		flags: func(f *flag.FlagSet) { f.BoolVar(&asJSON, "json", false, "JSON") },
		run: func(ctx context.Context, args []string) error {
			_, s, err := a.unlock(ctx)
			if err != nil {
				return err
			}
			folder := ""
			if len(args) == 1 {
				folder = strings.Trim(args[0], "/") + "/"
			}
			list := list(s, folder)
			if asJSON {
				return a.json(list)
			}
			if len(list) == 0 {
				a.note("%s", a.tr("Rien ici.", "Nothing here."))
				return nil
			}
			var rows [][]string
			for _, d := range list {
				rows = append(rows, []string{d.Path, a.size(d.Size), a.dayOf(d.Added), d.ID})
			}
			return a.table([]string{a.tr("NOM", "NAME"), a.tr("TAILLE", "SIZE"), a.tr("AJOUTÉ", "ADDED"), "ID"}, rows)
		},
	}
}

func list(s *client.Safe, folder string) []listed {
	all := []listed{}
	for _, e := range s.Manifest().Docs {
		if path := s.Path(e); strings.HasPrefix(path, folder) {
			all = append(all, listed{e.ID, path, e.Name, e.Type, e.Size, e.Added, e.Changed, e.Origin})
		}
	}
	slices.SortFunc(all, func(x, y listed) int { return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.ID, y.ID)) })
	return all
}

// find says which name it did not find.
func (a *app) find(s *client.Safe, name string) (sealed.Entry, error) {
	e, err := s.Find(name)
	switch {
	case errors.Is(err, client.ErrNotFound):
		return e, a.fail(err, a.tr("Il n'y a pas de document « %s » dans ce coffre. La liste : coffre ls", "There is no document %q in this safe. The list: coffre ls"), shortened(name))
	case errors.Is(err, client.ErrAmbiguous):
		return e, a.fail(err, a.tr("Plusieurs documents s'appellent « %s » : donnez le dossier ou l'identifiant que montre « coffre ls ».", "Several documents are called %q: give the folder or the id that `coffre ls` shows."), shortened(name))
	}
	return e, err
}

// shortened keeps a name of 4 kB off the screen.
func shortened(name string) string {
	if r := []rune(clean(name)); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return clean(name)
}

func (a *app) getCommand() command {
	var out string
	var o client.GetOptions
	return command{
		name: "get", args: a.tr("NOM…", "NAME…"), online: true, secret: true, least: 1, most: -1,
		short: a.tr("retirer des documents, vérifiés jusqu'au dernier octet", "take documents out, verified to the last byte"),
		long: a.tr(`NOM est le nom, le chemin avec les dossiers, ou l'identifiant. Le fichier n'apparaît
qu'entier et vérifié. Chaque retrait est inscrit au journal.`,
			`NAME is the name, the path with folders, or the id. The file appears only whole and
verified. Every retrieval is in the journal.`),
		flags: func(f *flag.FlagSet) {
			f.StringVar(&out, "out", "", a.tr("`fichier` ou dossier ; - pour la sortie standard ; sinon le nom du document, ici", "`file` or directory; - for standard output; else the document's name, here"))
			f.BoolVar(&o.Force, "force", false, a.tr("remplacer un fichier qui existe", "replace a file that exists"))
		},
		run: func(ctx context.Context, args []string) error {
			if len(args) > 1 && out != "" && !isDir(out) {
				return a.usage("%s", a.tr("pour plusieurs documents, --out est un dossier qui existe", "for several documents, --out is a directory that exists"))
			}
			_, s, err := a.unlock(ctx)
			if err != nil {
				return err
			}
			return a.each(args, func(name string) error {
				e, err := a.find(s, name)
				if err != nil {
					return err
				}
				o.Progress = a.progress(e.Name)
				var found *client.Issued
				err = a.deliver(out, e.Name, func(path string, force bool) error {
					o.Force = force || o.Force
					return s.Get(ctx, e, path, telling(o, &found))
				})
				if err != nil {
					return err
				}
				return a.issued(found)
			})
		},
	}
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// deliver decides where a document called name goes, lets fetch put it there,
// and says where that is. Names come from other people: without --out only
// their last part counts, here.
func (a *app) deliver(out, name string, fetch func(path string, force bool) error) error {
	switch {
	case out == "-":
		return a.deliverToStdout(fetch)
	case out == "":
		out = localName(name)
	case isDir(out):
		out = filepath.Join(out, localName(name))
	}
	if err := fetch(out, false); err != nil {
		return err
	}
	a.say("%s", clean(out))
	return nil
}

// localName is a file name for this directory: CheckName has refused slashes,
// but ".." and hidden files are names too.
func localName(name string) string {
	if strings.HasPrefix(name, ".") {
		return "_" + name
	}
	return filepath.Base(name)
}

// deliverToStdout releases no byte before all are verified.
func (a *app) deliverToStdout(fetch func(path string, force bool) error) error {
	dir, err := os.MkdirTemp("", "coffre-*") // mode 0700
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "document")
	if err := fetch(path, false); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if _, err := io.Copy(a.out, f); err != nil {
		return fmt.Errorf("write document: %w", err)
	}
	return nil
}
