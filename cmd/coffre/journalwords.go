package main

import "github.com/coffre-citoyen/coffre/internal/journal"

// actWords says a word of the journal in both languages.
type actWords struct{ what, fr, en string }

// mediationWords are those of mediators and their mandates.
func mediationWords() []actWords {
	return []actWords{
		{journal.WhatStructure, "structure de médiation habilitée", "structure of mediators approved"},
		{journal.WhatStructureEnded, "habilitation d'une structure retirée", "approval of a structure withdrawn"},
		{journal.WhatMediatorAppointed, "médiateur nommé", "mediator appointed"},
		{journal.WhatMediatorLeft, "accès d'un médiateur arrêté", "mediator's access stopped"},
		{journal.WhatMediationRead, "séance de médiation consultée", "session of mediation looked at"},
		{journal.WhatMediationOpened, "séance de médiation demandée", "session of mediation asked for"},
		{journal.WhatMediationLocked, "poste laissé à un usager", "workstation left to a citizen"},
		{journal.WhatMediationClaimed, "demande de médiation ouverte par son code", "session of mediation opened by its code"},
		{journal.WhatMediationApproved, "médiateur autorisé à agir", "mediator allowed to act"},
		{journal.WhatMediationResumed, "poste repris par le médiateur", "workstation taken back by the mediator"},
		{journal.WhatMediationStarted, "séance de médiation commencée", "session of mediation begun"},
		{journal.WhatMediationEnded, "séance de médiation terminée", "session of mediation ended"},
		{journal.WhatMediationProposed, "rangement proposé", "name or folder proposed"},
		{journal.WhatProposalSettled, "proposition de rangement traitée", "proposal answered"},
		{journal.WhatMandateGiven, "mandat donné", "mandate given"},
		{journal.WhatMandatePaper, "mandat sur papier enregistré", "mandate on paper written down"},
		{journal.WhatMandateConfirmed, "mandat sur papier confirmé", "mandate on paper confirmed"},
		{journal.WhatPaperLogin, "accès au guichet par la clé papier", "access at a counter by the paper key"},
		{journal.WhatPaperChosen, "clé papier au guichet : choix", "paper key at a counter: choice"},
		{journal.WhatMandateRevoked, "mandat retiré", "mandate taken back"},
	}
}
