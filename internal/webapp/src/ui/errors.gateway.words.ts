import { issueErrors } from './errors.issue.words.ts';
import { mediationErrors } from './errors.mediation.words.ts';
import { noticeErrors } from './errors.notices.words.ts';
import { requestErrors } from './errors.requests.words.ts';
import { words } from './words.svelte.ts';

// What the gateway answers, by the slugs of internal/problem/catalogue.go; the
// rest is in errors.words.ts.
export const texts = words(
	{
		...requestErrors.fr,
		...issueErrors.fr,
		...noticeErrors.fr,
		...mediationErrors.fr,
		unauthenticated: [
			'Identification nécessaire',
			'Identifiez-vous, puis recommencez. Rien n’a été perdu.',
		],
		'session-expired': [
			'Votre session est terminée',
			'Identifiez-vous à nouveau. Ce qui était enregistré l’est toujours.',
		],
		'token-proof': [
			'La preuve de possession du jeton manque ou ne convient pas',
			'Ce message est pour un logiciel. Identifiez-vous à nouveau, puis recommencez.',
		],
		forbidden: [
			'Ce compte ne permet pas cela',
			'Identifiez-vous avec le compte qui convient à cette action.',
		],
		'end-too-far': [
			'Date de fin trop éloignée',
			'Choisissez une date plus proche : d’ordinaire, un an au plus. Vous pourrez partager à nouveau.',
		],
		'logo-unfit': [
			'Cette image ne convient pas',
			'Un logo est une image PNG de 32 Kio au plus, de 16 à 512 pixels de côté.',
		],
		'service-served': [
			'Des agents travaillent pour ce service',
			'Nommez-les d’abord pour un autre service, puis retirez celui-ci.',
		],
		'end-past': [
			'Date de fin déjà passée',
			'Choisissez une date à venir. Si elle l’est, remettez l’horloge de votre appareil à l’heure, puis recommencez.',
		],
		'unknown-organisation': [
			'Votre organisme n’est pas inscrit ici',
			'Demandez à l’hébergeur du coffre de l’inscrire.',
		],
		'agent-relink': [
			'Votre fournisseur d’identité a changé',
			'Un compte à votre nom existe déjà dans votre organisme. Demandez à l’hébergeur du coffre de vous le rendre.',
		],
		'not-appointed': [
			'Vous n’êtes pas encore nommé dans votre administration',
			'Demandez au référent de votre administration de vous nommer, ou à l’hébergeur du coffre s’il n’y a pas encore de référent.',
		],
		'agent-left': [
			'Vous n’agissez plus pour cette administration',
			'Votre accès a été arrêté. Si c’est une erreur, demandez au référent de votre administration.',
		],
		'not-referent': ['C’est au référent de votre administration de le faire', 'Demandez-le-lui.'],
		'last-referent': ['Il n’y aurait plus de référent', 'Nommez d’abord un autre référent.'],
		'other-service': [
			'C’est pour un autre service',
			'Ce document a été partagé avec un autre service de votre administration. Demandez au référent si vous en avez besoin.',
		],
		'level-too-low': [
			'Une identification plus sûre est demandée',
			'Pour cet acte, il faut un moyen plus sûr, par exemple l’Identité Numérique La Poste ou France Identité.',
		],
		'terms-not-accepted': [
			'Les conditions ne sont pas encore acceptées',
			'Lisez et acceptez les conditions d’utilisation, puis recommencez.',
		],
		'cross-origin': [
			'Demande venue d’un autre site',
			'Revenez au coffre par son adresse habituelle, puis recommencez.',
		],
		'rate-limited': ['Trop de demandes à la suite', 'Attendez une minute, puis recommencez.'],
		'not-found': ['Introuvable', 'Cela n’existe pas ou plus, ou n’est pas à vous.'],
		'method-not-allowed': ['Action non prévue', 'Rechargez la page, puis recommencez.'],
		'malformed-json': ['Demande illisible', 'Rechargez la page, puis recommencez.'],
		invalid: ['Une valeur ne convient pas', 'Vérifiez ce que vous avez saisi, puis recommencez.'],
		stale: [
			'Modifié entre-temps',
			'Un autre appareil a changé la même chose. Recommencez : rien n’est perdu.',
		],
		'precondition-required': ['Demande incomplète', 'Rechargez la page, puis recommencez.'],
		'key-reused': ['Demande déjà envoyée', 'Rechargez la page pour voir où elle en est.'],
		'length-required': ['Taille manquante', 'Rechargez la page, puis recommencez.'],
		'range-not-satisfiable': ['Lecture impossible', 'Rechargez la page, puis recommencez.'],
		'body-too-large': ['Demande trop volumineuse', 'Faites-la en plusieurs fois.'],
		'other-terms': [
			'Les conditions ont changé',
			'Rechargez la page, lisez les nouvelles conditions, puis acceptez-les.',
		],
		'already-exists': ['Cela existe déjà', 'C’était fait. Rechargez la page pour le voir.'],
		'wrong-form': [
			'Le fichier n’est pas arrivé comme prévu',
			'Rechargez la page, puis recommencez. Rien n’a été enregistré.',
		],
		'wrong-length': ['Envoi incomplet', 'Recommencez l’envoi : rien n’a été enregistré.'],
		'wrong-hash': ['Envoi abîmé en chemin', 'Recommencez l’envoi : rien n’a été enregistré.'],
		ended: [
			'Ce partage a été arrêté',
			'L’usager y a mis fin. Demandez-lui de partager à nouveau le document.',
		],
		expired: [
			'Ce n’est plus valable',
			'La date de fin est passée. Il faut un nouveau partage, ou un nouvel envoi.',
		],
		'no-key': [
			'Cette administration n’a pas encore de clé',
			'Elle ne peut rien recevoir pour l’instant. Prévenez-la, ou réessayez plus tard.',
		],
		damaged: [
			'Document abîmé sur le serveur',
			'Le serveur ne rend pas ce qui avait été déposé. Prévenez l’hébergeur du coffre.',
		],
		'storage-full': [
			'Le serveur n’a plus de place',
			'Rien n’a été enregistré. Réessayez plus tard ; l’hébergeur est prévenu.',
		],
		'witnesses-missing': [
			'Le journal attend ses témoins',
			'Rien n’est remis avant que des témoins indépendants aient contresigné le journal, et trop peu d’entre eux répondent. Rien n’a été remis, rien n’est perdu : réessayez dans quelques minutes.',
		],
		unavailable: [
			'Service momentanément indisponible',
			'Réessayez dans quelques instants. Ce qui était enregistré l’est toujours.',
		],
		'off-territory': [
			'Service arrêté par précaution',
			'Un serveur de données répond d’un endroit qui n’appartient pas à la collectivité. Rien n’est envoyé ni reçu tant que ce n’est pas éclairci.',
		],
	},
	{
		...requestErrors.en,
		...issueErrors.en,
		...noticeErrors.en,
		...mediationErrors.en,
		unauthenticated: ['Log-in needed', 'Log in, then try again. Nothing was lost.'],
		'session-expired': ['Your session is over', 'Log in again. What was saved is still there.'],
		'token-proof': [
			'The token’s proof of possession is missing or does not fit',
			'This message is meant for software. Log in again, then try again.',
		],
		forbidden: ['This account does not allow it', 'Log in with the account that may do this.'],
		'end-too-far': [
			'End date too far away',
			'Choose a nearer date: a year at most, as a rule. You can share again later.',
		],
		'logo-unfit': [
			'This picture will not do',
			'A logo is a PNG picture of 32 KiB at most, each side 16 to 512 pixels.',
		],
		'service-served': [
			'Agents work for this service',
			'Appoint them for another service first, then take this one away.',
		],
		'end-past': [
			'End date already past',
			'Choose a date to come. If it is, set your device’s clock right, then try again.',
		],
		'unknown-organisation': [
			'Your organisation is not registered here',
			'Ask the host of the safe to register it.',
		],
		'agent-relink': [
			'Your identity provider has changed',
			'There is an account of your name in your organisation already. Ask the host of the safe to give it back to you.',
		],
		'not-appointed': [
			'You are not appointed in your administration yet',
			'Ask your administration’s referent to appoint you, or the operator of the safe where there is no referent yet.',
		],
		'agent-left': [
			'You no longer act for this administration',
			'Your access was stopped. If that is a mistake, ask your administration’s referent.',
		],
		'not-referent': ['That is for your administration’s referent', 'Ask the referent.'],
		'last-referent': ['There would be no referent left', 'Appoint another referent first.'],
		'other-service': [
			'This is for another service',
			'The document was shared with another service of your administration. Ask the referent if you need it.',
		],
		'level-too-low': [
			'A stronger identification is asked for',
			'This act takes a stronger means, for example Identité Numérique La Poste or France Identité.',
		],
		'terms-not-accepted': [
			'The terms are not accepted yet',
			'Read and accept the terms of use, then try again.',
		],
		'cross-origin': [
			'Request from another site',
			'Come back to the safe by its usual address, then try again.',
		],
		'rate-limited': ['Too many requests in a row', 'Wait a minute, then try again.'],
		'not-found': ['Not found', 'It does not exist, or no longer, or is not yours.'],
		'method-not-allowed': ['Unexpected action', 'Reload the page, then try again.'],
		'malformed-json': ['Unreadable request', 'Reload the page, then try again.'],
		invalid: ['A value does not fit', 'Check what you entered, then try again.'],
		stale: [
			'Changed meanwhile',
			'Another device changed the same thing. Try again: nothing is lost.',
		],
		'precondition-required': ['Incomplete request', 'Reload the page, then try again.'],
		'key-reused': ['Request already sent', 'Reload the page to see what became of it.'],
		'length-required': ['Size missing', 'Reload the page, then try again.'],
		'range-not-satisfiable': ['Cannot be read', 'Reload the page, then try again.'],
		'body-too-large': ['Request too large', 'Make it in several parts.'],
		'other-terms': [
			'The terms have changed',
			'Reload the page, read the new terms, then accept them.',
		],
		'already-exists': ['This exists already', 'It was done before. Reload the page to see it.'],
		'wrong-form': [
			'The file did not arrive as expected',
			'Reload the page, then try again. Nothing was stored.',
		],
		'wrong-length': ['Incomplete upload', 'Send it again: nothing was stored.'],
		'wrong-hash': ['Damaged on its way', 'Send it again: nothing was stored.'],
		ended: [
			'This grant was ended',
			'The citizen ended it. Ask for the document to be shared again.',
		],
		expired: [
			'No longer valid',
			'Its end date has passed. It takes a new grant, or another upload.',
		],
		'no-key': [
			'This administration has no key yet',
			'It cannot receive anything for now. Tell it, or try again later.',
		],
		damaged: [
			'Document damaged on the server',
			'The server does not give back what was stored. Tell the host of the safe.',
		],
		'storage-full': [
			'The server is out of room',
			'Nothing was stored. Try again later; the host has been told.',
		],
		'witnesses-missing': [
			'The journal waits for its witnesses',
			'Nothing is released before independent witnesses have cosigned the journal, and too few of them answer. Nothing was released, nothing is lost: try again in a few minutes.',
		],
		unavailable: [
			'Service unavailable for a moment',
			'Try again shortly. What was saved is still there.',
		],
		'off-territory': [
			'Service stopped as a precaution',
			'A data server answers from a place that is not the authority’s. Nothing is sent or received until that is cleared up.',
		],
	},
);
