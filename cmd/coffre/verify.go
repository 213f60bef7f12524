package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
)

// verifyOptions are the flags of `coffre verify`.
type verifyOptions struct {
	vkey, policy, from, file string
}

func (a *app) verifyCommand() command {
	var o verifyOptions
	return command{
		name: "verify", args: a.tr("[log [ADRESSE|DOSSIER] | receipt REÇU|LIEN | export ZIP|JSON | checkpoint FICHIER | site]", "[log [ADDRESS|DIRECTORY] | receipt RECEIPT|LINK | export ZIP|JSON | checkpoint FILE | site]"),
		online: true, least: 1, most: 2,
		short: a.tr("vérifier sans croire personne : le journal entier, un reçu, un export, le site", "verify and believe nobody: the whole journal, a receipt, an export, the site"),
		long: a.tr(`  coffre verify log                 relire tout le journal public du serveur
  coffre verify log DOSSIER         le même, sur une copie des tuiles, hors connexion
  coffre verify receipt REÇU        un reçu, hors connexion ; --file compare le document ;
                                    ou l'attestation de ce qu'un médiateur a fait
  coffre verify receipt LIEN        le lien d'un code QR, avec les tuiles publiques
  coffre verify export ZIP          un export, hors connexion
  coffre verify export JSON         les preuves du journal, prises sur le site
  coffre verify checkpoint FICHIER  ce qui a été vu l'an dernier est-il toujours là ?
  coffre verify site                les fichiers servis sont-ils ceux du journal ?
Sans mot : coffre verify FICHIER reconnaît un export, un reçu ou un lien.

La clé du journal est celle de --log-key, sinon celle qui a été vue à la connexion,
sinon celle qu'annonce ce qui est vérifié : une simple affirmation, et c'est dit. La
réponse dit ce qui est prouvé et ce qui ne l'est pas. Code de sortie 3 et un fichier de
preuve quand quelque chose ne va pas ; 1 quand la vérification n'a pas pu se faire.`,
			`  coffre verify log                 read the server's whole public journal again
  coffre verify log DIRECTORY       the same, on a copy of the tiles, offline
  coffre verify receipt RECEIPT     a receipt, offline; --file compares the document;
                                    or the attestation of what a mediator has done
  coffre verify receipt LINK        the link of a QR code, with the public tiles
  coffre verify export ZIP          an export, offline
  coffre verify export JSON         the proofs of the journal, taken from the site
  coffre verify checkpoint FILE     is what was seen last year still there?
  coffre verify site                are the files served those of the journal?
Without a word: coffre verify FILE knows an export, a receipt or a link by itself.

The journal's key is that of --log-key, else the one that was seen at log-in, else the
one that what is verified states: a mere claim, and that is said. The answer says what
is proven and what is not. Exit code 3 and a file of evidence when something is wrong;
1 when it could not be verified.`),
		flags: func(f *flag.FlagSet) {
			f.StringVar(&o.vkey, "log-key", "", a.tr("`clé` du journal, si vous la connaissez d'ailleurs", "the journal's `key`, if you know it from elsewhere"))
			f.StringVar(&o.policy, "policy", "", a.tr("`fichier` qui nomme les témoins voulus ; sinon la politique vue à la connexion", "`file` that names the witnesses asked for; else the policy seen at log-in"))
			f.StringVar(&o.from, "from", "", a.tr("receipt, checkpoint : `adresse` ou dossier des tuiles publiques du journal", "receipt, checkpoint: `address` or directory of the journal's public tiles"))
			f.StringVar(&o.file, "file", "", a.tr("receipt : `document` à comparer au reçu", "receipt: `document` to compare with the receipt"))
		},
		run: func(ctx context.Context, args []string) error { return a.verify(ctx, args, o) },
	}
}

func (a *app) verify(ctx context.Context, args []string, o verifyOptions) error {
	last := args[len(args)-1]
	switch word := args[0]; {
	case word == "log" && len(args) == 1:
		server, err := a.serverAddress()
		if err != nil {
			return err
		}
		return a.verifyLog(ctx, server, o)
	case word == "site" && len(args) == 1:
		return a.verifySite(ctx, o)
	case word == "log" && len(args) == 2:
		return a.verifyLog(ctx, last, o)
	case word == "receipt" && len(args) == 2:
		return a.verifyReceipt(ctx, last, o)
	case word == "export" && len(args) == 2:
		return a.verifyExport(last, o.vkey)
	case word == "checkpoint" && len(args) == 2:
		return a.verifyCheckpoint(ctx, last, o)
	case len(args) == 1 && (strings.Contains(word, "/verifier#") || a.isReceipt(word)):
		return a.verifyReceipt(ctx, word, o)
	case len(args) == 1:
		return a.verifyExport(word, o.vkey)
	}
	return a.usage("%s", a.tr("Écrivez : coffre verify log, receipt, export, checkpoint ou site. Le détail : coffre help verify",
		"Write: coffre verify log, receipt, export, checkpoint or site. Details: coffre help verify"))
}

func (a *app) verifyExport(path, vkey string) error {
	if taken, err := a.verifyJournal(path, vkey); taken || err != nil {
		return err
	}
	arc, err := a.openArchive(path)
	if err != nil {
		return err
	}
	defer func() { _ = arc.Close() }()
	sum, err := a.checkArchive(arc, vkey)
	if err != nil {
		return err
	}
	a.say("%s", a.tr("Export entier et intact.", "The export is whole and sound."))
	a.summary(sum)
	a.proven(a.tr("chaque pièce a la longueur et l'empreinte du reçu, et chaque événement prouvé est au journal signé.",
		"every member has the length and hash of the receipt, and every proven event is in the signed journal."))
	a.unproven(a.tr("ce que disent les documents : seule votre clé le montre (coffre open).",
		"what the documents say: only your key shows it (coffre open)."))
	if !a.vouched(vkey, arc.LogKey()) {
		a.unvouched()
	}
	return nil
}

func (a *app) proven(text string) { a.say("%s%s", a.tr("Prouvé : ", "Proven: "), text) }

func (a *app) unproven(text string) { a.say("%s%s", a.tr("Pas prouvé : ", "Not proven: "), text) }

// journalKey prefers what the caller knows over what a file claims. Where this
// machine knows another key for a journal of that name, the file is held against
// that one, and fails.
func (a *app) journalKey(given, claimed string) string {
	if a.vouched(given, claimed) {
		return cmp.Or(given, claimed)
	}
	origin, _, _ := strings.Cut(claimed, "+")
	for _, m := range a.memories() {
		if known := m.LogKey(); origin != "" && strings.HasPrefix(known, origin+"+") {
			a.note(a.tr("Le fichier annonce une autre clé que celle que cette machine connaît pour le journal %s ; c'est celle-ci qui compte :\n  %s", "The file states another key than the one that this machine knows for the journal %s; the latter counts:\n  %s"), clean(origin), known)
			return known
		}
	}
	a.note(a.tr("Clé du journal annoncée par le fichier, à comparer avec celle de l'exploitant (--log-key) :\n  %s", "Journal key as the file states it, to be compared with the operator's (--log-key):\n  %s"), clean(claimed))
	return claimed
}

// vouched says whether the caller gave the key, or a server that was met has it.
func (a *app) vouched(given, vkey string) bool {
	return given != "" || slices.ContainsFunc(a.memories(), func(m *client.Memory) bool { return m.LogKey() == vkey && vkey != "" })
}

func (a *app) unvouched() {
	a.unproven(a.tr("de qui est cette clé : seul ce qui est vérifié l'annonce. Demandez-la à l'exploitant et donnez-la à --log-key.",
		"whose key this is: only what is verified states it. Ask the operator for it, and give it to --log-key."))
}

// policiesFor are that of --policy, else all that were seen with this log's key:
// one that somebody states to take the place of another does not.
func (a *app) policiesFor(file, vkey string) ([]journal.Policy, error) {
	var texts []string
	if file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		texts = append(texts, string(b))
	} else {
		for _, m := range a.memories() {
			if m.LogKey() == vkey && m.Policy() != "" && !slices.Contains(texts, m.Policy()) {
				texts = append(texts, m.Policy())
			}
		}
	}
	var all []journal.Policy
	for _, text := range texts {
		p, err := journal.ParsePolicy(text)
		if err != nil {
			return nil, a.usage(a.tr("Cette politique de témoins ne se lit pas : %s", "This policy of witnesses cannot be read: %s"), clean(err.Error()))
		}
		if p.Asks() {
			all = append(all, p)
		}
	}
	return all, nil
}

// cosigners are who has cosigned a checkpoint, none where no policy asks for any;
// too few are an alarm.
func (a *app) cosigners(o verifyOptions, vkey, note string) ([]string, error) {
	policies, err := a.policiesFor(o.policy, vkey)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, p := range policies {
		said, err := p.Check(vkey, note)
		if err != nil {
			return nil, &client.Alarm{Err: err, Evidence: map[string]any{"logKey": vkey, "policy": p.Text(), "received": note}}
		}
		for _, s := range said {
			if name := fmt.Sprintf("%s (%s)", clean(s.Witness), a.moment(s.At)); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names, nil
}

func (a *app) sayWitnesses(o verifyOptions, names []string) {
	if len(names) == 0 {
		a.unproven(a.tr("que personne ne voit un autre journal : aucun témoin n'est demandé (--policy).",
			"that nobody is shown another journal: no witness is asked for (--policy)."))
		return
	}
	a.say(a.tr("Témoins : %s", "Witnesses: %s"), strings.Join(names, ", "))
	a.proven(a.tr("ces témoins ont vu ce même journal, et pas un autre.", "these witnesses have seen this very journal, and no other."))
	if o.policy == "" {
		a.unproven(a.tr("que ces témoins sont indépendants de l'hébergeur : ce sont ceux de la politique retenue à la connexion. Donnez la vôtre (--policy).",
			"that these witnesses are independent of the host: they are those of the policy remembered at log-in. Give your own (--policy)."))
	}
}

func (a *app) witnesses(o verifyOptions, vkey, note string) error {
	names, err := a.cosigners(o, vkey, note)
	if err != nil {
		return err
	}
	a.sayWitnesses(o, names)
	return nil
}

// faulty is the sentence for what was found, with the evidence kept in a file.
func (a *app) faulty(err error) error {
	var f *client.Fault
	if !errors.As(err, &f) {
		return err
	}
	text := a.tr("ALERTE : ", "ALARM: ") + a.faultText(f)
	var evidence *client.Alarm
	if !errors.As(err, &evidence) {
		evidence = &client.Alarm{Err: err, Evidence: map[string]any{"kind": f.Kind, "path": f.Path, "index": f.Index}}
	}
	if path, saved := a.saveEvidence(evidence); saved == nil {
		text += fmt.Sprintf(a.tr("\nLa preuve, à garder et à montrer : %s", "\nThe evidence, to keep and to show: %s"), path)
	}
	return &told{text: text, code: exitAlarm, err: err}
}

func (a *app) faultText(f *client.Fault) string {
	place := fmt.Sprint(f.Index)
	if f.Path != "" {
		place = f.Path
	}
	for _, s := range []struct {
		kind   client.FaultKind
		fr, en string
	}{
		{client.FaultSignature, "ce point de contrôle n'est pas signé par la clé du journal.", "this checkpoint is not signed by the journal's key."},
		{client.FaultEntry, "l'entrée %d du journal a été changée : ce n'est pas celle dont l'empreinte est signée.", "entry %d of the journal was changed: it is not the one whose hash is signed."},
		{client.FaultTile, "%s n'est pas ce que donnent les entrées du journal.", "%s is not what the entries of the journal give."},
		{client.FaultMissing, "%s manque : le journal signé compte des entrées que le serveur ne montre plus.", "%s is missing: the signed journal counts entries that the server no longer shows."},
		{client.FaultRoot, "les %d entrées ne donnent pas la racine que l'exploitant a signée.", "the %d entries do not give the root that the operator has signed."},
		{client.FaultShorter, "le journal est revenu en arrière : il s'arrête à %d entrées, d'autres avaient été signées après.", "the journal went back: it ends at %d entries, and more were signed after these."},
		{client.FaultRewritten, "le journal a été réécrit : ses %d premières entrées ne sont plus celles qui avaient été signées.", "the journal was rewritten: its first %d entries are no longer those that had been signed."},
		{client.FaultTwins, "deux journaux : l'exploitant a signé deux points de contrôle différents de %d entrées.", "two journals: the operator has signed two different checkpoints of %d entries."},
		{client.FaultPage, "%s n'est pas le fichier dont l'empreinte est au journal : le serveur donne d'autres pages que celles qu'il a publiées.", "%s is not the file whose hash is in the journal: the server gives other pages than those it has published."},
	} {
		if s.kind != f.Kind {
			continue
		}
		switch text := a.tr(s.fr, s.en); {
		case strings.Contains(text, "%d"):
			return fmt.Sprintf(text, f.Index)
		case strings.Contains(text, "%s"):
			return fmt.Sprintf(text, clean(place))
		default:
			return text
		}
	}
	return clean(f.Msg)
}

// isReceipt says whether a file is one, of either form.
func (a *app) isReceipt(path string) bool {
	_, _, err := readReceipt(path)
	at, _ := readAttestation(path)
	return err == nil || at != nil
}

// maxReceipt bounds what is read as one.
const maxReceipt = 1 << 20

// readReceipt reads a receipt, or the gateway's answer to a deposit.
func readReceipt(path string) (r client.Receipt, old *client.DepositReceipt, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return r, nil, err
	}
	if info.IsDir() || info.Size() > maxReceipt {
		return r, nil, client.ErrReceipt
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return r, nil, err
	}
	if r, err = client.ParseReceipt(b); err == nil {
		return r, nil, nil
	}
	var d client.DepositReceipt
	if json.Unmarshal(b, &d) == nil && d.Proof.Event != "" {
		return r, &d, nil
	}
	return r, nil, err
}
