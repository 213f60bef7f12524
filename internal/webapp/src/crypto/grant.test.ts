import { describe, expect, it } from 'vitest';
import { fingerprint, newIdentity, open, recipientOf, seal } from './age.ts';
import { newId, random, utf8 } from './bytes.ts';
import { canonical } from './canonical.ts';
import { HEADER_SIZE, sealedSize } from './form.ts';
import { type Grant, openGrant, openOwnGrant, openSlip, sealGrant } from './grant.ts';
import { RootKey } from './sign.ts';
import { code } from './testing/code.ts';

describe('grants (T4, T5, T7)', () => {
	const root = new RootKey(random(32));

	async function setting(more: Partial<Grant> = {}) {
		const reader = newIdentity();
		const to = await recipientOf(reader);
		const grant: Grant = {
			suite: 1,
			safe: newId(),
			doc: newId(),
			version: newId(),
			sha256: 'ab'.repeat(32),
			sealed: sealedSize(1234),
			size: 1234,
			name: 'Facture été.pdf',
			type: 'application/pdf',
			created: '2026-03-01T10:00:00Z',
			reader: newId(),
			recipient: fingerprint(to),
			index: 7,
			purpose: 'inscription',
			...more,
		};
		const key = newIdentity();
		return { reader, to, grant, key, sealed: await sealGrant(grant, root, key, to) };
	}

	it('gives the reader the key and what was signed', async () => {
		const s = await setting();
		const opened = await openGrant(s.sealed, s.reader, s.to, root.vk, s.grant.reader);
		expect(opened).toEqual({ grant: s.grant, key: s.key });
		expect((s.sealed.length - HEADER_SIZE - 32) % 512).toBe(0);
	});

	it('refuses another signer, another reader, another suite, bad names', async () => {
		const s = await setting();
		const { reader, to, grant } = s;
		expect(
			await code(openGrant(s.sealed, reader, to, new RootKey(random(32)).vk, grant.reader)),
		).toBe('signature');
		expect(await code(openGrant(s.sealed, reader, to, root.vk, newId()))).toBe('mismatch');
		expect(await code(openGrant(s.sealed, newIdentity(), to, root.vk, grant.reader))).toBe(
			'wrong-key',
		);
		expect(await code(setting({ name: 'a/b' }))).toBe('form');
		expect(await code(setting({ name: 'x'.repeat(4096) }))).toBe('form');
		expect(await code(setting({ suite: 2 as 1 }))).toBe('unknown-suite');
		const later = { ...grant, suite: 2 as 1, aNewMember: 1 };
		expect(await code(sealGrant(later, root, s.key, to))).toBe('unknown-suite');
		expect(await code(setting({ sealed: 99 }))).toBe('length');
	});

	it('of the holder’s own may be signed by a former key of the safe, and by nobody else', async () => {
		const { index: _, purpose: __, ...own } = (await setting()).grant;
		const s = await setting();
		const grant = { ...own, recipient: fingerprint(s.to) };
		const former = new RootKey(random(32));
		const sealed = await sealGrant(grant, former, s.key, s.to);
		const by = (...vks: Uint8Array[]) => openOwnGrant(sealed, s.reader, s.to, vks, grant.reader);
		expect(await by(root.vk, former.vk)).toEqual({ grant, key: s.key, former: true });
		expect((await by(former.vk, root.vk)).former).toBe(false);
		expect(await code(by(root.vk))).toBe('signature');
		expect(await code(by())).toBe('signature');
		expect(await code(openOwnGrant(sealed, s.reader, s.to, [former.vk], newId()))).toBe('mismatch');
		// What was shared is no grant of the holder's own.
		const shared = await code(openOwnGrant(s.sealed, s.reader, s.to, [root.vk], s.grant.reader));
		expect(shared).toBe('mismatch');
	});

	it('refuses a grant passed on to another recipient', async () => {
		const s = await setting();
		const plain = await open(s.sealed, s.reader);
		const thief = newIdentity();
		const to = await recipientOf(thief);
		const passed = await seal(plain, to);
		expect(await code(openGrant(passed, thief, to, root.vk, s.grant.reader))).toBe('mismatch');
	});

	it('refuses whatever is changed in the file', async () => {
		const s = await setting();
		const plain = new TextDecoder().decode(await open(s.sealed, s.reader));
		const changed = [
			plain.replace('Facture', 'Fbcture'),
			plain.replace('"size":1234', '"size":1235'),
			plain.replace('"suite":1', '"suite":1,"x":1'),
			`${plain.slice(0, -1)}x`,
			`${plain}${'\n'.repeat(512)}`,
			plain.replace('# coffre', '#  coffre'),
			plain.replace(s.key, newIdentity().toLowerCase()),
		];
		for (const c of changed) {
			expect(c).not.toBe(plain);
			const sealed = await seal(utf8(c), s.to);
			expect(['signature', 'form']).toContain(
				await code(openGrant(sealed, s.reader, s.to, root.vk, s.grant.reader)),
			);
		}
	});

	it('takes a slip only as a slip (T3)', async () => {
		const s = await setting();
		const { index: _, purpose: __, ...rest } = s.grant;
		const slip = { ...rest, reader: rest.safe, origin: newId(), door: 'gateway' };
		const text = `# coffre/v1/deposit - ${new TextDecoder().decode(canonical(slip))}\n${s.key}\n`;
		const file = utf8(
			text + '\n'.repeat(Math.ceil(utf8(text).length / 512) * 512 - utf8(text).length),
		);
		const sealed = await seal(file, s.to);
		expect((await openSlip(sealed, s.reader, s.to, rest.safe)).grant).toEqual(slip);
		expect(await code(openGrant(sealed, s.reader, s.to, root.vk, rest.safe))).toBe('signature');
		expect(await code(openSlip(s.sealed, s.reader, s.to, s.grant.safe))).toBe('form');
		expect(await code(openSlip(sealed, s.reader, s.to, newId()))).toBe('mismatch');
	});
});
