import { describe, expect, it } from 'vitest';
import { fingerprint, parseIdentity, recipientOf } from './age.ts';
import { concat, fromBase64, text, toBase64, utf8 } from './bytes.ts';
import { canonical } from './canonical.ts';
import { hashHex } from './derive.ts';
import { type Grant, openGrant, sealGrant } from './grant.ts';
import { holds, type Issue, openIssue, readIssue, signIssue } from './issue.ts';
import { RootKey } from './sign.ts';
import { code } from './testing/code.ts';
import { issue } from './testing/issue.ts';
import { read } from './testing/vectors.ts';
import { newSecret } from './words.ts';

// `npm run vectors` makes those of this implementation anew (vectors.test.ts).
describe.each(['ts', 'go'] as const)('what %s made', (maker) => {
	it('is the issuer’s, and goes along in a grant', async () => {
		const v = await read(maker, 'issue');
		const signed = fromBase64(v.signed);
		const opened = openIssue(signed, fromBase64(v.vk));
		expect(text(canonical(opened))).toBe(v.issue);
		expect(readIssue(signed)).toEqual(opened);
		expect(toBase64(signIssue(opened, new RootKey(fromBase64(v.root))))).toBe(v.signed);
		const bytes = utf8(v.document);
		expect(holds(opened, { sha256: hashHex(bytes), size: bytes.length })).toBe(true);
		const reader = parseIdentity(v.grant.reader);
		const to = await recipientOf(reader);
		const said = JSON.parse(v.grant.grant) as Grant;
		const vk = fromBase64(v.grant.vk);
		const { grant } = await openGrant(fromBase64(v.grant.sealed), reader, to, vk, said.reader);
		expect(text(canonical(grant))).toBe(v.grant.grant);
		expect(grant.issue).toBe(v.signed);
	});
});

const root = new RootKey(newSecret());

describe('an issue', () => {
	it('of which a bit was changed is refused, and one of another context', async () => {
		const signed = signIssue(issue, root);
		expect(openIssue(signed, root.vk)).toEqual(issue);
		for (let at = 0; at < signed.length; at += 7) {
			const edited = Uint8Array.from(signed);
			edited[at] = (edited[at] ?? 0) ^ 1;
			expect(await code(() => openIssue(edited, root.vk))).toBe('signature');
		}
		const elsewhere = root.sign('coffre/v1/note', signed.slice(64));
		expect(await code(() => openIssue(elsewhere, root.vk))).toBe('signature');
		expect(await code(() => openIssue(signed, new RootKey(newSecret()).vk))).toBe('signature');
		expect(await code(() => openIssue(signed.slice(0, 65), root.vk))).toBe('length');
		const long = concat(signed, new Uint8Array(4096));
		expect(await code(() => openIssue(long, root.vk))).toBe('length');
	});

	it('is of these bytes alone', () => {
		const { content: sha256, size } = issue;
		expect(holds(issue, { sha256, size })).toBe(true);
		expect(holds(issue, { sha256, size: size + 1 })).toBe(false);
		expect(holds(issue, { sha256: 'ab'.repeat(32), size })).toBe(false);
	});

	it.each([
		['no administration', { administration: '' }],
		['a name with a folder', { name: 'a/b' }],
		['a type of two lines', { type: 'a\nb' }],
		['no bytes', { size: 0 }],
		['content in capitals', { content: 'AB'.repeat(32) }],
		['a kind that is none', { kind: 'Diplôme' }],
		['a long reference', { reference: 'r'.repeat(101) }],
		['a day that is none', { created: '2026-02-30T00:00:00Z' }],
		['a member that is unknown', { more: 1 }],
	])('with %s is refused', async (_, change) => {
		const bad = { ...issue, ...change } as Issue;
		expect(await code(() => signIssue(bad, root))).toBe('form');
		const signed = root.sign('coffre/v1/issue', canonical(bad));
		expect(await code(() => openIssue(signed, root.vk))).toBe('form');
		expect(await code(() => readIssue(signed))).toBe('form');
	});

	it('is carried by a grant whatever it is worth, but not at any length', async () => {
		const v = await read('ts', 'issue');
		const to = await recipientOf(parseIdentity(v.grant.reader));
		const grant = JSON.parse(v.grant.grant) as Grant;
		const key = parseIdentity(v.grant.key);
		const seal = (issue: Uint8Array) =>
			sealGrant({ ...grant, recipient: fingerprint(to), issue: toBase64(issue) }, root, key, to);
		await seal(utf8('of a later suite '.repeat(5)));
		for (const n of [0, 65, 4097]) expect(await code(() => seal(new Uint8Array(n)))).toBe('length');
	});
});
