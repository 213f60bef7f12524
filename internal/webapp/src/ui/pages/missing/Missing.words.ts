import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Cette page n’existe pas',
		lead: 'L’adresse est peut-être incomplète, ou la page a changé de place.',
		home: 'Aller à l’accueil',
	},
	{
		title: 'This page does not exist',
		lead: 'The address may be incomplete, or the page may have moved.',
		home: 'Go to the home page',
	},
);
