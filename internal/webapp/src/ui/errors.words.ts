import type { CoffreError } from '../errors.ts';
import { texts as custody } from './errors.custody.words.ts';
import { size, words } from './words.svelte.ts';

// What went wrong and what to do, for every code of src/errors.ts and every
// slug of internal/problem/catalogue.go.

/** Somebody may be lying: shown as an alarm, with evidence to save. */
const alarms = new Set(['pin', 'signature', 'rollback', 'leaf', 'mismatch', 'hash', 'form']);

export interface Said {
	readonly title: string;
	readonly text: string;
	readonly alarm: boolean;
}

export function describe(error: CoffreError): Said {
	// Of what evidence was kept, somebody sent it: a line that breaks gives no answer to keep.
	const alarm = alarms.has(error.code) || error.evidence !== undefined;
	const told = tell(error);
	if (told !== undefined) return { title: told[0] ?? '', text: told[1] ?? '', alarm };
	const { title, detail } = error.problem ?? {};
	const [otherTitle = '', otherText = ''] = texts.internal;
	return { title: title || otherTitle, text: detail || otherText, alarm };
}

export const texts = words(
	{
		// Alarms.
		pin: [
			'Ce coffre ne porte pas votre marque',
			'Le serveur a présenté un trousseau qui n’est pas celui que vous avez créé. N’ajoutez aucun document pour l’instant.',
		],
		signature: [
			'Une signature n’est pas la bonne',
			'Ce que le serveur a envoyé n’a pas été signé par votre coffre.',
		],
		rollback: [
			'Le serveur montre un état ancien',
			'Ce navigateur a déjà vu plus récent. Des documents pourraient manquer à ce que le serveur présente.',
		],
		leaf: [
			'Le journal ne le prouve pas',
			'Le serveur n’a pas montré la preuve que cet acte est écrit dans le journal public.',
		],
		mismatch: [
			'Cela ne correspond pas',
			'Ce que le serveur a envoyé n’est pas ce qui a été demandé.',
		],
		hash: [
			'Ce fichier a été modifié',
			'Le fichier reçu n’a pas l’empreinte que vous aviez signée.',
		],
		form: [
			'La réponse du serveur est mal formée',
			'Ce que le serveur a envoyé n’a pas la forme d’un objet scellé par Coffre.',
		],

		// On this side.
		length: [
			'Fichier incomplet',
			'Le fichier reçu n’a pas la taille attendue. Réessayez une fois.',
		],
		padding: [
			'Fichier abîmé',
			'Le fichier reçu ne se relit pas jusqu’au bout. Réessayez une fois.',
		],
		'unknown-suite': [
			'Version plus récente',
			'Ce que le serveur a envoyé vient d’une version plus récente de Coffre. Rechargez la page, puis recommencez.',
		],
		'wrong-key': [
			'Cette clé n’ouvre pas ce coffre',
			'Les mots sont bien écrits, mais ce sont ceux d’un autre coffre ou d’une clé remplacée.',
		],
		words: [
			'Ces mots ne vont pas ensemble',
			'Il en manque, il y en a trop, ou l’un d’eux n’est pas le bon. Comparez-les un à un avec votre feuille.',
		],
		'word-unknown': [
			'Un mot n’est pas dans la liste',
			'Vérifiez son orthographe sur votre feuille.',
		],
		empty: ['Ce fichier est vide', 'Il ne contient rien. Choisissez-en un autre.'],
		name: [
			'Ce nom n’est pas possible',
			'Donnez un nom de 255 caractères au plus, sans barre oblique.',
		],
		'no-prf': [
			'Cet appareil ne sait pas ouvrir un coffre par clé d’accès',
			'Utilisez la clé papier ou la phrase de passe.',
		],
		cancelled: ['Interrompu', 'L’action a été arrêtée avant la fin. Rien n’a changé.'],
		offline: [
			'Pas de connexion',
			'Le serveur ne répond pas. Vérifiez votre connexion à internet, puis réessayez.',
		],
		locked: ['Votre coffre est verrouillé', 'Ouvrez-le à nouveau, puis recommencez.'],
		'same-way': ['Cette clé ouvre déjà votre coffre', 'Elle est déjà dans la liste.'],
		'few-ways': [
			'Un coffre garde toujours deux moyens d’ouverture',
			'Ajoutez-en un d’abord ; vous pourrez ensuite retirer celui-ci.',
		],
		'many-ways': [
			'Votre coffre a déjà seize moyens d’ouverture',
			'C’est le plus possible. Retirez-en un d’abord.',
		],
		'keys-changed': [
			'Vos moyens d’ouverture ont changé sur un autre appareil',
			'Verrouillez votre coffre, ouvrez-le à nouveau, puis recommencez. Rien n’est perdu.',
		],
		internal: [
			'Une erreur s’est produite',
			'Réessayez. Si cela se répète, prévenez l’hébergeur du coffre.',
		],

		// From the gateway.
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
		'unknown-organisation': [
			'Votre organisme n’est pas inscrit ici',
			'Demandez à l’hébergeur du coffre de l’inscrire.',
		],
		'agent-relink': [
			'Votre fournisseur d’identité a changé',
			'Un compte à votre nom existe déjà dans votre organisme. Demandez à l’hébergeur du coffre de vous le rendre.',
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
		unavailable: [
			'Service momentanément indisponible',
			'Réessayez dans quelques instants. Ce qui était enregistré l’est toujours.',
		],

		// With a figure or a word in them.
		unknownWord: (word: string, at: number) =>
			`« ${word} » (mot ${at}) n’est pas dans la liste. Vérifiez son orthographe sur votre feuille.`,
		tooLarge: 'Ce document est trop lourd',
		tooLargeText: (limit: string) =>
			limit === ''
				? 'Réduisez-le, ou partagez-le en plusieurs.'
				: `Un document peut faire ${limit} au plus. Réduisez-le, ou partagez-le en plusieurs.`,
		full: 'Votre coffre est plein',
		fullText: (limit: string) =>
			limit === ''
				? 'Effacez des documents dont vous n’avez plus besoin, puis recommencez.'
				: `Il contient ${limit} au plus. Effacez des documents dont vous n’avez plus besoin, puis recommencez.`,
	},
	{
		pin: [
			'This safe does not bear your mark',
			'The server presented a keyring that is not the one you made. Add no document for now.',
		],
		signature: [
			'A signature is not the right one',
			'What the server sent was not signed by your safe.',
		],
		rollback: [
			'The server shows an old state',
			'This browser has seen a newer one. Documents may be missing from what the server presents.',
		],
		leaf: [
			'The journal does not prove it',
			'The server did not show the proof that this act is written in the public journal.',
		],
		mismatch: ['This does not match', 'What the server sent is not what was asked for.'],
		hash: ['This file was changed', 'What arrived has not the hash that you had signed.'],
		form: [
			'The answer of the server is malformed',
			'What the server sent has not the form of an object sealed by Coffre.',
		],

		length: ['Incomplete file', 'What arrived has not the expected size. Try again once.'],
		padding: ['Damaged file', 'What arrived cannot be read to its end. Try again once.'],
		'unknown-suite': [
			'Newer version',
			'What the server sent comes from a newer version of Coffre. Reload the page, then try again.',
		],
		'wrong-key': [
			'This key does not open this safe',
			'The words are well written, but they belong to another safe or to a key that was replaced.',
		],
		words: [
			'These words do not go together',
			'Some are missing, there are too many, or one is not the right one. Compare them one by one with your sheet.',
		],
		'word-unknown': ['A word is not in the list', 'Check its spelling on your sheet.'],
		empty: ['This file is empty', 'There is nothing in it. Choose another one.'],
		name: ['This name cannot be used', 'Give a name of at most 255 characters, without a slash.'],
		'no-prf': [
			'This device cannot open a safe with a passkey',
			'Use the paper key or the passphrase.',
		],
		cancelled: ['Stopped', 'This was stopped before the end. Nothing has changed.'],
		offline: [
			'No connection',
			'The server does not answer. Check your internet connection, then try again.',
		],
		locked: ['Your safe is locked', 'Unlock it again, then try again.'],
		'same-way': ['This key unlocks your safe already', 'It is in the list already.'],
		'few-ways': [
			'A safe always keeps two ways to unlock',
			'Add one first; then you can remove this one.',
		],
		'many-ways': [
			'Your safe has sixteen ways to unlock already',
			'That is the most there can be. Remove one first.',
		],
		'keys-changed': [
			'Your ways to unlock have changed on another device',
			'Lock your safe, unlock it again, then try again. Nothing is lost.',
		],
		internal: [
			'Something went wrong',
			'Try again. If it happens again, tell the host of the safe.',
		],

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
		'unknown-organisation': [
			'Your organisation is not registered here',
			'Ask the host of the safe to register it.',
		],
		'level-too-low': [
			'A stronger identification is asked for',
			'Log in with a stronger means, for example Identité Numérique La Poste or France Identité.',
		],
		'agent-relink': [
			'Your identity provider has changed',
			'There is an account of your name in your organisation already. Ask the host of the safe to give it back to you.',
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
		unavailable: [
			'Service unavailable for a moment',
			'Try again shortly. What was saved is still there.',
		],

		unknownWord: (word: string, at: number) =>
			`“${word}” (word ${at}) is not in the list. Check its spelling on your sheet.`,
		tooLarge: 'This document is too large',
		tooLargeText: (limit: string) =>
			limit === ''
				? 'Make it smaller, or split it.'
				: `A document may have ${limit} at most. Make it smaller, or split it.`,
		full: 'Your safe is full',
		fullText: (limit: string) =>
			limit === ''
				? 'Erase documents that you no longer need, then try again.'
				: `It holds ${limit} at most. Erase documents that you no longer need, then try again.`,
	},
);

const figure = (e: CoffreError): string => (e.limit === undefined ? '' : size(e.limit));
const tooLarge = (e: CoffreError): readonly string[] => [
	texts.tooLarge,
	texts.tooLargeText(figure(e)),
];

const special: Readonly<Record<string, (e: CoffreError) => readonly string[]>> = {
	'too-large': tooLarge,
	'document-too-large': tooLarge,
	'safe-full': (e) => [texts.full, texts.fullText(figure(e))],
	'word-unknown': (e) =>
		e.word === undefined || e.index === undefined
			? texts['word-unknown']
			: [texts['word-unknown'][0] ?? '', texts.unknownWord(e.word, e.index + 1)],
};

function tell(error: CoffreError): readonly string[] | undefined {
	const made = special[error.code];
	if (made !== undefined) return made(error);
	const { code } = error;
	if (Object.hasOwn(custody, code)) return custody[code as keyof typeof custody];
	const plain = Object.hasOwn(texts, code) ? texts[code as keyof typeof texts] : '';
	return typeof plain === 'object' ? plain : undefined;
}

/** Whether there are words for it other than those of the gateway. */
export function isKnown(error: CoffreError): boolean {
	return tell(error) !== undefined;
}
