package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// deletions lists whose copies are to be deleted, and declares that they are.
func (a *app) deletions(ctx context.Context, args []string, o adminOptions) error {
	if len(args) != 0 && (len(args) < 2 || args[0] != "declare") {
		return a.usage("%s", a.tr("Écrivez : coffre admin deletions, ou coffre admin deletions declare ID… (all : toutes)", "Write: coffre admin deletions, or coffre admin deletions declare ID… (all: every one)"))
	}
	c, err := a.officeClient(ctx, o.system)
	if err != nil {
		return err
	}
	due, err := c.Due(ctx)
	if err != nil {
		return err
	}
	if len(args) > 0 {
		return a.declareDeletions(ctx, c, due, args[1:], o)
	}
	if o.json {
		return a.json(due)
	}
	var rows [][]string
	for _, g := range due {
		by := ""
		if g.DeleteBy != nil {
			by = a.day(*g.DeleteBy)
		}
		if g.Overdue {
			by += a.tr(", EN RETARD", ", OVERDUE")
		}
		rows = append(rows, []string{g.Holder, a.kindName(g.Kind), g.Purpose, g.Service, by, g.ID})
	}
	if len(rows) == 0 {
		a.note("%s", a.tr("Aucune copie à effacer.", "No copy to delete."))
		return nil
	}
	return a.table([]string{a.tr("USAGER", "CITIZEN"), a.tr("SORTE", "KIND"), a.tr("BUT", "PURPOSE"), "SERVICE", a.tr("À EFFACER AVANT", "DELETE BY"), "ID"}, rows)
}

// declareDeletions signs somebody's word that no copy is left.
func (a *app) declareDeletions(ctx context.Context, c *client.Client, due []client.Grant, ids []string, o adminOptions) error {
	var given []client.Given
	for _, g := range due {
		if slices.Contains(ids, g.ID) || slices.Contains(ids, "all") {
			given = append(given, client.Given{Grant: g.ID, Safe: g.Safe, Doc: g.Doc, Version: g.Version})
		}
	}
	for _, id := range ids {
		if id != "all" && !slices.ContainsFunc(given, func(g client.Given) bool { return g.Grant == id }) {
			return a.fail(nil, a.tr("Aucune copie à effacer sous « %s ». La liste : coffre admin deletions", "No copy to delete under %q. The list: coffre admin deletions"), shortened(id))
		}
	}
	if len(given) == 0 {
		a.note("%s", a.tr("Aucune copie à effacer.", "No copy to delete."))
		return nil
	}
	office, err := a.unlockOffice(ctx, c)
	if err != nil {
		return err
	}
	question := fmt.Sprintf(a.tr(
		"Signer, au nom de l'administration, que plus aucune copie de ces documents n'existe chez elle (%d) ? Les usagers le verront.",
		"Sign in the administration's name that it has no copy left of these documents (%d)? Citizens will see it."), len(given))
	if err := a.confirm(ctx, o.yes, question); err != nil {
		return err
	}
	refused, err := office.DeclareDeleted(ctx, given, sealed.DeletedDeclared, o.text)
	if err != nil {
		return err
	}
	for _, g := range given {
		if problem := refused[g.Grant]; problem != "" {
			a.note(a.tr("refusé : %s (%s)", "refused: %s (%s)"), clean(g.Grant), clean(problem))
			err = a.fail(nil, "%s", a.tr("une attestation au moins a été refusée", "one attestation at least was refused"))
			continue
		}
		a.say(a.tr("attesté : %s", "attested: %s"), clean(g.Grant))
	}
	return err
}
