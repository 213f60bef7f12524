import { words } from '../words.svelte.ts';

export const texts = words(
	{
		how: 'Identifiez-vous à nouveau, plus fortement : vous reviendrez à cette page.',
		logIn: (label: string) => `S’identifier avec ${label}`,
		note: 'Votre coffre se verrouille pendant ce temps : gardez à portée de main ce qui l’ouvre.',
		nowhere:
			'Aucun moyen d’identification assez fort n’est proposé ici. Demandez de l’aide à l’accueil de votre collectivité.',
	},
	{
		how: 'Log in again, more strongly: you will come back to this page.',
		logIn: (label) => `Log in with ${label}`,
		note: 'Your safe is locked meanwhile: keep at hand what opens it.',
		nowhere:
			'No means of identification that is strong enough is offered here. Ask for help at the desk of your local authority.',
	},
);
