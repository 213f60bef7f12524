package problem

import (
	"net/http"
	"slices"
)

type sentence struct{ title, detail string }

type entry struct {
	slug   string
	status int
	text   map[string]sentence
}

func lookup(slug string) entry {
	for _, e := range catalogue() {
		if e.slug == slug {
			return e
		}
	}
	return lookup("internal")
}

// Slugs lists the catalogue.
func Slugs() []string {
	var all []string
	for _, e := range catalogue() {
		all = append(all, e.slug)
	}
	return all
}

func both(frTitle, frDetail, enTitle, enDetail string) map[string]sentence {
	return map[string]sentence{"fr": {frTitle, frDetail}, "en": {enTitle, enDetail}}
}

func catalogue() []entry {
	return slices.Concat(aboutCallers(), aboutMediation(), aboutRequests(), aboutDocuments(), aboutShares(), aboutServer())
}

func aboutCallers() []entry {
	return []entry{
		{"unauthenticated", http.StatusUnauthorized, both(
			"Connexion nécessaire", "Connectez-vous, puis recommencez. Rien n'a été perdu.",
			"Log-in needed", "Log in, then try again. Nothing was lost.")},
		{"session-expired", http.StatusUnauthorized, both(
			"Votre session est terminée", "Reconnectez-vous, puis recommencez. Ce qui était enregistré l'est toujours.",
			"Your session is over", "Log in again, then try again. What was saved is still there.")},
		{"token-proof", http.StatusUnauthorized, both(
			"La preuve de possession du jeton manque ou ne convient pas", "Un jeton lié à une clé s'envoie avec « Authorization: DPoP » et une preuve neuve, de cette clé, pour cette demande : sa méthode, son adresse, l'heure juste. Un jeton qui n'est lié à aucune clé s'envoie avec « Authorization: Bearer ».",
			"The token's proof of possession is missing or does not fit", "A token that is bound to a key is sent with \"Authorization: DPoP\" and a new proof by that key for this request: its method, its address, the right time. A token that is bound to no key is sent with \"Authorization: Bearer\".")},
		{"forbidden", http.StatusForbidden, both(
			"Cela n'est pas permis avec ce compte", "Connectez-vous avec le compte qui convient à cette action.",
			"Not allowed with this account", "Log in with the account that may do this.")},
		{"unknown-organisation", http.StatusForbidden, both(
			"Votre organisme n'est pas inscrit ici", "Demandez à l'exploitant du coffre d'inscrire votre organisme.",
			"Your organisation is not registered here", "Ask the operator of the safe to register it.")},
		{"agent-relink", http.StatusForbidden, both(
			"Votre fournisseur d'identité a changé", "Un compte à votre nom existe déjà dans votre organisme. Demandez à l'exploitant du coffre de vous le rendre.",
			"Your identity provider has changed", "There is an account of your name in your organisation already. Ask the operator of the safe to give it back to you.")},
		{"not-appointed", http.StatusForbidden, both(
			"Vous n'êtes pas encore nommé dans votre administration", "Demandez au référent de votre administration de vous nommer, ou à l'exploitant du coffre s'il n'y a pas encore de référent.",
			"You are not appointed in your administration yet", "Ask your administration's referent to appoint you, or the operator of the safe where there is no referent yet.")},
		{"agent-left", http.StatusForbidden, both(
			"Vous n'agissez plus pour cette administration", "Votre accès a été arrêté. Si c'est une erreur, demandez au référent de votre administration.",
			"You no longer act for this administration", "Your access was stopped. If that is a mistake, ask your administration's referent.")},
		{"not-referent", http.StatusForbidden, both(
			"C'est au référent de votre administration de le faire", "Demandez-le-lui : son nom est sur la page des agents.",
			"That is for your administration's referent", "Ask the referent: the name is on the page of agents.")},
		{"last-referent", http.StatusUnprocessableEntity, both(
			"Il n'y aurait plus de référent", "Nommez d'abord un autre référent.",
			"There would be no referent left", "Appoint another referent first.")},
		{"service-served", http.StatusUnprocessableEntity, both(
			"Des agents travaillent pour ce service", "Nommez-les d'abord pour un autre service, puis retirez celui-ci.",
			"Agents work for this service", "Appoint them for another service first, then take this one away.")},
		{"logo-unfit", http.StatusUnprocessableEntity, both(
			"Cette image ne convient pas", "Un logo est une image PNG de 32 Kio au plus, de 16 à 512 pixels de côté.",
			"This picture will not do", "A logo is a PNG picture of 32 KiB at most, each side 16 to 512 pixels.")},
		{"other-service", http.StatusForbidden, both(
			"C'est pour un autre service", "Ce document a été partagé avec un autre service de votre administration. Demandez au référent si vous en avez besoin.",
			"This is for another service", "The document was shared with another service of your administration. Ask the referent if you need it.")},
		{"level-too-low", http.StatusForbidden, both(
			"Une identification plus forte est demandée", "Reconnectez-vous avec un moyen d'identification plus sûr.",
			"A stronger identification is asked for", "Log in again with a stronger means of identification.")},
		{"terms-not-accepted", http.StatusForbidden, both(
			"Les conditions ne sont pas encore acceptées", "Lisez et acceptez les conditions d'utilisation, puis recommencez.",
			"The terms are not accepted yet", "Read and accept the terms, then try again.")},
		{"cross-origin", http.StatusForbidden, both(
			"Demande venue d'un autre site", "Revenez au coffre par son adresse habituelle, puis recommencez.",
			"Request from another site", "Come back to the safe by its own address, then try again.")},
		{"rate-limited", http.StatusTooManyRequests, both(
			"Trop de demandes", "Attendez un peu, puis recommencez.",
			"Too many requests", "Wait a little, then try again.")},
		{"not-found", http.StatusNotFound, both(
			"Introuvable", "Cela n'existe pas, ou n'est pas à vous. Vérifiez l'adresse.",
			"Not found", "It does not exist, or is not yours. Check the address.")},
		{"method-not-allowed", http.StatusMethodNotAllowed, both(
			"Méthode non prévue", "Cette adresse n'accepte pas cette méthode : voyez la description de l'interface.",
			"Method not allowed", "This address does not take this method: see the interface description.")},
	}
}

func aboutRequests() []entry {
	return []entry{
		{"malformed-json", http.StatusBadRequest, both(
			"Demande illisible", "Le JSON est mal formé, ou un membre est inconnu ou en double.",
			"Unreadable request", "The JSON is malformed, or a member is unknown or doubled.")},
		{"invalid", http.StatusUnprocessableEntity, both(
			"Demande contradictoire", "Une valeur manque ou ne convient pas : voyez la description de l'interface.",
			"Contradictory request", "A value is missing or does not fit: see the interface description.")},
		{"stale", http.StatusPreconditionFailed, both(
			"Modifié entre-temps", "Un autre appareil a changé la même chose. Relisez, puis recommencez : rien n'est perdu.",
			"Changed meanwhile", "Another device changed the same thing. Read again, then retry: nothing is lost.")},
		{"precondition-required", http.StatusPreconditionRequired, both(
			"Version attendue manquante", "Donnez dans If-Match l'ETag de ce que vous remplacez.",
			"Expected version missing", "Give in If-Match the ETag of what you replace.")},
		{"key-reused", http.StatusUnprocessableEntity, both(
			"Clé d'idempotence déjà employée", "Cette clé a servi pour autre chose : tirez-en une nouvelle.",
			"Idempotency key used before", "This key was used for something else: draw a new one.")},
		{"length-required", http.StatusLengthRequired, both(
			"Longueur manquante", "Annoncez la taille dans Content-Length.",
			"Length required", "Announce the size in Content-Length.")},
		{"range-not-satisfiable", http.StatusRequestedRangeNotSatisfiable, both(
			"Portion hors du document", "Demandez une portion comprise dans la taille du document.",
			"Range outside the document", "Ask for a range within the document's size.")},
		{"body-too-large", http.StatusRequestEntityTooLarge, both(
			"Demande trop volumineuse", "Réduisez la demande, ou faites-en plusieurs.",
			"Request too large", "Make the request smaller, or make several.")},
		{"other-terms", http.StatusConflict, both(
			"Les conditions ont changé", "Rechargez la page, lisez les conditions en vigueur, puis acceptez-les.",
			"The terms have changed", "Reload the page, read the terms in force, then accept them.")},
		{"recovery-open", http.StatusConflict, both(
			"Une récupération est déjà en cours", "Attendez vos gardiens, ou annulez cette demande pour en faire une autre.",
			"A recovery is already under way", "Wait for your guardians, or cancel that request to make another one.")},
		{"recovery-ended", http.StatusGone, both(
			"Cette récupération est terminée", "Elle a été annulée, menée à bien ou a expiré. Il n'y a plus rien à donner.",
			"This recovery is over", "It was cancelled, completed or has expired. There is nothing left to give.")},
		{"too-early", http.StatusConflict, both(
			"Le délai n'est pas écoulé", "Donnez d'abord votre accord ; votre part ne peut être remise qu'une fois passé le délai choisi par l'usager.",
			"The delay is not over", "Agree first; your share can be given only once the delay that the citizen chose has passed.")},
		{"wrong-code", http.StatusUnprocessableEntity, both(
			"Ce n'est pas le bon code", "Tapez les six chiffres du dernier message reçu. Après cinq erreurs, il faut demander un autre code.",
			"Not the right code", "Type the six digits of the newest message. After five mistakes another code has to be asked for.")},
		{"no-email", http.StatusUnprocessableEntity, both(
			"Ce n'est pas une adresse e-mail", "Écrivez une seule adresse, comme prenom.nom@exemple.fr.",
			"Not an e-mail address", "Write one address, such as first.last@example.org.")},
		{"not-listed", http.StatusUnprocessableEntity, both(
			"Cette adresse ne peut pas être appelée", "Seules les adresses en https des serveurs inscrits par l'exploitant du coffre peuvent l'être. Demandez-lui d'inscrire ce serveur.",
			"This address cannot be called", "Only https addresses of servers that the operator of the safe has listed can be. Ask the operator to list this server.")},
		{"already-exists", http.StatusConflict, both(
			"Existe déjà", "Cela a déjà été fait. Rechargez la page pour le voir.",
			"Exists already", "This was done before. Reload to see it.")},
	}
}

func aboutDocuments() []entry {
	return []entry{
		{"wrong-form", http.StatusUnprocessableEntity, both(
			"Document mal scellé", "Le fichier reçu n'est pas scellé comme prévu. Mettez votre application à jour, puis recommencez.",
			"Document not sealed as expected", "What arrived is not sealed as expected. Update your application, then try again.")},
		{"wrong-length", http.StatusUnprocessableEntity, both(
			"Envoi incomplet", "Le fichier reçu n'a pas la taille annoncée. Recommencez l'envoi : rien n'a été enregistré.",
			"Incomplete upload", "What arrived has not the announced size. Send it again: nothing was stored.")},
		{"wrong-hash", http.StatusUnprocessableEntity, both(
			"Envoi abîmé", "Le fichier reçu n'a pas l'empreinte annoncée. Recommencez l'envoi : rien n'a été enregistré.",
			"Damaged upload", "What arrived has not the announced hash. Send it again: nothing was stored.")},
		{"empty", http.StatusUnprocessableEntity, both(
			"Fichier vide", "Ce fichier ne contient rien. Choisissez-en un autre.",
			"Empty file", "There is nothing in this file. Choose another one.")},
		{"name", http.StatusUnprocessableEntity, both(
			"Nom de fichier impossible", "Donnez un nom de 1 à 255 octets, sans barre oblique ni caractère de contrôle.",
			"Unusable file name", "Give a name of 1 to 255 bytes, without slashes or control characters.")},
		{"document-too-large", http.StatusRequestEntityTooLarge, both(
			"Document trop volumineux", "Réduisez le document, ou partagez-le en plusieurs.",
			"Document too large", "Make the document smaller, or split it.")},
		{"safe-full", http.StatusRequestEntityTooLarge, both(
			"Votre coffre est plein", "Effacez des documents dont vous n'avez plus besoin, puis recommencez.",
			"Your safe is full", "Erase documents that you no longer need, then try again.")},
	}
}

// aboutShares is what goes wrong between a citizen and an administration.
func aboutShares() []entry {
	return []entry{
		{"ended", http.StatusGone, both(
			"Ce partage a été arrêté", "L'usager a mis fin à ce partage. Demandez-lui de partager à nouveau le document.",
			"This grant was ended", "The citizen ended this grant. Ask for the document to be shared again.")},
		{"opened-out", http.StatusGone, both(
			"Ouvert autant de fois que permis", "L'usager avait limité le nombre d'ouvertures. Demandez-lui de partager à nouveau le document.",
			"Opened as often as allowed", "The citizen had limited how often it can be opened. Ask for the document to be shared again.")},
		{"key-rotated", http.StatusPreconditionFailed, both(
			"Cette administration a changé de clé", "Rien n'a été partagé. Recommencez : le document sera scellé pour sa nouvelle clé.",
			"This administration has changed its key", "Nothing was shared. Try again: the document will be sealed to its new key.")},
		{"issue-malformed", http.StatusUnprocessableEntity, both(
			"La signature d'émetteur est illisible", "Rien n'a été déposé. Signez de nouveau le document, ou déposez-le sans signature.",
			"The issuer's signature cannot be read", "Nothing was deposited. Sign the document again, or deposit it without a signature.")},
		{"issue-not-yours", http.StatusUnprocessableEntity, both(
			"Ce n'est pas la signature de votre administration", "Rien n'a été déposé. Signez le document avec la clé en vigueur de l'administration qui le dépose.",
			"This is not your administration's signature", "Nothing was deposited. Sign the document with the key in use of the administration that deposits it.")},
		{"issue-other-content", http.StatusUnprocessableEntity, both(
			"Le document n'est pas celui qui a été signé", "Son contenu a changé après la signature. Rien n'a été déposé. Signez le document tel qu'il est, puis recommencez.",
			"The document is not the one that was signed", "Its content has changed since it was signed. Nothing was deposited. Sign the document as it is, then try again.")},
		{"unknown-kind", http.StatusUnprocessableEntity, both(
			"Sorte de document inconnue", "Prenez un code de la liste : /api/v1/kinds.",
			"Unknown kind of document", "Take a code from the list: /api/v1/kinds.")},
		{"not-asked", http.StatusUnprocessableEntity, both(
			"Ce n'est pas demandé", "Cette demande ne porte pas sur ce document, ou pas sur autant. Relisez-la : rien n'a été envoyé.",
			"This is not asked for", "The request is not for this document, or not for so many. Read it again: nothing was sent.")},
		{"clock-ahead", http.StatusUnprocessableEntity, both(
			"L'horloge de votre ordinateur est en avance", "Remettez-la à l'heure, puis recommencez.",
			"Your computer's clock is ahead", "Set it right, then try again.")},
		{"request-closed", http.StatusGone, both(
			"Cette demande est close", "L'administration n'attend plus de réponse. Rien n'a été envoyé ; vous pouvez lui poser une question.",
			"This request is closed", "The administration waits for no more answers. Nothing was sent; you can ask it a question.")},
		{"request-expired", http.StatusGone, both(
			"Le dernier jour pour répondre est passé", "Rien n'a été envoyé. Vous pouvez poser une question à l'administration.",
			"The last day for answers is over", "Nothing was sent. You can ask the administration a question.")},
		{"too-many-notes", http.StatusUnprocessableEntity, both(
			"Trop de messages", "Cent messages ont été échangés sur cette demande. Joignez l'autre partie autrement.",
			"Too many messages", "A hundred messages were exchanged about this request. Reach the other side in another way.")},
		{"end-too-far", http.StatusUnprocessableEntity, both(
			"Date de fin trop éloignée", "Choisissez une date plus proche : d'ordinaire, un an au plus. Vous pourrez partager à nouveau.",
			"End date too far away", "Choose a nearer date: a year at most, as a rule. You can share again later.")},
		{"end-past", http.StatusUnprocessableEntity, both(
			"Date de fin déjà passée", "Choisissez une date à venir. Si elle l'est, remettez l'horloge de votre appareil à l'heure, puis recommencez.",
			"End date already past", "Choose a date to come. If it is, set your device's clock right, then try again.")},
		{"expired", http.StatusGone, both(
			"Ce n'est plus valable", "La date de fin est passée. Demandez un nouveau partage, ou recommencez l'envoi.",
			"No longer valid", "Its end date has passed. Ask for a new grant, or send it again.")},
		{"no-key", http.StatusConflict, both(
			"Cette administration n'a pas encore de clé", "Elle ne peut rien recevoir pour l'instant. Réessayez plus tard, ou prévenez-la.",
			"This administration has no key yet", "It cannot receive anything for now. Try again later, or tell it.")},
		{"damaged", http.StatusBadGateway, both(
			"Document abîmé sur le serveur", "Le serveur ne rend pas ce qui avait été déposé. Prévenez l'exploitant du coffre.",
			"Document damaged on the server", "The server does not give back what was stored. Tell the operator of the safe.")},
	}
}

func aboutServer() []entry {
	return []entry{
		{"witnesses-missing", http.StatusServiceUnavailable, both(
			"Le journal attend ses témoins", "Rien n'est remis avant que des témoins indépendants aient contresigné le journal, et trop peu d'entre eux répondent en ce moment. Rien n'a été remis, rien n'est perdu : réessayez dans quelques minutes.",
			"The journal waits for its witnesses", "Nothing is released before independent witnesses have cosigned the journal, and too few of them answer at the moment. Nothing was released, nothing is lost: try again in a few minutes.")},
		{"storage-full", http.StatusInsufficientStorage, both(
			"Le serveur n'a plus de place", "Rien n'a été enregistré. Réessayez plus tard ; l'exploitant est prévenu.",
			"The server is out of room", "Nothing was stored. Try again later; the operator has been told.")},
		{"unavailable", http.StatusServiceUnavailable, both(
			"Service momentanément indisponible", "Réessayez dans quelques instants. Ce qui était enregistré l'est toujours.",
			"Service unavailable for a moment", "Try again shortly. What was saved is still there.")},
		{"off-territory", http.StatusServiceUnavailable, both(
			"Service arrêté par précaution", "Un serveur de données répond d'un endroit qui n'appartient pas à la collectivité. Rien n'est envoyé ni reçu tant que ce n'est pas éclairci ; l'exploitant est prévenu.",
			"Service stopped as a precaution", "A data server answers from a place that is not the authority's. Nothing is sent or received until that is cleared up; the operator has been told.")},
		{"internal", http.StatusInternalServerError, both(
			"Une erreur s'est produite", "Réessayez. Si cela se répète, prévenez l'exploitant du coffre.",
			"Something went wrong", "Try again. If it happens again, tell the operator of the safe.")},
	}
}
