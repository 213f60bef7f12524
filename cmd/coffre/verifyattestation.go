package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// readAttestation reads a file that calls itself one; nil of any other.
func readAttestation(path string) (*client.Attestation, error) {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() || info.Size() > maxReceipt {
		return nil, nil //nolint:nilerr // whoever reads receipts says what is wrong
	}
	b, err := os.ReadFile(path)
	if err != nil || !client.IsAttestation(b) {
		return nil, err
	}
	a, err := client.ParseAttestation(b)
	return &a, err
}

func (a *app) verifyAttestation(ctx context.Context, at client.Attestation, o verifyOptions) error {
	vkey := a.journalKey(o.vkey, at.Log)
	p, err := at.Verify(vkey)
	if err != nil {
		return a.falseReceipt(err)
	}
	newest := client.Receipt{Leaf: journal.Leaf{Checkpoint: p.Newest}}
	if o.from != "" {
		if err := a.stillThere(ctx, newest, vkey, o); err != nil {
			return err
		}
	}
	names, err := a.cosigners(o, vkey, p.Newest)
	if err != nil {
		return err
	}
	a.sayMandate(p.Mandate)
	for _, act := range p.Acts {
		refused := ""
		if act.Event.Result == journal.ResultRefused {
			refused = a.tr(" (refusé)", " (refused)")
		}
		a.say("  %s : %s%s", a.momentOf(act.Event.Time), a.sentence(act.Event), refused)
	}
	if p.Revoked != "" {
		a.say(a.tr("Mandat retiré par l'usager le %s.", "Mandate taken back by the citizen on %s."), a.momentOf(p.Revoked))
	}
	a.proven(a.tr("ce mandat est signé par la clé de ce coffre, et chacun de ces actes, fait sous ce mandat, est dans un journal que sa clé a signé.",
		"this mandate is signed by this safe's key, and each of these acts, done under it, is in a journal that its key has signed."))
	a.unproven(a.tr("que rien d'autre n'a été fait : seul le journal de l'usager le montre.",
		"that nothing else was done: only the citizen's journal shows that."))
	switch {
	case !a.vouched(o.vkey, vkey):
		a.unvouched()
	case o.from == "" && len(names) == 0:
		a.unproven(a.tr("que le journal public d'aujourd'hui les contient encore : comparez avec --from.",
			"that today's public journal still holds them: compare with --from."))
	}
	a.sayWitnesses(o, names)
	return nil
}

func (a *app) sayMandate(m sealed.Mandate) {
	acts := make([]string, len(m.Acts))
	for i, act := range m.Acts {
		acts[i] = a.actOf(act)
	}
	a.say("%s", a.tr("Attestation prouvée.", "The attestation is proven."))
	a.say(a.tr("  médiateur : %s, %s", "  mediator: %s, %s"), clean(m.MediatorName), clean(m.StructureName))
	a.say(a.tr("  pour : %s", "  for: %s"), clean(m.Purpose))
	a.say(a.tr("  autorisé : %s", "  allowed: %s"), strings.Join(acts, ", "))
	a.say(a.tr("  du %s au %s", "  from %s to %s"), a.momentOf(m.Created), a.momentOf(m.NotAfter))
	if m.GrantsUntil != "" {
		a.say(a.tr("  ce qui a été partagé peut être ouvert au plus tard jusqu'au %s", "  what was shared can be opened until %s at the latest"), a.momentOf(m.GrantsUntil))
	}
}

func (a *app) actOf(act string) string {
	switch act {
	case sealed.ActAnswer:
		return a.tr("répondre à une demande", "answer a request")
	case sealed.ActDeposit:
		return a.tr("déposer", "deposit")
	case sealed.ActOrganise:
		return a.tr("proposer un rangement", "propose how to organise")
	case sealed.ActRead:
		return a.tr("lire les documents choisis", "read the chosen documents")
	case sealed.ActShare:
		return a.tr("partager avec une administration nommée", "share with a named administration")
	default:
		return fmt.Sprintf("%q", act)
	}
}
