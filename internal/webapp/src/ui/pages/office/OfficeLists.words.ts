import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		tabs: 'Administration',
		received: 'Documents reçus',
		requests: 'Demandes',
		deposit: 'Déposer un document',
		next: 'Page suivante',
		first: 'Revenir au début',
		pages: 'Pages de la liste',
		keys: 'Flèches haut et bas : d’une ligne à l’autre. Entrée : ouvrir.',
	},
	{
		tabs: 'Administration',
		received: 'Documents received',
		requests: 'Requests',
		deposit: 'Deposit a document',
		next: 'Next page',
		first: 'Back to the beginning',
		pages: 'Pages of the list',
		keys: 'Up and down arrows: from line to line. Enter: open.',
	},
);
