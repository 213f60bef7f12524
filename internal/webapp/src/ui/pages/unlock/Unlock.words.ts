import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Déverrouiller mon coffre',
		lead: 'Vos documents restent illisibles tant que vous n’avez pas donné l’un de vos moyens d’ouverture.',
		itself:
			'Personne n’a utilisé cette page depuis un moment : votre coffre s’est verrouillé de lui-même.',
		lost: 'Je n’ai plus aucune de mes clés',
	},
	{
		title: 'Unlock my safe',
		lead: 'Your documents stay unreadable until you give one of your ways to unlock.',
		itself: 'Nobody has used this page for a while: your safe locked itself.',
		lost: 'I have none of my keys any more',
	},
);
