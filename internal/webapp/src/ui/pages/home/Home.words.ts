import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		hello: (name: string) => (name === '' ? 'Bonjour' : `Bonjour ${name}`),
		noSafe:
			'Vous n’avez pas encore de coffre ici. L’ouvrir prend une dizaine de minutes, est gratuit, et ne vous engage à rien.',
		openSafe: 'Ouvrir mon coffre',
		whatWeSee: 'Ce que nous voyons et ne voyons pas',
		holds: (n: string, plural: number) =>
			`Votre coffre est déverrouillé. Il contient ${n} document${plural > 1 ? 's' : ''}.`,
		locked: 'Votre coffre est verrouillé.',
		unlock: 'Déverrouiller',
		documents: 'Documents',
		documentsLead: 'Ajouter, retrouver, ranger.',
		shares: 'Partages',
		sharesLead: 'Qui peut lire quoi, et jusqu’à quand.',
		deposits: 'Dépôts',
		depositsLead: 'Ce que des administrations vous envoient.',
		journal: 'Journal',
		journalLead: 'Tout ce qui s’est passé, avec ses preuves.',
		keys: 'Moyens d’ouverture',
		keysLead: 'Clé papier, phrase de passe, clé d’accès.',
		export: 'Tout emporter',
		exportLead: 'Récupérer tous vos documents d’un coup.',
		office: 'Documents reçus',
		nothing: 'Il n’y a rien à faire ici avec ce compte.',
	},
	{
		hello: (name: string) => (name === '' ? 'Welcome' : `Welcome ${name}`),
		noSafe:
			'You have no safe here yet. Opening one takes about ten minutes, is free, and binds you to nothing.',
		openSafe: 'Open my safe',
		whatWeSee: 'What we see and do not see',
		holds: (n: string, plural: number) =>
			`Your safe is unlocked. It holds ${n} document${plural === 1 ? '' : 's'}.`,
		locked: 'Your safe is locked.',
		unlock: 'Unlock',
		documents: 'Documents',
		documentsLead: 'Add, find, file.',
		shares: 'Shared',
		sharesLead: 'Who can read what, and until when.',
		deposits: 'Deposits',
		depositsLead: 'What administrations send you.',
		journal: 'Journal',
		journalLead: 'All that happened, with its proofs.',
		keys: 'Ways to unlock',
		keysLead: 'Paper key, passphrase, passkey.',
		export: 'Take everything',
		exportLead: 'Get all your documents at once.',
		office: 'Documents received',
		nothing: 'There is nothing to do here with this account.',
	},
);
