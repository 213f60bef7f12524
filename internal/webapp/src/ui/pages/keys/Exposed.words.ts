import { words } from '../../words.svelte.ts';

export const text = words(
	{
		title: (when: string) => `Une clé a servi sur le poste d’un médiateur le ${when}`,
		why: 'Ce poste n’est pas le vôtre : il a pu garder ce qui y a été tapé. Tant que cette clé ouvre votre coffre, remplacez-la depuis votre propre appareil.',
		how: [
			'Faites une nouvelle clé papier, et essayez-la.',
			'Retirez celle qui a servi au guichet, dans la liste ci-dessous.',
			'Si vous pensez que quelqu’un l’a gardée, renouvelez toutes les clés, en bas de cette page.',
		],
		paper: 'Faire une nouvelle clé papier',
	},
	{
		title: (when) => `A key was used on a mediator’s computer on ${when}`,
		why: 'That computer is not yours: it may have kept what was typed on it. As long as this key opens your safe, replace it from your own device.',
		how: [
			'Make a new paper key, and try it.',
			'Remove the one that was used at the counter, in the list below.',
			'If you think that somebody kept it, renew all keys, at the foot of this page.',
		],
		paper: 'Make a new paper key',
	},
);
