import { words } from './words.svelte.ts';

export const texts = words(
	{
		skip: 'Aller au contenu',
		trouble: 'Cette page ne peut pas s’afficher',
		otherAccount: 'Cette page est pour un autre compte',
		unappointedTitle: 'Votre administration ne vous a pas nommé',
		unappointed: (name: string) =>
			`Vous êtes bien identifié pour ${name}, mais les documents des usagers ne s’ouvrent qu’aux agents nommés. Demandez à votre référent de vous nommer ; s’il n’y en a pas encore, demandez à l’hébergeur du coffre d’en désigner un. Si votre accès a été arrêté par erreur, votre référent peut le rétablir.`,
		lookAgain: 'Regarder à nouveau',
		logOut: 'Se déconnecter',
		unappointedMediator: (name: string) =>
			`Vous êtes bien identifié pour ${name}, mais seuls les médiateurs nommés agissent pour un usager. Demandez à votre référent de vous nommer.`,
		forThem: {
			citizens:
				'Elle est réservée aux usagers. Déconnectez-vous, puis identifiez-vous avec FranceConnect.',
			agents:
				'Elle est réservée aux agents. Déconnectez-vous, puis identifiez-vous avec ProConnect.',
			mediators:
				'Elle est réservée aux médiateurs. Déconnectez-vous, puis identifiez-vous comme médiateur.',
		},
	},
	{
		skip: 'Skip to content',
		trouble: 'This page cannot be shown',
		otherAccount: 'This page is for another account',
		unappointedTitle: 'Your administration has not appointed you',
		unappointed: (name) =>
			`You are known to belong to ${name}, but citizens’ documents open for appointed agents only. Ask your referent to appoint you; if there is none yet, ask the operator of the safe to name one. If your access was stopped by mistake, your referent can restore it.`,
		lookAgain: 'Look again',
		logOut: 'Log out',
		unappointedMediator: (name) =>
			`You are known to belong to ${name}, but appointed mediators only act for a citizen. Ask your referent to appoint you.`,
		forThem: {
			citizens: 'It is for citizens. Log out, then log in with FranceConnect.',
			agents: 'It is for agents. Log out, then log in with ProConnect.',
			mediators: 'It is for mediators. Log out, then log in as a mediator.',
		},
	},
);
