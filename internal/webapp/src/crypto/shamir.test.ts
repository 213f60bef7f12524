import fc from 'fast-check';
import * as peer from 'shamir-secret-sharing';
import { describe, expect, it } from 'vitest';
import { combine, split, xOf } from './shamir.ts';
import { code } from './testing/code.ts';

const secrets = fc.uint8Array({ minLength: 32, maxLength: 32 });
/** Copies of the peer's own class: it compares constructors. */
const plain = (b: Uint8Array): Uint8Array => new Uint8Array(b);

describe('shares', () => {
	it('any two of three give the secret back, in either order', () => {
		fc.assert(
			fc.property(secrets, (secret) => {
				const [a, b, c] = split(secret);
				for (const [x, y] of [
					[a, b],
					[a, c],
					[b, c],
				] as const) {
					expect(combine(x, y)).toEqual(plain(secret));
					expect(combine(y, x)).toEqual(plain(secret));
				}
			}),
		);
	});

	it('are those of an implementation that others have audited', async () => {
		await fc.assert(
			fc.asyncProperty(secrets, async (secret) => {
				const [a, b, c] = split(secret);
				expect(await peer.combine([plain(a), plain(c)])).toEqual(plain(secret));
				expect(await peer.combine([plain(a), plain(b), plain(c)])).toEqual(plain(secret));
				const [x, y] = (await peer.split(plain(secret), 3, 2)) as [Uint8Array, Uint8Array];
				expect(combine(x, y)).toEqual(plain(secret));
			}),
		);
	});

	it('one alone says nothing: every secret goes with it', () => {
		const [share] = split(new Uint8Array(32).fill(7));
		const wanted = new Uint8Array(32).map((_, i) => i);
		// The line through that point and the wanted secret has a point at any other x.
		const other = new Uint8Array(33);
		for (let i = 0; i < 32; i++) {
			for (let y = 0; y < 256; y++) {
				other[i] = y;
				other[32] = 2;
				if (combine(share, other)[i] === wanted[i]) break;
			}
		}
		expect(combine(share, other)).toEqual(plain(wanted));
	});

	it('are drawn anew each time, and one wrong byte gives another secret', () => {
		const secret = new Uint8Array(32).fill(1);
		const [a, b] = split(secret);
		expect(split(secret)[0]).not.toEqual(a);
		b[3] = (b[3] ?? 0) ^ 1;
		expect(combine(a, b)).not.toEqual(secret);
	});

	it('are refused when they cannot be two of one secret', async () => {
		const [a] = split(new Uint8Array(32));
		const zero = a.slice();
		zero[32] = 0;
		expect(await code(() => combine(a, a))).toBe('mismatch');
		expect(await code(() => combine(a, zero))).toBe('mismatch');
		expect(await code(() => combine(a, a.slice(1)))).toBe('mismatch');
		expect(await code(() => xOf(new Uint8Array()))).toBe('mismatch');
		expect(await code(() => split(new Uint8Array(31)))).toBe('mismatch');
	});
});
