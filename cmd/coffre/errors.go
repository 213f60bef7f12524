package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

const (
	exitOther = 1
	exitUsage = 2
	exitAlarm = 3
)

// told is an error as a sentence for a person.
type told struct {
	text string
	code int
	err  error
}

func (t *told) Error() string { return t.text }

func (t *told) Unwrap() error { return t.err }

func (a *app) usage(format string, args ...any) error {
	return &told{text: fmt.Sprintf(format, args...), code: exitUsage}
}

// fail is a sentence of ours about err, which may be nil. An alarm stays one.
func (a *app) fail(err error, format string, args ...any) error {
	code := exitOther
	if client.IsAlarm(err) {
		code = exitAlarm
	}
	return &told{text: fmt.Sprintf(format, args...), code: code, err: err}
}

// explain gives every error a sentence that says what to do.
func (a *app) explain(err error) error {
	var t *told
	switch {
	case err == nil || errors.As(err, &t):
		return err
	case client.IsAlarm(err):
		return a.alarm(err)
	}
	for _, find := range []func(error) string{a.refusedBy, a.aboutKeys, a.aboutThings, a.aboutMachine} {
		if text := find(err); text != "" {
			return &told{text: text, code: exitOther, err: err}
		}
	}
	return &told{text: clean(err.Error()), code: exitOther, err: err}
}

// alarm says what is wrong and keeps the evidence in a file.
func (a *app) alarm(err error) error {
	text := fmt.Sprintf(a.tr(
		"ALERTE : ce que le serveur a donné n'est pas ce qui devait s'y trouver (%s).\nRien n'a été remis. Ne recommencez pas : montrez ce message à une personne de confiance.",
		"ALARM: what the server gave is not what has to be there (%s).\nNothing was released. Do not try again: show this message to somebody you trust."), a.wrong(err))
	if errors.Is(err, journal.ErrPolicy) {
		text += a.tr("\nDes témoins indépendants contresignent le journal, pour que le même soit montré à tout le monde. Si l'hébergeur a annoncé d'autres témoins,\ndemandez-lui la liste par un autre moyen que ce serveur, et donnez-la une fois avec --policy FICHIER.",
			"\nIndependent witnesses cosign the journal, so that everybody is shown the same one. If the host announced other witnesses,\nask for the list by other means than this server, and give it once with --policy FILE.")
	}
	var evidence *client.Alarm
	if errors.As(err, &evidence) {
		if path, saved := a.saveEvidence(evidence); saved == nil {
			text += fmt.Sprintf(a.tr("\nLa preuve, sans aucune clé : %s", "\nThe evidence, with no key in it: %s"), path)
		}
	}
	return &told{text: text, code: exitAlarm, err: err}
}

func (a *app) saveEvidence(e *client.Alarm) (string, error) {
	b, err := e.JSON()
	if err != nil {
		return "", err
	}
	dir, err := a.configDir()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "alarms", a.now().UTC().Format("20060102T150405.000Z")+".json")
	return path, client.WriteSecret(path, b)
}

func (a *app) refusedBy(err error) string {
	var p *client.Problem
	var o *client.OAuthError
	switch {
	case client.IsProblem(err, "session-expired"), client.IsProblem(err, "unauthenticated"):
		return a.tr("Votre session est terminée. Reconnectez-vous avec « coffre login », puis recommencez.",
			"Your session is over. Log in again with `coffre login`, then try again.")
	case client.IsProblem(err, "terms-not-accepted"):
		return a.tr("Les conditions d'utilisation ne sont pas encore acceptées : lisez-les avec « coffre terms », puis « coffre terms --accept ».",
			"The terms are not accepted yet: read them with `coffre terms`, then `coffre terms --accept`.")
	case errors.As(err, &p):
		text := clean(p.Title + ". " + p.Detail)
		if p.Limit > 0 {
			text += fmt.Sprintf(a.tr(" La limite est de %s.", " The limit is %s."), a.size(p.Limit))
		}
		return text + " (" + clean(p.Slug()) + ")"
	case errors.As(err, &o) && o.Code == "invalid_client" && o.Skewed():
		return fmt.Sprintf(a.tr("L'horloge de cette machine et celle du serveur diffèrent de %s : remettez celle-ci à l'heure, puis recommencez.",
			"This machine's clock and the server's are %s apart: set this one right, then try again."), o.Ahead.Abs().Round(time.Second))
	case errors.As(err, &o) && o.Code == "invalid_client":
		return a.tr("Le serveur ne reconnaît pas cette clé de logiciel. Vérifiez --key et --server, ou demandez à l'exploitant d'inscrire la clé publique.",
			"The server does not know this system's key. Check --key and --server, or ask the operator to register the public key.")
	case errors.Is(err, client.ErrOffline):
		return fmt.Sprintf(a.tr("Le serveur %s ne répond pas. Vérifiez l'adresse et la connexion, puis recommencez. (%s)",
			"The server %s does not answer. Check the address and the connection, then try again. (%s)"), a.shownServer(), clean(err.Error()))
	}
	return ""
}

func (a *app) aboutKeys(err error) string {
	var words *sealed.WordsError
	switch {
	case errors.As(err, &words) && words.Word != "":
		return fmt.Sprintf(a.tr("Le mot n° %d n'est pas dans la liste des mots : relisez-le sur votre clé.",
			"Word %d is not in the list of words: read it again on your key."), words.Index+1)
	case errors.As(err, &words) && words.Count != words.Want:
		return fmt.Sprintf(a.tr("Il y a %d mots : une clé papier en a 24, une phrase de passe 7.",
			"There are %d words: a paper key has 24, a passphrase 7."), words.Count)
	case errors.As(err, &words):
		return a.tr("Ces mots ne forment pas une clé : l'un d'eux n'est pas le bon. Relisez-les dans l'ordre.",
			"These words are not a key: one of them is wrong. Read them again in order.")
	case errors.Is(err, sealed.ErrKey):
		return a.tr("Cette clé n'ouvre pas ce coffre. Vérifiez que c'est bien la sienne, mot par mot.",
			"This key does not open this safe. Check that it is the right one, word by word.")
	case errors.Is(err, client.ErrReplaced):
		return a.tr("La clé de l'administration a été remplacée depuis que celle-ci a été ouverte. Rien n'a été signé ni perdu : relancez la commande avec la clé papier ou la phrase de passe de l'administration.",
			"The administration's key was replaced since this one was unlocked. Nothing was signed, nothing is lost: run the command again with the administration's paper key or passphrase.")
	case errors.Is(err, sealed.ErrSuite):
		return a.tr("Ce coffre a été fait par une version plus récente : mettez « coffre » à jour.",
			"This safe was made by a later version: update `coffre`.")
	case errors.Is(err, errNoTerminal):
		return a.tr("Il n'y a personne à qui demander la clé : indiquez --secret-file FICHIER ou COFFRE_SECRET_FILE.",
			"There is nobody to ask for the key: give --secret-file FILE or COFFRE_SECRET_FILE.")
	}
	return ""
}

func (a *app) aboutThings(err error) string {
	for _, s := range []struct {
		err    error
		fr, en string
	}{
		{sealed.ErrName, "Ce nom de fichier est impossible : il faut de 1 à 255 octets, sans barre oblique ni caractère de contrôle. Donnez-en un autre avec --name.", "This file name cannot be used: it needs 1 to 255 bytes, without slashes or control characters. Give another with --name."},
		{client.ErrNotFound, "Introuvable : %s.", "Not found: %s."},
		{client.ErrAmbiguous, "Plusieurs portent ce nom : employez l'identifiant que montre la liste. (%s)", "Several have this name: use the id that the list shows. (%s)"},
		{client.ErrEmpty, "Ce fichier est vide : il n'y a rien à garder. (%s)", "This file is empty: there is nothing to keep. (%s)"},
		{client.ErrExists, "Il y a déjà quelque chose à cet endroit, qui n'a pas été touché : choisissez-en un autre avec --out, ou --force. (%s)", "Something is there already and was left alone: choose another place with --out, or --force. (%s)"},
		{client.ErrFewWays, "Il ne resterait qu'un moyen d'ouvrir : un coffre en garde toujours deux. Ajoutez-en un d'abord : coffre keys add passphrase", "That would leave a single way to open: a safe always keeps two. Add one first: coffre keys add passphrase"},
		{client.ErrManyWays, "Ce coffre a déjà seize moyens d'ouverture, c'est le plus possible : retirez-en un d'abord.", "This safe has sixteen ways to be opened already, the most there can be: remove one first."},
		{client.ErrSameWay, "Ces mots ouvrent déjà ce coffre.", "These words open this safe already."},
		{client.ErrLabel, "Ce nom est impossible : il faut de 1 à 100 caractères, sur une ligne.", "This name cannot be used: it needs 1 to 100 characters, on one line."},
		{client.ErrNoKey, "Cette administration n'a pas encore de clé : rien ne peut lui être partagé pour l'instant.", "This administration has no key yet: nothing can be shared with it for now."},
		{client.ErrNoSafe, "Aucun coffre n'est ouvert pour ce compte : ouvrez-le dans le navigateur, ou avec « coffre init ».", "No safe is open for this account: open it in the browser, or with `coffre init`."},
		{client.ErrArchive, "L'export reçu n'est pas entier, et n'a pas été gardé : recommencez. (%s)", "The export did not arrive whole, and was not kept: try again. (%s)"},
		{client.ErrThree, "Il faut trois gardiens, tous différents, et aucun ne peut être vous-même.", "It takes three guardians, all different, and none of them can be you."},
		{client.ErrCard, "Ce code de gardien n'est pas complet, ou personne n'y répond : relisez-le avec la personne, et demandez-lui de faire « coffre custodians card ».", "This guardian code is not complete, or nobody answers to it: read it again with the person, and ask for `coffre custodians card`."},
		{client.ErrNoCustody, "Ce coffre n'a pas de gardiens : personne ne peut donner de part. Sans aucune clé, il ne peut plus être rouvert.", "This safe has no guardians: nobody can give a share. Without any key it cannot be opened again."},
		{client.ErrFewShares, "Il faut deux parts pour rouvrir le coffre : « coffre recover status » montre qui a donné la sienne.", "It takes two shares to open the safe again: `coffre recover status` shows who has given one."},
		{client.ErrRecoveryEnded, "Cette demande est terminée : elle a été annulée, menée à bien, ou elle a expiré. Rien n'a été donné.", "This request is over: it was cancelled, completed or has expired. Nothing was given."},
		{client.ErrOtherPaper, "Cette clé papier n'est pas celle de la demande en cours : prenez la feuille faite par « coffre recover start ».", "This paper key is not that of the request under way: take the sheet made by `coffre recover start`."},
		{client.ErrOtherCode, "Ces six mots ne sont pas ceux de la demande que le serveur montre. NE DONNEZ PAS votre accord : rappelez la personne, sa demande n'est peut-être pas celle-ci.", "These six words are not those of the request that the server shows. DO NOT agree: call the person back, the request may not be theirs."},
		{client.ErrEndless, "Le serveur donne une liste qui ne finit pas, et rien n'en a été retenu. (%s)", "The server gives a list that does not end, and nothing of it was kept. (%s)"},
		{client.ErrExpired, "La date de fin que l'usager a fixée est passée. Demandez-lui un nouveau partage.", "The end that the citizen set has passed. Ask for a new share."},
		{client.ErrDenied, "Cet appareil a été refusé dans le navigateur. Si ce n'était pas vous, tant mieux ; sinon, recommencez.", "This machine was refused in the browser. If that was not you, all is well; else try again."},
		{client.ErrCodeExpired, "Le code n'a pas été confirmé à temps. Recommencez « coffre login ».", "The code was not confirmed in time. Start `coffre login` again."},
	} {
		if errors.Is(err, s.err) {
			if strings.Contains(s.fr, "%s") {
				return fmt.Sprintf(a.tr(s.fr, s.en), clean(err.Error()))
			}
			return a.tr(s.fr, s.en)
		}
	}
	return ""
}

func (a *app) aboutMachine(err error) string {
	var path *fs.PathError
	at := ""
	if errors.As(err, &path) {
		at = clean(path.Path)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return a.tr("Interrompu : rien n'est à moitié fait.", "Interrupted: nothing is half-done.")
	case errors.Is(err, syscall.ENOSPC):
		return a.tr("Le disque est plein : faites de la place, puis recommencez.", "The disk is full: make room, then try again.")
	case errors.Is(err, fs.ErrNotExist) && at != "":
		return fmt.Sprintf(a.tr("Il n'y a pas de fichier %s. Vérifiez le nom et le dossier.", "There is no file %s. Check the name and the folder."), at)
	case errors.Is(err, fs.ErrPermission) && at != "":
		return fmt.Sprintf(a.tr("Pas le droit de lire ou d'écrire %s.", "Not allowed to read or write %s."), at)
	}
	return ""
}
