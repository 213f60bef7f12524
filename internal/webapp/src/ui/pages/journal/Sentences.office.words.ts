import type { Act } from './Sentences.words.ts';

// The sentences about administrations, their people and their keys.

const more = (before: string, text: string, after = ''): string =>
	text === '' ? '' : `${before}${text}${after}`;

const fr: Readonly<Record<string, Act>> = {
	'grant.acknowledged': {
		done: ({ doc, detail }) =>
			({
				altered: `signalé que ${doc} est arrivé altéré`,
				unreadable: `signalé que ${doc} ne s’ouvre pas avec sa clé`,
				infected: `signalé que son antivirus a mis ${doc} à l’écart`,
			})[detail] ?? `confirmé, par sa signature, avoir reçu ${doc} intact`,
		tried: (a) => `confirmer la réception de ${a.doc}`,
	},
	'grant.deleted': {
		done: ({ doc, detail }) =>
			detail === 'client'
				? `effacé ses copies de ${doc} et l’a attesté par sa signature`
				: `déclaré, par sa signature, avoir effacé ses copies de ${doc}`,
		tried: (a) => `attester l’effacement de ses copies de ${a.doc}`,
	},
	'administration.key': {
		done: () => 'créé ou renouvelé la clé de son administration',
		tried: () => 'accéder à la clé de son administration',
	},
	'administration.registered': {
		done: (a) => `inscrit ${a.administration}${more(' et son logiciel ', a.detail)}`,
		tried: () => 'inscrire une administration',
	},
	'administration.logo': {
		done: (a) =>
			a.detail === ''
				? `retiré le logo de ${a.administration}`
				: `changé le logo de ${a.administration}`,
		tried: () => 'changer le logo d’une administration',
	},
	'agent.appointed': {
		done: (a) => `nommé un agent de son administration${more(' : ', a.detail)}`,
		tried: () => 'nommer un agent',
	},
	'agent.left': {
		done: (a) => `arrêté l’accès d’un agent de son administration${more(' : ', a.detail)}`,
		tried: () => 'arrêter l’accès d’un agent',
	},
	'agent.relinked': {
		done: () => 'reconnu un agent dont le fournisseur d’identité a changé',
		tried: () => 'reconnaître un agent',
	},
	'administration.read': {
		done: () => 'consulté le journal ou les agents de son administration',
		tried: () => 'consulter le journal ou les agents de son administration',
	},
};

const en: Readonly<Record<string, Act>> = {
	'grant.acknowledged': {
		done: ({ doc, detail }) =>
			({
				altered: `reported that ${doc} arrived altered`,
				unreadable: `reported that ${doc} does not open with their key`,
				infected: `reported that their scanner has set ${doc} apart`,
			})[detail] ?? `confirmed, by signature, that ${doc} was received intact`,
		tried: (a) => `confirm the receipt of ${a.doc}`,
	},
	'grant.deleted': {
		done: ({ doc, detail }) =>
			detail === 'client'
				? `deleted their copies of ${doc} and attested it by signature`
				: `declared, by signature, that their copies of ${doc} are deleted`,
		tried: (a) => `attest the deletion of their copies of ${a.doc}`,
	},
	'administration.key': {
		done: () => 'made or renewed the key of their administration',
		tried: () => 'use the key of their administration',
	},
	'administration.registered': {
		done: (a) => `registered ${a.administration}${more(' and its software ', a.detail)}`,
		tried: () => 'register an administration',
	},
	'administration.logo': {
		done: (a) =>
			a.detail === ''
				? `removed the logo of ${a.administration}`
				: `changed the logo of ${a.administration}`,
		tried: () => 'change the logo of an administration',
	},
	'agent.appointed': {
		done: (a) => `appointed an agent of their administration${more(': ', a.detail)}`,
		tried: () => 'appoint an agent',
	},
	'agent.left': {
		done: (a) => `stopped the access of an agent of their administration${more(': ', a.detail)}`,
		tried: () => 'stop the access of an agent',
	},
	'agent.relinked': {
		done: () => 'known an agent again whose identity provider had changed',
		tried: () => 'know an agent again',
	},
	'administration.read': {
		done: () => 'looked at the journal or the agents of their administration',
		tried: () => 'look at the journal or the agents of their administration',
	},
};

export const office = { fr, en };

export const officeReasons = {
	fr: {
		'not-appointed': 'personne n’a encore dit que cet agent peut agir pour son administration',
		'agent-left': 'cet agent n’agit plus pour cette administration',
		'not-referent': 'seul le référent de l’administration peut le faire',
		'last-referent': 'une administration garde toujours un référent',
		'service-served': 'des agents travaillent encore pour ce service',
		'logo-unfit': 'cette image n’est pas un petit PNG',
		'other-service': 'ce document est partagé avec un autre service',
	},
	en: {
		'not-appointed': 'nobody has said yet that this agent may act for their administration',
		'agent-left': 'this agent acts no longer for this administration',
		'not-referent': 'only the administration’s referent may do it',
		'last-referent': 'an administration always keeps a referent',
		'service-served': 'agents still work for this service',
		'logo-unfit': 'this picture is no small PNG',
		'other-service': 'this document is shared with another service',
	},
};
