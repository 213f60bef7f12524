import type { components } from '../api/schema.ts';
import type { DocumentRequest, Note } from '../crypto/request.ts';
import type { CoffreError } from '../errors.ts';
import type { GrantView } from './types.ts';

// What the interface sees of a request for documents, on the citizen's side.

type Schemas = components['schemas'];

export type { DocumentRequest, Note, Wanted } from '../crypto/request.ts';
export type ReplyView = Schemas['Reply'];
/** A document that was given for a kind before, to anybody. */
export type GivenBefore = Schemas['GivenBefore'];

/** What an administration asks for: every word is under its signature, and its key is in the log. */
export interface RequestView {
	readonly id: string;
	/** As the log has it. */
	readonly from: {
		readonly id: string;
		readonly name: string;
		readonly siret: string;
		/** Names its picture: not in the log, proof of nothing. */
		readonly logo?: string;
	};
	/** The server's word, but nothing can be given to one that is over. */
	readonly state: Schemas['RequestState'];
	/** It is the very request of the link that was followed. */
	readonly sealed: boolean;
	readonly said: DocumentRequest;
	/** In the safe: it was for its holder, or she did something about it. */
	readonly reply?: ReplyView;
}

/** With what belongs to it, for the holder of an open safe. */
export interface AskedView extends RequestView {
	/** Newest first. */
	readonly grants: readonly GrantView[];
	/** Oldest first; each signed by whoever it is from. */
	readonly notes: readonly Note[];
	/** The one given last first. */
	readonly before: readonly GivenBefore[];
}

/** A line of the list; without `request` it did not verify. */
export interface AskedItem {
	readonly id: string;
	readonly request?: RequestView;
	readonly error?: CoffreError;
}

export interface AnswerOrder {
	readonly request: string;
	readonly give: readonly { readonly doc: string; readonly kind: string }[];
	/** A note to go with it. */
	readonly text?: string;
	/** RFC 3339; no later than the request asks for, which it is when absent. */
	readonly notAfter?: string;
}

export interface RefusalOrder {
	readonly request: string;
	/** As wanted; none is the whole request. */
	readonly kinds: readonly string[];
	readonly text?: string;
}
