import type { Act } from '../../../crypto/mandate.ts';

// What an attestation says in each of its languages. One type, so that none lacks a text.

/** What the journal calls an act under a mandate. */
export const KNOWN_ACTS = [
	'mandate.given',
	'mandate.paper',
	'mandate.confirmed',
	'mandate.revoked',
	'mediation.claimed',
	'mediation.approved',
	'mediation.locked',
	'mediation.resumed',
	'mediation.started',
	'mediation.page',
	'mediation.proposed',
	'mediation.ended',
	'document.opened',
	'deposit.received',
	'grant.created',
	'grant.ended',
	'grant.released',
	'request.answered',
] as const;
export type KnownAct = (typeof KNOWN_ACTS)[number];

/** Who or what ended it. */
export const ENDS = [
	'citizen',
	'mediator',
	'operator',
	'structure',
	'time',
	'number',
	'root',
] as const;
export type End = (typeof ENDS)[number];

export interface AttestationWords {
	/** Of the language, in itself; its code for dates and readers, and its direction. */
	readonly language: string;
	readonly locale: string;
	readonly dir: 'ltr' | 'rtl';
	readonly title: string;
	/** Only the French text binds. */
	readonly binding: string;
	readonly whoTitle: string;
	readonly mediator: string;
	readonly structure: string;
	readonly citizen: string;
	readonly purpose: string;
	readonly from: string;
	readonly until: string;
	readonly allowedTitle: string;
	readonly acts: Readonly<Record<Act, string>>;
	/** How many documents the mandate names. */
	readonly documents: (n: string) => string;
	readonly never: string;
	readonly doneTitle: string;
	readonly done: Readonly<Record<KnownAct, string>>;
	/** An act that this page does not know. */
	readonly other: (what: string) => string;
	/** Whom a document was given to, or who has opened it. */
	readonly to: (administration: string) => string;
	readonly document: (name: string) => string;
	readonly refused: string;
	readonly stateTitle: string;
	readonly running: (until: string) => string;
	readonly standing: (until: string) => string;
	readonly ended: Readonly<Record<End, string>>;
	readonly remainsTitle: string;
	/** What was given stays open until then. */
	readonly given: (administrations: string, until: string) => string;
	readonly givenNone: string;
	readonly seen: string;
	readonly inbox: string;
	readonly nothing: string;
	readonly stopTitle: string;
	readonly stop: readonly string[];
	readonly proofTitle: string;
	readonly proof: (site: string) => string;
	readonly notAll: string;
	readonly number: string;
}
