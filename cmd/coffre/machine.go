package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"mime"
	"os"
	"path/filepath"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// systemFlags are those of commands that a system may run.
type systemFlags struct{ key, scope string }

func (a *app) keyFlag(f *flag.FlagSet, s *systemFlags) {
	f.StringVar(&s.key, "key", "", a.tr("`fichier` avec la clé privée du logiciel (JWK)", "`file` with the system's private key (JWK)"))
}

func (a *app) tokenCommand() command {
	var s systemFlags
	return command{
		name: "token", online: true, most: 0,
		short: a.tr("un jeton d'accès pour le logiciel d'une administration", "an access token for an administration's system"),
		long: a.tr(`Écrit le jeton seul, pour l'en-tête « Authorization: Bearer ». Il dure quelques
minutes, sert à quiconque l'a et n'ouvre aucun document. « coffre deposit » et « coffre
received » en demandent un qui ne sert qu'à eux (DPoP).
  TOKEN=$(coffre token --server https://… --key logiciel.jwk)`,
			`Writes the token alone, for the header "Authorization: Bearer". It lasts some minutes,
serves whoever has it and opens no document. coffre deposit and coffre received ask for one
that serves only them (DPoP).
  TOKEN=$(coffre token --server https://… --key system.jwk)`),
		flags: func(f *flag.FlagSet) {
			a.keyFlag(f, &s)
			f.StringVar(&s.scope, "scope", "", a.tr("`droits` demandés : deposit, retrieve ; sinon tous ceux du logiciel", "`scopes` asked for: deposit, retrieve; else all of the system's"))
		},
		run: func(ctx context.Context, _ []string) error {
			_, t, err := a.systemToken(ctx, s, nil) // bound to this process it would be of no use
			if err != nil {
				return err
			}
			a.say("%s", clean(t.AccessToken))
			return nil
		},
	}
}

// systemClient is the caller as the system whose key is in the file. Its token
// is good in this process only, where the gateway can bind it.
func (a *app) systemClient(ctx context.Context, s systemFlags) (*client.Client, error) {
	proof, err := client.NewProofKey()
	if err != nil {
		return nil, err
	}
	p, t, err := a.systemToken(ctx, s, proof)
	if err != nil {
		return nil, err
	}
	if t.TokenType != "DPoP" {
		proof = nil
	}
	c, err := a.boundClient(p, t.AccessToken, proof)
	if err == nil {
		c.Renew(func(ctx context.Context) (string, error) {
			_, t, err := a.systemToken(ctx, s, proof)
			return t.AccessToken, err
		})
	}
	return c, err
}

// systemToken asks for one in the name of the system whose key is in the file.
func (a *app) systemToken(ctx context.Context, s systemFlags, proof *client.ProofKey) (*profile, client.Token, error) {
	if s.key == "" {
		return nil, client.Token{}, a.usage("%s", a.tr("Indiquez la clé du logiciel : --key FICHIER.jwk", "Give the system's key: --key FILE.jwk"))
	}
	b, err := os.ReadFile(s.key)
	if err != nil {
		return nil, client.Token{}, err
	}
	key, err := client.ParseSystemKey(b)
	if err != nil || key.ClientID == "" {
		return nil, client.Token{}, a.fail(err, a.tr("%s n'est pas une clé privée P-256 au format JWK, avec un membre client_id.", "%s is not a private P-256 key in JWK format, with a member client_id."), clean(s.key))
	}
	_, p, err := a.here()
	if err != nil {
		return nil, client.Token{}, err
	}
	c, err := a.boundClient(p, "", proof)
	if err != nil {
		return nil, client.Token{}, err
	}
	t, err := c.SystemToken(ctx, key, s.scope)
	return p, t, err
}

func (a *app) depositCommand() command {
	var s systemFlags
	var o client.DepositOrder
	var receipt string
	var mark issueFlags
	return command{
		name: "deposit", args: a.tr("FICHIER", "FILE"), online: true, secret: true, least: 1, most: 1,
		short: a.tr("déposer un document dans le coffre d'un usager (logiciels)", "deposit a document in a citizen's safe (systems)"),
		long: a.tr(`Le serveur scelle le document au passage et n'en garde aucune clé. Le reçu prouve le
dépôt au journal : gardez-le (--receipt), « coffre verify » le relit. Avec --issue, le
document est signé par la clé de l'administration, qui est demandée : l'usager voit qui
l'a émis et qu'il est inchangé, et quiconque il le partage aussi.`,
			`The server seals the document on its way and keeps no key. The receipt proves the
deposit in the journal: keep it (--receipt), coffre verify reads it again. With --issue the
document is signed by the administration's key, which is asked for: the citizen sees who
issued it and that it is unchanged, and so does whomever it is shared with.`),
		flags: func(f *flag.FlagSet) {
			a.keyFlag(f, &s)
			f.StringVar(&o.Address, "address", "", a.tr("`adresse` de dépôt que l'usager a donnée", "deposit `address` that the citizen gave"))
			f.StringVar(&o.Name, "name", "", a.tr("`nom` du document ; sinon celui du fichier", "the document's `name`; else the file's own"))
			f.StringVar(&o.Type, "type", "", a.tr("`type` de contenu ; sinon deviné", "media `type`; else guessed"))
			f.StringVar(&o.Key, "idempotency-key", "", a.tr("`clé` de 16 à 64 caractères : le même envoi répété ne dépose qu'une fois", "`key` of 16 to 64 characters: the same sending again deposits only once"))
			a.issueFlag(f, &mark)
			a.receiptFlag(f, &receipt)
		},
		run: func(ctx context.Context, args []string) error {
			if o.Address == "" {
				return a.usage("%s", a.tr("Indiquez l'adresse de dépôt : --address", "Give the deposit address: --address"))
			}
			c, err := a.systemClient(ctx, s)
			if err != nil {
				return err
			}
			return a.deposit(ctx, c, args[0], o, mark, receipt)
		},
	}
}

func (a *app) deposit(ctx context.Context, c *client.Client, path string, o client.DepositOrder, mark issueFlags, receipt string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if o.Size, err = io.Copy(h, f); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if o.Name == "" {
		o.Name = filepath.Base(path)
	}
	if o.Type == "" {
		o.Type = mime.TypeByExtension(filepath.Ext(o.Name))
	}
	if o.Size == 0 {
		return fmt.Errorf("deposit %s: %w", path, client.ErrEmpty)
	}
	if err := sealed.CheckName(o.Name); err != nil {
		return err
	}
	o.Body, o.Progress = f, a.progress(o.Name)
	if mark.on {
		if o.Issue, err = mark.sign(ctx, a, c, [32]byte(h.Sum(nil)), o); err != nil {
			return err
		}
	}
	vkey, err := c.LogKey(ctx)
	if err != nil {
		return err
	}
	r, err := c.Deposit(ctx, o)
	if err != nil {
		return err
	}
	p, err := client.VerifyReceipt(vkey, r)
	if err != nil {
		return err
	}
	if r.ContentSHA256 != hex.EncodeToString(h.Sum(nil)) {
		return fmt.Errorf("the gateway received other bytes than %s holds: %w", path, sealed.ErrHash)
	}
	a.say(a.tr("déposé : %s, %s, entrée %d du journal", "deposited: %s, %s, entry %d of the journal"), clean(o.Name), a.size(r.Size), p.Index)
	if receipt == "" {
		return nil
	}
	kept, err := client.DepositorReceipt(vkey, r)
	if err := a.withoutContent(err); err != nil {
		return err
	}
	return a.keepReceipt(receipt, kept)
}
