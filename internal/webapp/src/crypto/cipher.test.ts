import { createDecipheriv, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { newIdentity, recipientOf } from './age.ts';
import { type Maker, selfTest } from './cipher.ts';
import { openDocument, sealDocument } from './document.ts';
import { code } from './testing/code.ts';
import { subtle } from './testing/subtle.ts';

const browserWith = (s: Partial<ReturnType<typeof subtle>>): void => {
	vi.stubGlobal('crypto', {
		getRandomValues: crypto.getRandomValues.bind(crypto),
		subtle: s,
	});
};
afterEach(() => vi.unstubAllGlobals());

describe('the self-test', () => {
	it('takes a browser that makes what the library makes', async () => {
		browserWith(subtle());
		expect(await selfTest()).toBe(true);
	});

	it('takes none without the cipher', async () => {
		browserWith({});
		expect(await selfTest()).toBe(false);
		browserWith({ ...subtle(), decrypt: () => Promise.reject(new Error('not supported')) });
		expect(await selfTest()).toBe(false);
	});

	it.each([
		['seals otherwise', subtle((what, b) => (what === 'encrypt' ? b.map((v) => v ^ 1) : b))],
		['opens otherwise', subtle((what, b) => (what === 'decrypt' ? b.map((v) => v ^ 1) : b))],
		['cuts the tag', subtle((what, b) => (what === 'encrypt' ? b.slice(0, -4) : b))],
		[
			'errs on the length of a chunk alone',
			subtle((what, b) => (what === 'encrypt' && b.length > 5000 ? b.map((v) => v ^ 1) : b)),
		],
	])('takes none that %s', async (_, s) => {
		browserWith(s);
		expect(await selfTest()).toBe(false);
	});

	it('takes none that gives bytes out of what was changed', async () => {
		const s = subtle();
		browserWith({
			...s,
			decrypt: async (how, key, b) => {
				const d = createDecipheriv('chacha20-poly1305', key, how.iv, { authTagLength: 16 });
				return new Uint8Array(d.update(b.subarray(0, -16))).buffer;
			},
		});
		expect(await selfTest()).toBe(false);
	});
});

describe('documents by the browser and by the library', () => {
	it.each([1, 65535, 65536, 65537, 300_000])('are the same, %i bytes', async (size) => {
		browserWith(subtle());
		const key = newIdentity();
		const whole = new Uint8Array(randomBytes(size));
		for (const [by, to] of [
			['browser', 'library'],
			['library', 'browser'],
			['browser', 'browser'],
		] satisfies [Maker, Maker][]) {
			const { sealed, sha256 } = await sealDocument(new Blob([whole]), await recipientOf(key), {
				maker: by,
			});
			const ref = { sha256, sealed: sealed.size, size };
			const opened = await openDocument(sealed, ref, key, '', { maker: to });
			expect(Buffer.compare(new Uint8Array(await opened.arrayBuffer()), whole)).toBe(0);
		}
	});

	it('are refused alike', async () => {
		browserWith(subtle());
		const { sealed } = await sealDocument(
			new Blob([new Uint8Array(1000)]),
			await recipientOf(newIdentity()),
		);
		const other = newIdentity();
		for (const maker of ['browser', 'library'] as const)
			expect(
				await code(
					openDocument(sealed, { sha256: '', sealed: sealed.size, size: 1000 }, other, '', {
						maker,
					}),
				),
			).toBe('hash');
	});
});
