import { words } from '../../words.svelte.ts';

/** What a mandate can allow, on both screens in the same words. */
export const acts = words(
	{
		answer: 'Répondre à une demande de pièces, et donc lire ce qui est donné',
		deposit: 'Déposer des documents',
		organise: 'Proposer des noms et un rangement',
		read: 'Lire les documents choisis',
		share: 'Partager avec une administration, et donc lire ce qui est partagé',
	},
	{
		answer: 'Answer a request for documents, and so read what is given',
		deposit: 'Deposit documents',
		organise: 'Propose names and folders',
		read: 'Read the documents chosen',
		share: 'Share with an administration, and so read what is shared',
	},
);
