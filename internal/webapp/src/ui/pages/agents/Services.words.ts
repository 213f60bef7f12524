import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Services',
		help: 'Un usager peut partager avec un seul service ; les agents nommés pour les autres ne l’ouvrent pas.',
		field: 'Services de l’administration',
		hint: 'Un par ligne. Un nom changé reste le même service.',
		save: 'Enregistrer les services',
		saved: 'Les services sont enregistrés : les usagers les voient dès maintenant.',
	},
	{
		title: 'Services',
		help: 'A citizen may share with one service only; agents appointed for the others do not open it.',
		field: 'Services of the administration',
		hint: 'One on each line. A changed name remains the same service.',
		save: 'Save services',
		saved: 'The services are saved: citizens see them from now on.',
	},
);
