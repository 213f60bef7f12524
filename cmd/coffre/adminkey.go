package main

import (
	"context"
	"fmt"

	"github.com/coffre-citoyen/coffre/internal/client"
)

// rotateOffice puts another key in the place of the administration's.
func (a *app) rotateOffice(ctx context.Context, c *client.Client, yes bool) error {
	adm, err := c.Administration(ctx)
	if err != nil {
		return err
	}
	office, err := a.unlockOffice(ctx, c)
	if err != nil {
		return err
	}
	question := fmt.Sprintf(a.tr(
		"Remplacer la clé de %s ? Les clés papier et phrases de passe du bureau restent les mêmes ; les usagers n'ont rien à faire.",
		"Replace the key of %s? The office's paper keys and passphrases stay the same; citizens have nothing to do."), clean(adm.Name))
	if err := a.confirm(ctx, yes, question); err != nil {
		return err
	}
	if err := office.Rotate(ctx); err != nil {
		if client.IsProblem(err, "stale") {
			return a.fail(err, "%s", a.tr("Un collègue vient de changer la clé. Vérifiez, puis recommencez.", "A colleague has just changed the key. Check, then try again."))
		}
		return err
	}
	a.say(a.tr("La clé de %s est remplacée. Ce qui lui était partagé s'ouvre encore ; ce qu'elle a signé reste vérifiable.",
		"The key of %s is replaced. What was shared with it still opens; what it has signed can still be verified."), clean(adm.Name))
	return nil
}
