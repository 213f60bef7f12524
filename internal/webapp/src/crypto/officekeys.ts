import { CoffreError } from '../errors.ts';
import { type Bytes, fromBase64, toBase64 } from './bytes.ts';
import { checkStep } from './line.ts';
import { factOf, type KeyFact, parseFact } from './log.ts';
import { base64, id, integer, object, oneOf, time } from './shape.ts';

// SPEC.md §15: the keys that an administration has and had.

const successionShape = object(
	{
		type: oneOf('succession'),
		holder: oneOf('administration'),
		id,
		epoch: integer(2),
		from: base64(33),
		to: base64(33),
		signature: base64(64),
		time,
	},
	{},
);
/** What the log says in public when an administration's root has named the next one. */
export type SuccessionFact = ReturnType<typeof successionShape>;

export function parseSuccession(entry: Uint8Array): SuccessionFact {
	return successionShape(factOf(entry) ?? bad('not a fact'));
}

/** A key as the gateway shows it, the one in use first: its entry in the log, and the one that ended it. */
export interface ShownKey {
	/** base64 */
	readonly vk: string;
	readonly key: Uint8Array;
	readonly ended?: Uint8Array;
}

/** A key that the log shows for an administration. */
export interface OfficeKey {
	readonly vk: Bytes;
	readonly name: string;
	readonly siret: string;
	/** RFC 3339; what it has signed later does not count. Absent of the one in use. */
	readonly until?: string;
}

/** 'leaf' unless each key is this administration's and names the next newer one. */
export function officeKeys(administration: string, shown: readonly ShownKey[]): OfficeKey[] {
	return shown.map((k, i) => {
		const fact = parseFact(k.key);
		const { name, siret = '' } = fact;
		if (!isOf(fact, administration, k.vk) || name === undefined)
			return bad('the log holds another key for it');
		const key = { vk: fromBase64(k.vk), name, siret };
		const newer = shown[i - 1];
		if ((newer === undefined) !== (k.ended === undefined)) return bad('which key is in use');
		if (newer === undefined || k.ended === undefined) return key;
		const step = parseSuccession(k.ended);
		if (step.id !== administration || step.from !== k.vk || step.to !== newer.vk)
			return bad('the log does not lead from this key to the next');
		checkStep(administration, step);
		return { ...key, until: step.time };
	});
}

/** What was opened, and the time of which it says to be. */
export interface Made<T> {
	readonly value: T;
	readonly made: string;
}

/**
 * What one of the keys has signed: `open` gives it with the time of which it says to be. 'signature'
 * when none has, or a former one later than it was replaced.
 */
export async function openedBy<T>(
	keys: readonly OfficeKey[],
	open: (vk: Bytes) => Made<T> | Promise<Made<T>>,
): Promise<{ readonly value: T; readonly by: OfficeKey }> {
	for (const by of keys) {
		try {
			const { value, made } = await open(by.vk);
			if (by.until === undefined || made <= by.until) return { value, by };
		} catch (e) {
			if (!(e instanceof CoffreError) || e.code !== 'signature') throw e;
		}
	}
	throw new CoffreError('signature', { message: 'signed by no key that the log shows for it' });
}

function isOf(fact: KeyFact, administration: string, vk: string): boolean {
	return (
		fact.holder === 'administration' &&
		fact.id === administration &&
		fact.vk === vk &&
		toBase64(fromBase64(vk)) === vk
	);
}

function bad(message: string): never {
	throw new CoffreError('leaf', { message });
}
