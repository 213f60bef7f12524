import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Demandes de pièces',
		intro:
			'Ce que votre administration demande à des usagers : par courrier, par QR code, ou dans leur coffre. Chaque demande est signée par sa clé.',
		create: 'Nouvelle demande',
		reference: 'Référence du dossier',
		show: 'Montrer',
		showOpen: 'Non closes',
		showAll: 'Toutes',
		listLabel: 'Demandes',
		columns: {
			what: 'Démarche et référence',
			service: 'Service',
			answerBy: 'Répondre avant',
			given: 'Ont donné',
			refused: 'Ont refusé',
			waiting: 'Questions',
			state: 'État',
		},
		state: { open: 'Ouverte', closed: 'Close', expired: 'Terminée' },
		whole: 'Toute l’administration',
		inSafe: 'dans un coffre',
		openNamed: (procedure: string, reference: string) =>
			reference === '' ? `Demande ${procedure}` : `Demande ${procedure}, référence ${reference}`,
		found: (n: number, count: string, more: boolean) =>
			more ? `${count} demandes sur cette page` : n < 2 ? `${count} demande` : `${count} demandes`,
		refresh: 'Relire la liste',
		loading: 'Lecture des demandes…',
		empty: 'Aucune demande pour l’instant',
		emptyHelp:
			'Une demande dit quelles pièces il faut, pour quoi et jusqu’à quand. L’usager choisit, envoie, ou refuse.',
		noneFound: 'Aucune demande ne correspond',
		noneFoundHelp: 'La référence se cherche en entier, telle qu’elle est écrite sur la demande.',
	},
	{
		title: 'Requests for documents',
		intro:
			'What your administration asks citizens for: by letter, by QR code, or in their safe. Each request is signed by its key.',
		create: 'New request',
		reference: 'Reference of the file',
		show: 'Show',
		showOpen: 'Not closed',
		showAll: 'All',
		listLabel: 'Requests',
		columns: {
			what: 'Procedure and reference',
			service: 'Service',
			answerBy: 'Answer by',
			given: 'Have given',
			refused: 'Have refused',
			waiting: 'Questions',
			state: 'State',
		},
		state: { open: 'Open', closed: 'Closed', expired: 'Over' },
		whole: 'The whole administration',
		inSafe: 'in a safe',
		openNamed: (procedure, reference) =>
			reference === '' ? `Request ${procedure}` : `Request ${procedure}, reference ${reference}`,
		found: (n, count, more) =>
			more ? `${count} requests on this page` : n === 1 ? `${count} request` : `${count} requests`,
		refresh: 'Read the list again',
		loading: 'Reading the requests…',
		empty: 'No request yet',
		emptyHelp:
			'A request says which documents are needed, what for and until when. The citizen chooses, sends, or refuses.',
		noneFound: 'No request matches',
		noneFoundHelp: 'The reference is looked for as a whole, as it is written on the request.',
	},
);
