/** RFC 9457, as the gateway writes it. */
export interface Problem {
	readonly type: string;
	readonly title: string;
	readonly status: number;
	readonly detail: string;
	/** Bytes, for the types about limits. */
	readonly limit?: number;
	/** The eIDAS level asked for, of level-too-low. */
	readonly level?: number;
}

/**
 * Whatever goes wrong. `code` is stable: a problem slug of the API, or one of
 * pin, signature, form, hash, hole, length, padding, rollback, unknown-suite,
 * wrong-key, words, word-unknown, too-large, empty, name, no-prf, cancelled,
 * leaf, offline, locked, no-key, mismatch, same-way, few-ways, many-ways,
 * keys-changed, custodian-code, card, no-card, same-custodian, no-custody,
 * few-shares, not-agreed, push-refused, push-unavailable, seal, waiting, witnesses, internal.
 */
export class CoffreError extends Error {
	readonly code: string;
	readonly problem?: Problem;
	/** Plain data that a citizen can save and show to somebody else. */
	readonly evidence?: Readonly<Record<string, unknown>>;
	/** For word-unknown. */
	readonly word?: string;
	/** For word-unknown, from 0. */
	readonly index?: number;
	/** Bytes, for the codes about limits. */
	readonly limit?: number;

	constructor(code: string, more: Omit<CoffreErrorData, 'code'> = {}) {
		super(more.message ?? code);
		this.name = 'CoffreError';
		this.code = code;
		if (more.problem) this.problem = more.problem;
		if (more.evidence) this.evidence = more.evidence;
		if (more.word !== undefined) this.word = more.word;
		if (more.index !== undefined) this.index = more.index;
		if (more.limit !== undefined) this.limit = more.limit;
	}
}

/** A CoffreError as plain data, to cross from the worker. */
export interface CoffreErrorData {
	code: string;
	message?: string;
	problem?: Problem | undefined;
	evidence?: Readonly<Record<string, unknown>> | undefined;
	word?: string | undefined;
	index?: number | undefined;
	limit?: number | undefined;
}

/** What a value thrown by anything means to the interface. */
export function asCoffreError(e: unknown): CoffreError {
	if (e instanceof CoffreError) return e;
	const message = e instanceof Error ? `${e.name}: ${e.message}` : String(e);
	return new CoffreError('internal', { message });
}

export function toData(e: CoffreError): CoffreErrorData {
	const { code, message, problem, evidence, word, index, limit } = e;
	return { code, message, problem, evidence, word, index, limit };
}

export function fromData(d: CoffreErrorData): CoffreError {
	return new CoffreError(d.code, d);
}
