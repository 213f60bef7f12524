package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

var (
	errChanged  = errors.New("the document has other bytes than its issuer has signed")
	errUnsigned = errors.New("no key of the journal has signed the issuer's mark")
)

// issued is what the mark of an opened document is worth; nil, it has none. One
// that is not true is an error, for scripts to notice: the document is there all
// the same.
func (a *app) issued(found *client.Issued) error {
	if found == nil {
		return nil
	}
	switch found.State {
	case client.IssuedIntact:
		a.note(a.tr("Émis par %s, inchangé.", "Issued by %s, unchanged."), clean(found.Issuer))
		return nil
	case client.IssuedChanged:
		return a.fail(errChanged, a.tr("Ce document a été changé depuis que %s l'a émis.", "This document was changed since %s issued it."), clean(found.Issuer))
	case client.IssuedUnknownKey:
		return a.fail(errUnsigned, "%s", a.tr("Ce document porte la marque d'un émetteur, signée par une clé qui n'est pas au journal : ne vous y fiez pas.",
			"This document has an issuer's mark, signed by a key that is not in the journal: do not rely on it."))
	default:
		a.note("%s", a.tr("Ce document porte la marque d'un émetteur, que ce programme ne sait pas lire.", "This document has an issuer's mark that this program cannot read."))
		return nil
	}
}

// telling makes options that remember what the mark of a document is worth.
func telling(o client.GetOptions, found **client.Issued) client.GetOptions {
	o.Issued = func(i client.Issued) { *found = &i }
	return o
}

// issueFlags say what a deposit is issued as.
type issueFlags struct {
	on              bool
	kind, reference string
}

// sign signs a file that is about to be deposited with the administration's key.
func (f issueFlags) sign(ctx context.Context, a *app, c *client.Client, sum [32]byte, o client.DepositOrder) ([]byte, error) {
	if _, known := sealed.FindKind(f.kind); f.kind != "" && !known {
		return nil, a.usage(a.tr("sorte de document inconnue : « %s ». La liste : coffre kinds", "unknown kind of document: %q. The list: coffre kinds"), shortened(f.kind))
	}
	office, err := a.unlockOffice(ctx, c)
	if err != nil {
		return nil, err
	}
	return office.Issue(sealed.Issue{Name: o.Name, Type: o.Type, Size: o.Size, Content: sealed.HashOf(sum), Kind: f.kind, Reference: f.reference})
}

// adminDeposit is `coffre admin deposit FILE`, for agents and systems.
func (a *app) adminDeposit(ctx context.Context, c *client.Client, path string, o adminOptions) error {
	if o.address == "" {
		return a.usage("%s", a.tr("Indiquez l'adresse de dépôt : --address", "Give the deposit address: --address"))
	}
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return errors.Join(err, a.fail(nil, a.tr("%s n'est pas un fichier.", "%s is not a file."), clean(path)))
	}
	order := client.DepositOrder{Address: o.address, Name: o.name, Type: o.mediaType, Key: o.key}
	mark := issueFlags{on: o.issue, kind: o.kind, reference: o.reference}
	return a.deposit(ctx, c, path, order, mark, o.receipt)
}

func (a *app) issueFlag(f *flag.FlagSet, m *issueFlags) {
	f.BoolVar(&m.on, "issue", false, a.tr("signer le document comme émis par l'administration", "sign the document as issued by the administration"))
	f.StringVar(&m.kind, "kind", "", a.tr("avec --issue : la `sorte` de document, d'après coffre kinds", "with --issue: the `kind` of document, as in coffre kinds"))
	f.StringVar(&m.reference, "reference", "", a.tr("avec --issue : `référence` du document chez l'émetteur", "with --issue: the document's `reference` at the issuer's"))
}

func (a *app) adminDepositFlags(f *flag.FlagSet, o *adminOptions) {
	f.BoolVar(&o.issue, "issue", false, a.tr("deposit : signer le document comme émis par l'administration", "deposit: sign the document as issued by the administration"))
	f.StringVar(&o.name, "name", "", a.tr("deposit : `nom` du document ; sinon celui du fichier", "deposit: the document's `name`; else the file's own"))
	f.StringVar(&o.mediaType, "type", "", a.tr("deposit : `type` de contenu ; sinon deviné", "deposit: media `type`; else guessed"))
	f.StringVar(&o.kind, "kind", "", a.tr("deposit --issue : `sorte` de document", "deposit --issue: `kind` of document"))
	f.StringVar(&o.key, "idempotency-key", "", a.tr("deposit : `clé` de 16 à 64 caractères : le même envoi répété ne dépose qu'une fois", "deposit: `key` of 16 to 64 characters: the same sending again deposits only once"))
	a.receiptFlag(f, &o.receipt)
	f.StringVar(&o.keepIn, "keep-in", "", a.tr("keygen : `dossier` où écrire paper-key.txt et passphrase.txt, au lieu de les retaper", "keygen: `directory` to write paper-key.txt and passphrase.txt into, instead of typing them back"))
	f.BoolVar(&o.yes, "yes", false, a.tr("rotate : ne pas demander de confirmation", "rotate: do not ask for confirmation"))
}

// adminElse is what of `coffre admin` is not about requests. done: it was that.
func (a *app) adminElse(ctx context.Context, args []string, o adminOptions) (done bool, err error) {
	wants, known := map[string]int{"deposit": 2, "keygen": 1, "rotate": 1}[args[0]]
	if !known || len(args) != wants {
		return false, nil
	}
	if args[0] == "keygen" {
		return true, a.initialise(ctx, o.keepIn)
	}
	c, err := a.officeClient(ctx, o.system)
	if err != nil {
		return true, err
	}
	if args[0] == "deposit" {
		return true, a.adminDeposit(ctx, c, args[1], o)
	}
	return true, a.rotateOffice(ctx, c, o.yes)
}

// issuedWord is for a list.
func (a *app) issuedWord(found *client.Issued) string {
	switch {
	case found == nil:
		return ""
	case found.State == client.IssuedIntact:
		return fmt.Sprintf(a.tr("Émis par %s, inchangé", "Issued by %s, unchanged"), found.Issuer)
	case found.State == client.IssuedChanged:
		return fmt.Sprintf(a.tr("CHANGÉ depuis que %s l'a émis", "CHANGED since %s issued it"), found.Issuer)
	case found.State == client.IssuedUnknownKey:
		return a.tr("signé par une clé qui n'est pas au journal", "signed by a key that is not in the journal")
	}
	return a.tr("illisible par ce programme", "this program cannot read it")
}
