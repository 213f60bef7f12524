import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Identifiez-vous',
		lead: 'Cette page vous est personnelle. Dites d’abord qui vous êtes : vous y reviendrez ensuite.',
		refused: 'L’identification n’a pas abouti',
		again: 'Essayer à nouveau',
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
		},
	},
	{
		title: 'Log in',
		lead: 'This page is yours alone. First say who you are: you will come back to it.',
		refused: 'The log-in did not succeed',
		again: 'Try again',
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
		},
	},
);
