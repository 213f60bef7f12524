import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Identity, newIdentity, recipientOf, seal } from './age.ts';
import { type Bytes, newId, random, toBase64 } from './bytes.ts';
import { canonical } from './canonical.ts';
import {
	type Custody,
	openCard,
	openCustody,
	openShare,
	parseCode,
	type Share,
	sealShare,
	signCard,
	signCustody,
	toCode,
} from './custody.ts';
import { hashHex } from './derive.ts';
import { blockSize, padLF, RootKey } from './sign.ts';
import { code } from './testing/code.ts';

const time = '2026-11-26T10:00:00Z';
const root = new RootKey(random(32));
const safe = newId();
const unlocker = newId();

const custodian = (): Custody['custodians'][number] => ({
	id: newId(),
	kind: 'safe',
	holder: newId(),
	name: 'Minh',
	recipient: hashHex(random(4)),
	share: hashHex(random(4)),
});
const custody = (): Custody => ({
	suite: 1,
	safe,
	unlocker,
	holder: 'Angela',
	threshold: 2,
	delay: 259_200,
	created: time,
	custodians: [custodian(), custodian(), custodian()],
});
const put = (v: unknown): Bytes => root.sign('coffre/v1/custody', canonical(v));

describe('custody (T13)', () => {
	it('opens as it was signed, and is called by its hash', () => {
		const c = custody();
		const signed = signCustody(c, root);
		expect(openCustody(signed, root.vk, safe)).toEqual({ ...c, hash: hashHex(signed) });
	});

	it('is believed of its own safe and root alone', async () => {
		const signed = signCustody(custody(), root);
		const open = (s: Uint8Array, vk = root.vk, of = safe) => code(() => openCustody(s, vk, of));
		expect(await open(signed, new RootKey(random(32)).vk)).toBe('signature');
		expect(await open(signed, root.vk, newId())).toBe('mismatch');
		const c = custody();
		const other = root.sign('coffre/v1/share', canonical(c));
		expect(await open(other)).toBe('signature');
		expect(await open(signed.slice(0, 64))).toBe('signature');
	});

	it('whatever of it is changed, the signature tells', () => {
		const signed = signCustody(custody(), root);
		fc.assert(
			fc.property(
				fc.nat({ max: signed.length - 1 }),
				fc.integer({ min: 1, max: 255 }),
				(at, by) => {
					const bent = signed.slice();
					bent[at] = (bent[at] ?? 0) ^ by;
					expect(() => openCustody(bent, root.vk, safe)).toThrow();
				},
			),
			{ numRuns: 50 },
		);
	});

	it('is refused when its root has signed what is no custody', async () => {
		const c = custody();
		const [a, b, d] = c.custodians;
		if (!a || !b || !d) throw new Error('three');
		const bad: [Record<string, unknown>, string][] = [
			[{ suite: 2, members: [] }, 'unknown-suite'],
			[{ extra: 1 }, 'form'],
			[{ threshold: 1 }, 'form'],
			[{ threshold: 3 }, 'form'],
			[{ delay: -1 }, 'form'],
			[{ delay: 2_592_001 }, 'form'],
			[{ holder: '' }, 'form'],
			[{ holder: 'x'.repeat(201) }, 'form'],
			[{ custodians: [a, b] }, 'form'],
			[{ custodians: [a, b, d, custodian()] }, 'form'],
			[{ custodians: [a, b, { ...d, id: a.id }] }, 'form'],
			[{ custodians: [a, b, { ...d, holder: a.holder }] }, 'form'],
			[{ custodians: [a, b, { ...d, recipient: a.recipient }] }, 'form'],
			[{ custodians: [a, b, { ...d, holder: safe }] }, 'form'],
			[{ custodians: [a, b, { ...d, kind: 'person' }] }, 'form'],
			[{ custodians: [a, b, { ...d, share: 'ab' }] }, 'form'],
		];
		for (const [change, want] of bad)
			expect([
				change,
				await code(() => openCustody(put({ ...c, ...change }), root.vk, safe)),
			]).toEqual([change, want]);
		expect(await code(() => signCustody({ ...c, delay: -1 }, root))).toBe('form');
	});
});

describe('a sealed share (T13)', () => {
	let own: Identity;
	const c = custody();
	const id = c.custodians[0]?.id ?? '';
	const share = (more: Partial<Share> = {}): Share => ({
		suite: 1,
		safe,
		unlocker,
		custodian: id,
		share: toBase64(new Uint8Array(33).fill(1)),
		...more,
	});
	beforeAll(() => {
		own = newIdentity();
	});
	const sealed = async (s: Share, by = root) => sealShare(s, by, await recipientOf(own));
	const open = (b: Uint8Array, as = own) => openShare(b, as, root.vk, c, id);

	it('opens for its custodian, and is given on as it was signed', async () => {
		const opened = await open(await sealed(share()));
		expect(opened.share).toEqual(share());
		const again = await seal(
			padLF(opened.signed, blockSize(opened.signed.length)),
			await recipientOf(own),
		);
		expect((await open(again)).share).toEqual(share());
	});

	it('is refused when it is anything else', async () => {
		expect(await code(open(await sealed(share()), newIdentity()))).toBe('wrong-key');
		expect(await code(open(await sealed(share(), new RootKey(random(32)))))).toBe('signature');
		for (const other of [{ safe: newId() }, { unlocker: newId() }, { custodian: newId() }])
			expect(await code(open(await sealed(share(other))))).toBe('mismatch');
		const zero = { share: toBase64(new Uint8Array(33)) };
		expect(await code(sealed(share(zero)))).toBe('mismatch');
		const to = await recipientOf(own);
		const forged = async (v: unknown, extra = 0): Promise<string> => {
			const signed = root.sign('coffre/v1/share', canonical(v));
			return code(open(await seal(padLF(signed, blockSize(signed.length) + extra), to)));
		};
		expect(await forged(share())).toBe('nothing was refused');
		expect(await forged(share(), 512)).toBe('form');
		expect(await forged({ ...share(), more: 1 })).toBe('form');
		expect(await forged(share({ share: toBase64(new Uint8Array(32)) }))).toBe('form');
		expect(await forged(share(zero))).toBe('mismatch');
	});
});

describe('a card and its code (T1)', () => {
	const card = async () => ({
		suite: 1 as const,
		safe,
		recipient: await recipientOf(newIdentity()),
		name: 'Minh Trân',
		created: time,
	});

	it('lead to the same holder, however the code is typed', async () => {
		const c = await card();
		const typed = toCode(safe, root.vk);
		expect(typed).toMatch(/^COFFREG1:[A-Z2-7]{52}$/);
		const groups = typed.toLowerCase().replace(/(.{6})/g, '$1 ');
		for (const t of [typed, groups, ` ${typed}\n`, typed.replace(/(.{9})/, '$1-')])
			expect(openCard(signCard(c, root), root.vk, parseCode(t))).toEqual(c);
	});

	it('are refused of another safe, another root, or when it is no code', async () => {
		const c = await card();
		const own = parseCode(toCode(safe, root.vk));
		const thief = new RootKey(random(32));
		expect(await code(() => openCard(signCard(c, thief), thief.vk, own))).toBe('card');
		expect(await code(() => openCard(signCard(c, thief), root.vk, own))).toBe('signature');
		const elsewhere = signCard({ ...c, safe: newId() }, root);
		expect(await code(() => openCard(elsewhere, root.vk, own))).toBe('card');
		const good = toCode(safe, root.vk);
		for (const bad of ['', 'COFFRE1:AAAA', good.slice(0, -1), `${good}A`, good.slice(9)])
			expect([bad, await code(() => parseCode(bad))]).toEqual([bad, 'custodian-code']);
		// Spare bits of the last character.
		const last = good.at(-1) ?? '';
		const spare = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
		const bent = good.slice(0, -1) + spare[spare.indexOf(last) + 1];
		expect(await code(() => parseCode(bent))).toBe('custodian-code');
	});

	it('a code is read back for every id and root', () => {
		fc.assert(
			fc.property(
				fc.uint8Array({ minLength: 33, maxLength: 33 }),
				fc.string({ unit: 'grapheme' }),
				(vk, noise) => {
					const id = newId();
					expect(parseCode(toCode(id, vk)).safe).toBe(id);
					try {
						const read = parseCode(noise);
						expect(read.safe).toMatch(/^[a-z2-7]{26}$/);
					} catch (e) {
						expect(e).toMatchObject({ code: 'custodian-code' });
					}
				},
			),
		);
	});
});
