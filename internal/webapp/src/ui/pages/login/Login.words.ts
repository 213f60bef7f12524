import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Identifiez-vous',
		lead: 'Cette page vous est personnelle. Dites d’abord qui vous êtes : vous y reviendrez ensuite.',
		refused: 'L’identification n’a pas abouti',
		again: 'Essayer à nouveau',
		contact: (address: string) => `Pour joindre l’hébergeur du coffre : ${address}`,
		refusals: {
			'access-denied': [
				'Vous avez arrêté l’identification',
				'Vous êtes revenu avant la fin. Rien n’a changé ; recommencez quand vous voulez.',
			],
			'login-refused': [
				'La réponse reçue n’est pas valable',
				'Par prudence, nous ne l’avons pas acceptée. Recommencez depuis cette page.',
			],
			'login-expired': [
				'Le délai est passé',
				'L’identification doit se terminer en dix minutes, dans le même navigateur. Recommencez.',
			],
			'provider-unavailable': [
				'Le service d’identification ne répond pas',
				'FranceConnect ou ProConnect est momentanément indisponible. Réessayez dans quelques minutes.',
			],
			'private-agent': [
				'Ce compte professionnel est privé',
				'L’accès des agents est réservé au service public. Pour votre propre coffre, identifiez-vous comme usager.',
			],
			'unknown-organisation': [
				'Votre organisme n’est pas inscrit ici',
				'Demandez à l’hébergeur du coffre de l’inscrire. Pour votre propre coffre, identifiez-vous comme usager.',
			],
			'agent-relink': [
				'Votre fournisseur d’identité a changé',
				'Un compte à votre nom existe déjà dans votre organisme, sous un autre fournisseur d’identité. Par prudence, il ne s’ouvre qu’après vérification : demandez-la à l’hébergeur du coffre, en donnant votre nom et votre organisme.',
			],
			'level-too-low': [
				'Cette identification n’est pas assez forte',
				'Vous êtes bien reconnu, mais par un moyen moins sûr que celui qui est demandé. Recommencez en choisissant un moyen plus sûr, par exemple l’Identité Numérique La Poste ou France Identité.',
			],
			'level-unavailable': [
				'Ce niveau d’identification n’a pas pu être obtenu',
				'Ce service d’identification ne le propose pas, ou votre moyen d’identification n’y suffit pas. Choisissez-en un autre, ou demandez de l’aide à l’accueil de votre collectivité.',
			],
			'two-factors': [
				'Un second facteur est demandé aux agents',
				'Votre fournisseur d’identité n’a demandé qu’un mot de passe. Activez-y la double authentification (un code ou une carte), ou demandez-la à votre service informatique, puis recommencez.',
			],
			'other-person': [
				'Vous vous êtes identifié comme une autre personne',
				'La session ouverte ici est celle de quelqu’un d’autre : rien n’a été changé. Déconnectez-la d’abord, ou recommencez sous le même nom.',
			],
			'helper-refused': [
				'Les sessions Aidants Connect ne sont pas admises ici',
				'Un aidant n’ouvre pas ce coffre au nom d’un usager. Demandez plutôt un accompagnement à l’accueil de votre collectivité : un médiateur agit avec vous, sous son propre nom, dans les limites d’un mandat que vous signez.',
			],
			'idp-refused': [
				'Ce moyen d’identification n’est pas admis ici',
				'Recommencez en choisissant un autre fournisseur d’identité.',
			],
			'provider-parameters': [
				'Le service d’identification a refusé notre demande',
				'Ce n’est pas de votre fait : le coffre est mal réglé. Prévenez l’hébergeur du coffre en donnant ce code : Y030007.',
			],
			'provider-redirect': [
				'L’adresse du coffre n’est pas connue du service d’identification',
				'Ce n’est pas de votre fait : l’adresse de retour n’y est pas déclarée. Prévenez l’hébergeur du coffre en donnant ce code : Y030031.',
			],
			'provider-logout': [
				'Vous êtes déconnecté du coffre, pas du service d’identification',
				'L’adresse de retour n’y est pas déclarée. Fermez le navigateur pour finir, et prévenez l’hébergeur du coffre en donnant ce code : Y030111.',
			],
			'provider-claims': [
				'Le service d’identification ne nous donne pas ce qu’il faut',
				'Ce n’est pas de votre fait : une donnée demandée n’y est pas autorisée. Prévenez l’hébergeur du coffre en donnant ce code : Y100009.',
			],
		},
	},
	{
		title: 'Log in',
		lead: 'This page is yours alone. First say who you are: you will come back to it.',
		refused: 'The log-in did not succeed',
		again: 'Try again',
		contact: (address) => `To reach the host of the safe: ${address}`,
		refusals: {
			'access-denied': [
				'You stopped the log-in',
				'You came back before its end. Nothing has changed; start again whenever you like.',
			],
			'login-refused': [
				'The answer that came is not valid',
				'To be careful, we did not accept it. Start again from this page.',
			],
			'login-expired': [
				'It took too long',
				'A log-in has to end within ten minutes, in the same browser. Start again.',
			],
			'provider-unavailable': [
				'The identification service does not answer',
				'FranceConnect or ProConnect is unavailable for a moment. Try again in a few minutes.',
			],
			'private-agent': [
				'This professional account is private',
				'Access for agents is for the public service. For your own safe, log in as a citizen.',
			],
			'unknown-organisation': [
				'Your organisation is not registered here',
				'Ask the host of the safe to register it. For your own safe, log in as a citizen.',
			],
			'agent-relink': [
				'Your identity provider has changed',
				'There is an account of your name in your organisation already, under another identity provider. To be careful, it opens only after a check: ask the host of the safe for it, giving your name and organisation.',
			],
			'level-too-low': [
				'This identification is not strong enough',
				'You were recognised, but by a means less secure than what is asked for. Start again and choose a stronger one, for example Identité Numérique La Poste or France Identité.',
			],
			'level-unavailable': [
				'This level of identification could not be had',
				'This identification service does not offer it, or your means of identification does not reach it. Choose another one, or ask for help at the desk of your local authority.',
			],
			'two-factors': [
				'Agents need a second factor',
				'Your identity provider asked for a password alone. Turn on two-factor authentication there (a code or a card), or ask your IT service for it, then start again.',
			],
			'other-person': [
				'You logged in as somebody else',
				'The session that is open here is another person’s: nothing was changed. Log it out first, or start again under the same name.',
			],
			'helper-refused': [
				'Aidants Connect sessions are not admitted here',
				'A helper does not open this safe in a citizen’s name. Ask for support at the desk of your local authority instead: a mediator acts with you, under their own name, within a mandate that you sign.',
			],
			'idp-refused': [
				'This means of identification is not admitted here',
				'Start again and choose another identity provider.',
			],
			'provider-parameters': [
				'The identification service refused our request',
				'It is not your doing: the safe is not set up well. Tell the host of the safe, giving this code: Y030007.',
			],
			'provider-redirect': [
				'The identification service does not know the address of the safe',
				'It is not your doing: the way back is not registered there. Tell the host of the safe, giving this code: Y030031.',
			],
			'provider-logout': [
				'You are logged out of the safe, not of the identification service',
				'The way back is not registered there. Close the browser to finish, and tell the host of the safe, giving this code: Y030111.',
			],
			'provider-claims': [
				'The identification service does not give us what is needed',
				'It is not your doing: something that was asked for is not authorised there. Tell the host of the safe, giving this code: Y100009.',
			],
		},
	},
);
