package main

import (
	"context"
	"errors"

	"github.com/coffre-citoyen/coffre/internal/client"
)

// verifySite needs no account: whoever is asked for pages does not know who asks.
func (a *app) verifySite(ctx context.Context, _ verifyOptions) error {
	_, p, err := a.here()
	if err != nil {
		return err
	}
	c, err := a.newClient(p, "")
	if err != nil {
		return err
	}
	r, err := c.VerifySite(ctx)
	switch {
	case errors.Is(err, client.ErrNotFound):
		return a.fail(err, "%s", a.tr("Le journal ne dit encore rien des pages de ce serveur : il n'y a rien à comparer.",
			"The journal says nothing of this server's pages yet: there is nothing to compare."))
	case err != nil:
		return a.faulty(err)
	}
	a.say(a.tr("Le site est celui du journal : %d fichiers, version %s, entrée %d.", "The site is that of the journal: %d files, release %s, entry %d."), r.Files, clean(r.Release), r.Index)
	a.say(a.tr("  empreinte de la liste : %s", "  hash of the list: %s"), r.SHA256)
	a.proven(a.tr("ce que ce serveur vient de donner ici est, au bit près, ce que son journal public annonce à tous.",
		"what this server has just given here is, to the bit, what its public journal tells everybody."))
	a.unproven(a.tr("qu'il donne la même chose à quelqu'un d'autre, ni que ces fichiers viennent des sources : construisez-les, servez-les chez vous (make run) et comparez cette empreinte.",
		"that it gives the same to somebody else, nor that these files come from the sources: build them, serve them at home (make run) and compare this hash."))
	return nil
}
