import { words } from '../../words.svelte.ts';

export const text = words(
	{
		title: 'Envois en cours',
		titleFailed: 'Envois à reprendre',
		explained:
			'Chaque document est scellé sur votre appareil, puis envoyé. Vous pouvez continuer à utiliser le coffre ; gardez cette page ouverte.',
		progress: (done: number, all: number) =>
			done > 1 ? `${done} documents ajoutés sur ${all}` : `${done} document ajouté sur ${all}`,
		failures: (n: number) =>
			n > 1 ? `${n} documents n’ont pas pu être ajoutés` : '1 document n’a pas pu être ajouté',
		waiting: 'En attente',
		sealing: (part: string) => `Scellement ${part}`,
		sending: (part: string) => `Envoi ${part}`,
		done: 'Ajouté',
		stop: (name: string) => `Arrêter l’envoi de ${name}`,
		stopAll: 'Tout arrêter',
		retry: 'Réessayer',
		retryNamed: (name: string) => `Réessayer ${name}`,
		retryAll: 'Tout réessayer',
		remove: (name: string) => `Retirer ${name} de cette liste`,
		sessionOver:
			'Gardez cette page : vos fichiers y attendent. Identifiez-vous dans un autre onglet, puis revenez ici réessayer.',
		logInAgain: 'S’identifier dans un nouvel onglet',
		added: (n: number) =>
			n > 1
				? `${n} documents ont été ajoutés à votre coffre.`
				: 'Le document est dans votre coffre.',
		interrupted: (n: number) =>
			n > 1
				? `Le coffre s’est verrouillé : ${n} envois se sont arrêtés. Ajoutez à nouveau ces documents.`
				: 'Le coffre s’est verrouillé : un envoi s’est arrêté. Ajoutez à nouveau ce document.',
	},
	{
		title: 'Uploads under way',
		titleFailed: 'Uploads to try again',
		explained:
			'Each document is sealed on your device, then sent. You can go on using the safe; keep this page open.',
		progress: (done, all) => `${done} of ${all} documents added`,
		failures: (n) =>
			n > 1 ? `${n} documents could not be added` : '1 document could not be added',
		waiting: 'Waiting',
		sealing: (part) => `Sealing ${part}`,
		sending: (part) => `Sending ${part}`,
		done: 'Added',
		stop: (name) => `Stop sending ${name}`,
		stopAll: 'Stop them all',
		retry: 'Try again',
		retryNamed: (name) => `Try ${name} again`,
		retryAll: 'Try them all again',
		remove: (name) => `Take ${name} off this list`,
		sessionOver:
			'Keep this page: your files are waiting on it. Log in in another tab, then come back here and try again.',
		logInAgain: 'Log in in a new tab',
		added: (n) =>
			n > 1 ? `${n} documents have been added to your safe.` : 'The document is in your safe.',
		interrupted: (n) =>
			n > 1
				? `The safe was locked: ${n} uploads have stopped. Add these documents again.`
				: 'The safe was locked: an upload has stopped. Add this document again.',
	},
);
