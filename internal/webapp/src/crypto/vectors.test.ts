import { describe, expect, it } from 'vitest';
import { fingerprint, parseIdentity, recipientOf, unlockIdentity, vaultIdentity } from './age.ts';
import { concat, fromBase64, isId, isTime, text, toBase64, utf8 } from './bytes.ts';
import { canonical, parseCanonical } from './canonical.ts';
import { pin } from './derive.ts';
import { openDocument } from './document.ts';
import { paddedSize } from './form.ts';
import { openGrant, openSlip } from './grant.ts';
import { openKeyring } from './keyring.ts';
import { openManifest } from './manifest.ts';
import { checkName, mediaType } from './shape.ts';
import { openSigned, RootKey } from './sign.ts';
import { code } from './testing/code.ts';
import { make, read, readGo, write } from './testing/vectors.ts';
import { parsePaper, parsePassphrase, toPaperQR, toPaperWords } from './words.ts';

// `npm run vectors` makes those of this implementation anew; otherwise those
// that are kept must still open, here and in internal/sealed.
if (process.env.COFFRE_WRITE_VECTORS) await write(await make());

describe.each(['ts', 'go'] as const)('what %s sealed once', (maker) => {
	it('keyring', async () => {
		const v = await read(maker, 'keyring');
		expect(v.unlock.length).toBeGreaterThan(1);
		for (const { p } of v.unlock) {
			expect(text(canonical((await openKeyring(v.container, fromBase64(p))).payload))).toBe(
				v.keyring,
			);
		}
	});

	it('succession', async () => {
		const v = await read(maker, 'succession');
		const line = v.container.line ?? [];
		expect([line.length, v.unlock.length]).toEqual([2, 3]);
		const behind: (boolean | undefined)[] = [];
		for (const { p } of v.unlock) {
			const opened = await openKeyring(v.container, fromBase64(p));
			expect(text(canonical(opened.payload))).toBe(v.keyring);
			expect(opened.vks.map(toBase64)).toEqual([
				v.container.vk,
				...line.map((f) => f.vk).reverse(),
			]);
			behind.push(opened.opener?.behind);
		}
		// One vouches for the key in use, the others for the two before it.
		expect(behind.filter((b) => b)).toHaveLength(2);
	});

	it('change', async () => {
		const v = await read(maker, 'change');
		const root = new RootKey(fromBase64(v.root));
		const payload = utf8(v.change);
		expect(toBase64(root.vk)).toBe(v.vk);
		expect(text(canonical(parseCanonical(payload)))).toBe(v.change);
		const signed = concat(fromBase64(v.signed), payload);
		expect(text(openSigned(root.vk, 'coffre/v1/change', signed))).toBe(v.change);
		expect(toBase64(root.sign('coffre/v1/change', payload).subarray(0, 64))).toBe(v.signed);
	});

	it('manifest', async () => {
		const v = await read(maker, 'manifest');
		const m = await openManifest(
			fromBase64(v.sealed),
			parseIdentity(v.vault),
			fromBase64(v.vk),
			v.safe,
		);
		expect(text(canonical(m))).toBe(v.manifest);
	});

	it('grant and document', async () => {
		const g = await read(maker, 'grant');
		const d = await read(maker, 'document');
		const reader = parseIdentity(g.reader);
		const said = JSON.parse(g.grant) as { reader: string };
		const opened = await openGrant(
			fromBase64(g.sealed),
			reader,
			await recipientOf(reader),
			fromBase64(g.vk),
			said.reader,
		);
		expect(toBase64(new RootKey(fromBase64(g.root)).vk)).toBe(g.vk);
		expect(text(canonical(opened.grant))).toBe(g.grant);
		expect([opened.key, opened.grant.sha256]).toEqual([d.key, d.sha256]);
		const blob = await openDocument(
			new Blob([fromBase64(d.sealed)]),
			opened.grant,
			opened.key,
			opened.grant.type,
		);
		expect(toBase64(new Uint8Array(await blob.arrayBuffer()))).toBe(d.document);
	});
});

describe('what go made', () => {
	it('deposit slip', async () => {
		const v = await readGo('slip');
		const vault = parseIdentity(v.reader);
		const said = JSON.parse(v.grant) as { safe: string };
		const opened = await openSlip(fromBase64(v.sealed), vault, await recipientOf(vault), said.safe);
		expect(text(canonical(opened.grant))).toBe(v.grant);
		expect(opened.key).toBe(v.key);
	});

	it('keys, pins and words from the same secrets', async () => {
		const { secrets, passphrases, signatures } = await readGo('derive');
		expect(secrets.length).toBeGreaterThan(2);
		for (const s of secrets) {
			const secret = fromBase64(s.secret);
			const { vk } = new RootKey(secret);
			const vault = vaultIdentity(secret);
			expect({
				...s,
				unlockIdentity: unlockIdentity(secret),
				vaultIdentity: vault,
				rootVK: toBase64(vk),
				pinOfRootVK: toBase64(pin(secret, s.safe, vk)),
				fingerprint: fingerprint(await recipientOf(vault)),
				french: toPaperWords(secret, 'fr').join(' '),
				english: toPaperWords(secret, 'en').join(' '),
				qr: toPaperQR(secret),
			}).toEqual(s);
			for (const typed of [s.french, s.english, s.qr])
				expect(toBase64(parsePaper(typed))).toBe(s.secret);
		}
		for (const { typed, p } of passphrases) expect(toBase64(parsePassphrase(typed))).toBe(p);
		for (const s of signatures) {
			const root = new RootKey(fromBase64(s.root));
			expect(toBase64(root.sign(s.context, utf8(s.payload)))).toBe(s.signed);
			expect(text(openSigned(root.vk, s.context, fromBase64(s.signed)))).toBe(s.payload);
		}
	});

	it('the same texts accepted and refused', async () => {
		const v = await readGo('texts');
		for (const s of v.canonical.accepted) expect(text(canonical(parseCanonical(utf8(s))))).toBe(s);
		for (const s of v.canonical.refused)
			expect([s, await code(() => parseCanonical(fromBase64(s)))]).toEqual([s, 'form']);
		const isType = (s: string): boolean => {
			try {
				return mediaType(s) === s;
			} catch {
				return false;
			}
		};
		for (const [both, accepts] of [
			[v.names, checkName],
			[v.types, isType],
			[v.ids, isId],
			[v.times, isTime],
		] as const) {
			expect(both.refused.length).toBeGreaterThan(4);
			for (const s of both.accepted) expect([s, accepts(s)]).toEqual([s, true]);
			for (const s of both.refused) expect([s, accepts(s)]).toEqual([s, false]);
		}
		for (const [size, padded] of Object.entries(v.padded))
			expect([size, paddedSize(Number(size))]).toEqual([size, padded]);
	});
});

it('a keyring that replaced another, as this one seals it', async () => {
	const v = await read('ts', 'resealed');
	expect([v.container.epoch, v.unlock.length]).toEqual([3, 3]);
	for (const { p } of v.unlock) {
		const opened = await openKeyring(v.container, fromBase64(p));
		expect(text(canonical(opened.payload))).toBe(v.keyring);
	}
});
