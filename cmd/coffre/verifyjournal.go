package main

import (
	"errors"
	"os"

	"github.com/coffre-citoyen/coffre/internal/client"
)

// verifyJournal reads a journal that its holder took out of the browser; ok is
// false when the file is something else.
func (a *app) verifyJournal(path, vkey string) (ok bool, err error) {
	r, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer func() { _ = r.Close() }()
	first := make([]byte, 1)
	if n, err := r.ReadAt(first, 0); err != nil || n == 0 || first[0] != '{' {
		return false, nil
	}
	f, err := client.ReadJournalFile(r)
	switch {
	case errors.Is(err, client.ErrJournalFile):
		return true, a.fail(nil, a.tr("%s n'est ni un export, ni un journal emporté, ou il a été abîmé : il ne prouve rien.", "%s is neither an export nor a journal that was taken out, or was damaged: it proves nothing."), clean(path))
	case err != nil:
		return true, err
	}
	found, err := f.Verify(a.journalKey(vkey, f.Log))
	if err != nil {
		return true, a.fail(err, a.tr("ALERTE : ce journal est faux, ou il a été abîmé : un de ses événements n'est pas au journal signé (%s).", "ALARM: this journal is false, or was damaged: one of its events is not in the signed journal (%s)."), clean(err.Error()))
	}
	a.sayJournal(found)
	return true, nil
}

func (a *app) sayJournal(found client.JournalFindings) {
	a.say(a.tr("Journal vrai : %d événements.", "The journal is true: %d events."), found.Proven)
	a.proven(a.tr("chacun est au journal public signé, tel quel.", "each is in the signed public journal, as it is."))
	switch {
	case found.From == 0:
		a.unproven(a.tr("que rien ne manque : ces événements n'ont pas de numéro.", "that nothing is missing: these events have no number."))
	case found.Unbroken:
		text := a.tr("aucun ne manque du n° %d au n° %d.", "none is missing from number %d to number %d.")
		a.say(a.tr("Prouvé : ", "Proven: ")+text, found.From, found.To)
	default:
		text := a.tr("que rien ne manque : le fichier n'a pas tous les numéros du %d au %d, ou pas dans l'ordre d'un même journal (un choix a pu être fait).", "that nothing is missing: the file has not every number from %d to %d, or not in the order of one journal (some may have been chosen).")
		a.say(a.tr("Pas prouvé : ", "Not proven: ")+text, found.From, found.To)
	}
	if found.Waiting > 0 {
		a.say(a.tr("Pas prouvé : %d qui attendaient encore leur place au journal.", "Not proven: %d that were still waiting for their place in the journal."), found.Waiting)
	}
	a.unproven(a.tr("ce qui est arrivé depuis : le fichier ne le dit pas.", "what has happened since: the file does not say."))
}
