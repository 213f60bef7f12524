// What receipts say, to anybody: one sentence for each kind of act that people keep a receipt of.

/** In words already; '' where the event does not say. */
export interface Facts {
	readonly administration: string;
	readonly service: string;
	readonly purpose: string;
	/** Last day. */
	readonly until: string;
	/** Of the terms. */
	readonly version: string;
}

interface Act {
	/** After "X a". */
	readonly done: (f: Facts) => string;
	/** After "X a voulu". */
	readonly tried: (f: Facts) => string;
}

export interface Said {
	readonly acts: Readonly<Record<string, Act>>;
	readonly unknown: (what: string) => Act;
	readonly done: (who: string, act: string) => string;
	readonly refused: (who: string, act: string) => string;
	readonly behalf: (name: string) => string;
	readonly through: (service: string) => string;
	readonly somebody: string;
	readonly operator: string;
	readonly software: (name: string) => string;
}

const more = (before: string, text: string, after = ''): string =>
	text === '' ? '' : `${before}${text}${after}`;

const french: Said = {
	acts: {
		'document.added': {
			done: (f) => `mis un document dans son coffre${more(', déposé par ', f.administration)}`,
			tried: () => 'mettre un document dans son coffre',
		},
		'document.opened': {
			done: () => 'ouvert un document de son coffre',
			tried: () => 'ouvrir un document de son coffre',
		},
		'document.erased': {
			done: () => 'effacé un document de son coffre',
			tried: () => 'effacer un document de son coffre',
		},
		'deposit.received': {
			done: () => 'déposé un document dans le coffre d’un usager',
			tried: () => 'déposer un document dans le coffre d’un usager',
		},
		'address.created': {
			done: (f) => `autorisé ${f.administration} à déposer des documents dans son coffre`,
			tried: (f) => `autoriser ${f.administration} à déposer des documents`,
		},
		'address.ended': {
			done: (f) => `retiré à ${f.administration} l’autorisation de déposer`,
			tried: (f) => `retirer à ${f.administration} l’autorisation de déposer`,
		},
		'grant.created': {
			done: (f) =>
				`partagé un document avec ${f.administration}${more(' (', f.service, ')')}${more(', pour : ', f.purpose)}${more(', jusqu’au ', f.until)}`,
			tried: (f) => `partager un document avec ${f.administration}`,
		},
		'grant.released': {
			done: (f) => `ouvert un document qu’un usager a partagé${more(', pour : ', f.purpose)}`,
			tried: () => 'ouvrir un document qu’un usager a partagé',
		},
		'grant.ended': {
			done: (f) => `arrêté le partage d’un document avec ${f.administration}`,
			tried: (f) => `arrêter le partage d’un document avec ${f.administration}`,
		},
		'safe.opened': { done: () => 'créé son coffre', tried: () => 'créer son coffre' },
		'safe.exported': {
			done: () => 'emporté une copie de tout son coffre',
			tried: () => 'emporter une copie de tout son coffre',
		},
		'terms.accepted': {
			done: (f) => `accepté les conditions d’utilisation${more(' (version ', f.version, ')')}`,
			tried: () => 'accepter les conditions d’utilisation',
		},
		'keyring.changed': {
			done: () => 'changé les moyens d’ouverture de son coffre',
			tried: () => 'changer les moyens d’ouverture de son coffre',
		},
		'root.changed': {
			done: () => 'renouvelé toutes les clés de son coffre',
			tried: () => 'renouveler toutes les clés de son coffre',
		},
		'account.login': { done: () => 'ouvert une session', tried: () => 'ouvrir une session' },
		'maintenance.migrated': {
			done: () => 'scellé à nouveau un document dans un format plus récent',
			tried: () => 'sceller à nouveau un document',
		},
	},
	unknown: (what) => ({
		done: () => `fait l’acte « ${what} »`,
		tried: () => `faire l’acte « ${what} »`,
	}),
	done: (who, act) => `${who} a ${act}`,
	refused: (who, act) => `Essai refusé : ${who} a voulu ${act}`,
	behalf: (name) => `, au nom de ${name}`,
	through: (service) => `, dans une session ouverte avec l’aide d’${service}`,
	somebody: 'Quelqu’un',
	operator: 'Le service technique du coffre',
	software: (name) => (name === '' ? 'Un logiciel enregistré' : `Le logiciel « ${name} »`),
};

const english: Said = {
	acts: {
		'document.added': {
			done: (f) => `put a document into their safe${more(', deposited by ', f.administration)}`,
			tried: () => 'put a document into their safe',
		},
		'document.opened': {
			done: () => 'opened a document of their safe',
			tried: () => 'open a document of their safe',
		},
		'document.erased': {
			done: () => 'erased a document of their safe',
			tried: () => 'erase a document of their safe',
		},
		'deposit.received': {
			done: () => 'deposited a document in a citizen’s safe',
			tried: () => 'deposit a document in a citizen’s safe',
		},
		'address.created': {
			done: (f) => `allowed ${f.administration} to deposit documents in their safe`,
			tried: (f) => `allow ${f.administration} to deposit documents`,
		},
		'address.ended': {
			done: (f) => `withdrew from ${f.administration} the right to deposit`,
			tried: (f) => `withdraw from ${f.administration} the right to deposit`,
		},
		'grant.created': {
			done: (f) =>
				`shared a document with ${f.administration}${more(' (', f.service, ')')}${more(', for: ', f.purpose)}${more(', until ', f.until)}`,
			tried: (f) => `share a document with ${f.administration}`,
		},
		'grant.released': {
			done: (f) => `opened a document that a citizen shared${more(', for: ', f.purpose)}`,
			tried: () => 'open a document that a citizen shared',
		},
		'grant.ended': {
			done: (f) => `ended the share of a document with ${f.administration}`,
			tried: (f) => `end the share of a document with ${f.administration}`,
		},
		'safe.opened': { done: () => 'created their safe', tried: () => 'create their safe' },
		'safe.exported': {
			done: () => 'took out a copy of their whole safe',
			tried: () => 'take out a copy of their whole safe',
		},
		'terms.accepted': {
			done: (f) => `accepted the terms of use${more(' (version ', f.version, ')')}`,
			tried: () => 'accept the terms of use',
		},
		'keyring.changed': {
			done: () => 'changed the ways to unlock their safe',
			tried: () => 'change the ways to unlock their safe',
		},
		'root.changed': {
			done: () => 'renewed all the keys of their safe',
			tried: () => 'renew all the keys of their safe',
		},
		'account.login': { done: () => 'logged in', tried: () => 'log in' },
		'maintenance.migrated': {
			done: () => 'sealed a document again in a later format',
			tried: () => 'seal a document again',
		},
	},
	unknown: (what) => ({
		done: () => `did the act “${what}”`,
		tried: () => `do the act “${what}”`,
	}),
	done: (who, act) => `${who} ${act}`,
	refused: (who, act) => `Refused try: ${who} tried to ${act}`,
	behalf: (name) => `, on behalf of ${name}`,
	through: (service) => `, in a session opened with the help of ${service}`,
	somebody: 'Somebody',
	operator: 'The technical service of the safe',
	software: (name) => (name === '' ? 'A registered software' : `The software “${name}”`),
};

export const sentences = { fr: french, en: english } as const;
