import type { CoffreErrorData } from '../errors.ts';
import type { Core, SafeState } from '../safe/core.ts';
import type { Progress } from '../safe/types.ts';

// Messages between the page and the worker that holds the keys. Both ends are
// of the same build; nothing else can reach the worker.

export type Method = keyof Core;

export type ToWorker =
	| { readonly start: { readonly base: string; readonly memory: Readonly<Record<string, string>> } }
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
export const signalAt: Partial<Record<Method, number>> = { add: 3, open: 1, openGrant: 1 };
