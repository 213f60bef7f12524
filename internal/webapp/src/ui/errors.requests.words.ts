// What the gateway answers about requests for documents, by the slugs of
// internal/problem/catalogue.go.
export const requestErrors = {
	fr: {
		'opened-out': [
			'Ouvert autant de fois que permis',
			'L’usager avait limité le nombre d’ouvertures. Demandez-lui de partager à nouveau le document.',
		],
		'unknown-kind': [
			'Sorte de document inconnue',
			'Choisissez une sorte de document dans la liste.',
		],
		'not-asked': [
			'Ce n’est pas demandé',
			'Cette demande ne porte pas sur ce document, ou pas sur autant. Relisez-la : rien n’a été envoyé.',
		],
		'clock-ahead': [
			'L’horloge de votre ordinateur est en avance',
			'Remettez-la à l’heure, puis recommencez.',
		],
		'request-closed': [
			'Cette demande est close',
			'L’administration n’attend plus de réponse. Rien n’a été envoyé ; vous pouvez lui poser une question.',
		],
		'request-expired': [
			'Le dernier jour pour répondre est passé',
			'Rien n’a été envoyé. Vous pouvez poser une question à l’administration.',
		],
		'too-many-notes': [
			'Trop de messages',
			'Cent messages ont été échangés sur cette demande. Joignez l’autre partie autrement.',
		],
	},
	en: {
		'opened-out': [
			'Opened as often as allowed',
			'The citizen had limited how often it can be opened. Ask for the document to be shared again.',
		],
		'unknown-kind': ['Unknown kind of document', 'Choose a kind of document from the list.'],
		'not-asked': [
			'This is not asked for',
			'The request is not for this document, or not for so many. Read it again: nothing was sent.',
		],
		'clock-ahead': ['Your computer’s clock is ahead', 'Set it right, then try again.'],
		'request-closed': [
			'This request is closed',
			'The administration waits for no more answers. Nothing was sent; you can ask it a question.',
		],
		'request-expired': [
			'The last day for answers is over',
			'Nothing was sent. You can ask the administration a question.',
		],
		'too-many-notes': [
			'Too many messages',
			'A hundred messages were exchanged about this request. Reach the other side in another way.',
		],
	},
} as const;
