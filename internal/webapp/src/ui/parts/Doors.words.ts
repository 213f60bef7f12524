import { words } from '../words.svelte.ts';

export const texts = words(
	{
		citizen: 'Vous êtes un usager',
		citizenLead:
			'Ouvrez votre coffre, ou retrouvez-le. FranceConnect dit qui vous êtes ; il n’ouvre pas votre coffre.',
		agent: 'Vous êtes agent d’une administration',
		agentLead: 'Consultez les documents que des usagers ont partagés avec votre service.',
		logIn: (provider: string) => `S’identifier avec ${provider}`,
		mediator: 'Médiateur d’une structure habilitée ?',
		logInMediator: 'S’identifier comme médiateur',
	},
	{
		citizen: 'You are a citizen',
		citizenLead:
			'Open your safe, or come back to it. FranceConnect tells who you are; it does not unlock your safe.',
		agent: 'You work for an administration',
		agentLead: 'See the documents that citizens have shared with your service.',
		logIn: (provider: string) => `Log in with ${provider}`,
		mediator: 'Mediator of an accredited organisation?',
		logInMediator: 'Log in as a mediator',
	},
);
