import type { Act } from './Sentences.words.ts';

// The sentences about custodians and recoveries.

const fr: Readonly<Record<string, Act>> = {
	'custody.named': {
		done: (a) => `nommé vos gardiens${a.detail === '' ? '' : ` : ${a.detail}`}`,
		tried: () => 'nommer vos gardiens',
	},
	'custody.appointed': {
		done: () => 'fait de vous l’un de ses gardiens',
		tried: () => 'faire de vous l’un de ses gardiens',
	},
	'custody.ended': { done: () => 'retiré vos gardiens', tried: () => 'retirer vos gardiens' },
	'card.published': {
		done: () => 'publié votre code de gardien',
		tried: () => 'publier votre code de gardien',
	},
	'recovery.requested': {
		done: () => 'demandé à vos gardiens de récupérer votre coffre',
		tried: () => 'demander à vos gardiens de récupérer votre coffre',
	},
	'recovery.agreed': {
		done: () => 'donné, comme gardien, son accord à la récupération de votre coffre',
		tried: () => 'donner, comme gardien, son accord à la récupération de votre coffre',
	},
	'recovery.checked': {
		done: () => 'vérifié dans le journal public, comme gardien, que la demande tient toujours',
		tried: () => 'vérifier dans le journal public, comme gardien, que la demande tient toujours',
	},
	'recovery.given': {
		done: () => 'donné, comme gardien, sa part de votre clé de secours',
		tried: () => 'donner, comme gardien, sa part de votre clé de secours',
	},
	'recovery.cancelled': {
		done: () => 'arrêté la demande de récupération de votre coffre',
		tried: () => 'arrêter la demande de récupération de votre coffre',
	},
	'recovery.completed': {
		done: () => 'récupéré votre coffre avec les parts de deux gardiens',
		tried: () => 'récupérer votre coffre avec les parts de deux gardiens',
	},
	'recovery.expired': {
		done: () => 'mis fin à une demande de récupération restée trop longtemps sans suite',
		tried: () => 'mettre fin à une demande de récupération restée trop longtemps sans suite',
	},
};

const en: Readonly<Record<string, Act>> = {
	'custody.named': {
		done: (a) => `named your guardians${a.detail === '' ? '' : `: ${a.detail}`}`,
		tried: () => 'name your guardians',
	},
	'custody.appointed': {
		done: () => 'made you one of their guardians',
		tried: () => 'make you one of their guardians',
	},
	'custody.ended': {
		done: () => 'removed your guardians',
		tried: () => 'remove your guardians',
	},
	'card.published': {
		done: () => 'published your guardian code',
		tried: () => 'publish your guardian code',
	},
	'recovery.requested': {
		done: () => 'asked your guardians to recover your safe',
		tried: () => 'ask your guardians to recover your safe',
	},
	'recovery.agreed': {
		done: () => 'agreed, as a guardian, to the recovery of your safe',
		tried: () => 'agree, as a guardian, to the recovery of your safe',
	},
	'recovery.checked': {
		done: () => 'checked in the public journal, as a guardian, that the request still stands',
		tried: () => 'check in the public journal, as a guardian, that the request still stands',
	},
	'recovery.given': {
		done: () => 'gave, as a guardian, their share of your emergency key',
		tried: () => 'give, as a guardian, their share of your emergency key',
	},
	'recovery.cancelled': {
		done: () => 'stopped the request to recover your safe',
		tried: () => 'stop the request to recover your safe',
	},
	'recovery.completed': {
		done: () => 'recovered your safe with the shares of two guardians',
		tried: () => 'recover your safe with the shares of two guardians',
	},
	'recovery.expired': {
		done: () => 'ended a request to recover your safe that had led nowhere for too long',
		tried: () => 'end a request to recover your safe that had led nowhere for too long',
	},
};

export const custody = { fr, en };

export const custodyReasons = {
	fr: {
		'too-early': 'le délai choisi n’était pas encore passé',
		'recovery-open': 'une demande était déjà en cours',
		'recovery-ended': 'la demande était terminée',
	},
	en: {
		'too-early': 'the delay that was chosen was not over',
		'recovery-open': 'a request was already under way',
		'recovery-ended': 'the request was over',
	},
};
