package main

import (
	"context"
	"fmt"

	"github.com/coffre-citoyen/coffre/internal/client"
)

// renewKeys replaces what stands behind the keys: the vault's, or with root the
// safe's signature as well. The keys that a citizen holds stay.
func (a *app) renewKeys(ctx context.Context, s *client.Safe, o keysOptions) error {
	if !o.root {
		question := a.tr(
			`Le coffre reçoit une nouvelle serrure ; vos clés restent les mêmes et vos documents ne bougent pas.
Une clé retirée auparavant n'ouvrira rien de ce qui est scellé désormais. Continuer ?`,
			`The safe gets a new lock; your keys stay the same and your documents do not move.
A key that was removed before opens nothing of what is sealed from now on. Go on?`)
		if err := a.confirm(ctx, o.yes, question); err != nil {
			return err
		}
		if err := s.RenewVault(ctx); err != nil {
			return err
		}
		a.say("%s", a.tr("La serrure est remplacée.", "The lock is replaced."))
		return a.reseal(ctx, s)
	}
	err := s.Renew(ctx, client.RenewOptions{
		Progress: a.progress(a.tr("partages", "shares")),
		Agree:    func(going []client.Standing) error { return a.agreeToRenew(ctx, s, going, o.yes) },
	})
	if err != nil {
		return err
	}
	a.say("%s", a.tr(`La serrure et la signature sont remplacées : qui avait les anciennes ne peut plus rien écrire.
Essayez maintenant chacune de vos autres clés, une fois : coffre keys test
Retirez celle qui vous a été volée : coffre keys remove`,
		`Lock and signature are replaced: who had the old ones can no longer write anything.
Now try each of your other keys, once: coffre keys test
Remove the one that was stolen from you: coffre keys remove`))
	return a.reseal(ctx, s)
}

// agreeToRenew shows what goes on under the new signature: the list comes from
// the server, and only its holder knows what she has shared.
func (a *app) agreeToRenew(ctx context.Context, s *client.Safe, going []client.Standing, yes bool) error {
	if len(going) > 0 {
		a.say("%s", a.tr("Ces partages continuent, à l'identique :", "These shares go on as they are:"))
		var rows [][]string
		for _, g := range going {
			rows = append(rows, []string{s.Path(g.Entry), g.AdministrationName, g.Purpose, a.day(g.NotAfter), g.ID})
		}
		titles := []string{a.tr("DOCUMENT", "DOCUMENT"), a.tr("AVEC", "WITH"), a.tr("BUT", "PURPOSE"), a.tr("JUSQU'AU", "UNTIL"), "ID"}
		if err := a.table(titles, rows); err != nil {
			return fmt.Errorf("list shares: %w", err)
		}
		a.say("%s", a.tr("S'il y en a un que vous n'avez pas fait, répondez non et arrêtez-le : coffre unshare ID",
			"If there is one that you did not make, answer no and end it: coffre unshare ID"))
	}
	return a.confirm(ctx, yes, a.tr(
		`Le coffre reçoit une nouvelle serrure et une nouvelle signature. C'est ce qu'il faut après un vol :
qui connaît vos clés d'avant ne pourra plus rien signer à votre place. Ce qu'il a déjà lu, il l'a lu.
Vos clés restent les mêmes ; les proches choisis pour vous aider sont à désigner de nouveau. Continuer ?`,
		`The safe gets a new lock and a new signature. That is what a theft calls for: who knows your keys
of before can no longer sign anything in your place. What he has read already, he has read.
Your keys stay the same; the people chosen to help you have to be named again. Go on?`))
}

// reseal finishes what the replacement of a key begins. It can be interrupted:
// the next time goes on from there.
func (a *app) reseal(ctx context.Context, s *client.Safe) error {
	if !s.ResealDue() {
		return nil
	}
	n, err := s.Reseal(ctx, a.progress(a.tr("documents", "documents")))
	if err != nil {
		return a.fail(err, a.tr("La nouvelle serrure est en place, mais %d document(s) seulement y sont passés : « coffre keys finish » fait le reste.",
			"The new lock is in place, but only %d document(s) are under it: `coffre keys finish` does the rest."), n)
	}
	if n > 0 {
		a.say(a.tr("documents passés sous la nouvelle serrure : %d", "documents put under the new lock: %d"), n)
	}
	return nil
}

// upgrade moves a safe to the latest format. It can be interrupted, and goes on
// the next time.
func (a *app) upgrade(ctx context.Context, s *client.Safe, o keysOptions) error {
	if !s.UpgradeDue() {
		a.say("%s", a.tr("Ce coffre est au format le plus récent : il n'y a rien à faire.", "This safe has the latest format: there is nothing to do."))
		return nil
	}
	a.say("%s", a.tr(
		"Chaque document est ouvert ici, scellé à nouveau et remplacé. Rien ne se perd si cela s'arrête en chemin : relancez la même commande.",
		"Each document is opened here, sealed anew and replaced. Nothing is lost when this stops on its way: give the same command again."))
	n, err := s.Upgrade(ctx, client.RenewOptions{
		Progress: a.progress(a.tr("documents", "documents")),
		Agree:    func(going []client.Standing) error { return a.agreeToRenew(ctx, s, going, o.yes) },
	})
	if err != nil {
		return err
	}
	a.say(a.tr("documents passés au nouveau format : %d", "documents moved to the new format: %d"), n)
	return nil
}
