import type { Act } from './Sentences.words.ts';

// The sentences about requests for documents: the citizen's acts and the administration's.

const why = (purpose: string, before: string, after: string): string =>
	purpose === '' ? '' : `${before}${purpose}${after}`;

const fr: Readonly<Record<string, Act>> = {
	'request.created': {
		done: (a) => `demandé des pièces pour ${a.administration}${why(a.purpose, ' (« ', ' »)')}`,
		tried: (a) => `demander des pièces pour ${a.administration}`,
	},
	'request.closed': {
		done: (a) => `clos la demande de pièces de ${a.administration}${why(a.purpose, ' (« ', ' »)')}`,
		tried: () => 'clore une demande de pièces',
	},
	'request.answered': {
		done: (a) =>
			`donné des documents à ${a.administration}, en réponse à sa demande de pièces${why(a.purpose, ' (« ', ' »)')}`,
		tried: () => 'répondre à une demande de pièces',
	},
	'request.refused': {
		done: (a) =>
			`refusé ce que ${a.administration} demandait, ou une partie${why(a.purpose, ' (« ', ' »)')}`,
		tried: () => 'refuser une demande de pièces',
	},
	'request.asked': {
		done: (a) => `posé une question à ${a.administration} sur sa demande de pièces`,
		tried: () => 'poser une question sur une demande de pièces',
	},
	'request.replied': {
		done: () => 'répondu à votre question sur une demande de pièces',
		tried: () => 'répondre à une question sur une demande de pièces',
	},
};

const en: Readonly<Record<string, Act>> = {
	'request.created': {
		done: (a) => `asked for documents for ${a.administration}${why(a.purpose, ' (“', '”)')}`,
		tried: (a) => `ask for documents for ${a.administration}`,
	},
	'request.closed': {
		done: (a) =>
			`closed the request for documents of ${a.administration}${why(a.purpose, ' (“', '”)')}`,
		tried: () => 'close a request for documents',
	},
	'request.answered': {
		done: (a) =>
			`gave documents to ${a.administration}, in answer to its request${why(a.purpose, ' (“', '”)')}`,
		tried: () => 'answer a request for documents',
	},
	'request.refused': {
		done: (a) =>
			`refused what ${a.administration} asked for, or part of it${why(a.purpose, ' (“', '”)')}`,
		tried: () => 'refuse a request for documents',
	},
	'request.asked': {
		done: (a) => `asked ${a.administration} a question about its request for documents`,
		tried: () => 'ask a question about a request for documents',
	},
	'request.replied': {
		done: () => 'answered your question about a request for documents',
		tried: () => 'answer a question about a request for documents',
	},
};

export const requests = { fr, en };

export const requestReasons = {
	fr: {
		'opened-out': 'le document avait été ouvert autant de fois que permis',
		'unknown-kind': 'cette sorte de document n’est pas connue',
		'not-asked': 'ce n’était pas demandé',
		'clock-ahead': 'l’horloge de l’ordinateur était en avance',
		'request-closed': 'la demande était close',
		'request-expired': 'le dernier jour pour répondre était passé',
		'too-many-notes': 'trop de messages sur une même demande',
		'key-rotated': 'l’administration avait changé de clé',
		'issue-malformed': 'la signature d’émetteur était illisible',
		'issue-not-yours': 'la signature d’émetteur n’était pas de cette administration',
		'issue-other-content': 'le document n’était pas celui qui avait été signé',
	},
	en: {
		'opened-out': 'the document had been opened as often as allowed',
		'unknown-kind': 'this kind of document is not known',
		'not-asked': 'it was not asked for',
		'clock-ahead': 'the clock of the computer was ahead',
		'request-closed': 'the request was closed',
		'request-expired': 'the last day for answers was over',
		'too-many-notes': 'too many messages about one request',
		'key-rotated': 'the administration had changed its key',
		'issue-malformed': 'the issuer’s signature could not be read',
		'issue-not-yours': 'the issuer’s signature was not of this administration',
		'issue-other-content': 'the document was not the one that was signed',
	},
};
