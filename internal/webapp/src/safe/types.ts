import type { components } from '../api/schema.ts';
import type { Leaf } from '../crypto/log.ts';
import type { CoffreError } from '../errors.ts';
import type { IssuedView } from './issued.ts';

export { CoffreError, type Problem } from '../errors.ts';

// What the interface sees of a safe. Nothing here is sealed and nothing is a
// key, except Draft.p, which the interface only hands back.

type Schemas = components['schemas'];

export type Site = Schemas['Site'];
export type Terms = Schemas['Terms'];
export type Me = Schemas['Me'];
export type SafeFigures = Schemas['Safe'];
export type SessionView = Schemas['SessionList']['items'][number];
export type DeviceView = Schemas['Device'];
export type GrantView = Schemas['Grant'];
export type AddressView = Schemas['Address'];
export type AgentView = Schemas['Agent'];
export type Appointment = Schemas['Appointment'];
export type MediatorView = Schemas['Mediator'];
export type MediatorAppointment = Schemas['MediatorAppointment'];
export type ActivityView = Schemas['Activity'];

/** What somebody can have in hand. */
export type UnlockerKind = 'paper' | 'passphrase' | 'passkey';
/** What a keyring may be sealed to: also what custodians give back together (SPEC.md §10). */
export type AnyUnlockerKind = UnlockerKind | 'custodians';
export type Language = 'fr' | 'en';

/** What somebody gives to unlock. */
export type Secret = { kind: 'paper' | 'passphrase'; text: string } | { kind: 'passkey' };

/** A way to unlock that is not yet in any keyring. `p` is secret: never store, log or show it. */
export interface Draft {
	readonly kind: UnlockerKind;
	readonly p: Uint8Array;
	/** Shown in the list of ways to unlock; at most 100 characters. */
	readonly label?: string;
	/** base64url, passkeys only. */
	readonly credential?: string;
}
export interface PaperDraft extends Draft {
	readonly kind: 'paper';
	readonly words: readonly string[];
	/** Text of the QR code. */
	readonly qr: string;
}
export interface PassphraseDraft extends Draft {
	readonly kind: 'passphrase';
	readonly words: readonly string[];
}
export interface PasskeyDraft extends Draft {
	readonly kind: 'passkey';
	readonly credential: string;
}

export interface Entry {
	readonly id: string;
	readonly version: string;
	readonly name: string;
	/** Media type. */
	readonly type: string;
	/** Bytes of the document itself. */
	readonly size: number;
	/** Bytes as stored. */
	readonly sealed: number;
	readonly folder?: string;
	/** RFC 3339, UTC. */
	readonly added: string;
	readonly changed: string;
	/** Id of the administration that deposited it. */
	readonly origin?: string;
	/** Of the sealed bytes, hexadecimal. */
	readonly sha256: string;
}

export interface Folder {
	readonly id: string;
	readonly name: string;
	readonly parent?: string;
}

export interface Usage {
	/** Bytes stored. */
	readonly used: number;
	readonly documents: number;
	readonly inbox: number;
	readonly limits: { readonly document: number; readonly safe: number };
}

export interface Progress {
	/** The document's id once the server has reserved it. */
	readonly doc?: string;
	/** Position of the file in the array given to add(). */
	readonly index: number;
	readonly name: string;
	readonly phase: 'sealing' | 'sending' | 'done' | 'failed';
	readonly done: number;
	readonly total: number;
	readonly error?: CoffreError;
}

/** Where the bytes of this service are. */
export interface TerritoryView {
	/** RFC 3339, of the last look. */
	readonly time: string;
	/** SHA-256 of the rules that were applied. */
	readonly rules: string;
	readonly backends: readonly {
		readonly name: 'rows' | 'objects' | 'sessions';
		readonly networks: readonly string[];
		readonly region?: string;
	}[];
	/** False when something was found elsewhere since: then nothing is served. */
	readonly inside: boolean;
	/** True once this client has found it in the journal. */
	readonly checked: boolean;
	readonly error?: CoffreError;
}

export interface AdministrationView {
	readonly id: string;
	readonly name: string;
	readonly siret: string;
	readonly services: readonly { readonly id: string; readonly name: string }[];
	/** Names its picture: the server's word, proof of nothing. */
	readonly logo?: string;
	/** False while it has made no key: nothing can be shared with it yet. */
	readonly hasKey: boolean;
	/** True once this client has found its key in the log. */
	readonly checked: boolean;
	/** Why not, when it has a key and the check failed. */
	readonly error?: CoffreError;
}

export interface DepositView {
	readonly doc: string;
	readonly version: string;
	readonly origin: string;
	readonly originName: string;
	readonly deposited: string;
	readonly sealed: number;
	/** From the slip, absent when it could not be read (see error). */
	readonly name?: string;
	readonly type?: string;
	readonly size?: number;
	/** Name of the folder that a mediator proposes. */
	readonly folder?: string;
	/** Its issuer is said to have signed it: what that is worth, checkDeposit tells. */
	readonly marked?: boolean;
	readonly error?: CoffreError;
}

/** A document of one's own, with what its issuer's mark is worth, when it has one. */
export interface OpenedDocument {
	readonly blob: Blob;
	readonly entry: Entry;
	readonly issued?: IssuedView;
}

export interface Who {
	readonly kind: string;
	readonly id?: string;
	readonly name?: string;
	readonly administration?: string;
	readonly administrationName?: string;
	/** A helper's service by which the session was opened (Aidants Connect). */
	readonly through?: string;
}

/** An event of the journal; `what` is for instance "document.added" (internal/journal/event.go). */
export interface JournalEvent {
	readonly v: number;
	readonly id: string;
	/** Its place among the events of the safe: 1, 2, 3…, none left out. Absent from those of before there were places. */
	readonly n?: number;
	readonly time: string;
	readonly what: string;
	readonly result: string;
	readonly reason?: string;
	readonly who: Who;
	readonly behalf?: Who;
	readonly safe?: string;
	readonly doc?: string;
	readonly version?: string;
	readonly grant?: string;
	readonly address?: string;
	readonly administration?: string;
	readonly administrationName?: string;
	readonly service?: string;
	readonly purpose?: string;
	readonly procedure?: string;
	readonly door?: string;
	readonly detail?: Readonly<Record<string, string>>;
}

/** What it takes to check an event again, elsewhere and without this server (SPEC.md §9). */
export interface EventProof {
	/** As it was committed to, byte for byte. */
	readonly event: string;
	/** base64. */
	readonly salt: string;
	/** Once it was found in the log. */
	readonly leaf?: Leaf;
}

export interface JournalItem {
	readonly event: JournalEvent;
	readonly proof: EventProof;
	/** 'waiting': written, but not yet under a checkpoint of the log. */
	readonly checked: 'ok' | 'waiting' | 'failed';
	/** Of its leaf in the log; absent while it waits. */
	readonly index?: number;
	/** Name of the document, from the manifest, erased ones included. */
	readonly name?: string;
	/** What to save when the check failed. */
	readonly error?: CoffreError;
}

export interface JournalView {
	readonly items: readonly JournalItem[];
	/** The key of the log that the proofs are of. */
	readonly log: string;
	/** The signed note they were checked against; empty while the log is. */
	readonly checkpoint: string;
	readonly next?: string;
	/**
	 * The journal as a whole contradicts what this browser has seen before, or leaves events out
	 * (code 'hole').
	 */
	readonly error?: CoffreError;
	readonly places: PlacesView;
}

/** What the places of the events say of those that are not in the list, up to this page. */
export interface PlacesView {
	/** The list has come to its beginning without a hole; what was pruned is not in it. */
	readonly complete: boolean;
	/** Events that this browser had seen are lost: the operator restored a backup at that time. */
	readonly lost?: { readonly events: number; readonly time: string };
	/** The first `through` events, of before that time, were forgotten: their time was over. */
	readonly pruned?: { readonly through: number; readonly before: string };
}

export interface UnlockerView {
	readonly id: string;
	readonly kind: AnyUnlockerKind;
	readonly label: string;
	readonly created: string;
	/** Not used since every key was renewed: to be tried once. */
	readonly untried?: boolean;
}

/** Documents whose own keys are sealed again, after a way to unlock was removed or every key renewed. */
export interface ResealingView {
	readonly done: number;
	readonly total: number;
}

export interface ShareTerms {
	readonly service?: string;
	readonly purpose: string;
	readonly procedure?: string;
	readonly notAfter: Date;
}

/**
 * A share in force, as the gateway lists it: its word, so it goes on under other keys only once the
 * holder has seen it. Names are those of the manifest and of the log.
 */
export interface StandingView
	extends Pick<
		GrantView,
		| 'id'
		| 'doc'
		| 'version'
		| 'administration'
		| 'administrationName'
		| 'purpose'
		| 'service'
		| 'procedure'
		| 'notAfter'
		| 'request'
		| 'kind'
	> {
	readonly name: string;
}

/** What an opened grant says, each member under the citizen's signature. */
export interface OpenedGrantView {
	readonly safe: string;
	readonly doc: string;
	readonly version: string;
	readonly name: string;
	readonly type: string;
	readonly size: number;
	readonly created: string;
	readonly purpose?: string;
	readonly procedure?: string;
	readonly service?: string;
	readonly notAfter?: string;
	/** That it answers, and the kind of document that it was given as. */
	readonly request?: string;
	readonly kind?: string;
	/** Who gave it for the citizen, and of which structure, as she has signed it. */
	readonly mediator?: { readonly name: string; readonly structure: string };
}
