import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		unlockTitle: 'Déverrouiller la clé de l’administration',
		unlockIntro: (administration: string) =>
			`Les documents partagés avec ${administration} ne s’ouvrent qu’avec sa clé, que l’hébergeur n’a pas.`,
		itself:
			'Personne n’a utilisé cette page depuis un moment : la clé s’est verrouillée d’elle-même.',
		demoTitle: 'Démonstration',
		demo: 'Ici, la phrase de passe de cette administration est publique :',
		demoUse: 'Déverrouiller avec cette phrase',
		demoElsewhere:
			'Dans un service réel, seuls les agents habilités la connaissent, et elle n’est écrite nulle part ici.',
		makeTitle: 'Créer la clé de l’administration',
		makeIntro: (administration: string) =>
			`${administration} n’a pas encore de clé : aucun usager ne peut rien partager avec elle. Un agent habilité la crée une fois, pour tous ses collègues.`,
		makeWarning:
			'Vous allez créer deux moyens de la déverrouiller : une clé papier, à garder au coffre-fort de l’administration, et une phrase de passe, pour les agents. Si les deux sont perdus, les documents déjà partagés ne s’ouvriront plus.',
		make: 'Créer la clé',
		made: 'La clé est créée : les usagers peuvent partager des documents avec votre administration.',
	},
	{
		unlockTitle: 'Unlock the administration’s key',
		unlockIntro: (administration) =>
			`Documents shared with ${administration} open only with its key, which the host does not have.`,
		itself: 'Nobody has used this page for a while: the key locked itself.',
		demoTitle: 'Demonstration',
		demo: 'Here, the passphrase of this administration is public:',
		demoUse: 'Unlock with this phrase',
		demoElsewhere:
			'In a real service only authorised agents know it, and it is written nowhere here.',
		makeTitle: 'Make the administration’s key',
		makeIntro: (administration) =>
			`${administration} has no key yet: no citizen can share anything with it. An authorised agent makes it once, for all colleagues.`,
		makeWarning:
			'You will make two ways to unlock it: a paper key, to be kept in the administration’s own strongbox, and a passphrase, for the agents. If both are lost, the documents already shared will not open any more.',
		make: 'Make the key',
		made: 'The key is made: citizens can share documents with your administration.',
	},
);
