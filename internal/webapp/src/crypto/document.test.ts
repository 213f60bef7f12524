import { createHash } from 'node:crypto';
import { x25519 } from '@noble/curves/ed25519.js';
import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	decrypter,
	newIdentity,
	open,
	parseIdentity,
	parseRecipient,
	recipientOf,
	seal,
} from './age.ts';
import { random, toBase64, utf8 } from './bytes.ts';
import { sha256 } from './derive.ts';
import { openDocument, sealDocument } from './document.ts';
import { checkForm, HEADER_SIZE, paddedSize, padme, sealedSize } from './form.ts';
import { code } from './testing/code.ts';

describe('padding', () => {
	it('never shrinks, wastes less than 12 %, and stays where it is', () => {
		fc.assert(
			fc.property(fc.integer({ min: 2, max: 2 ** 45 }), (n) => {
				const p = padme(n);
				expect(p).toBeGreaterThanOrEqual(n);
				expect(p - n).toBeLessThanOrEqual(0.12 * n);
				expect(padme(p)).toBe(p);
			}),
		);
	});
});

describe('documents', () => {
	const sizes = [1, 511, 512, 513, 65535, 65536, 65537, 131072, 200_000];

	async function made(size: number) {
		const key = newIdentity();
		const plain = random(Math.min(size, 65536));
		const whole = new Uint8Array(size).map((_, i) => plain[i % plain.length] ?? 0);
		const { sealed, sha256: sum } = await sealDocument(new Blob([whole]), await recipientOf(key));
		return { key, whole, sealed, ref: { sha256: sum, sealed: sealed.size, size } };
	}

	it.each(sizes)('gives back %i bytes, and its length tells only the padded size', async (size) => {
		const { key, whole, sealed, ref } = await made(size);
		expect(sealed.size).toBe(sealedSize(size));
		checkForm(new Uint8Array(await sealed.slice(0, HEADER_SIZE).arrayBuffer()));
		const opened = await openDocument(sealed, ref, key, 'image/png');
		expect(opened.type).toBe('image/png');
		expect(new Uint8Array(await opened.arrayBuffer())).toEqual(whole);
	});

	it('is what the library itself makes and reads', async () => {
		for (const size of [600, 65536, 3 * 1024 * 1024]) {
			const { key, whole, sealed, ref } = await made(size);
			const plain = await decrypter(key).decrypt(new Uint8Array(await sealed.arrayBuffer()));
			expect(Buffer.compare(plain.slice(0, size), whole)).toBe(0);
			expect(plain.length).toBe(paddedSize(size));
			const theirs = await seal(plain, await recipientOf(key));
			const sum = Buffer.from(sha256(theirs)).toString('hex');
			const opened = await openDocument(new Blob([theirs]), { ...ref, sha256: sum }, key, '');
			expect(Buffer.compare(new Uint8Array(await opened.arrayBuffer()), whole)).toBe(0);
		}
	});

	it('is hashed alike as a whole and as it passes', async () => {
		const key = newIdentity();
		const to = await recipientOf(key);
		for (const hashedWhole of [0, undefined]) {
			const watch = hashedWhole === undefined ? {} : { hashedWhole };
			const {
				sealed,
				sha256: sum,
				plain,
			} = await sealDocument(new Blob([new Uint8Array(5e6)]), to, watch);
			const whole = createHash('sha256').update(new Uint8Array(5e6));
			expect(plain).toBe(whole.digest('hex'));
			const bytes = new Uint8Array(await sealed.arrayBuffer());
			expect(createHash('sha256').update(bytes).digest('hex')).toBe(sum);
			const ref = { sha256: sum, sealed: sealed.size, size: 5e6 };
			for (const other of [{}, { hashedWhole: 0 }]) {
				expect((await openDocument(sealed, ref, key, '', other)).size).toBe(5e6);
				const bad = { ...ref, sha256: 'ab'.repeat(32) };
				expect(await code(openDocument(sealed, bad, key, '', other))).toBe('hash');
			}
		}
	});

	it('refuses another document sealed with the same key (T4)', async () => {
		const a = await made(1000);
		const other = await sealDocument(new Blob([random(1000)]), await recipientOf(a.key));
		expect(await code(openDocument(other.sealed, a.ref, a.key, ''))).toBe('hash');
	});

	it('refuses any bit that differs, and any length that differs', async () => {
		const { key, sealed, ref } = await made(70_000);
		const bytes = new Uint8Array(await sealed.arrayBuffer());
		for (const at of [0, 30, HEADER_SIZE, HEADER_SIZE + 70_000, bytes.length - 1]) {
			const bad = bytes.slice();
			bad[at] = (bad[at] ?? 0) ^ 1;
			expect(await code(openDocument(new Blob([bad]), ref, key, ''))).toBe('hash');
		}
		expect(await code(openDocument(sealed.slice(0, -1), ref, key, ''))).toBe('length');
	});

	// Somebody who signs the hash too (a deposit) still cannot reorder, drop or double chunks (T6).
	it('refuses chunks moved, dropped, doubled and files cut around each boundary', async () => {
		const { key, sealed, ref } = await made(200_000);
		const bytes = new Uint8Array(await sealed.arrayBuffer());
		const start = HEADER_SIZE + 16;
		const chunk = 65536 + 16;
		const at = (i: number) => bytes.slice(start + i * chunk, start + (i + 1) * chunk);
		const head = bytes.slice(0, start);
		const join = (...p: Uint8Array<ArrayBuffer>[]) => new Blob([head, ...p]);
		const mutants = [
			join(at(1), at(0), at(2), at(3)),
			join(at(0), at(0), at(2), at(3)),
			join(at(0), at(1), at(2)),
			join(at(0), at(1), at(2), at(3), at(3)),
		];
		for (const boundary of [1, 2, 3]) {
			for (const d of [-1, 0, 1])
				mutants.push(new Blob([bytes.slice(0, start + boundary * chunk + d)]));
		}
		for (const blob of mutants) {
			const b = new Uint8Array(await blob.arrayBuffer());
			const claim = { ...ref, sealed: b.length, sha256: sha256(b) };
			const sum = Array.from(claim.sha256, (v) => v.toString(16).padStart(2, '0')).join('');
			expect(['form', 'length']).toContain(
				await code(openDocument(blob, { ...claim, sha256: sum }, key, '')),
			);
		}
	});

	it('refuses padding that is not zero, and a file for another key', async () => {
		const { key, ref, sealed } = await made(600);
		const forged = await seal(new Uint8Array(paddedSize(600)).fill(1), await recipientOf(key));
		const sum = Array.from(sha256(forged), (v) => v.toString(16).padStart(2, '0')).join('');
		expect(forged.length).toBe(ref.sealed);
		expect(await code(openDocument(new Blob([forged]), { ...ref, sha256: sum }, key, ''))).toBe(
			'padding',
		);
		expect(await code(openDocument(sealed, ref, newIdentity(), ''))).toBe('wrong-key');
	});

	it('refuses the empty document and stops when told', async () => {
		expect(await code(sealDocument(new Blob([]), await recipientOf(newIdentity())))).toBe('empty');
		const signal = AbortSignal.abort();
		expect(
			await code(sealDocument(new Blob(['a']), await recipientOf(newIdentity()), { signal })),
		).toBe('cancelled');
	});
});

describe('form (T9)', () => {
	it('refuses other stanzas, several of them, armor and long headers', async () => {
		const identity = newIdentity();
		const hybrid = await recipientOf(identity);
		const plain = new Uint8Array(512);
		const x = await identityToRecipient(await generateX25519Identity());
		const files: Uint8Array[] = [];
		for (const to of [[x], [hybrid, x], [hybrid, hybrid]]) {
			const e = new Encrypter();
			for (const r of to) e.addRecipient(r);
			files.push(await e.encrypt(plain));
		}
		const scrypt = new Encrypter();
		scrypt.setScryptWorkFactor(2);
		scrypt.setPassphrase('a');
		files.push(await scrypt.encrypt(plain));
		const good = await seal(plain, hybrid);
		files.push(
			utf8(`-----BEGIN AGE ENCRYPTED FILE-----\n${toBase64(good)}`),
			good.slice(0, HEADER_SIZE - 1),
		);
		for (const f of files) expect(await code(open(f, identity))).toBe('form');
		expect(await open(good, identity)).toEqual(plain);
		expect(await code(open(good.slice(0, -1), identity))).toMatch(/form|length/);
		expect(await code(open(good.slice(0, HEADER_SIZE + 40), identity))).toBe('length');
	});

	it('takes only hybrid identities and recipients', async () => {
		const identity = newIdentity();
		expect(parseIdentity(identity)).toBe(identity);
		expect(await code(() => parseIdentity(identity.toLowerCase()))).toBe('form');
		expect(await code(() => parseIdentity('AGE-SECRET-KEY-PQ-1QQQ'))).toBe('form');
		const r = await recipientOf(identity);
		expect(r.length).toBe(1959);
		expect(parseRecipient(r)).toBe(r);
		expect(await code(() => parseRecipient(r.toUpperCase()))).toBe('form');
		const own = x25519.utils.randomSecretKey();
		expect(
			await code(async () =>
				parseRecipient(await identityToRecipient(await generateX25519Identity())),
			),
		).toBe('form');
		expect(own.length).toBe(32);
	});
});
