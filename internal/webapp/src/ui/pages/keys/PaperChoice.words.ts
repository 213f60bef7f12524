import { words } from '../../words.svelte.ts';

export const text = words(
	{
		title: 'Au guichet d’un médiateur',
		how: 'Si vous n’arrivez plus à vous identifier avec FranceConnect, votre clé papier suffit, sur le poste que le médiateur vous laisse, pour l’autoriser à vous aider. Qui trouverait votre feuille pourrait y aller à votre place : vous pouvez l’interdire. Chaque fois, vous êtes prévenu.',
		on: 'Ma clé papier suffit au guichet',
		until: (day: string) => `Jusqu’au ${day}, puis il faudra vous identifier avec FranceConnect.`,
	},
	{
		title: 'At a mediator’s counter',
		how: 'If you can no longer log in with FranceConnect, your paper key suffices, on the machine that the mediator leaves you, to let them help you. Whoever found your sheet could go there in your place: you can forbid it. You are told each time.',
		on: 'My paper key suffices at a counter',
		until: (day) => `Until ${day}; then you have to log in with FranceConnect.`,
	},
);
