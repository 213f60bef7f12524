package main

import (
	"errors"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// wrong names what an alarm is about in plain words, where there are some; the
// evidence has the rest.
func (a *app) wrong(err error) string {
	var f *client.Fault
	if errors.As(err, &f) {
		return a.faultText(f)
	}
	for _, s := range []struct {
		err    error
		fr, en string
	}{
		{journal.ErrHole, "des événements manquent à votre journal, ou un autre est à leur place", "events are missing from your journal, or another one is in their place"},
		{journal.ErrPolicy, "les témoins voulus n'ont pas contresigné ce journal", "the witnesses asked for have not cosigned this journal"},
		{client.ErrRollback, "c'est plus ancien que ce que cette machine a déjà vu, ou le contredit", "this is older than what this machine has seen, or contradicts it"},
		{journal.ErrProof, "la preuve ne tient pas : le journal signé dit autre chose", "the proof does not hold: the signed journal says something else"},
		{journal.ErrEvent, "un événement du journal n'en est pas un", "an event of the journal is none"},
		{sealed.ErrHash, "l'empreinte n'est pas celle qui a été signée", "the hash is not the one that was signed"},
		{sealed.ErrSignature, "la signature n'est pas celle de votre coffre", "the signature is not that of your safe"},
		{sealed.ErrPin, "le coffre montré n'est pas celui que vos clés connaissent", "the safe shown is not the one that your keys know"},
		{sealed.ErrMismatch, "un objet authentique, mais d'ailleurs", "something genuine, from elsewhere"},
	} {
		if errors.Is(err, s.err) {
			return a.tr(s.fr, s.en) + a.tr(" : ", ": ") + clean(err.Error())
		}
	}
	return clean(err.Error())
}
