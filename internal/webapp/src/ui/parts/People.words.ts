import { words } from '../words.svelte.ts';

export const texts = words(
	{
		none: 'Personne pour l’instant.',
		you: 'vous',
		appoint: 'Nommer…',
		appointNamed: (name: string) => `Nommer ${name}`,
		change: 'Modifier…',
		changeNamed: (name: string) => `Modifier ce que peut faire ${name}`,
	},
	{
		none: 'Nobody at present.',
		you: 'you',
		appoint: 'Appoint…',
		appointNamed: (name) => `Appoint ${name}`,
		change: 'Change…',
		changeNamed: (name) => `Change what ${name} may do`,
	},
);
