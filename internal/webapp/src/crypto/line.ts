import { CoffreError } from '../errors.ts';
import { type Bytes, concat, fromBase64, toBase64 } from './bytes.ts';
import { canonical } from './canonical.ts';
import { array, base64, integer, object } from './shape.ts';
import { checkVK, openSigned, type RootKey } from './sign.ts';

// The safe's former keys, each of which named the next one (SPEC.md §7, succession).

const context = 'coffre/v1/succession';
const most = 16;

export const lineShape = array(
	object({ vk: base64(33), epoch: integer(1), signature: base64(64) }, {}),
	1,
	most,
);

/** A verification key that the safe had until the keyring of this epoch. */
export type Former = ReturnType<typeof lineShape>[number];

/** What of a container says which keys the safe has and had. */
interface Keys {
	readonly safe: string;
	readonly epoch: number;
	/** base64 */
	readonly vk: string;
	readonly line?: readonly Former[];
}

/** Verifies each step from the oldest key to the one in use. */
export function checkLine(c: Keys): void {
	const line = c.line ?? [];
	const all = [...line.map((f) => f.vk), c.vk];
	if (new Set(all).size !== all.length) bad('one key twice in the line');
	let before = 1;
	for (const [i, f] of line.entries()) {
		if (f.epoch <= before || f.epoch > c.epoch) bad('a line of keys out of order');
		before = f.epoch;
		const { vk: from, ...step } = f;
		checkStep(c.safe, { ...step, from, to: all[i + 1] ?? '' });
	}
}

/** 'signature' unless the root behind `from` has named `to` as what comes after it. */
export function checkStep(
	holder: string,
	s: {
		readonly from: string;
		readonly to: string;
		readonly epoch: number;
		readonly signature: string;
	},
): void {
	const step = stepOf(holder, s.epoch, s.from, s.to);
	openSigned(fromBase64(s.from), context, concat(fromBase64(s.signature), step));
}

/** The line of the next container, in which `to` takes the place of the key of this one. */
export function succession(c: Keys, root: RootKey, to: Uint8Array): Former[] {
	const epoch = c.epoch + 1;
	const step = stepOf(c.safe, epoch, c.vk, toBase64(to));
	const signature = toBase64(root.sign(context, step).subarray(0, 64));
	return lineShape([...(c.line ?? []), { vk: c.vk, epoch, signature }]);
}

/** Every key of a container, the one in use first, then those of before, the newest first. */
export function keysOf(c: Keys): Bytes[] {
	return [c.vk, ...(c.line ?? []).map((f) => f.vk).reverse()].map(fromBase64);
}

/** Whether the key in use is this one (base64), or comes after it. */
export function leadsFrom(vk: string, c: Keys): boolean {
	return c.vk === vk || (c.line ?? []).some((f) => f.vk === vk);
}

function stepOf(safe: string, epoch: number, from: string, to: string): Bytes {
	const vk = fromBase64(from);
	checkVK(vk);
	return canonical({ suite: vk[0], safe, epoch, from, to });
}

function bad(message: string): never {
	throw new CoffreError('form', { message });
}
