import { describe, expect, it } from 'vitest';
import { newIdentity, recipientOf, seal, unlockIdentity } from './age.ts';
import { newId, random, toBase64, utf8 } from './bytes.ts';
import { canonical } from './canonical.ts';
import { type Container, checkContainer, newKeyring, openKeyring, sealKeyring } from './keyring.ts';
import { type Manifest, openManifest, sealManifest } from './manifest.ts';
import { blockSize, padLF, RootKey } from './sign.ts';
import { code } from './testing/code.ts';
import { read } from './testing/vectors.ts';
import { newSecret } from './words.ts';

const now = new Date('2026-03-01T10:00:00Z');

describe('keyring (T2)', () => {
	const ways = () => [
		{ kind: 'paper' as const, label: 'Papier', p: newSecret() },
		{ kind: 'passkey' as const, label: 'Téléphone', p: newSecret(), credential: 'AQID' },
	];

	it('opens by each of its ways, to the same keys', async () => {
		const safe = newId();
		const two = ways();
		const { keyring, container } = await newKeyring(safe, two, now);
		for (const w of two) {
			const opened = await openKeyring(container, w.p);
			expect(opened.payload).toEqual(keyring.payload);
			expect(opened.recipient).toBe(container.recipient);
			expect(opened.hash).toBe(keyring.hash);
		}
		expect(JSON.stringify(container)).not.toContain(keyring.payload.root);
	});

	it('says what was swapped', async () => {
		const safe = newId();
		const two = ways();
		const [mine] = two;
		if (!mine) throw new Error('no way');
		const { container, keyring } = await newKeyring(safe, two, now);
		const other = (await newKeyring(safe, ways(), now)).container;
		const put = (c: Partial<Container>): Promise<string> =>
			code(openKeyring({ ...container, ...c }, mine.p));
		expect(await put({ vk: other.vk })).toBe('pin');
		expect(await put({ vk: other.vk, copies: other.copies })).toBe('wrong-key');
		expect(await put({ recipient: other.recipient })).toBe('mismatch');
		expect(await put({ epoch: 2 })).toBe('mismatch');
		expect(await put({ safe: newId() })).toBe('pin');
		expect(await put({ suite: 2 as 1 })).toBe('unknown-suite');
		expect(await put({ copies: container.copies.slice(0, 1) })).toBe('form');
		const [a, b] = container.copies;
		if (!a || !b) throw new Error('no copies');
		expect(
			await put({
				copies: [
					{ ...a, id: b.id },
					{ ...b, id: a.id },
				],
			}),
		).toBe('mismatch');
		expect(await put({ copies: [{ ...a, sealed: b.sealed }, b] })).toBe('wrong-key');
		expect(await put({ copies: [a, { ...b, kind: 'passphrase' }] })).toBe('mismatch');
		expect(await put({ copies: [b, a] })).toBe('mismatch');
		expect(await put({ copies: [a, b, { ...b, id: newId() }] })).toBe('mismatch');
		expect(await put({ copies: [a, { ...b, sealed: toBase64(utf8('age')) }] })).toBe('form');
		const many = Array.from({ length: 15 }, () => ({ ...b, id: newId() }));
		expect(await put({ copies: [a, b, ...many] })).toBe('form');
		expect(await code(openKeyring({ ...container, extra: 1 }, mine.p))).toBe('form');
		// Sealed by somebody who knows the recipients, with a root of their own and the right pins: not possible
		// without P; with the old pin and the old VK the signature tells.
		const forged = await sealKeyring({ ...keyring.payload, root: toBase64(random(32)) }, two);
		const copies = forged.container.copies.map((c, i) => ({
			...c,
			pin: container.copies[i]?.pin ?? '',
		}));
		expect(await put({ copies })).toBe('signature');
	});

	it('refuses what its own root has signed, when it is no keyring', async () => {
		const two = ways();
		const [mine] = two;
		if (!mine) throw new Error('no way');
		const { container, keyring } = await newKeyring(newId(), two, now);
		const { payload, root } = keyring;
		const [u, v] = payload.unlockers;
		const [seed] = payload.seeds;
		if (!u || !v || !seed) throw new Error('no unlockers');
		const forge = async (p: unknown, more = 0): Promise<string> => {
			const signed = root.sign('coffre/v1/keyring', canonical(p));
			const plain = padLF(signed, blockSize(signed.length) + more);
			const copies = await Promise.all(
				container.copies.map(async (c, i) => {
					const to = await recipientOf(unlockIdentity(two[i]?.p ?? mine.p));
					return { ...c, sealed: toBase64(await seal(plain, to)) };
				}),
			);
			return code(openKeyring({ ...container, copies }, mine.p));
		};
		expect(await forge(payload)).toBe('nothing was refused');
		expect(await forge(payload, 512)).toBe('form');
		const bad: [Record<string, unknown>, string][] = [
			[{ suite: 2, members: [] }, 'unknown-suite'],
			[{ extra: 1 }, 'form'],
			[{ unlockers: [u] }, 'form'],
			[{ unlockers: [u, { ...v, id: u.id }] }, 'form'],
			[{ unlockers: [u, { ...v, recipient: u.recipient }] }, 'form'],
			[{ unlockers: [u, { ...v, kind: 'password' }] }, 'form'],
			[{ unlockers: [v, u] }, 'mismatch'],
			[{ seeds: [] }, 'form'],
			[{ seeds: [seed, seed] }, 'form'],
			[{ seeds: [{ ...seed, seed: toBase64(random(32)) }] }, 'mismatch'],
			[{ previous: 'ab'.repeat(32) }, 'form'],
			[{ epoch: 2, previous: 'ab'.repeat(32) }, 'mismatch'],
			[{ safe: newId() }, 'mismatch'],
			[{ root: toBase64(random(32)) }, 'signature'],
		];
		for (const [change, want] of bad)
			expect([change, await forge({ ...payload, ...change })]).toEqual([change, want]);
	});

	it('believes no replacement that its root has not signed as a whole', async () => {
		const { container } = await read('go', 'keyring');
		const { signature } = checkContainer(container);
		expect(signature).toBeDefined();
		const [a, ...others] = container.copies;
		if (!a) throw new Error('no copies');
		const thief = await recipientOf(newIdentity());
		for (const change of [
			{ recipient: thief },
			{ epoch: 3 },
			{ copies: others },
			{ copies: [{ ...a, pin: toBase64(random(32)) }, ...others] },
			{ signature: toBase64(random(64)) },
		])
			expect(await code(() => checkContainer({ ...container, ...change }))).toBe('signature');
	});

	it('has the custodians once at most, and not as one of the two ways in hand', async () => {
		const custodians = () => ({ kind: 'custodians' as const, label: '', p: newSecret() });
		const [one, other] = ways();
		if (!one || !other) throw new Error('no ways');
		const three = [one, other, custodians()];
		const { container } = await newKeyring(newId(), three, now);
		for (const w of three) expect((await openKeyring(container, w.p)).safe).toBe(container.safe);
		for (const refused of [
			[one, custodians()],
			[custodians(), custodians()],
			[...three, custodians()],
		])
			expect(await code(newKeyring(newId(), refused, now))).toBe('form');
		const copies = container.copies.slice(1);
		expect(await code(() => checkContainer({ ...container, copies }))).toBe('form');
	});

	it('wants two ways that differ', async () => {
		const [one] = ways();
		if (!one) throw new Error('no way');
		expect(await code(newKeyring(newId(), [one], now))).toBe('form');
		expect(await code(newKeyring(newId(), [one, one], now))).toBe('mismatch');
	});
});

describe('manifest (T3, T8)', () => {
	it('opens for the vault that signed it, and says what it is not', async () => {
		const root = new RootKey(random(32));
		const vault = newIdentity();
		const to = await recipientOf(vault);
		const safe = newId();
		const m: Manifest = {
			suite: 1,
			safe,
			epoch: 1,
			time: '2026-03-01T10:00:00Z',
			folders: [{ id: newId(), name: 'Impôts' }],
			docs: [],
			gone: [],
		};
		const sealed = await sealManifest(m, root, to);
		expect(await openManifest(sealed, vault, root.vk, safe)).toEqual(m);
		expect(await code(openManifest(sealed, vault, root.vk, newId()))).toBe('mismatch');
		expect(await code(openManifest(sealed, vault, new RootKey(random(32)).vk, safe))).toBe(
			'signature',
		);
		const twice = {
			...m,
			gone: [
				{ id: `${'b'.repeat(25)}a`, name: 'b', time: m.time },
				{ id: 'a'.repeat(26), name: 'a', time: m.time },
			],
		};
		expect(await code(sealManifest(twice, root, to))).toBe('form');
		expect(await code(sealManifest({ ...m, epoch: 2 }, root, to))).toBe('form');
		const signed = root.sign('coffre/v1/manifest', canonical(m));
		for (const length of [signed.length + 1, 1024]) {
			const padded = await seal(padLF(signed, Math.max(length, 513)), to);
			expect(await code(openManifest(padded, vault, root.vk, safe))).toBe('form');
		}
	});
});
