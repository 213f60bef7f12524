import { words } from '../../words.svelte.ts';

export const text = words(
	{
		doneTitle: 'C’est fini, rendez la place',
		doneLead: 'Reprenez votre clé papier et laissez le poste au médiateur.',
		out: 'Vous êtes déconnecté',
		outHow:
			'De votre coffre et de FranceConnect. Rien de vous ne reste dans cet onglet. Votre clé papier a été tapée sur un poste qui n’est pas le vôtre : remplacez-la dès que vous serez sur le vôtre.',
		mediator: 'Pour le médiateur',
		mediatorHow:
			'Identifiez-vous à nouveau : la session reprend dans l’onglet « Poste verrouillé », avec ce que l’usager a accepté.',
		logIn: 'S’identifier comme médiateur',
		backTitle: 'Vous êtes de nouveau identifié',
		backLead: 'La session reprend dans l’onglet où vous l’avez commencée.',
		backHow: 'Retournez à cet onglet, et fermez celui-ci.',
		again: 'La session n’a pas repris ?',
		stillTitle: 'Vous êtes encore identifié',
		still: 'Déconnectez-vous avant de laisser ce poste.',
		logOut: 'Se déconnecter',
	},
	{
		doneTitle: 'It is done, give the place back',
		doneLead: 'Take your paper key and leave the computer to the mediator.',
		out: 'You are logged out',
		outHow:
			'Of your safe and of FranceConnect. Nothing of you stays in this tab. Your paper key was typed on a computer that is not yours: replace it as soon as you are on your own.',
		mediator: 'For the mediator',
		mediatorHow:
			'Log in again: the session goes on in the tab “Computer locked”, with what the citizen agreed to.',
		logIn: 'Log in as a mediator',
		backTitle: 'You are logged in again',
		backLead: 'The session goes on in the tab where you began it.',
		backHow: 'Go back to that tab, and close this one.',
		again: 'Has the session not gone on?',
		stillTitle: 'You are still logged in',
		still: 'Log out before you leave this computer.',
		logOut: 'Log out',
	},
);
