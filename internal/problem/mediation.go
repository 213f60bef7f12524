package problem

import "net/http"

func aboutMediation() []entry {
	return []entry{
		{"unknown-structure", http.StatusForbidden, both(
			"Votre structure n'est pas habilitée ici", "Demandez à l'exploitant du coffre d'habiliter votre structure, sous le SIRET que votre fournisseur d'identité annonce.",
			"Your structure is not approved here", "Ask the operator of the safe to approve your structure, under the SIRET that your identity provider tells.")},
		{"structure-ended", http.StatusForbidden, both(
			"L'habilitation de la structure n'est pas en cours", "Rien ne peut être fait au nom d'un usager. Le référent de la structure la fait renouveler par l'exploitant du coffre.",
			"The structure has no habilitation at present", "Nothing can be done for a citizen. The structure's referent has it renewed by the operator of the safe.")},
		{"mediator-waits", http.StatusForbidden, both(
			"Vous n'êtes pas nommé médiateur pour aujourd'hui", "Demandez au référent de votre structure de vous nommer, avec la date de votre attestation de formation.",
			"You are not appointed as a mediator for today", "Ask your structure's referent to appoint you, with the date of your training attestation.")},
		{"mediator-left", http.StatusForbidden, both(
			"Vous n'agissez plus pour cette structure", "Votre accès a été arrêté. Si c'est une erreur, demandez au référent de la structure.",
			"You no longer act for this structure", "Your access was stopped. If that is a mistake, ask the structure's referent.")},
		{"not-structure-referent", http.StatusForbidden, both(
			"C'est au référent de la structure de le faire", "Demandez-le-lui.",
			"That is for the structure's referent", "Ask the referent.")},
		{"last-structure-referent", http.StatusUnprocessableEntity, both(
			"Il n'y aurait plus de référent dans la structure", "Nommez d'abord un autre référent.",
			"There would be no referent left in the structure", "Appoint another referent first.")},
		{"same-person", http.StatusForbidden, both(
			"Personne n'est son propre médiateur", "Les deux noms sont les mêmes. Demandez à un autre médiateur.",
			"Nobody is her own mediator", "The two names are the same. Ask another mediator.")},
		{"outside-mandate", http.StatusForbidden, both(
			"Le mandat ne le permet pas", "L'usager n'a pas permis cela. Il peut donner un autre mandat, pour une autre séance.",
			"The mandate does not allow it", "The citizen has not allowed this. Another mandate can be given, for another session.")},
		{"mandate-refused", http.StatusUnprocessableEntity, both(
			"Ce mandat ne convient pas", "Il n'est pas signé par le coffre, ou n'est pas celui qui était demandé. Recommencez avec un nouveau code.",
			"This mandate does not fit", "It is not signed by the safe, or is not what was asked for. Start again with a new code.")},
		{"wrong-number", http.StatusUnprocessableEntity, both(
			"Ce n'est pas le bon numéro", "Tapez les deux chiffres qui sont affichés sur l'écran du médiateur, devant vous. Après trois erreurs, la séance est annulée.",
			"Not the right number", "Type the two digits that the mediator's screen shows, in front of you. After three mistakes the session is given up.")},
		{"session-not-approved", http.StatusConflict, both(
			"L'usager n'a pas encore donné son accord", "Attendez qu'il l'ait donné sur son écran.",
			"The citizen has not agreed yet", "Wait until the agreement is given on the citizen's screen.")},
		{"session-collected", http.StatusConflict, both(
			"Cette séance a déjà commencé", "Elle n'est ouverte que dans l'onglet qui l'a commencée.",
			"This session has begun already", "It is open only in the tab that began it.")},
		{"session-over", http.StatusGone, both(
			"La séance est terminée", "Plus rien ne peut être fait au nom de l'usager. Pour continuer, ouvrez une nouvelle séance avec lui.",
			"The session is over", "Nothing more can be done for the citizen. To go on, open another session together.")},
		{"session-locked", http.StatusConflict, both(
			"La séance est verrouillée", "L'usager se déconnecte d'abord, aussi de FranceConnect ; ensuite le médiateur se reconnecte.",
			"The session is locked", "The citizen logs out first, of FranceConnect too; then the mediator logs in again.")},
		{"paper-refused", http.StatusForbidden, both(
			"La clé papier ne suffit pas ici", "Identifiez-vous avec FranceConnect. Une clé papier ne suffit qu'au guichet d'un médiateur, dans l'année qui suit une identification, si le coffre le permet.",
			"The paper key does not suffice here", "Log in with FranceConnect. A paper key suffices only at a mediator's counter, within a year of a log-in, where the safe allows it.")},
	}
}
