import type { components } from '../api/schema.ts';
import type { Attested } from '../crypto/attestation.ts';
import type { Act } from '../crypto/mandate.ts';
import type { CoffreError } from '../errors.ts';
import type { RequestView } from './requesttypes.ts';

type Schemas = components['schemas'];
type Delegation = Schemas['Delegation'];

export type { Act } from '../crypto/mandate.ts';
export type SessionState = Delegation['state'];
export type SessionEnd = NonNullable<Delegation['by']>;

/** Six words, in both languages of the lists. */
export interface PrintWords {
	readonly fr: readonly string[];
	readonly en: readonly string[];
}

/** What a mediator asks a citizen for; his structure was found in the log. */
export interface AskedSession {
	readonly id: string;
	readonly mediator: string;
	readonly structure: string;
	readonly siret: string;
	readonly acts: readonly Act[];
	readonly purpose: string;
	readonly minutes: number;
	/** When the question is over by itself. */
	readonly until: string;
	/** The link carried the print of his screen's keys: these are they. */
	readonly matched: boolean;
	/** To be compared when it did not. */
	readonly words: PrintWords;
}

/** What a photographed link carries beside the code. */
export interface SeenScreen {
	/** Of the keys of the mediator's tab. */
	readonly print: string;
	/** By which the tab knows who had the link. */
	readonly secret: string;
}

/** What is left to do once she has signed. */
export interface Approved {
	/** Where the code was typed: his screen has to show these too before he begins. */
	readonly words?: PrintWords;
}

export interface ApprovalOrder {
	readonly id: string;
	/** Two digits of the mediator's screen. */
	readonly number: string;
	readonly acts: readonly Act[];
	readonly documents: readonly string[];
	readonly administrations: readonly string[];
	readonly requests: readonly string[];
	readonly minutes: number;
	/** RFC 3339; latest end of what he gives. */
	readonly grantsUntil?: string;
	/** She has compared the six words. */
	readonly compared: boolean;
}

/** A mandate as it is kept, verified as far as it was signed. */
export interface MandateView {
	readonly id: string;
	readonly kind: 'session' | 'standing' | 'paper' | 'legal';
	/** Of a paper, or of a court's decision. */
	readonly reference?: string;
	readonly mediator: string;
	readonly structure: string;
	/** Of one that lasts. */
	readonly presence?: 'each' | 'deposit-only';
	readonly acts: readonly Act[];
	readonly documents: readonly string[];
	readonly purpose: string;
	readonly created: string;
	readonly notAfter: string;
	readonly state: 'current' | 'waiting' | 'ended' | 'expired';
	readonly ended?: string;
	readonly by?: SessionEnd;
	/** The session that it is of, and its state. */
	readonly session?: { readonly id: string; readonly state: SessionState };
	/** Not what was signed: an alarm, in place of what it says. */
	readonly error?: CoffreError;
}

/** One of the pages of a document on its way to a mediator. */
export interface PageOrder {
	/** Approved here. */
	readonly session: string;
	/** Drawn once for all its pages. */
	readonly document: string;
	readonly name: string;
	/** From 1 to `of`. */
	readonly number: number;
	readonly of: number;
	/** Quarter turns clockwise, in which it is to be read. */
	readonly turns: 0 | 1 | 2 | 3;
	readonly jpeg: Blob;
}

/** A page as the mediator's tab has it, or why it is none. */
export type SentPage =
	| (Omit<PageOrder, 'session' | 'turns'> & {
			readonly id: string;
			readonly turns: number;
			readonly error?: never;
	  })
	| { readonly id: string; readonly error: CoffreError };

/** What the holder of an open safe does about mandates. */
export interface MandateActs {
	/** Takes the session with that code: nobody else can. */
	claim(code: string, seen?: SeenScreen): Promise<AskedSession>;
	/** Signs, and seals the documents to the mediator's tab. */
	approve(order: ApprovalOrder): Promise<Approved>;
	deny(id: string): Promise<void>;
	/** To the session that was approved here, once it has begun. */
	sendPage(order: PageOrder): Promise<void>;
	/** How far one that was approved here has come. */
	session(id: string): Promise<SessionState>;
	/** Ends it at once, and signs that it is over. */
	stop(mandate: string): Promise<void>;
	list(after?: string): Promise<{ items: readonly MandateView[]; next?: string }>;
	attestation(mandate: string): Promise<AttestationView>;
	/** Those to whom she can give one that lasts, the last one first. */
	known(): Promise<readonly KnownMediator[]>;
	giveStanding(order: StandingOrder): Promise<void>;
	proposals(): Promise<readonly ProposalView[]>;
	/** Forgets one, taken or not. */
	settle(proposal: string): Promise<void>;
}
export type MandateAct = keyof MandateActs;

/** A mediator whom she has let act before. */
export interface KnownMediator {
	/** Id of the last session with him. */
	readonly session: string;
	readonly name: string;
	readonly structure: string;
	/** RFC 3339. */
	readonly met: string;
}

/** A mandate that lasts, as she gives it. */
export interface StandingOrder extends Omit<KnownMediator, 'met'> {
	/** each: she accepts each session; deposit-only: he deposits without her, and nothing else. */
	readonly presence: 'each' | 'deposit-only';
	readonly acts: readonly Act[];
	readonly documents: readonly string[];
	readonly administrations: readonly string[];
	/** RFC 3339; latest end of what he gives. */
	readonly grantsUntil?: string;
	readonly purpose: string;
	readonly days: number;
}

/** A name or a folder, or both, that a mediator proposes for a document. */
export interface ProposalView {
	readonly id: string;
	readonly doc: string;
	readonly mediator: string;
	readonly structure: string;
	/** RFC 3339. */
	readonly created: string;
	readonly name?: string;
	readonly folder?: string;
	/** It could not be read. */
	readonly error?: CoffreError;
}

export interface AttestationView {
	readonly file: string;
	readonly attested: Attested;
	/** Of documents, as their holder calls them. */
	readonly names: readonly (readonly [string, string])[];
}

export interface SessionOrder {
	/** counter: she has no phone, and decides at this very machine. */
	readonly way: 'phone' | 'counter';
	readonly acts: readonly Act[];
	readonly purpose: string;
	readonly minutes: number;
	/** Id of the standing mandate that it is a use of. */
	readonly standing?: string;
}

/** A session that was asked for, as the mediator's screen shows it. */
export interface OpenedSession {
	readonly id: string;
	readonly code: string;
	readonly words: PrintWords;
	/** Of the keys of this tab, for the QR code. */
	readonly print: string;
	/** Of its link, and of nothing else: no server is told. */
	readonly secret: string;
	readonly until: string;
	/** At the counter it is told at once: once locked, this tab asks for nothing. */
	readonly number?: string;
}

export interface SessionStatus {
	readonly state: SessionState;
	readonly until: string;
	readonly number?: string;
	readonly citizen?: string;
	readonly by?: SessionEnd;
}

/** The session that goes on. */
export interface WorkView {
	readonly citizen: string;
	readonly acts: readonly Act[];
	readonly documents: readonly string[];
	readonly administrations: readonly string[];
	readonly requests: readonly string[];
	readonly purpose: string;
	readonly notAfter: string;
	readonly grantsUntil?: string;
	/** The code was typed: nothing is done until he has said that her screen shows the same words. */
	readonly words?: PrintWords;
}

export interface WorkDocument {
	readonly doc: string;
	readonly name: string;
	readonly type: string;
	readonly size: number;
}

export interface GiveOrder {
	readonly doc: string;
	readonly administration: string;
	/** RFC 3339. */
	readonly notAfter: string;
}

export interface DeskAnswer {
	/** Of the mandate; read before. */
	readonly request: string;
	readonly doc: string;
	/** That it is given as: one of those asked for. */
	readonly kind: string;
}

/** What a mediator's tab does; its keys are drawn by `ask` and gone with the tab. */
export interface DeskActs {
	ask(order: SessionOrder): Promise<OpenedSession>;
	/** At the counter: ends the mediator's log-in in this browser; the keys stay in this tab. */
	lock(): Promise<void>;
	/** With a log-in of after the citizen's log-out. */
	resume(): Promise<void>;
	look(): Promise<SessionStatus>;
	/** Begins what the citizen has approved, once. */
	collect(): Promise<WorkView>;
	/** The mediator's word that her screen shows the same words. */
	compared(): Promise<void>;
	/** Begins deposits under a mandate that allows them without its giver's presence: a paper, or hers. */
	use(mandate: string): Promise<WorkView>;
	end(): Promise<void>;
	read(doc: string): Promise<WorkDocument & { readonly blob: Blob }>;
	deposit(file: File, folder?: string): Promise<WorkDocument>;
	/** Pages that the citizen has sent since the last time. */
	pages(): Promise<readonly SentPage[]>;
	give(order: GiveOrder): Promise<void>;
	/** A name or a folder for a document, sealed to its holder, who decides. */
	propose(doc: string, name?: string, folder?: string): Promise<void>;
	/** A request that the mandate names, verified. */
	request(id: string): Promise<RequestView>;
	answer(order: DeskAnswer): Promise<void>;
}
export type DeskAct = keyof DeskActs;
