import type { CoffreError } from '../errors.ts';
import { texts as custody } from './errors.custody.words.ts';
import { texts as gateway } from './errors.gateway.words.ts';
import { size, words } from './words.svelte.ts';

// What went wrong and what to do, for every code of src/errors.ts and every
// slug of internal/problem/catalogue.go.

/** Somebody may be lying: shown as an alarm, with evidence to save. */
const alarms = new Set([
	'pin',
	'signature',
	'rollback',
	'hole',
	'leaf',
	'mismatch',
	'hash',
	'form',
	'seal',
]);

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
		hole: [
			'Il manque des lignes au journal',
			'Chaque événement de votre coffre porte un numéro. La liste que le serveur présente en saute, ou s’arrête avant ce que ce navigateur a déjà vu, et aucune ligne ne l’explique.',
		],
		leaf: [
			'Le journal ne le prouve pas',
			'Le serveur n’a pas montré la preuve que cet acte est écrit dans le journal public.',
		],
		witnesses: [
			'Les témoins du journal manquent',
			'Des témoins indépendants contresignent le journal, pour que le même soit montré à tout le monde. Le serveur en montre un qu’ils n’ont pas contresigné, ou a changé la liste des témoins. Si l’hébergeur l’a annoncé, demandez-lui de vous le confirmer par un autre moyen que ce site.',
		],
		mismatch: [
			'Cela ne correspond pas',
			'Ce que le serveur a envoyé n’est pas ce qui a été demandé.',
		],
		seal: [
			'Ce n’est pas la demande de votre lien',
			'Le serveur en montre une autre à sa place. Si vous avez recopié le lien à la main, vérifiez-le ; sinon, ne répondez pas et prévenez l’administration qui vous a écrit.',
		],
		hash: ['Ce fichier a été modifié', 'Le fichier reçu n’a pas l’empreinte qui avait été signée.'],
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
		hole: [
			'Lines are missing from the journal',
			'Every event of your safe has a number. The list that the server shows leaves some out, or ends before what this browser has seen, and no line explains it.',
		],
		leaf: [
			'The journal does not prove it',
			'The server did not show the proof that this act is written in the public journal.',
		],
		witnesses: [
			'The journal lacks its witnesses',
			'Independent witnesses cosign the journal, so that everybody is shown the same one. The server shows one that they have not cosigned, or has changed the list of witnesses. If the host announced this, ask for a confirmation by other means than this site.',
		],
		mismatch: ['This does not match', 'What the server sent is not what was asked for.'],
		seal: [
			'This is not the request of your link',
			'The server shows another one in its place. If you have typed the link by hand, check it; else do not answer, and tell the administration that wrote to you.',
		],
		hash: ['This file was changed', 'What arrived has not the hash that had been signed.'],
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
	if (Object.hasOwn(gateway, code)) return gateway[code as keyof typeof gateway];
	const plain = Object.hasOwn(texts, code) ? texts[code as keyof typeof texts] : '';
	return typeof plain === 'object' ? plain : undefined;
}

/** Whether there are words for it other than those of the gateway. */
export function isKnown(error: CoffreError): boolean {
	return tell(error) !== undefined;
}
