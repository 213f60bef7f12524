import type { About, Act } from './Sentences.words.ts';

// The sentences about mediators: `detail` is the mediator with the structure,
// where somebody else acts.

const with_ = (before: string, who: string): string => (who === '' ? '' : `${before}${who}`);

const mayFR: Readonly<Record<string, string>> = {
	answer: 'répondre à une demande',
	deposit: 'déposer',
	organise: 'proposer un rangement',
	read: 'lire',
	share: 'partager',
};
const mayEN: Readonly<Record<string, string>> = {
	answer: 'answer a request',
	deposit: 'deposit',
	organise: 'propose names and folders',
	read: 'read',
	share: 'share',
};
const may = ({ acts }: About, words: Readonly<Record<string, string>>): string => {
	const known = acts.flatMap((a) => words[a] ?? []);
	return known.length === 0 ? '' : ` (${known.join(', ')})`;
};

/** How a session ended: by the mediator himself, or by somebody else, who is then named with him. */
interface Ends {
	readonly own: string;
	readonly withdrawn: string;
	readonly usual: (who: string) => string;
	readonly by: Readonly<Record<string, (who: string) => string>>;
}
const ended = ({ detail, state }: About, { own, withdrawn, usual, by }: Ends): string => {
	if (detail === '') return state === 'cancelled' ? withdrawn : own;
	return (by[state] ?? usual)(detail);
};
const endsFR: Ends = {
	own: 'terminé d’agir dans votre coffre',
	withdrawn: 'retiré sa demande',
	usual: (who) => `arrêté ${who}`,
	by: {
		denied: (who) => `refusé ce que demandait ${who}`,
		expired: (who) => `mis fin, l’heure venue, à la séance de ${who}`,
		cancelled: (who) => `annulé la demande de ${who}`,
	},
};
const endsEN: Ends = {
	own: 'finished acting in your safe',
	withdrawn: 'withdrew what was asked for',
	usual: (who) => `stopped ${who}`,
	by: {
		denied: (who) => `refused what ${who} asked for`,
		expired: (who) => `ended the session of ${who}, whose time was over`,
		cancelled: (who) => `cancelled what ${who} asked for`,
	},
};

const fr: Readonly<Record<string, Act>> = {
	'structure.approved': {
		done: (a) => `habilité une structure de médiation${with_(' : ', a.detail)}`,
		tried: () => 'habiliter une structure de médiation',
	},
	'structure.ended': {
		done: (a) => `retiré l’habilitation d’une structure de médiation${with_(' : ', a.detail)}`,
		tried: () => 'retirer l’habilitation d’une structure de médiation',
	},
	'mediator.appointed': {
		done: (a) => `nommé un médiateur${with_(' : ', a.detail)}`,
		tried: () => 'nommer un médiateur',
	},
	'mediator.left': {
		done: (a) => `arrêté l’accès d’un médiateur${with_(' : ', a.detail)}`,
		tried: () => 'arrêter l’accès d’un médiateur',
	},
	'mediation.read': {
		done: () => 'consulté une séance de médiation',
		tried: () => 'consulter une séance de médiation',
	},
	'mediation.opened': {
		done: () => 'demandé une séance de médiation',
		tried: () => 'demander une séance de médiation',
	},
	'account.login.paper': {
		done: (a) =>
			`ouvert le coffre au guichet avec la seule clé papier${with_(' ; poste de ', a.detail)}`,
		tried: (a) =>
			`ouvrir le coffre au guichet avec la seule clé papier${with_(' ; poste de ', a.detail)}`,
	},
	'account.paper.chosen': {
		done: () => 'choisi si la clé papier suffit au guichet d’un médiateur',
		tried: () => 'choisir si la clé papier suffit au guichet d’un médiateur',
	},
	'mediation.locked': {
		done: () => 'laissé son poste à un usager',
		tried: () => 'laisser son poste à un usager',
	},
	'mediation.claimed': {
		done: (a) => `lu, avec son code, ce que demande ${a.detail === '' ? 'un médiateur' : a.detail}`,
		tried: () => 'lire, avec un code, ce que demande un médiateur',
	},
	'mediation.approved': {
		done: (a) =>
			`permis${with_(' à ', a.detail)} d’agir dans votre coffre${may(a, mayFR)}${with_(', pour : ', a.purpose)}`,
		tried: (a) => `permettre${with_(' à ', a.detail)} d’agir dans votre coffre`,
	},
	'mediation.page': {
		done: (a) => `envoyé une page${with_(' à ', a.detail)}`,
		tried: (a) => `envoyer une page${with_(' à ', a.detail)}`,
	},
	'mediation.resumed': {
		done: () => 'repris son poste après vous',
		tried: () => 'reprendre son poste après vous',
	},
	'mediation.started': {
		done: () => 'commencé à agir dans votre coffre',
		tried: () => 'commencer à agir dans votre coffre',
	},
	'mediation.ended': {
		done: (a) => ended(a, endsFR),
		tried: () => 'mettre fin à une séance de médiation',
	},
	'mediation.proposed': {
		done: (a) => `proposé un nom ou un dossier pour ${a.doc}`,
		tried: (a) => `proposer un nom ou un dossier pour ${a.doc}`,
	},
	'proposal.settled': {
		done: () => 'répondu à une proposition de rangement',
		tried: () => 'répondre à une proposition de rangement',
	},
	'mandate.given': {
		done: (a) => `donné un mandat${with_(' à ', a.detail)}${with_(', pour : ', a.purpose)}`,
		tried: (a) => `donner un mandat${with_(' à ', a.detail)}`,
	},
	'mandate.paper': {
		done: (a) => `enregistré un mandat sur papier${with_(', pour : ', a.purpose)}`,
		tried: () => 'enregistrer un mandat sur papier',
	},
	'mandate.confirmed': {
		done: () => 'confirmé un mandat sur papier, comme second médiateur',
		tried: () => 'confirmer un mandat sur papier',
	},
	'mandate.legal': {
		done: (a) =>
			a.state === 'confirmed'
				? `confirmé une décision de justice de protection${with_(' : ', a.purpose)}`
				: `enregistré, à confirmer, une décision de justice de protection${with_(' : ', a.purpose)}`,
		tried: () => 'enregistrer une décision de justice de protection',
	},
	'mandate.revoked': {
		done: (a) => `retiré son mandat${with_(' à ', a.detail)}`,
		tried: (a) => `retirer un mandat${with_(' à ', a.detail)}`,
	},
};

const en: Readonly<Record<string, Act>> = {
	'structure.approved': {
		done: (a) => `approved a structure of mediators${with_(': ', a.detail)}`,
		tried: () => 'approve a structure of mediators',
	},
	'structure.ended': {
		done: (a) => `withdrew the approval of a structure of mediators${with_(': ', a.detail)}`,
		tried: () => 'withdraw the approval of a structure of mediators',
	},
	'mediator.appointed': {
		done: (a) => `appointed a mediator${with_(': ', a.detail)}`,
		tried: () => 'appoint a mediator',
	},
	'mediator.left': {
		done: (a) => `stopped the access of a mediator${with_(': ', a.detail)}`,
		tried: () => 'stop the access of a mediator',
	},
	'mediation.read': {
		done: () => 'looked at a session of mediation',
		tried: () => 'look at a session of mediation',
	},
	'mediation.opened': {
		done: () => 'asked for a session of mediation',
		tried: () => 'ask for a session of mediation',
	},
	'account.login.paper': {
		done: (a) =>
			`opened the safe at a counter with the paper key alone${with_('; workstation of ', a.detail)}`,
		tried: (a) =>
			`open the safe at a counter with the paper key alone${with_('; workstation of ', a.detail)}`,
	},
	'account.paper.chosen': {
		done: () => 'chose whether the paper key suffices at a mediator’s counter',
		tried: () => 'choose whether the paper key suffices at a mediator’s counter',
	},
	'mediation.locked': {
		done: () => 'left a workstation to a citizen',
		tried: () => 'leave a workstation to a citizen',
	},
	'mediation.claimed': {
		done: (a) => `read, with the code, what ${a.detail === '' ? 'a mediator' : a.detail} asks for`,
		tried: () => 'read, with a code, what a mediator asks for',
	},
	'mediation.approved': {
		done: (a) =>
			`let ${a.detail === '' ? 'a mediator' : a.detail} act in your safe${may(a, mayEN)}${with_(', for: ', a.purpose)}`,
		tried: (a) => `let ${a.detail === '' ? 'a mediator' : a.detail} act in your safe`,
	},
	'mediation.page': {
		done: (a) => `sent a page${with_(' to ', a.detail)}`,
		tried: (a) => `send a page${with_(' to ', a.detail)}`,
	},
	'mediation.resumed': {
		done: () => 'took the workstation back after you',
		tried: () => 'take the workstation back after you',
	},
	'mediation.started': {
		done: () => 'began to act in your safe',
		tried: () => 'begin to act in your safe',
	},
	'mediation.ended': {
		done: (a) => ended(a, endsEN),
		tried: () => 'end a session of mediation',
	},
	'mediation.proposed': {
		done: (a) => `proposed a name or a folder for ${a.doc}`,
		tried: (a) => `propose a name or a folder for ${a.doc}`,
	},
	'proposal.settled': {
		done: () => 'answered a proposal of names and folders',
		tried: () => 'answer a proposal of names and folders',
	},
	'mandate.given': {
		done: (a) => `gave a mandate${with_(' to ', a.detail)}${with_(', for: ', a.purpose)}`,
		tried: (a) => `give a mandate${with_(' to ', a.detail)}`,
	},
	'mandate.paper': {
		done: (a) => `wrote down a mandate on paper${with_(', for: ', a.purpose)}`,
		tried: () => 'write down a mandate on paper',
	},
	'mandate.confirmed': {
		done: () => 'confirmed a mandate on paper, as a second mediator',
		tried: () => 'confirm a mandate on paper',
	},
	'mandate.legal': {
		done: (a) =>
			a.state === 'confirmed'
				? `confirmed a court’s decision of protection${with_(': ', a.purpose)}`
				: `wrote down, to be confirmed, a court’s decision of protection${with_(': ', a.purpose)}`,
		tried: () => 'write down a court’s decision of protection',
	},
	'mandate.revoked': {
		done: (a) => `took the mandate back${with_(' from ', a.detail)}`,
		tried: (a) => `take a mandate back${with_(' from ', a.detail)}`,
	},
};

export const mediation = { fr, en };

export const mediationReasons = {
	fr: {
		'unknown-structure': 'cette structure n’est pas habilitée ici',
		'structure-ended': 'l’habilitation de la structure n’est pas en cours',
		'mediator-waits': 'ce médiateur n’est pas nommé pour ce jour',
		'mediator-left': 'ce médiateur n’agit plus pour cette structure',
		'not-structure-referent': 'seul le référent de la structure peut le faire',
		'last-structure-referent': 'une structure garde toujours un référent',
		'same-person': 'personne n’est son propre médiateur',
		'outside-mandate': 'le mandat ne le permet pas',
		'mandate-refused': 'le mandat n’était pas celui qui était demandé, ou pas signé par le coffre',
		'wrong-number': 'ce n’était pas le numéro affiché chez le médiateur',
		'session-not-approved': 'l’usager n’avait pas donné son accord',
		'session-collected': 'la séance avait déjà commencé',
		'session-over': 'la séance ou le mandat était terminé',
		'session-locked': 'la séance était verrouillée',
		'paper-refused': 'la clé papier ne suffit pas ici',
	},
	en: {
		'unknown-structure': 'this structure is not approved here',
		'structure-ended': 'the structure has no approval at present',
		'mediator-waits': 'this mediator is not appointed for this day',
		'mediator-left': 'this mediator acts no longer for this structure',
		'not-structure-referent': 'only the structure’s referent may do it',
		'last-structure-referent': 'a structure always keeps a referent',
		'same-person': 'nobody is their own mediator',
		'outside-mandate': 'the mandate does not allow it',
		'mandate-refused': 'the mandate was not what was asked for, or not signed by the safe',
		'wrong-number': 'it was not the number of the mediator’s screen',
		'session-not-approved': 'the citizen had not agreed',
		'session-collected': 'the session had begun already',
		'session-over': 'the session or the mandate was over',
		'session-locked': 'the session was locked',
		'paper-refused': 'the paper key does not suffice here',
	},
};
