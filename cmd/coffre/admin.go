package main

import (
	"context"
	"errors"
	"flag"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// adminOptions are the flags of `coffre admin request`.
type adminOptions struct {
	system    systemFlags
	request   sealed.DocumentRequest
	want      []string
	optional  []string
	until     string
	answerBy  string
	address   string
	text      string
	reference string
	out       string
	force     bool
	open      bool
	json      bool
	yes       bool
	// Of a deposit.
	issue                                       bool
	name, mediaType, kind, key, receipt, keepIn string
}

func (a *app) adminCommand() command {
	var o adminOptions
	return command{
		name: "admin", args: a.tr("request [new | show ID | fetch ID | answer ID USAGER | close ID] | deposit FICHIER | deletions [declare ID…] | keygen | rotate", "request [new | show ID | fetch ID | answer ID CITIZEN | close ID] | deposit FILE | deletions [declare ID…] | keygen | rotate"),
		online: true, secret: true, least: 1, most: -1,
		short: a.tr("les demandes, les dépôts et la clé de son administration (agents, logiciels)", "the requests, the deposits and the key of one's administration (agents, systems)"),
		long: a.tr(`  coffre admin request                      la liste ; --open, --reference R
  coffre admin request new --procedure … --basis … --purpose … --want …  --until …
  coffre admin request show ID              ce qui a été donné, refusé, écrit
  coffre admin request fetch ID --out DOSSIER   ouvrir tout ce qui a été donné
  coffre admin request answer ID USAGER --text "…"
  coffre admin request close ID             ne plus recevoir de réponses
  coffre admin deposit FICHIER --address A  déposer dans le coffre d'un usager ; --issue signe
  coffre admin deletions                    les copies à effacer, et depuis quand
  coffre admin deletions declare ID…        attester qu'il n'en reste aucune ; all : toutes
  coffre admin keygen                       faire la clé de l'administration (référent)
  coffre admin rotate                       la remplacer (référent)

--want SORTE[,SORTE…][:NOMBRE] est un document voulu, avec ce qui peut le remplacer, et
combien il en faut ; --optional de même, s'il est facultatif. Les sortes : coffre kinds.
La demande est signée par la clé de l'administration, puis un lien est affiché, pour un
courrier ou un QR code. Avec --address, elle est dans le coffre de l'usager qui a donné
cette adresse, et n'est montrée à personne d'autre.

Un document déposé avec --issue est signé par la clé de l'administration : l'usager, et
quiconque il le partage ensuite, voit qu'elle l'a émis et qu'il est inchangé.`,
			`  coffre admin request                      the list; --open, --reference R
  coffre admin request new --procedure … --basis … --purpose … --want …  --until …
  coffre admin request show ID              what was given, refused, written
  coffre admin request fetch ID --out DIRECTORY  open all that was given
  coffre admin request answer ID CITIZEN --text "…"
  coffre admin request close ID             take no more answers
  coffre admin deposit FILE --address A     deposit in a citizen's safe; --issue signs
  coffre admin deletions                    copies to delete, and since when
  coffre admin deletions declare ID…        attest that none is left; all: every one
  coffre admin keygen                       make the administration's key (referent)
  coffre admin rotate                       replace it (referent)

--want KIND[,KIND…][:NUMBER] is a document that is wanted, with what does as well, and how
many of it; --optional is the same for one that can be left out. The kinds: coffre kinds.
The request is signed by the administration's key, then a link is shown, for a letter or a
QR code. With --address it is in the safe of the citizen who gave that address, and is
shown to nobody else.

A document deposited with --issue is signed by the administration's key: the citizen, and
whomever it is shared with later, sees that it issued it and that it is unchanged.`),
		flags: func(f *flag.FlagSet) { a.adminFlags(f, &o) },
		run:   func(ctx context.Context, args []string) error { return a.admin(ctx, args, o) },
	}
}

func (a *app) adminFlags(f *flag.FlagSet, o *adminOptions) {
	a.keyFlag(f, &o.system)
	add := func(to *[]string) func(string) error {
		return func(s string) error { *to = append(*to, s); return nil }
	}
	f.StringVar(&o.request.Procedure, "procedure", "", a.tr("new : la `démarche`", "new: the `procedure`"))
	f.StringVar(&o.request.Basis, "basis", "", a.tr("new : le `texte` de loi qui permet de demander", "new: the `law` that allows to ask"))
	f.StringVar(&o.request.Purpose, "purpose", "", a.tr("new : à quoi cela doit servir", "new: what it is for"))
	f.StringVar(&o.request.Service, "service", "", a.tr("new : le `service` qui demande", "new: the `service` that asks"))
	f.IntVar(&o.request.Openings, "openings", 0, a.tr("new : `nombre` d'ouvertures de chaque document ; sinon sans limite", "new: `number` of openings of each document; else any"))
	f.StringVar(&o.reference, "reference", "", a.tr("new, liste : `référence` du dossier", "new, list: `reference` of the file"))
	f.Func("want", a.tr("new : `sorte` de document voulue", "new: `kind` of document wanted"), add(&o.want))
	f.Func("optional", a.tr("new : `sorte` de document facultative", "new: optional `kind` of document"), add(&o.optional))
	f.StringVar(&o.until, "until", "", a.tr("new : dernier `jour` pour ouvrir ce qui est donné", "new: last `day` to open what is given"))
	f.StringVar(&o.answerBy, "answer-by", "", a.tr("new : dernier `jour` pour répondre ; sinon le même", "new: last `day` for answers; else the same"))
	f.StringVar(&o.address, "address", "", a.tr("new : `adresse` de dépôt donnée par l'usager", "new: deposit `address` that the citizen gave"))
	f.StringVar(&o.text, "text", "", a.tr("answer : la `réponse`", "answer: the `answer`"))
	f.StringVar(&o.out, "out", "", a.tr("fetch : `fichier` ou dossier ; sinon le nom de chaque document, ici", "fetch: `file` or directory; else each document's name, here"))
	f.BoolVar(&o.force, "force", false, a.tr("fetch : remplacer un fichier qui existe", "fetch: replace a file that exists"))
	f.BoolVar(&o.open, "open", false, a.tr("liste : celles qui ne sont pas closes", "list: those that are not closed"))
	f.BoolVar(&o.json, "json", false, "JSON")
	a.adminDepositFlags(f, o)
}

func (a *app) admin(ctx context.Context, args []string, o adminOptions) error {
	wants := map[string]int{"": 1, "new": 2, "show": 3, "fetch": 3, "close": 3, "answer": 4}
	act := ""
	if len(args) > 1 {
		act = args[1]
	}
	if args[0] == "deletions" {
		return a.deletions(ctx, args[1:], o)
	}
	if done, err := a.adminElse(ctx, args, o); done {
		return err
	}
	if n, known := wants[act]; args[0] != "request" || !known || len(args) != n {
		return a.usage("%s", a.tr("Écrivez : coffre admin request, ou coffre admin request new|show ID|fetch ID|answer ID USAGER|close ID, ou coffre admin deposit FICHIER, keygen ou rotate", "Write: coffre admin request, or coffre admin request new|show ID|fetch ID|answer ID CITIZEN|close ID, or coffre admin deposit FILE, keygen or rotate"))
	}
	c, err := a.officeClient(ctx, o.system)
	if err != nil {
		return err
	}
	switch act {
	case "":
		return a.listRequests(ctx, c, o)
	case "close":
		if err := c.CloseRequest(ctx, args[2]); err != nil {
			return a.unknownRequest(err, args[2])
		}
		a.say(a.tr("close : %s", "closed: %s"), clean(args[2]))
		return nil
	}
	return a.adminUnlocked(ctx, c, act, args, o)
}

// adminUnlocked is what takes the administration's key.
func (a *app) adminUnlocked(ctx context.Context, c *client.Client, act string, args []string, o adminOptions) error {
	if act == "new" {
		if err := a.completeRequest(&o); err != nil {
			return err
		}
	}
	office, err := a.unlockOffice(ctx, c)
	if err != nil {
		return err
	}
	switch act {
	case "new":
		made, link, err := office.CreateRequest(ctx, o.request, o.address)
		if err != nil {
			return err
		}
		if o.json {
			return a.json(struct {
				client.OfficeRequest
				Link string `json:"link"`
			}{made, link})
		}
		a.say("%s", link)
		return nil
	case "answer":
		side, err := office.Side(ctx, args[2], args[3])
		if err != nil {
			return a.unknownRequest(err, args[2])
		}
		if err := office.AnswerQuestion(ctx, side, o.text); err != nil {
			return err
		}
		a.say(a.tr("envoyé à %s", "sent to %s"), clean(side.Reply.Holder))
		return nil
	}
	if act == "fetch" {
		return a.fetchAnswers(ctx, c, office, args[2], o)
	}
	return a.showReplies(ctx, c, office, args[2], o.json)
}

// fetchAnswers opens all that was given for a request and can still be opened.
func (a *app) fetchAnswers(ctx context.Context, c *client.Client, office *client.Office, id string, o adminOptions) error {
	grants, err := c.RequestGrants(ctx, id)
	if err != nil {
		return a.unknownRequest(err, id)
	}
	grants = slices.DeleteFunc(grants, func(g client.Grant) bool { return g.State != "live" || g.Used })
	if len(grants) > 1 && o.out != "" && !isDir(o.out) {
		return a.usage("%s", a.tr("pour plusieurs documents, --out est un dossier qui existe", "for several documents, --out is a directory that exists"))
	}
	var wrong error // marks of issuers: the documents are there all the same
	for _, g := range grants {
		got, err := office.AcceptAnswer(ctx, id, g)
		if err != nil {
			return err
		}
		var found *client.Issued
		opt := client.GetOptions{Force: o.force, Progress: a.progress(got.Grant.Name)}
		err = a.deliver(o.out, got.Grant.Name, func(path string, force bool) error {
			opt.Force = opt.Force || force
			return office.Fetch(ctx, g.ID, got.OpenedGrant, path, telling(opt, &found))
		})
		a.acknowledge(ctx, office, got, err)
		if err != nil {
			return err
		}
		wrong = errors.Join(wrong, a.issued(found))
	}
	if len(grants) == 0 {
		a.note("%s", a.tr("Rien à ouvrir.", "Nothing to open."))
	}
	return wrong
}

// completeRequest reads what the flags say in words.
func (a *app) completeRequest(o *adminOptions) error {
	r := &o.request
	r.Reference = o.reference
	if r.Procedure == "" || r.Basis == "" || r.Purpose == "" || len(o.want)+len(o.optional) == 0 {
		return a.usage("%s", a.tr("Indiquez --procedure, --basis, --purpose, au moins un --want, et --until.", "Give --procedure, --basis, --purpose, at least one --want, and --until."))
	}
	end, err := a.lastMoment(o.until)
	if err != nil {
		return err
	}
	r.NotAfter = stampOf(end)
	if o.answerBy != "" {
		last, err := a.lastMoment(o.answerBy)
		if err != nil {
			return err
		}
		r.AnswerBy = stampOf(last)
	}
	for i, s := range slices.Concat(o.want, o.optional) {
		w := sealed.Wanted{Optional: i >= len(o.want)}
		kinds, count, counted := strings.Cut(s, ":")
		if counted {
			if w.Count, err = strconv.Atoi(count); err != nil || w.Count < 2 || w.Count > 20 {
				return a.usage(a.tr("« %s » : le nombre va de 2 à 20", "%q: the number is 2 to 20"), shortened(s))
			}
		}
		all := strings.Split(kinds, ",")
		for _, k := range all {
			if _, known := sealed.FindKind(k); !known {
				return a.usage(a.tr("sorte de document inconnue : « %s ». La liste : coffre kinds", "unknown kind of document: %q. The list: coffre kinds"), shortened(k))
			}
		}
		w.Kind, w.Or = all[0], all[1:]
		r.Wanted = append(r.Wanted, w)
	}
	return nil
}

// stampOf is a time as it is signed.
func stampOf(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

func (a *app) unknownRequest(err error, id string) error {
	if client.IsProblem(err, "not-found") {
		return a.fail(err, a.tr("Aucune demande « %s » de votre administration. La liste : coffre admin request", "No request %q of your administration. The list: coffre admin request"), shortened(id))
	}
	return err
}

func (a *app) listRequests(ctx context.Context, c *client.Client, o adminOptions) error {
	all, err := c.OfficeRequests(ctx, o.open, o.reference)
	if err != nil {
		return err
	}
	if o.json {
		return a.json(all)
	}
	var rows [][]string
	for _, r := range all {
		rows = append(rows, []string{
			r.Reference, r.Purpose, r.Service, a.day(r.AnswerBy), a.requestState(r.State),
			a.upTo(r.Tally.Given), a.upTo(r.Tally.Refused), a.upTo(r.Tally.Waiting), r.ID,
		})
	}
	return a.table([]string{
		a.tr("RÉFÉRENCE", "REFERENCE"), a.tr("BUT", "PURPOSE"), "SERVICE", a.tr("RÉPONDRE AVANT", "ANSWER BY"), a.tr("ÉTAT", "STATE"),
		a.tr("DONNÉ", "GIVEN"), a.tr("REFUSÉ", "REFUSED"), a.tr("QUESTIONS", "QUESTIONS"), "ID",
	}, rows)
}

// upTo is a figure of a tally: counting ends at 1000.
func (a *app) upTo(n int64) string {
	if n >= 1000 {
		return "1000+"
	}
	return strconv.FormatInt(n, 10)
}

func (a *app) showReplies(ctx context.Context, c *client.Client, office *client.Office, id string, asJSON bool) error {
	replies, err := c.Replies(ctx, id, false)
	if err != nil {
		return a.unknownRequest(err, id)
	}
	sides := []*client.Side{}
	for _, p := range replies {
		side, err := office.Side(ctx, id, p.ID)
		if err != nil {
			return err
		}
		sides = append(sides, side)
	}
	if asJSON {
		return a.json(sides)
	}
	for _, side := range sides {
		a.say("%s  %s  %s", clean(side.Reply.Holder), a.replyState(side.Reply), side.Reply.ID)
		for _, g := range side.Grants {
			a.say("  %s  %s  %s", a.kindName(g.Kind), a.state(g), g.ID)
		}
		for _, k := range side.Reply.Refused {
			a.say("  %s  %s", a.kindName(k), a.tr("refusé", "refused"))
		}
		for _, n := range side.Notes {
			a.say("  %s", strings.ReplaceAll(a.noteText(n), "\n", "\n  "))
		}
	}
	if len(sides) == 0 {
		a.note("%s", a.tr("Aucune réponse pour l'instant.", "No answer yet."))
		return nil
	}
	a.note("%s", a.tr("Pour ouvrir un document : coffre fetch ID", "To open a document: coffre fetch ID"))
	return nil
}
