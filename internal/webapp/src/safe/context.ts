import type { Api } from '../api/client.ts';
import type { Vault } from '../crypto/keyring.ts';
import { CoffreError } from '../errors.ts';
import type { Memory, SafeState } from './core.ts';
import { SEND_ATTEMPTS } from './limits.ts';
import type { LogWatch } from './logwatch.ts';

/** What every part of the core needs. */
export interface Context {
	readonly api: Api;
	readonly memory: Memory;
	readonly log: LogWatch;
	readonly now: () => Date;
	readonly onState: (s: SafeState) => void;
}

const alarms = new Set([
	'pin',
	'signature',
	'form',
	'hash',
	'length',
	'padding',
	'rollback',
	'hole',
	'mismatch',
	'leaf',
	'witnesses',
	'card',
	'seal',
]);

/** Adds to an alarm what was received, so that it can be shown to somebody else. */
export async function withEvidence<T>(
	received: Readonly<Record<string, unknown>>,
	now: () => Date,
	check: () => Promise<T>,
): Promise<T> {
	try {
		return await check();
	} catch (e) {
		if (!(e instanceof CoffreError) || !alarms.has(e.code)) throw e;
		throw new CoffreError(e.code, {
			...e,
			message: e.message,
			evidence: {
				at: now().toISOString(),
				code: e.code,
				message: e.message,
				...received,
				...e.evidence,
			},
		});
	}
}

/**
 * Tries the vault's identities, the one in use first. What is ours opens with one of them: that it
 * does not is the gateway's doing, not a wrong key of the holder's.
 */
export async function withAny<T>(
	vaults: readonly Vault[],
	open: (v: Vault) => Promise<T>,
): Promise<T> {
	for (const v of vaults) {
		try {
			return await open(v);
		} catch (e) {
			if (!(e instanceof CoffreError) || e.code !== 'wrong-key') throw e;
		}
	}
	throw new CoffreError('mismatch', { message: 'sealed to somebody else' });
}

export function isStatus(e: unknown, status: number): boolean {
	return e instanceof CoffreError && e.problem?.status === status;
}

/** Whether the answer may have been lost on the line, and not what was sent. */
export function isLost(e: unknown): boolean {
	return e instanceof CoffreError && (e.code === 'offline' || e.code === 'unavailable');
}

/** Where the answer may have been lost, the same bytes again are no second act. */
export async function persist<T>(send: () => Promise<T>): Promise<T> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await send();
		} catch (e) {
			if (!isLost(e) || attempt >= SEND_ATTEMPTS) throw e;
		}
	}
}

/**
 * Remembers how far an object with epochs has come: an older one is a
 * rollback, and so is another one of the same epoch, or a next one that does
 * not name the one seen.
 */
export function checkEpoch(
	memory: Memory,
	key: string,
	got: { readonly epoch: number; readonly hash: string; readonly previous?: string | undefined },
): void {
	const [epoch, hash] = (memory.get(key) ?? '').split(' ');
	const seen = Number(epoch);
	const older = got.epoch < seen;
	const other = got.epoch === seen && got.hash !== hash;
	const unchained = got.epoch === seen + 1 && seen > 0 && got.previous !== hash;
	if (older || other || unchained) {
		throw new CoffreError('rollback', {
			message: `${key}: epoch ${got.epoch} after ${seen}`,
			evidence: { seen: { epoch: seen, hash }, received: got },
		});
	}
	if (got.epoch > seen) memory.set(key, `${got.epoch} ${got.hash}`);
}
