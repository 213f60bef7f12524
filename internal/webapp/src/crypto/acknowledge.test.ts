import { describe, expect, it } from 'vitest';
import {
	type Acknowledgement,
	type Deletion,
	openAcknowledgement,
	openDeletion,
	signAcknowledgement,
	signDeletion,
} from './acknowledge.ts';
import { concat, fromBase64, newId, text, toBase64, utf8 } from './bytes.ts';
import { canonical } from './canonical.ts';
import { RootKey } from './sign.ts';
import { acknowledgement, deletion } from './testing/acknowledge.ts';
import { code } from './testing/code.ts';
import { read } from './testing/vectors.ts';
import { newSecret } from './words.ts';

// `npm run vectors` makes those of this implementation anew (vectors.test.ts).
describe.each(['ts', 'go'] as const)('what %s signed', (maker) => {
	it('acknowledgements and attestations', async () => {
		const v = await read(maker, 'acknowledge');
		const vk = fromBase64(v.vk);
		const root = new RootKey(fromBase64(v.root));
		expect([v.acknowledgements.length, v.deletions.length]).toEqual([4, 2]);
		for (const { payload, signed } of v.acknowledgements) {
			const a = openAcknowledgement(fromBase64(signed), vk, JSON.parse(payload) as Acknowledgement);
			expect(text(canonical(a))).toBe(payload);
			expect(toBase64(signAcknowledgement(a, root))).toBe(signed);
		}
		for (const { payload, signed } of v.deletions) {
			const d = openDeletion(fromBase64(signed), vk, JSON.parse(payload) as Deletion);
			expect(text(canonical(d))).toBe(payload);
			expect(toBase64(signDeletion(d, root))).toBe(signed);
		}
	});
});

const root = new RootKey(newSecret());

describe.each([
	['acknowledgement', signAcknowledgement(acknowledgement, root), openAcknowledgement, 'intact'],
	['attestation', signDeletion(deletion, root), openDeletion, 'declared'],
] as const)('an %s', (_, signed, open, word) => {
	it('is the word of whoever signed it, about one grant', async () => {
		expect(open(signed, root.vk, acknowledgement)).toMatchObject({ grant: acknowledgement.grant });
		const edited = concat(
			signed.slice(0, 64),
			utf8(text(signed.slice(64)).replace(word, 'altered')),
		);
		expect(await code(() => open(edited, root.vk, acknowledgement))).toBe('signature');
		const vk = new RootKey(newSecret()).vk;
		expect(await code(() => open(signed, vk, acknowledgement))).toBe('signature');
		const other = root.sign('coffre/v1/note', signed.slice(64));
		expect(await code(() => open(other, root.vk, acknowledgement))).toBe('signature');
		for (const member of ['administration', 'grant', 'safe', 'doc'] as const)
			expect(
				await code(() => open(signed, root.vk, { ...acknowledgement, [member]: newId() })),
			).toBe('mismatch');
	});
});

it('neither is taken for the other', async () => {
	const a = signAcknowledgement(acknowledgement, root);
	const d = signDeletion(deletion, root);
	expect(await code(() => openDeletion(a, root.vk, deletion))).toBe('signature');
	expect(await code(() => openAcknowledgement(d, root.vk, deletion))).toBe('signature');
});

it.each([
	['another outcome', { outcome: 'lost' }],
	['no release', { release: '' }],
	['a hash in capitals', { sha256: 'CD'.repeat(32) }],
	['a time with a zone', { at: '2026-11-26T10:00:00+01:00' }],
	['a member that is unknown', { more: 1 }],
])('an acknowledgement with %s is refused', async (_, change) => {
	const bad = root.sign('coffre/v1/acknowledgement', canonical({ ...acknowledgement, ...change }));
	expect(await code(() => openAcknowledgement(bad, root.vk, acknowledgement))).toBe('form');
});

it.each([
	['another manner', { how: 'shredded' }],
	['an empty note', { note: '' }],
	['a long note', { note: 'x'.repeat(501) }],
	['a member that is unknown', { more: 1 }],
])('an attestation with %s is refused', async (_, change) => {
	const bad = root.sign('coffre/v1/deletion', canonical({ ...deletion, ...change }));
	expect(await code(() => openDeletion(bad, root.vk, deletion))).toBe('form');
});
