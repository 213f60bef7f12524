import { words } from '../../words.svelte.ts';

export const text = words(
	{
		some: 'Répondre à une demande',
		title: (from: string) => `Répondre à ${from}`,
		reading: 'Vérification de la demande…',
		or: ' ou ',
		kind: 'Pour quelle pièce demandée ?',
		document: 'Quel document y répond ?',
		pick: 'Choisir…',
		until: (when: string) => `L’administration pourra l’ouvrir jusqu’au ${when} au plus tard.`,
		send: 'Envoyer cette pièce',
		given: (name: string, kind: string) => `${name} est envoyé (${kind}).`,
	},
	{
		some: 'Answer a request',
		title: (from) => `Answer ${from}`,
		reading: 'Verifying the request…',
		or: ' or ',
		kind: 'For which of the documents asked for?',
		document: 'Which document answers it?',
		pick: 'Choose…',
		until: (when) => `The administration will be able to open it until ${when} at the latest.`,
		send: 'Send this document',
		given: (name, kind) => `${name} is sent (${kind}).`,
	},
);
