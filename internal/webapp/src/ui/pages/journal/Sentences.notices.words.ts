import type { Act } from './Sentences.words.ts';

// The sentences about how somebody hears of news.

const fr: Readonly<Record<string, Act>> = {
	'notice.chosen': {
		done: () => 'changé comment vous êtes prévenu qu’il y a du nouveau',
		tried: () => 'changer comment vous êtes prévenu qu’il y a du nouveau',
	},
	'webhook.registered': {
		done: () => 'inscrit un logiciel à prévenir des partages',
		tried: () => 'inscrire un logiciel à prévenir des partages',
	},
	'webhook.ended': {
		done: () => 'retiré un logiciel à prévenir des partages',
		tried: () => 'retirer un logiciel à prévenir des partages',
	},
};

const en: Readonly<Record<string, Act>> = {
	'notice.chosen': {
		done: () => 'changed how you are informed that there is news',
		tried: () => 'change how you are informed that there is news',
	},
	'webhook.registered': {
		done: () => 'registered a system to be told of shares',
		tried: () => 'register a system to be told of shares',
	},
	'webhook.ended': {
		done: () => 'removed a system to be told of shares',
		tried: () => 'remove a system to be told of shares',
	},
};

export const notices = { fr, en };

export const noticeReasons = {
	fr: {
		'wrong-code': 'ce n’était pas le code envoyé',
		'no-email': 'ce n’était pas une adresse e-mail',
		'not-listed': 'l’hébergeur n’a pas inscrit ce serveur',
	},
	en: {
		'wrong-code': 'it was not the code that was sent',
		'no-email': 'it was not an e-mail address',
		'not-listed': 'the host has not listed this server',
	},
};
