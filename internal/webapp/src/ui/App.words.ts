import { words } from './words.svelte.ts';

export const texts = words(
	{
		skip: 'Aller au contenu',
		trouble: 'Cette page ne peut pas s’afficher',
		otherAccount: 'Cette page est pour un autre compte',
		logOut: 'Se déconnecter',
		forCitizens:
			'Elle est réservée aux usagers. Déconnectez-vous, puis identifiez-vous avec FranceConnect.',
		forAgents:
			'Elle est réservée aux agents. Déconnectez-vous, puis identifiez-vous avec ProConnect.',
	},
	{
		skip: 'Skip to content',
		trouble: 'This page cannot be shown',
		otherAccount: 'This page is for another account',
		logOut: 'Log out',
		forCitizens: 'It is for citizens. Log out, then log in with FranceConnect.',
		forAgents: 'It is for agents. Log out, then log in with ProConnect.',
	},
);
