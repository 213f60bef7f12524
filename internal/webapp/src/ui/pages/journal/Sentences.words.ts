import { custody, custodyReasons } from './Sentences.custody.words.ts';
import { mediation, mediationReasons } from './Sentences.mediation.words.ts';
import { noticeReasons, notices } from './Sentences.notices.words.ts';
import { office, officeReasons } from './Sentences.office.words.ts';
import { requestReasons, requests } from './Sentences.requests.words.ts';
import { upkeep } from './Sentences.upkeep.words.ts';

// One sentence for each kind of event (internal/journal/event.go) and for each
// way it can end; a test holds these lists against the Go sources.

/** What a sentence is about, already in words; '' where the event does not say. */
export interface About {
	/** Its name between quotation marks, or "a document". */
	readonly doc: string;
	/** The administration the act concerns; never ''. */
	readonly administration: string;
	/** True when the document came from that administration. */
	readonly deposited: boolean;
	readonly service: string;
	readonly purpose: string;
	/** Last day of a share; the day before which events were erased. */
	readonly until: string;
	/** How many own grants a change has sealed again, in figures. */
	readonly resealed: string;
	/**
	 * Name of the device, of the version of the terms, of the registered software, of custodians; what
	 * came of a retrieval; how copies were deleted.
	 */
	readonly detail: string;
	/** Of a maintenance. */
	readonly reason: string;
	/** What a mediator may do, as mandates write it. */
	readonly acts: readonly string[];
	/** How a mediator's session ended. */
	readonly state: string;
}

/** `done` follows "Vous avez" or "X a", `tried` follows "Vous avez voulu"; in English the subject and "tried to". */
export interface Act {
	readonly done: (a: About) => string;
	readonly tried: (a: About) => string;
	/** For what is "refused" because the holder said no. */
	readonly declined?: (a: About) => string;
}

export interface Sentences {
	readonly acts: Readonly<Record<string, Act>>;
	/** A line that is no event, or one of a later format (src/safe/journal.ts). */
	readonly unreadable: Act;
	/** An event of a later version. */
	readonly unknown: (what: string) => Act;
	readonly reasons: Readonly<Record<string, string>>;
	readonly otherReason: (slug: string) => string;
	readonly you: string;
	readonly youTried: string;
	readonly other: (who: string) => string;
	readonly otherTried: (who: string) => string;
	readonly refused: (reason: string) => string;
	readonly somebody: string;
	readonly operator: string;
	readonly software: (name: string) => string;
	readonly of: (person: string, administration: string) => string;
	readonly behalf: (name: string) => string;
	/** Logged in by a helper's service: after the act. */
	readonly through: (service: string) => string;
	readonly document: string;
	readonly quoted: (name: string) => string;
	readonly anAdministration: string;
	readonly doors: Readonly<Record<string, string>>;
}

const more = (before: string, text: string, after = ''): string =>
	text === '' ? '' : `${before}${text}${after}`;

const french: Sentences = {
	acts: {
		'account.login': { done: () => 'ouvert une session', tried: () => 'ouvrir une session' },
		'account.login.refused': {
			done: () => 'échoué à ouvrir une session',
			tried: () => 'ouvrir une session',
		},
		'terms.accepted': {
			done: (a) => `accepté les conditions d’utilisation${more(' (version ', a.detail, ')')}`,
			tried: () => 'accepter les conditions d’utilisation',
		},
		'session.ended': { done: () => 'fermé une session', tried: () => 'fermer une session' },
		'device.allowed': {
			done: (a) => `autorisé un appareil à agir en votre nom${more(' : ', a.detail)}`,
			tried: (a) => `autoriser un appareil à agir en votre nom${more(' : ', a.detail)}`,
			declined: (a) => `refusé qu’un appareil agisse en votre nom${more(' : ', a.detail)}`,
		},
		'safe.read': { done: () => 'consulté votre coffre', tried: () => 'consulter votre coffre' },
		'safe.opened': { done: () => 'créé votre coffre', tried: () => 'créer votre coffre' },
		'safe.organised': {
			done: (a) =>
				a.resealed === ''
					? 'réorganisé vos documents (noms ou dossiers)'
					: `passé ${a.resealed} de vos documents à la nouvelle clé`,
			tried: () => 'réorganiser vos documents',
		},
		'safe.exported': {
			done: () => 'emporté une copie de tout votre coffre',
			tried: () => 'emporter une copie de tout votre coffre',
		},
		'keyring.changed': {
			done: () => 'changé vos moyens d’ouverture',
			tried: () => 'changer vos moyens d’ouverture',
		},
		'root.changed': {
			done: () => 'renouvelé toutes vos clés',
			tried: () => 'renouveler toutes vos clés',
		},
		...custody.fr,
		'document.added': {
			done: (a) =>
				a.deposited
					? `rangé ${a.doc} dans votre coffre, déposé par ${a.administration}`
					: `ajouté ${a.doc}`,
			tried: (a) => `ajouter ${a.doc}`,
		},
		'document.opened': { done: (a) => `ouvert ${a.doc}`, tried: (a) => `ouvrir ${a.doc}` },
		'document.erased': {
			done: (a) => `effacé ${a.doc}${a.deposited ? more(', déposé par ', a.administration) : ''}`,
			tried: (a) => `effacer ${a.doc}`,
		},
		'deposit.received': {
			done: (a) => `déposé ${a.doc} dans votre boîte de dépôt`,
			tried: () => 'déposer un document dans votre boîte de dépôt',
		},
		'address.created': {
			done: (a) => `autorisé ${a.administration} à déposer des documents dans votre coffre`,
			tried: (a) => `autoriser ${a.administration} à déposer des documents`,
		},
		'address.ended': {
			done: (a) => `retiré à ${a.administration} l’autorisation de déposer`,
			tried: (a) => `retirer à ${a.administration} l’autorisation de déposer`,
		},
		'grant.created': {
			done: (a) =>
				`partagé ${a.doc} avec ${a.administration}${more(' (', a.service, ')')}` +
				`${more(', pour : ', a.purpose)}${more(', jusqu’au ', a.until)}`,
			tried: (a) => `partager ${a.doc} avec ${a.administration}`,
		},
		'grant.released': {
			done: (a) => `ouvert ${a.doc}, que vous avez partagé${more(' pour : ', a.purpose)}`,
			tried: (a) => `ouvrir ${a.doc}`,
		},
		'grant.ended': {
			done: (a) => `arrêté le partage de ${a.doc} avec ${a.administration}`,
			tried: () => 'arrêter un partage',
		},
		...requests.fr,
		...mediation.fr,
		...notices.fr,
		...office.fr,
		...upkeep.fr,
	},
	unreadable: {
		done: () => 'écrit une ligne que cette page ne sait pas lire',
		tried: () => 'écrire une ligne que cette page ne sait pas lire',
	},
	unknown: (what) => ({
		done: () => `fait un acte que cette page ne connaît pas encore (${what})`,
		tried: () => `faire un acte que cette page ne connaît pas encore (${what})`,
	}),
	reasons: {
		...custodyReasons.fr,
		...requestReasons.fr,
		...mediationReasons.fr,
		...noticeReasons.fr,
		...officeReasons.fr,
		'not-found': 'cela n’existe pas, ou appartient à quelqu’un d’autre',
		forbidden: 'ce compte n’a pas le droit de le faire',
		'level-too-low': 'une identification plus forte est demandée',
		'terms-not-accepted': 'les conditions d’utilisation n’étaient pas acceptées',
		'wrong-form': 'ce qui est arrivé n’était pas scellé comme il faut',
		'wrong-length': 'l’envoi était incomplet',
		'wrong-hash': 'l’envoi était abîmé',
		empty: 'le fichier était vide',
		'document-too-large': 'le document est trop volumineux',
		'safe-full': 'le coffre est plein',
		'key-reused': 'la même demande est revenue avec un autre contenu',
		ended: 'vous aviez arrêté ce partage',
		expired: 'la date de fin était passée',
		'no-key': 'cette administration n’a pas encore de clé',
		'witnesses-missing': 'trop peu de témoins du journal répondaient',
		'end-too-far': 'sa date de fin était trop lointaine',
		'end-past': 'sa date de fin était passée',
		damaged: 'le document est abîmé sur le serveur',
		'unknown-organisation': 'son organisme n’est pas inscrit ici',
		'agent-relink': 'un autre fournisseur d’identité répondait de lui auparavant',
		'helper-refused': 'les sessions ouvertes par un aidant ne sont pas admises ici',
		'idp-refused': 'ce moyen d’identification n’est pas admis ici',
		'two-factors': 'un second facteur est demandé',
		'other-person': 'l’identification était celle d’une autre personne',
		'level-unavailable': 'ce niveau d’identification n’a pas pu être obtenu',
		'provider-parameters': 'le fournisseur d’identité a refusé la demande (Y030007)',
		'provider-redirect':
			'l’adresse de retour n’est pas déclarée au fournisseur d’identité (Y030031)',
		'provider-logout': 'l’adresse de retour après déconnexion n’est pas déclarée (Y030111)',
		'provider-claims': 'une donnée demandée n’est pas autorisée (Y100009)',
		'refused-by-holder': 'vous l’avez refusé',
		'login-expired': 'la connexion a pris trop de temps',
		'login-refused': 'la réponse du fournisseur d’identité n’était pas valable',
		'access-denied': 'la connexion a été abandonnée',
		'provider-unavailable': 'le fournisseur d’identité ne répondait pas',
		'private-agent': 'ce compte n’est pas celui d’un agent public',
		lapsed: 'un envoi resté inachevé',
		orphan: 'un fichier qui n’appartenait à aucun document',
	},
	otherReason: (slug) => `motif « ${slug} »`,
	you: 'Vous avez',
	youTried: 'Vous avez voulu',
	other: (who) => `${who} a`,
	otherTried: (who) => `${who} a voulu`,
	refused: (reason) => `Refusé : ${reason}.`,
	somebody: 'Quelqu’un',
	operator: 'Le service technique du coffre',
	software: (name) => (name === '' ? 'Un logiciel enregistré' : `Le logiciel « ${name} »`),
	of: (person, administration) => `${person} (${administration})`,
	behalf: (name) => `, au nom de ${name}`,
	through: (service) => `, dans une session ouverte avec l’aide d’${service}`,
	document: 'un document',
	quoted: (name) => `« ${name} »`,
	anAdministration: 'une administration',
	doors: {
		web: 'par ce site',
		cli: 'par la ligne de commande',
		api: 'par un logiciel',
		maintenance: 'par l’entretien du serveur',
		client: 'scellé par votre appareil avant l’envoi',
		gateway: 'scellé par le serveur à son passage',
	},
};

const english: Sentences = {
	acts: {
		'account.login': { done: () => 'logged in', tried: () => 'log in' },
		'account.login.refused': { done: () => 'failed to log in', tried: () => 'log in' },
		'terms.accepted': {
			done: (a) => `accepted the terms of use${more(' (version ', a.detail, ')')}`,
			tried: () => 'accept the terms of use',
		},
		'session.ended': { done: () => 'ended a session', tried: () => 'end a session' },
		'device.allowed': {
			done: (a) => `allowed a device to act in your name${more(': ', a.detail)}`,
			tried: (a) => `allow a device to act in your name${more(': ', a.detail)}`,
			declined: (a) => `did not let a device act in your name${more(': ', a.detail)}`,
		},
		'safe.read': { done: () => 'looked at your safe', tried: () => 'look at your safe' },
		'safe.opened': { done: () => 'created your safe', tried: () => 'create your safe' },
		'safe.organised': {
			done: (a) =>
				a.resealed === ''
					? 'reorganised your documents (names or folders)'
					: `moved ${a.resealed} of your documents to the new key`,
			tried: () => 'reorganise your documents',
		},
		'safe.exported': {
			done: () => 'took out a copy of your whole safe',
			tried: () => 'take out a copy of your whole safe',
		},
		'keyring.changed': {
			done: () => 'changed your ways to unlock',
			tried: () => 'change your ways to unlock',
		},
		'root.changed': { done: () => 'renewed all your keys', tried: () => 'renew all your keys' },
		...custody.en,
		'document.added': {
			done: (a) =>
				a.deposited
					? `took ${a.doc} into your safe, deposited by ${a.administration}`
					: `added ${a.doc}`,
			tried: (a) => `add ${a.doc}`,
		},
		'document.opened': { done: (a) => `opened ${a.doc}`, tried: (a) => `open ${a.doc}` },
		'document.erased': {
			done: (a) => `erased ${a.doc}${a.deposited ? more(', deposited by ', a.administration) : ''}`,
			tried: (a) => `erase ${a.doc}`,
		},
		'deposit.received': {
			done: (a) => `deposited ${a.doc} in your inbox`,
			tried: () => 'deposit a document in your inbox',
		},
		'address.created': {
			done: (a) => `allowed ${a.administration} to deposit documents in your safe`,
			tried: (a) => `allow ${a.administration} to deposit documents`,
		},
		'address.ended': {
			done: (a) => `withdrew from ${a.administration} the right to deposit`,
			tried: (a) => `withdraw from ${a.administration} the right to deposit`,
		},
		'grant.created': {
			done: (a) =>
				`shared ${a.doc} with ${a.administration}${more(' (', a.service, ')')}` +
				`${more(', for: ', a.purpose)}${more(', until ', a.until)}`,
			tried: (a) => `share ${a.doc} with ${a.administration}`,
		},
		'grant.released': {
			done: (a) => `opened ${a.doc}, which you shared${more(' for: ', a.purpose)}`,
			tried: (a) => `open ${a.doc}`,
		},
		'grant.ended': {
			done: (a) => `ended the share of ${a.doc} with ${a.administration}`,
			tried: () => 'end a share',
		},
		...requests.en,
		...mediation.en,
		...notices.en,
		...office.en,
		...upkeep.en,
	},
	unreadable: {
		done: () => 'wrote a line that this page cannot read',
		tried: () => 'write a line that this page cannot read',
	},
	unknown: (what) => ({
		done: () => `did something that this page does not know yet (${what})`,
		tried: () => `do something that this page does not know yet (${what})`,
	}),
	reasons: {
		...custodyReasons.en,
		...requestReasons.en,
		...mediationReasons.en,
		...noticeReasons.en,
		...officeReasons.en,
		'not-found': 'it does not exist, or is somebody else’s',
		forbidden: 'this account may not do that',
		'level-too-low': 'a stronger identification is asked for',
		'terms-not-accepted': 'the terms of use had not been accepted',
		'wrong-form': 'what arrived was not sealed as it should be',
		'wrong-length': 'the upload was incomplete',
		'wrong-hash': 'the upload was damaged',
		empty: 'the file was empty',
		'document-too-large': 'the document is too large',
		'safe-full': 'the safe is full',
		'key-reused': 'the same request came back with other content',
		ended: 'you had ended this share',
		expired: 'its end date had passed',
		'no-key': 'this administration has no key yet',
		'witnesses-missing': 'too few witnesses of the journal answered',
		'end-too-far': 'its end was too far away',
		'end-past': 'its end was past',
		damaged: 'the document is damaged on the server',
		'unknown-organisation': 'their organisation is not registered here',
		'agent-relink': 'another identity provider vouched for them before',
		'helper-refused': 'sessions opened by a helper are not admitted here',
		'idp-refused': 'this means of identification is not admitted here',
		'two-factors': 'a second factor is asked for',
		'other-person': 'the log-in was somebody else’s',
		'level-unavailable': 'this level of identification could not be had',
		'provider-parameters': 'the identity provider refused the request (Y030007)',
		'provider-redirect': 'the way back is not registered with the identity provider (Y030031)',
		'provider-logout': 'the way back after logging out is not registered (Y030111)',
		'provider-claims': 'something that was asked for is not authorised (Y100009)',
		'refused-by-holder': 'you said no',
		'login-expired': 'the log-in took too long',
		'login-refused': 'the answer of the identity provider was not valid',
		'access-denied': 'the log-in was given up',
		'provider-unavailable': 'the identity provider did not answer',
		'private-agent': 'this is not the account of a public agent',
		lapsed: 'an upload that was never finished',
		orphan: 'a file that belonged to no document',
	},
	otherReason: (slug) => `reason “${slug}”`,
	you: 'You',
	youTried: 'You tried to',
	other: (who) => who,
	otherTried: (who) => `${who} tried to`,
	refused: (reason) => `Refused: ${reason}.`,
	somebody: 'Somebody',
	operator: 'The technical service of the safe',
	software: (name) => (name === '' ? 'A registered software' : `The software “${name}”`),
	of: (person, administration) => `${person} (${administration})`,
	behalf: (name) => `, on behalf of ${name}`,
	through: (service) => `, in a session opened with the help of ${service}`,
	document: 'a document',
	quoted: (name) => `“${name}”`,
	anAdministration: 'an administration',
	doors: {
		web: 'on this site',
		cli: 'by the command line',
		api: 'by a software',
		maintenance: 'by the upkeep of the server',
		client: 'sealed by your device before sending',
		gateway: 'sealed by the server on its way',
	},
};

export const sentences = { fr: french, en: english } as const;
