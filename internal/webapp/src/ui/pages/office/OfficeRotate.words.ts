import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'La clé de l’administration',
		lead: (who: string) =>
			`C’est avec elle que ${who} ouvre ce qui lui est partagé et signe ce qu’elle demande et émet.`,
		back: 'Documents reçus',
		rotateTitle: 'Remplacer la clé',
		rotateWhen:
			'À faire quand quelqu’un qui ne doit plus l’avoir a pu connaître la phrase de passe ou la clé papier, ou d’après vos règles. Un agent qui part est arrêté sur la page des agents : la clé n’a pas à changer pour cela.',
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
		rotateTitle: 'Replace the key',
		rotateWhen:
			'To be done when somebody who must not have it any more may have come to know the passphrase or the paper key, or as your rules say. An agent who leaves is cut off on the page of agents: the key need not change for that.',
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
