package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// requestsOptions are the flags of `coffre requests`.
type requestsOptions struct {
	give     []string // KIND=DOCUMENT
	text     string
	until    string
	openings int64
	json     bool
}

func (a *app) requestsCommand() command {
	var o requestsOptions
	return command{
		name: "requests", args: a.tr("[show|answer|refuse|ask LIEN [SORTE…]]", "[show|answer|refuse|ask LINK [KIND…]]"), online: true, secret: true, most: -1,
		short: a.tr("ce que les administrations vous demandent : lire, donner, refuser, questionner", "what administrations ask you for: read, give, refuse, ask back"),
		long: a.tr(`LIEN est celui d'une lettre ou d'un QR code (…/demande/…#…), ou l'identifiant que
montre « coffre requests ».
  coffre requests                                    la liste
  coffre requests show LIEN                          qui demande quoi, pourquoi, jusqu'à quand
  coffre requests answer LIEN --give identity=cni.pdf --give residence=facture.pdf
  coffre requests refuse LIEN [SORTE…]               tout, ou ces sortes de documents
  coffre requests ask LIEN --text "Faut-il l'original ?"

Une demande n'est montrée que si elle est signée par une administration dont la clé est au
journal public, mot pour mot. Ce que vous donnez n'est que pour elle, jusqu'à la date
qu'elle indique au plus tard. Notes et questions ne sont lues que par elle et vous.`,
			`LINK is that of a letter or a QR code (…/demande/…#…), or the id that coffre requests
shows.
  coffre requests                                    the list
  coffre requests show LINK                          who asks what, why, until when
  coffre requests answer LINK --give identity=card.pdf --give residence=bill.pdf
  coffre requests refuse LINK [KIND…]                all of it, or these kinds
  coffre requests ask LINK --text "Do you need the original?"

A request is shown only if an administration whose key is in the public journal has signed
it, word for word. What you give is for that administration alone, until the date that it
names at the latest. Notes and questions are read by you and by it, and nobody else.`),
		flags: func(f *flag.FlagSet) {
			f.Func("give", a.tr("answer : `SORTE=DOCUMENT`, autant de fois qu'il faut (les sortes : coffre kinds)", "answer: `KIND=DOCUMENT`, as often as needed (the kinds: coffre kinds)"), func(s string) error {
				o.give = append(o.give, s)
				return nil
			})
			f.StringVar(&o.text, "text", "", a.tr("answer, refuse, ask : un `mot` pour l'administration", "answer, refuse, ask: a `note` for the administration"))
			f.StringVar(&o.until, "until", "", a.tr("answer : dernier `jour`, s'il doit être plus tôt que demandé", "answer: last `day`, when it has to be sooner than asked"))
			f.Int64Var(&o.openings, "openings", 0, a.tr("answer : `nombre` d'ouvertures permises ; sinon ce que la demande indique", "answer: `number` of openings allowed; else what the request says"))
			f.BoolVar(&o.json, "json", false, "JSON")
		},
		run: func(ctx context.Context, args []string) error { return a.requests(ctx, args, o) },
	}
}

func (a *app) requests(ctx context.Context, args []string, o requestsOptions) error {
	if len(args) == 0 {
		return a.listAsked(ctx, o.json)
	}
	act := args[0]
	if !slices.Contains([]string{"show", "answer", "refuse", "ask"}, act) || len(args) < 2 || act != "refuse" && len(args) > 2 {
		return a.usage("%s", a.tr("Écrivez : coffre requests, ou coffre requests show|answer|refuse|ask LIEN", "Write: coffre requests, or coffre requests show|answer|refuse|ask LINK"))
	}
	if act == "ask" && strings.TrimSpace(o.text) == "" {
		return a.usage("%s", a.tr("Écrivez votre question : --text \"…\"", "Write your question: --text \"…\""))
	}
	if act == "answer" && len(o.give) == 0 {
		return a.usage("%s", a.tr("Indiquez ce que vous donnez : --give identity=cni.pdf", "Say what you give: --give identity=card.pdf"))
	}
	_, s, err := a.unlock(ctx)
	if err != nil {
		return err
	}
	id, seal := client.ParseRequestLink(args[1])
	r, err := s.Request(ctx, id, seal)
	if client.IsProblem(err, "not-found") {
		return a.fail(err, a.tr("Aucune demande « %s » ici, ou pas pour vous. La liste : coffre requests", "No request %q here, or not for you. The list: coffre requests"), shortened(id))
	}
	if err != nil {
		return err
	}
	switch act {
	case "answer":
		return a.answerRequest(ctx, s, r, o)
	case "refuse":
		return a.refuseRequest(ctx, s, r, args[2:], o.text)
	case "ask":
		if err := s.AskAbout(ctx, r, o.text); err != nil {
			return err
		}
		a.say(a.tr("Votre question est envoyée à %s. La réponse : coffre requests show %s", "Your question was sent to %s. The answer: coffre requests show %s"), clean(r.From.Name), r.ID)
		return nil
	}
	return a.showRequest(s, r, o.json)
}

func (a *app) listAsked(ctx context.Context, asJSON bool) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	asked, err := c.AskedRequests(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		return a.json(asked)
	}
	var rows [][]string
	for _, r := range asked {
		rows = append(rows, []string{r.Request.AdministrationName, r.Request.Purpose, a.day(r.Request.AnswerBy), a.requestState(r.Request.State), a.replyState(r.Reply), r.Request.ID})
	}
	return a.table([]string{a.tr("QUI", "WHO"), a.tr("BUT", "PURPOSE"), a.tr("RÉPONDRE AVANT", "ANSWER BY"), a.tr("ÉTAT", "STATE"), a.tr("VOUS", "YOU"), "ID"}, rows)
}

func (a *app) requestState(state string) string {
	switch state {
	case "open":
		return a.tr("ouverte", "open")
	case "closed":
		return a.tr("close", "closed")
	case "expired":
		return a.tr("terminée", "over")
	}
	return state
}

func (a *app) replyState(p client.Reply) string {
	text := a.tr("rien encore", "nothing yet")
	switch p.State {
	case "given":
		text = fmt.Sprintf(a.tr("%d donné(s)", "%d given"), p.Given)
	case "refused":
		text = a.tr("refusé", "refused")
	}
	if n := len(p.Refused); p.Given > 0 && n > 0 {
		text += fmt.Sprintf(a.tr(", %d refusé(s)", ", %d refused"), n)
	}
	if p.Waiting {
		text += a.tr(", question posée", ", question asked")
	}
	return text
}

// kindName is a kind in the reader's language; one that is not in the list stays
// as it is.
func (a *app) kindName(code string) string {
	k, ok := sealed.FindKind(code)
	if !ok {
		return code
	}
	return a.tr(k.French, k.English)
}

func (a *app) showRequest(s *client.Safe, r *client.DocumentRequest, asJSON bool) error {
	if asJSON {
		return a.json(r)
	}
	a.say(a.tr("%s demande (%s)", "%s asks (%s)"), clean(r.From.Name), a.requestState(r.State))
	for _, line := range [][2]string{
		{a.tr("Démarche", "Procedure"), r.Procedure},
		{a.tr("But", "Purpose"), r.Purpose},
		{a.tr("Texte de loi", "Law"), r.Basis},
		{a.tr("Service", "Service"), r.Service},
		{a.tr("Référence", "Reference"), r.Reference},
		{a.tr("Répondre avant", "Answer by"), a.dayOf(orElse(r.AnswerBy, r.NotAfter))},
		{a.tr("Pourra ouvrir jusqu'au", "May open until"), a.dayOf(r.NotAfter)},
	} {
		if line[1] != "" {
			a.say("  %s : %s", line[0], clean(line[1]))
		}
	}
	if r.Openings > 0 {
		a.say(a.tr("  Chaque document au plus %d fois", "  Each document %d times at most"), r.Openings)
	}
	a.say("")
	for _, w := range r.Wanted {
		a.say("  %s", a.wanted(s, r, w))
	}
	for _, n := range r.Notes {
		a.say("\n%s", a.noteText(n))
	}
	return nil
}

func orElse(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// wanted is one line of what is asked for, with what came of it.
func (a *app) wanted(s *client.Safe, r *client.DocumentRequest, w sealed.Wanted) string {
	text := w.Kind + "  " + a.kindName(w.Kind)
	for _, or := range w.Or {
		text += a.tr(" ou ", " or ") + a.kindName(or) + " (" + or + ")"
	}
	if w.Count > 1 {
		text += fmt.Sprintf(" ×%d", w.Count)
	}
	if w.Note != "" {
		text += ", " + clean(w.Note)
	}
	if w.Optional {
		text += a.tr(" (facultatif)", " (optional)")
	}
	for _, g := range r.Grants {
		if w.Accepts(g.Kind) {
			text += fmt.Sprintf(a.tr("\n      donné : %s, %s", "\n      given: %s, %s"), clean(nameOf(s, g.Doc)), a.state(g))
		}
	}
	if r.Reply != nil && (r.Reply.RefusedAll || slices.Contains(r.Reply.Refused, w.Kind)) {
		text += a.tr("\n      refusé", "\n      refused")
	}
	return text
}

// noteText is a note with who wrote it and when.
func (a *app) noteText(n sealed.Note) string {
	who := a.tr("Usager", "Citizen")
	if n.From == sealed.FromAdministration {
		who = a.tr("Administration", "Administration")
	}
	about := map[string]string{
		sealed.AboutNote: a.tr("mot", "note"), sealed.AboutRefusal: a.tr("refus", "refusal"),
		sealed.AboutQuestion: a.tr("question", "question"), sealed.AboutAnswer: a.tr("réponse", "answer"),
	}[n.About]
	var kinds []string
	for _, k := range n.Kinds {
		kinds = append(kinds, a.kindName(k))
	}
	text := fmt.Sprintf("%s, %s, %s", who, about, a.dayOf(n.Created))
	if len(kinds) > 0 {
		text += " (" + strings.Join(kinds, ", ") + ")"
	}
	for line := range strings.SplitSeq(n.Text, "\n") {
		if line != "" {
			text += "\n  " + clean(line)
		}
	}
	return text
}

func (a *app) answerRequest(ctx context.Context, s *client.Safe, r *client.DocumentRequest, o requestsOptions) error {
	order := client.AnswerOrder{Text: o.text, Openings: o.openings}
	if o.until != "" {
		var err error
		if order.Until, err = a.lastMoment(o.until); err != nil {
			return err
		}
	}
	var give []client.Giving
	for _, g := range o.give {
		kind, name, ok := strings.Cut(g, "=")
		if !ok {
			return a.usage(a.tr("« %s » : écrivez SORTE=DOCUMENT", "%q: write KIND=DOCUMENT"), shortened(g))
		}
		e, err := a.find(s, name)
		if err != nil {
			return err
		}
		give = append(give, client.Giving{Entry: e, Kind: kind})
	}
	given, err := s.AnswerRequest(ctx, r, give, order)
	if errors.Is(err, client.ErrNotFound) {
		return a.fail(err, a.tr("Cette demande ne porte pas sur cette sorte de document. Elle accepte : %s", "The request is not for this kind of document. It accepts: %s"), strings.Join(r.Kinds(), ", "))
	}
	if err != nil {
		return err
	}
	for i, g := range given {
		a.say(a.tr("%s est donné à %s jusqu'au %s. Pour arrêter : coffre unshare %s", "%s is given to %s until %s. To end it: coffre unshare %s"),
			clean(s.Path(give[i].Entry)), clean(r.From.Name), a.day(g.NotAfter), clean(g.ID))
	}
	return nil
}

func (a *app) refuseRequest(ctx context.Context, s *client.Safe, r *client.DocumentRequest, kinds []string, text string) error {
	if err := s.RefuseRequest(ctx, r, kinds, text); err != nil {
		return err
	}
	what := a.tr("toute la demande", "the whole request")
	if len(kinds) > 0 {
		var names []string
		for _, k := range kinds {
			names = append(names, a.kindName(k))
		}
		what = strings.Join(names, ", ")
	}
	a.say(a.tr("Refusé à %s : %s.", "Refused to %s: %s."), clean(r.From.Name), what)
	return nil
}

func (a *app) kindsCommand() command {
	var asJSON bool
	return command{
		name: "kinds", most: 0,
		short: a.tr("les sortes de documents que l'on peut demander", "the kinds of documents that can be asked for"),
		flags: func(f *flag.FlagSet) { f.BoolVar(&asJSON, "json", false, "JSON") },
		run: func(context.Context, []string) error {
			if asJSON {
				return a.json(sealed.Kinds())
			}
			var rows [][]string
			for _, k := range sealed.Kinds() {
				rows = append(rows, []string{k.Code, a.kindName(k.Code), strings.Join(k.Or, ", ")})
			}
			return a.table([]string{"CODE", a.tr("DOCUMENT", "DOCUMENT"), a.tr("À DÉFAUT", "OR")}, rows)
		},
	}
}
