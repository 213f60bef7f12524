import type { Memory } from './core.ts';

const prefix = 'coffre:';

/** localStorage where there is one, else as long as this lives. Nothing in it is secret. */
export function local(): Memory & { all(): Record<string, string> } {
	const store = storage();
	const kept = new Map<string, string>();
	for (let i = 0; store && i < store.length; i++) {
		const key = store.key(i);
		const value = key === null ? null : store.getItem(key);
		if (key?.startsWith(prefix) && value !== null) kept.set(key.slice(prefix.length), value);
	}
	return {
		get: (key) => store?.getItem(prefix + key) ?? kept.get(key),
		set: (key, value) => {
			kept.set(key, value);
			try {
				store?.setItem(prefix + key, value);
			} catch {
				// Full or forbidden: remembered for this page only.
			}
		},
		all: () => Object.fromEntries(kept),
	};
}

/**
 * On a machine that was lent: what was remembered of safes and offices, and what this tab kept for a log-in.
 * What is known of the log itself stays: it is nobody's.
 */
export function forgetHolders(): void {
	const store = storage();
	const kept = Array.from({ length: store?.length ?? 0 }, (_, i) => store?.key(i) ?? '');
	for (const key of kept)
		if (key.startsWith(prefix) && !key.startsWith(`${prefix}log`)) store?.removeItem(key);
	try {
		globalThis.sessionStorage.clear();
	} catch {
		// Then nothing is in it.
	}
}

/** A memory that forgets, for the worker (which is told of what the page keeps) and for tests. */
export function memoryOf(
	all: Readonly<Record<string, string>> = {},
	onSet?: (key: string, value: string) => void,
): Memory & { know(key: string, value: string): void } {
	const kept = new Map(Object.entries(all));
	return {
		get: (key) => kept.get(key),
		set: (key, value) => {
			kept.set(key, value);
			onSet?.(key, value);
		},
		know: (key, value) => void kept.set(key, value),
	};
}

function storage(): Storage | undefined {
	try {
		return globalThis.localStorage;
	} catch {
		return undefined;
	}
}
