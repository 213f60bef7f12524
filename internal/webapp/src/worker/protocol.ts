import { CoffreError, type CoffreErrorData, fromData, toData } from '../errors.ts';
import type { Core, SafeState } from '../safe/core.ts';
import type { Progress } from '../safe/types.ts';

// Messages between the page and the worker that holds the keys. Both ends are
// of the same build; nothing else can reach the worker.

export type Method = keyof Core;

export type ToWorker =
	| { readonly start: { readonly base: string; readonly memory: Readonly<Record<string, string>> } }
	/** Another worker of this page has seen it. */
	| { readonly know: readonly [key: string, value: string] }
	| { readonly call: number; readonly method: Method; readonly args: readonly unknown[] }
	| { readonly abort: number };

/** A progress whose error crosses as data. */
export type ProgressData = Omit<Progress, 'error'> & { readonly error?: CoffreErrorData };

export type FromWorker =
	| { readonly done: number; readonly value: unknown }
	| { readonly failed: number; readonly error: CoffreErrorData }
	| { readonly progress: number; readonly value: ProgressData }
	| { readonly state: SafeState }
	| { readonly remember: readonly [key: string, value: string] };

/** Where a method takes its callback and its signal: they do not cross as they are. */
export const progressAt: Partial<Record<Method, number>> = { add: 2 };
export const signalAt: Partial<Record<Method, number>> = {
	add: 3,
	open: 1,
	checkDeposit: 1,
	openGrant: 1,
	openAnswer: 2,
};

const mark = 'coffre:error';

/**
 * What an answer holds, ready to cross. A copied Error keeps its message and
 * nothing else; those inside an answer (of a line of the journal, of a
 * deposit) carry the evidence of an alarm, so they cross as data.
 */
export function pack(v: unknown): unknown {
	return v instanceof CoffreError ? { [mark]: toData(v) } : each(v, pack);
}

export function unpack(v: unknown): unknown {
	const data = plain(v) ? v[mark] : undefined;
	return data === undefined ? each(v, unpack) : fromData(data as CoffreErrorData);
}

function each(v: unknown, change: (m: unknown) => unknown): unknown {
	if (Array.isArray(v)) return v.map(change);
	if (!plain(v)) return v;
	return Object.fromEntries(Object.entries(v).map(([k, m]) => [k, change(m)]));
}

/** Not a Blob, bytes or a Date: those are copied whole. */
function plain(v: unknown): v is Record<string, unknown> {
	return typeof v === 'object' && v !== null && Object.getPrototypeOf(v) === Object.prototype;
}
