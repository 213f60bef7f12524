import { describe, expect, it } from 'vitest';
import { type Identity, newIdentity, parseIdentity, recipientOf } from './age.ts';
import { concat, fromBase64, newId, text, toBase64, utf8 } from './bytes.ts';
import { canonical } from './canonical.ts';
import {
	type DocumentRequest,
	kindsOf,
	type Note,
	openNote,
	openRequest,
	requestSeal,
	sealNote,
	signRequest,
	wantedBy,
} from './request.ts';
import { RootKey } from './sign.ts';
import { code } from './testing/code.ts';
import { notes, request } from './testing/request.ts';
import { read } from './testing/vectors.ts';
import { newSecret } from './words.ts';

// `npm run vectors` makes those of this implementation anew (vectors.test.ts).
describe.each(['ts', 'go'] as const)('what %s made', (maker) => {
	it('a request, and the seal of its link', async () => {
		const v = await read(maker, 'request');
		const said = JSON.parse(v.request) as DocumentRequest;
		const signed = fromBase64(v.signed);
		const { id, administration } = said;
		const opened = openRequest(signed, fromBase64(v.vk), { id, administration, seal: v.seal });
		expect(text(canonical(opened))).toBe(v.request);
		expect(toBase64(signRequest(opened, new RootKey(fromBase64(v.root))))).toBe(v.signed);
	});

	it('notes of both sides, for both sides', async () => {
		const v = await read(maker, 'request');
		expect(v.notes).toHaveLength(4);
		for (const n of v.notes) {
			const said = JSON.parse(n.note) as Note;
			const vk = fromBase64(said.from === 'safe' ? v.safe.vk : v.vk);
			for (const [sealed, reader] of [
				[n.made.forSafe, v.safe.vault],
				[n.made.forAdministration, v.office],
			] as const) {
				const opened = await openNote(fromBase64(sealed), parseIdentity(reader), vk, said);
				expect(text(canonical(opened))).toBe(n.note);
			}
		}
	});
});

const root = new RootKey(newSecret());
const asked = { id: request.id, administration: request.administration };

describe('a request', () => {
	it('of which a word was changed is refused, and another in its place', () => {
		const signed = signRequest(request, root);
		const other = signRequest({ ...request, purpose: 'Autre' }, root);
		const edited = utf8(text(signed.slice(64)).replace('passport', 'bank-rib'));
		const seal = requestSeal(signed);
		expect(openRequest(signed, root.vk, { ...asked, seal })).toEqual(request);
		const open = (b: Uint8Array, more = {}, vk = root.vk) =>
			code(() => openRequest(b, vk, { ...asked, ...more }));
		return expect(
			Promise.all([
				open(concat(signed.slice(0, 64), edited)),
				open(signed, {}, new RootKey(newSecret()).vk),
				open(signed, { id: newId() }),
				open(signed, { administration: newId() }),
				open(other, { seal }),
				open(root.sign('coffre/v1/note', signed.slice(64))),
			]),
		).resolves.toEqual(['signature', 'signature', 'mismatch', 'mismatch', 'mismatch', 'signature']);
	});

	it('says by kinds what is wanted', () => {
		expect(kindsOf(request)).toEqual(['identity', 'passport', 'tax-notice']);
		expect(wantedBy(request, 'passport')?.kind).toBe('identity');
		expect(wantedBy(request, 'photo')).toBeUndefined();
	});

	it.each([
		['no legal basis', { basis: '' }],
		['nothing wanted', { wanted: [] }],
		['a kind that is none', { wanted: [{ kind: 'Passeport' }] }],
		['a kind twice', { wanted: [{ kind: 'a', or: ['b'] }, { kind: 'b' }] }],
		['an empty list of alternatives', { wanted: [{ kind: 'a', or: [] }] }],
		['one of a kind, in figures', { wanted: [{ kind: 'a', count: 1 }] }],
		['too many of a kind', { wanted: [{ kind: 'a', count: 21 }] }],
		['optional: false', { wanted: [{ kind: 'a', optional: false }] }],
		['an end before the beginning', { notAfter: request.created }],
		['answers after the end', { answerBy: '2027-07-01T00:00:00Z' }],
		['answers before it was made', { answerBy: request.created }],
		['no opening', { openings: 0 }],
		['too many openings', { openings: 1001 }],
		['a member that is unknown', { more: 1 }],
	])('with %s is refused', async (_, change) => {
		const bad = canonical({ ...request, ...change });
		const signed = root.sign('coffre/v1/request', bad);
		expect(await code(() => openRequest(signed, root.vk, asked))).toBe('form');
	});
});

describe('a note', () => {
	const [first] = notes as [Note];
	const sealed = async (n: Note, to: Identity) =>
		(await sealNote(n, root, await recipientOf(to), await recipientOf(to))).forSafe;

	it('is refused where it does not belong', async () => {
		const to = newIdentity();
		const b = await sealed(first, to);
		expect(await openNote(b, to, root.vk, first)).toEqual(first);
		for (const member of ['id', 'request', 'safe', 'administration'] as const)
			expect(await code(() => openNote(b, to, root.vk, { ...first, [member]: newId() }))).toBe(
				'mismatch',
			);
		const elsewhere = { ...first, about: 'question' } as const;
		expect(await code(() => openNote(b, to, root.vk, elsewhere))).toBe('mismatch');
		const vk = new RootKey(newSecret()).vk;
		expect(await code(() => openNote(b, to, vk, first))).toBe('signature');
		expect(await code(() => openNote(b, newIdentity(), root.vk, first))).toBe('wrong-key');
	});

	it.each([
		['of the other side', { from: 'administration' }],
		['without text', { text: undefined }],
		['with kinds', { kinds: ['a'] }],
		['too long', { text: 'x'.repeat(4001) }],
	] as const)('%s is not made', async (_, change) => {
		const { text: said, ...rest } = first;
		const bad = { ...rest, ...('text' in change ? {} : { text: said }), ...change } as Note;
		const to = newIdentity();
		expect(await code(() => sealed(bad, to))).toBe('form');
	});
});
