import type { Act } from './Sentences.words.ts';

// The sentences about mediators: `detail` is the mediator with the structure,
// where somebody else acts.

const with_ = (before: string, who: string): string => (who === '' ? '' : `${before}${who}`);

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
	'mediation.locked': {
		done: () => 'laissé son poste à un usager',
		tried: () => 'laisser son poste à un usager',
	},
	'mediation.claimed': {
		done: (a) => `ouvert, avec son code, la demande de médiation${with_(' de ', a.detail)}`,
		tried: (a) => `ouvrir, avec un code, une demande de médiation${with_(' de ', a.detail)}`,
	},
	'mediation.approved': {
		done: (a) =>
			`permis${with_(' à ', a.detail)} d’agir dans votre coffre${with_(', pour : ', a.purpose)}`,
		tried: (a) => `permettre${with_(' à ', a.detail)} d’agir dans votre coffre`,
	},
	'mediation.resumed': {
		done: () => 'repris son poste après vous',
		tried: () => 'reprendre son poste après vous',
	},
	'mediation.started': {
		done: (a) => `commencé une séance de médiation${with_(', pour : ', a.purpose)}`,
		tried: () => 'commencer une séance de médiation',
	},
	'mediation.ended': {
		done: (a) => `mis fin à une séance de médiation${with_(' de ', a.detail)}`,
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
	'mandate.revoked': {
		done: (a) => `retiré un mandat${with_(' à ', a.detail)}`,
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
	'mediation.locked': {
		done: () => 'left a workstation to a citizen',
		tried: () => 'leave a workstation to a citizen',
	},
	'mediation.claimed': {
		done: (a) => `opened, with its code, what is asked${with_(' by ', a.detail)}`,
		tried: (a) => `open, with a code, what is asked${with_(' by ', a.detail)}`,
	},
	'mediation.approved': {
		done: (a) =>
			`let ${a.detail === '' ? 'a mediator' : a.detail} act in your safe${with_(', for: ', a.purpose)}`,
		tried: (a) => `let ${a.detail === '' ? 'a mediator' : a.detail} act in your safe`,
	},
	'mediation.resumed': {
		done: () => 'took the workstation back after you',
		tried: () => 'take the workstation back after you',
	},
	'mediation.started': {
		done: (a) => `began a session of mediation${with_(', for: ', a.purpose)}`,
		tried: () => 'begin a session of mediation',
	},
	'mediation.ended': {
		done: (a) => `ended a session of mediation${with_(' of ', a.detail)}`,
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
	'mandate.revoked': {
		done: (a) => `took a mandate back${with_(' from ', a.detail)}`,
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
	},
};
