package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

func (a *app) verifyReceipt(ctx context.Context, what string, o verifyOptions) error {
	if strings.Contains(what, "/verifier#") {
		return a.verifyLink(ctx, what, o)
	}
	notReceipt := func() error {
		return a.fail(nil, a.tr("%s n'est pas un reçu, ou il a été abîmé : il ne prouve rien.", "%s is no receipt, or was damaged: it proves nothing."), clean(what))
	}
	switch at, err := readAttestation(what); {
	case errors.Is(err, client.ErrReceipt):
		return notReceipt()
	case err != nil:
		return err
	case at != nil:
		return a.verifyAttestation(ctx, *at, o)
	}
	r, old, err := readReceipt(what)
	switch {
	case errors.Is(err, client.ErrReceipt):
		return notReceipt()
	case err != nil:
		return err
	case old != nil:
		return a.verifyOldReceipt(ctx, *old, o)
	}
	vkey := a.journalKey(o.vkey, r.Log)
	p, err := r.Verify(vkey)
	if err != nil {
		return a.falseReceipt(err)
	}
	if o.from != "" {
		if err := a.stillThere(ctx, r, vkey, o); err != nil {
			return err
		}
	}
	return a.sayReceipt(r, p, standing{vkey, a.vouched(o.vkey, vkey), o.from != ""}, o)
}

// standing is what is known of the journal that a receipt was held against.
type standing struct {
	vkey    string
	vouched bool // somebody but the receipt or the journal itself says whose key it is
	public  bool // the public journal of today was looked at
}

func (a *app) falseReceipt(err error) error {
	return a.fail(err, a.tr("ALERTE : ce reçu est faux, ou il a été abîmé : sous la clé du journal, sa preuve ne tient pas (%s).\nIl ne prouve rien. Demandez-en un autre à qui vous l'a donné, et gardez celui-ci.",
		"ALARM: this receipt is false, or was damaged: under the journal's key its proof does not hold (%s).\nIt proves nothing. Ask whoever gave it to you for another one, and keep this one."), clean(err.Error()))
}

// stillThere shows that the public log of today continues the receipt's.
func (a *app) stillThere(ctx context.Context, r client.Receipt, vkey string, o verifyOptions) error {
	l, err := client.OpenPublic(o.from, nil)
	if err != nil {
		return err
	}
	older, err := journal.OpenCheckpoint(vkey, r.Leaf.Checkpoint)
	if err != nil {
		return err
	}
	note, newer, err := a.newest(ctx, l, vkey)
	if err != nil {
		return err
	}
	if err := l.Continues(ctx, older, newer); err != nil {
		return a.faulty(contradicts(err, vkey, r.Leaf.Checkpoint, note))
	}
	a.say(a.tr("Le journal public d'aujourd'hui (%d entrées) le contient toujours.", "Today's public journal (%d entries) still holds it."), newer.Size)
	return nil
}

// verifyLink reads the rest of the proof from the public tiles.
func (a *app) verifyLink(ctx context.Context, link string, o verifyOptions) error {
	base, s, err := client.ParseLink(link)
	if err != nil {
		return a.fail(nil, "%s", a.tr("Ce lien n'est pas celui d'un reçu, ou il a été coupé : il ne prouve rien.", "This is not the link of a receipt, or it was cut: it proves nothing."))
	}
	where := o.from
	if where == "" {
		where = base
	}
	l, vkey, claimed, err := a.public(ctx, where, o.vkey)
	if err != nil {
		return err
	}
	note, newer, err := a.newest(ctx, l, vkey)
	if err != nil {
		return err
	}
	for _, seen := range a.seenOf(vkey) {
		older, err := journal.OpenCheckpoint(vkey, seen.Note)
		if err != nil {
			return err
		}
		if err := l.Continues(ctx, older, newer); err != nil {
			return a.faulty(contradicts(err, vkey, seen.Note, note))
		}
	}
	r, err := s.Prove(ctx, l, vkey, note)
	var f *client.Fault
	switch {
	case errors.As(err, &f) && (f.Kind == client.FaultEntry || f.Kind == client.FaultShorter):
		return a.falseReceipt(err) // of the link or of the log: the log alone does not tell
	case errors.As(err, &f):
		return a.faulty(err)
	case client.IsAlarm(err):
		return a.falseReceipt(err)
	case err != nil:
		return err
	}
	p, err := r.Verify(vkey)
	if err != nil {
		return a.falseReceipt(err)
	}
	return a.sayReceipt(r, p, standing{vkey, !claimed, true}, o)
}

// sayReceipt says in words what a verified receipt proves.
func (a *app) sayReceipt(r client.Receipt, p client.Proven, st standing, o verifyOptions) error {
	names, err := a.cosigners(o, st.vkey, r.Leaf.Checkpoint)
	if err != nil {
		return err
	}
	origin, _, _ := strings.Cut(st.vkey, "+")
	a.say("%s", a.tr("Reçu prouvé.", "The receipt is proven."))
	a.say("  %s : %s", a.momentOf(p.Event.Time), a.sentence(p.Event))
	if r.Content != nil {
		a.say(a.tr("  document : %s, SHA-256 %s", "  document: %s, SHA-256 %s"), a.size(r.Content.Size), r.Content.SHA256)
	}
	a.say(a.tr("  entrée %d du journal %s, qui en comptait %d", "  entry %d of the journal %s, which had %d"), p.Index, clean(origin), p.Size)
	a.sayStanding(st, len(names) > 0)
	switch {
	case o.file != "":
		if err := a.sameDocument(o.file, r); err != nil {
			return err
		}
		a.proven(fmt.Sprintf(a.tr("%s est, au bit près, le document dont parle le reçu.", "%s is, to the bit, the document that the receipt is about."), clean(o.file)))
	case r.Content != nil:
		a.unproven(a.tr("que vous avez ce document : comparez-le avec --file.", "that you have this document: compare it with --file."))
	default:
		a.unproven(a.tr("quels octets a le document : ce reçu ne le dit pas.", "which bytes the document has: this receipt does not say."))
	}
	a.sayWitnesses(o, names)
	return nil
}

// sayStanding says no more of the journal than was looked at.
func (a *app) sayStanding(st standing, witnessed bool) {
	switch {
	case !st.vouched:
		a.proven(a.tr("cet événement, avec cette date et ces noms, est dans un journal que cette clé a signé.",
			"this event, with this date and these names, is in a journal that this key has signed."))
		a.unvouched()
	case st.public || witnessed:
		a.proven(a.tr("cet événement, avec cette date et ces noms, est au journal public signé, et n'en peut plus sortir.",
			"this event, with this date and these names, is in the signed public journal, and cannot leave it."))
	default:
		a.proven(a.tr("cet événement, avec cette date et ces noms, est au journal signé.",
			"this event, with this date and these names, is in the signed journal."))
		a.unproven(a.tr("que le journal public d'aujourd'hui le contient encore : comparez avec --from.",
			"that today's public journal still holds it: compare with --from."))
	}
}

// sentence is an act with who did it and what it was about.
func (a *app) sentence(ev journal.Event) string {
	text := a.what(ev)
	if ev.Who.Name != "" {
		text += a.tr(", par ", ", by ") + ev.Who.Name
	}
	if ev.Who.AdministrationName != "" {
		text += " (" + ev.Who.AdministrationName + ")"
	}
	if ev.AdministrationName != "" && ev.AdministrationName != ev.Who.AdministrationName {
		text += " → " + ev.AdministrationName
	}
	if ev.Purpose != "" {
		text += a.tr(", pour : ", ", for: ") + ev.Purpose
	}
	return clean(text)
}

func (a *app) momentOf(s string) string {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return clean(s)
	}
	return a.moment(t)
}

// sameDocument compares a file with what a receipt is about.
func (a *app) sameDocument(path string, r client.Receipt) error {
	if r.Content == nil {
		return a.fail(nil, "%s", a.tr("Ce reçu ne dit pas quels octets a le document : rien à comparer.", "This receipt does not say which bytes the document has: nothing to compare."))
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return err
	}
	if n != r.Content.Size || hex.EncodeToString(h.Sum(nil)) != r.Content.SHA256 {
		return a.fail(sealed.ErrHash, a.tr("%s n'est pas le document de ce reçu : ses octets sont autres.", "%s is not the document of this receipt: its bytes are other ones."), clean(path))
	}
	return nil
}

// verifyOldReceipt is for the answer to a deposit, as whoever calls without this
// program keeps it, and for those from before the journal committed to contents.
func (a *app) verifyOldReceipt(ctx context.Context, d client.DepositReceipt, o verifyOptions) error {
	vkey := o.vkey
	for _, m := range a.memories() {
		k := m.LogKey()
		if k == "" || vkey != "" && o.vkey != "" {
			continue
		}
		if _, err := client.VerifyReceipt(k, d); err == nil || vkey == "" {
			vkey = k
		}
	}
	if vkey == "" {
		return a.usage("%s", a.tr("Ce reçu ne dit pas de quel journal il vient : indiquez --log-key.", "This receipt does not say which journal it is of: give --log-key."))
	}
	p, err := client.VerifyReceipt(vkey, d)
	if err != nil {
		return a.falseReceipt(err)
	}
	if r, err := client.DepositorReceipt(vkey, d); err == nil {
		if o.from != "" {
			if err := a.stillThere(ctx, r, vkey, o); err != nil {
				return err
			}
		}
		return a.sayReceipt(r, p, standing{vkey, true, o.from != ""}, o)
	} else if client.IsAlarm(err) {
		return a.falseReceipt(err)
	}
	a.say(a.tr("Reçu prouvé : dépôt du %s, entrée %d du journal.\n  SHA-256 du contenu : %s", "Receipt proven: deposited %s, entry %d of the journal.\n  SHA-256 of the content: %s"),
		a.dayOf(p.Event.Time), p.Index, clean(d.ContentSHA256))
	a.unproven(a.tr("que le contenu a cette empreinte : c'était la parole du serveur, ce reçu est d'un ancien format.",
		"that the content has this hash: it was the server's word, this receipt is of an earlier form."))
	return nil
}
