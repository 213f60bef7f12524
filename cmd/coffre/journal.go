package main

import (
	"context"
	"encoding/json"
	"flag"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
)

func (a *app) journalCommand() command {
	var asJSON bool
	var most int
	return command{
		name: "journal", online: true, secret: true, most: 0,
		short: a.tr("tout ce qui est arrivé au coffre, chaque preuve vérifiée ici", "everything that happened to the safe, each proof checked here"),
		long: a.tr(`Du plus récent au plus ancien. « prouvé » : cette machine a vérifié que l'événement est
à sa place dans le journal public signé ; « en attente » : le prochain point de contrôle
le prendra. Une preuve fausse est une alerte (code de sortie 3). Avec la clé, donnée par
--secret-file ou COFFRE_SECRET_FILE, les documents portent leur nom.`,
			`Newest first. "proven": this machine has checked that the event has its place in the
signed public journal; "waiting": the next checkpoint will take it. A false proof is an
alarm (exit code 3). With the key, given by --secret-file or COFFRE_SECRET_FILE,
documents go by their names.`),
		flags: func(f *flag.FlagSet) {
			f.BoolVar(&asJSON, "json", false, a.tr("JSON, avec de quoi revérifier ailleurs", "JSON, with what it takes to verify elsewhere"))
			f.IntVar(&most, "limit", 0, a.tr("au plus ce `nombre` ; 0 pour tout", "at most this `number`; 0 is all"))
		},
		run: func(ctx context.Context, _ []string) error { return a.journal(ctx, most, asJSON) },
	}
}

// event is a line of the journal for programs: event, salt and leaf are what
// VerifyEvent takes.
type event struct {
	Event  json.RawMessage `json:"event"`
	Salt   []byte          `json:"salt"`
	Leaf   *journal.Leaf   `json:"leaf,omitempty"`
	Proven bool            `json:"proven"`
	Error  string          `json:"error,omitempty"`
}

func (a *app) journal(ctx context.Context, most int, asJSON bool) error {
	name := func(doc string) string { return doc }
	c, err := a.client()
	if err == nil && a.secretPath() != "" && !asJSON {
		var s *client.Safe
		if c, s, err = a.unlock(ctx); err == nil {
			name = func(doc string) string { return nameOf(s, doc) }
		}
	}
	if err != nil {
		return err
	}
	items, told, wrong := c.JournalTold(ctx, most)
	if wrong != nil && len(items) == 0 {
		return wrong
	}
	events := []event{}
	var rows [][]string
	for _, it := range items {
		e := event{Event: json.RawMessage(it.Raw), Salt: it.Salt, Leaf: it.Leaf, Proven: it.Err == nil && it.Index >= 0}
		if it.Err != nil {
			wrong, e.Error = it.Err, it.Err.Error()
		}
		events = append(events, e)
		rows = append(rows, a.eventRow(it, name))
	}
	if asJSON {
		err = a.json(events)
	} else {
		err = a.table([]string{a.tr("QUAND", "WHEN"), a.tr("QUOI", "WHAT"), a.tr("QUI", "WHO"), a.tr("SUR", "ON"), a.tr("PREUVE", "PROOF")}, rows)
		a.absent(told)
	}
	if err == nil {
		err = wrong
	}
	return err
}

// absent says what explains that events are not in the list.
func (a *app) absent(told client.Told) {
	day := func(at string) string {
		if t, err := time.Parse(time.RFC3339, at); err == nil {
			return a.moment(t)
		}
		return at
	}
	if told.Lost > 0 {
		a.note(a.tr("L'exploitant a remis une sauvegarde en place le %s : les %d derniers événements que cette machine avait vus sont perdus.",
			"The operator put a backup back on %s: the last %d events that this machine had seen are lost."), day(told.Restored), told.Lost)
	}
	if told.Through > 0 {
		a.note(a.tr("Les %[2]d premiers événements, d'avant le %[1]s, ont été effacés à la fin de leur durée de conservation.",
			"The first %[2]d events, of before %[1]s, were erased at the end of the time that they are kept."), day(told.Before), told.Through)
	}
}

func (a *app) eventRow(it client.JournalItem, name func(string) string) []string {
	ev := it.Event
	when := ev.Time
	if t, err := time.Parse(time.RFC3339, ev.Time); err == nil {
		when = a.moment(t)
	}
	proof := a.tr("prouvé", "proven")
	switch {
	case it.Err != nil:
		proof = a.tr("ALERTE", "ALARM")
	case it.Index < 0:
		proof = a.tr("en attente", "waiting")
	}
	who := ev.Who.Name
	if ev.Who.AdministrationName != "" {
		who += ", " + ev.Who.AdministrationName
	}
	if ev.Behalf != nil {
		who += a.tr(", pour ", ", for ") + ev.Behalf.Name
	}
	on := ev.AdministrationName
	if ev.Doc != "" {
		on = name(ev.Doc)
		if ev.AdministrationName != "" {
			on += " → " + ev.AdministrationName
		}
	}
	return []string{when, a.what(ev), who, on, proof}
}

// what is the act in plain words; a refused try says why.
func (a *app) what(ev journal.Event) string {
	text := ev.What
	for _, w := range append(mediationWords(), []actWords{
		{journal.WhatLogin, "connexion", "log-in"},
		{journal.WhatLoginRefused, "connexion refusée", "log-in refused"},
		{journal.WhatTerms, "conditions acceptées", "terms accepted"},
		{journal.WhatSessionEnded, "connexion terminée", "log-in ended"},
		{journal.WhatDeviceAllowed, "appareil autorisé", "machine allowed"},
		{journal.WhatSafeRead, "coffre lu", "safe read"},
		{journal.WhatSafeOpened, "coffre ouvert", "safe opened"},
		{journal.WhatOrganised, "rangement", "organised"},
		{journal.WhatExported, "export du coffre", "safe exported"},
		{journal.WhatKeyringChanged, "trousseau changé", "keyring changed"},
		{journal.WhatRootChanged, "signature du coffre remplacée", "safe's signing key replaced"},
		{journal.WhatDocumentAdded, "document ajouté", "document added"},
		{journal.WhatDocumentOpened, "document ouvert", "document opened"},
		{journal.WhatDocumentErased, "document effacé", "document erased"},
		{journal.WhatDeposit, "dépôt reçu", "deposit received"},
		{journal.WhatAddressCreated, "adresse de dépôt créée", "deposit address made"},
		{journal.WhatAddressEnded, "adresse de dépôt arrêtée", "deposit address stopped"},
		{journal.WhatGrantCreated, "partage", "share"},
		{journal.WhatGrantReleased, "partage ouvert", "share opened"},
		{journal.WhatGrantEnded, "partage arrêté", "share ended"},
		{journal.WhatGrantAcknowledged, "réception signée par l'administration", "receipt signed by the administration"},
		{journal.WhatGrantDeleted, "effacement des copies attesté par l'administration", "deletion of copies attested by the administration"},
		{journal.WhatAdministrationKey, "clé d'administration", "administration's key"},
		{journal.WhatRegistered, "administration inscrite", "administration registered"},
		{journal.WhatLogo, "logo d'une administration changé", "an administration's logo changed"},
		{journal.WhatAppointed, "agent nommé", "agent appointed"},
		{journal.WhatAgentLeft, "accès d'un agent arrêté", "agent's access stopped"},
		{journal.WhatRelinked, "agent reconnu après un changement de fournisseur d'identité", "agent known again after a change of identity provider"},
		{journal.WhatRequestCreated, "demande de pièces", "request for documents"},
		{journal.WhatRequestClosed, "demande close", "request closed"},
		{journal.WhatRequestAnswered, "réponse à une demande", "answer to a request"},
		{journal.WhatRequestRefused, "demande refusée", "request refused"},
		{journal.WhatRequestAsked, "question sur une demande", "question about a request"},
		{journal.WhatRequestReplied, "réponse à une question", "answer to a question"},
		{journal.WhatNoticeChosen, "choix d'être prévenu", "choice of how to hear of news"},
		{journal.WhatWebhookRegistered, "adresse à appeler inscrite", "address to call registered"},
		{journal.WhatWebhookEnded, "adresse à appeler retirée", "address to call removed"},
		{journal.WhatScrub, "nettoyage", "maintenance"},
		{journal.WhatRestored, "remise en place depuis une sauvegarde", "restored from a backup"},
		{journal.WhatMoved, "déplacement vers d'autres machines", "moved to other machines"},
		{journal.WhatMigrated, "maintenance : nouveau format", "maintenance: new format"},
		{journal.WhatTables, "mise à jour du service", "update of the service"},
		{journal.WhatBackup, "sauvegarde", "backup"},
		{journal.WhatRotated, "clés du service renouvelées", "the service's own keys renewed"},
		{journal.WhatPruned, "anciens événements effacés, à la fin de leur durée de conservation", "old events erased, at the end of the time that they are kept"},
	}...) {
		if w.what == ev.What {
			text = a.tr(w.fr, w.en)
		}
	}
	if ev.Result == journal.ResultRefused {
		text += a.tr(" (refusé : ", " (refused: ") + ev.Reason + ")"
	}
	return text
}
