import type { components } from '../api/schema.ts';
import type { DocumentRequest, Note } from '../crypto/request.ts';
import type { OpenedGrant } from './core.ts';
import type { DeclaredView } from './retrieval.ts';
import type { EventProof, GrantView } from './types.ts';

type Schemas = components['schemas'];

/** What is under the administration's signature. */
export type SignedRequest = DocumentRequest;
/** A request as lists show it: the server's word. */
export type OfficeRequestView = Omit<Schemas['OfficeRequest'], 'request'>;
export type OfficeReplyView = Schemas['Reply'];

export interface Paged<T> {
	readonly items: readonly T[];
	readonly next?: string;
}

/** What an agent looks for among what was shared with his administration. */
export interface GrantsWanted {
	readonly state?: GrantView['state'];
	/** Id or name. */
	readonly service?: string;
	readonly kind?: string;
	readonly reference?: string;
	/** Words that each stand in the citizen's name, the purpose, the procedure or the service. */
	readonly q?: string;
	readonly after?: string;
}

export interface RequestsWanted {
	/** Those that are not closed. */
	readonly open?: boolean;
	/** This very reference. */
	readonly reference?: string;
	readonly after?: string | undefined;
}

/** What an agent writes; the rest of a request is filled in. */
export interface RequestDraft
	extends Pick<DocumentRequest, 'procedure' | 'basis' | 'purpose' | 'wanted' | 'notAfter'> {
	readonly service?: string;
	readonly reference?: string;
	readonly openings?: number;
	readonly answerBy?: string;
	/** Of a citizen's safe: the request is in it, and shown to nobody else. */
	readonly address?: string;
}

/** A request of one's own, every word of it verified. */
export interface OfficeRequestDetail {
	readonly shown: OfficeRequestView;
	readonly asked: SignedRequest;
	/** What its link carries behind #. */
	readonly seal: string;
}

/** One citizen's side of a request, verified: whose key signed, and where each note belongs. */
export interface SideView {
	readonly reply: OfficeReplyView;
	readonly grants: readonly GrantView[];
	readonly notes: readonly Note[];
}

/** What a grant is shown as; it is opened as that, or not at all. */
export interface ShownAs {
	readonly request: string;
	readonly kind: string;
	readonly safe: string;
}

/** What was proven of an opened document, for whoever keeps it. */
export interface Proven {
	/** Of the bytes as they were stored. */
	readonly sealed: { readonly sha256: string; readonly size: number };
	/** Of the document itself. */
	readonly content: { readonly sha256: string; readonly size: number };
	/** Of the opening, and the key of the log that it is of. */
	readonly proof: EventProof;
	readonly log: string;
}

export interface OpenedAnswer extends OpenedGrant {
	readonly proven: Proven;
}

/** What an open administration does about its requests. */
export interface OfficeActs {
	/** What was shared with it, whether it asked or not. */
	received(wanted: GrantsWanted): Promise<Paged<GrantView>>;
	list(wanted: RequestsWanted): Promise<Paged<OfficeRequestView>>;
	create(draft: RequestDraft): Promise<OfficeRequestDetail>;
	detail(id: string): Promise<OfficeRequestDetail>;
	close(id: string): Promise<void>;
	replies(id: string, waiting: boolean, after?: string): Promise<Paged<OfficeReplyView>>;
	grants(id: string, after?: string): Promise<Paged<GrantView>>;
	side(id: string, reply: string): Promise<SideView>;
	answer(id: string, reply: string, text: string): Promise<void>;
	/** Grants that have ended and of which there may be copies; `deleteBy` and `overdue` say how late it is. */
	due(after?: string): Promise<Paged<GrantView>>;
	/** Signs an agent's word that no copy is left of what these had given; up to 500. */
	declareDeleted(grants: readonly GrantView[], note?: string): Promise<DeclaredView>;
}
export type OfficeAct = keyof OfficeActs;
export type ActArgs<A extends OfficeAct> = Parameters<OfficeActs[A]>;
export type Done<A extends OfficeAct> = Awaited<ReturnType<OfficeActs[A]>>;
