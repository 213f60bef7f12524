import { CoffreError } from '../errors.ts';
import { type Bytes, random } from './bytes.ts';

// SPEC.md §10: two of three. Each byte of the secret is where a line over GF(2^8) crosses the
// axis; a share is a point of every line, and its x at the end. One share says nothing at all.

const points = [1, 2, 3] as const;
const secretSize = 32;
export const SHARE_SIZE = secretSize + 1;

/** Three shares of 33 bytes, of which any two give the secret back. */
export function split(secret: Uint8Array): readonly [Bytes, Bytes, Bytes] {
	if (secret.length !== secretSize) refuse('a secret of another length');
	const slope = random(secretSize);
	const [a, b, c] = points.map((x) => {
		const share = new Uint8Array(SHARE_SIZE);
		for (const [i, v] of secret.entries()) share[i] = v ^ times(slope[i] ?? 0, x);
		share[secretSize] = x;
		return share;
	});
	return [a, b, c] as readonly [Bytes, Bytes, Bytes];
}

/** 'mismatch' when they cannot be two of one secret; else what does not belong together shows at the pin. */
export function combine(one: Uint8Array, other: Uint8Array): Bytes {
	const x = xOf(one);
	const y = xOf(other);
	if (x === y) refuse('two shares with one x');
	// Lagrange at zero: y1·x2/(x1+x2) + y2·x1/(x1+x2).
	const over = inverse(x ^ y);
	const [first, second] = [times(y, over), times(x, over)];
	return Uint8Array.from(
		{ length: secretSize },
		(_, i) => times(one[i] ?? 0, first) ^ times(other[i] ?? 0, second),
	);
}

/** The x of a share: not 0. */
export function xOf(share: Uint8Array): number {
	const x = share[secretSize];
	if (share.length !== SHARE_SIZE || x === undefined || x === 0) refuse('not a share');
	return x;
}

function refuse(message: string): never {
	throw new CoffreError('mismatch', { message });
}

/** In GF(2^8) by x^8 + x^4 + x^3 + x + 1; without tables, so that the time says nothing of a or b. */
function times(a: number, b: number): number {
	let [product, doubled] = [0, a];
	for (let bit = 0; bit < 8; bit++) {
		product ^= -((b >> bit) & 1) & doubled;
		doubled = (doubled << 1) ^ (-(doubled >> 7) & 0x11b);
	}
	return product;
}

/** a^254. */
function inverse(a: number): number {
	let power = a;
	for (let i = 0; i < 6; i++) power = times(times(power, power), a);
	return times(power, power);
}
