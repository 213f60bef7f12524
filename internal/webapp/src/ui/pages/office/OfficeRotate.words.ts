import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'La clé de l’administration',
		lead: (who: string) =>
			`C’est avec elle que ${who} ouvre ce qui lui est partagé et signe ce qu’elle demande et émet.`,
		back: 'Documents reçus',
		what: 'Donner à chaque agent un moyen de la déverrouiller, la remplacer.',
		rotateTitle: 'Remplacer la clé',
		rotateWhen:
			'À faire quand la clé elle-même a pu être copiée d’un poste, ou d’après vos règles. Cela ne change ni la phrase de passe ni la clé papier : qui les connaît et peut encore se connecter pour votre administration ouvre aussi la nouvelle clé. Un agent qui part est donc arrêté d’abord, sur la page des agents.',
		keeps: 'Les moyens de la déverrouiller restent les mêmes, la clé papier du coffre-fort aussi.',
		opens: 'Tout ce qui a été partagé avec vous s’ouvre comme avant.',
		valid: 'Ce que l’ancienne clé a signé reste vérifiable : demandes, accusés, diplômes.',
		citizens: 'Les usagers n’ont rien à faire.',
		go: 'Remplacer la clé',
		sureTitle: 'Remplacer la clé maintenant ?',
		sure: 'La nouvelle clé est inscrite au journal public aussitôt, nommée par l’ancienne. Cela ne se défait pas.',
		rotating: 'La nouvelle clé est faite ici, puis inscrite au journal…',
		done: 'La clé est remplacée et inscrite au journal.',
		notReferent: 'C’est au référent de votre administration de la remplacer.',
	},
	{
		title: 'The administration’s key',
		lead: (who) =>
			`With it ${who} opens what is shared with it and signs what it asks for and issues.`,
		back: 'Documents received',
		what: 'Give each agent a way to unlock it, replace it.',
		rotateTitle: 'Replace the key',
		rotateWhen:
			'To be done when the key itself may have been copied from a computer, or as your rules say. It changes neither the passphrase nor the paper key: whoever knows them and can still log in for your administration opens the new key too. An agent who leaves is therefore cut off first, on the page of agents.',
		keeps: 'The ways to unlock it stay the same, the paper key in the office safe too.',
		opens: 'All that was shared with you opens as before.',
		valid:
			'What the former key has signed can still be verified: requests, acknowledgements, diplomas.',
		citizens: 'Citizens have nothing to do.',
		go: 'Replace the key',
		sureTitle: 'Replace the key now?',
		sure: 'The new key is in the public journal at once, named by the former one. It cannot be undone.',
		rotating: 'The new key is made here, then written into the journal…',
		done: 'The key is replaced and in the journal.',
		notReferent: 'It is for your administration’s referent to replace it.',
	},
);
