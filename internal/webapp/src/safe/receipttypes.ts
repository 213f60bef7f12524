import type { EventProof, JournalEvent } from './types.ts';

/** Of which act: a line of the journal, how a document came in, a deposit that waits, a share. */
export type ReceiptOrder =
	| { readonly proof: EventProof }
	| { readonly doc: string }
	| { readonly deposit: string }
	| { readonly grant: string };

/** A receipt as it is handed over (SPEC.md §9). */
export interface ReceiptView {
	/** What is saved. */
	readonly file: string;
	/** What comes after `/verifier#`; '' where this browser cannot make it. */
	readonly short: string;
	readonly event: JournalEvent;
	/** Place in the log, and the log's name. */
	readonly index: number;
	readonly log: string;
	/** Which bytes the document has: of the document itself, not of what is stored. */
	readonly content?: { readonly sha256: string; readonly size: number };
	/** Of the document, as its holder calls it: in no proof, and not in the file. */
	readonly name?: string;
}
