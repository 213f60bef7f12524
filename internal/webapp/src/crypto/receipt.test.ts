import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newIdentity } from './age.ts';
import { random, toBase64, utf8 } from './bytes.ts';
import { commitmentOf, contentOf } from './content.ts';
import { hashHex } from './derive.ts';
import { commitment } from './log.ts';
import {
	eventOf,
	type Parts,
	parseReceipt,
	parseShort,
	readDeposit,
	verifyReceipt,
	writeReceipt,
	writeShort,
} from './receipt.ts';
import { code } from './testing/code.ts';
import { Tree } from './testing/tree.ts';

const document = utf8('un document');
const content = contentOf(newIdentity(), hashHex(document), document.length);
const salt = random(32);
const eventText = (committed: string): string =>
	`{"detail":{"content":"${committed}"},"id":"e","result":"done","time":"2026-03-01T10:00:00Z","v":1,"what":"deposit.received","who":{"kind":"system","name":"Scolarité"}}`;
const tree = new Tree();
for (let i = 0; i < 5; i++) tree.append(random(32));
const event = eventText(commitmentOf(content));
const index = tree.append(commitment(utf8(event), salt));
tree.append(random(32));
const parts: Parts = {
	log: tree.vkey,
	event,
	salt: toBase64(salt),
	leaf: tree.leaf(index),
	content,
};

describe('a receipt', () => {
	it('is a file that proves its event, and the bytes it was made for', () => {
		const file = writeReceipt(parts);
		const shown = verifyReceipt(parseReceipt(`\n ${file}\n`));
		expect(shown).toMatchObject({ index, content, event: { what: 'deposit.received' } });
		expect(writeReceipt(parseReceipt(file))).toBe(file);
	});

	it('of an act without a document has no content', () => {
		const { content: _, ...without } = parts;
		expect(verifyReceipt(parseReceipt(writeReceipt(without))).content).toBeUndefined();
	});

	it('proves nothing once any of it is another', async () => {
		const r = parseReceipt(writeReceipt(parts));
		const other = { ...content, size: content.size + 1 };
		const lies: [Parts, string][] = [
			[{ ...r, log: new Tree(tree.name).vkey }, 'leaf'],
			[{ ...r, event: r.event.replace('Scolarité', 'Mairie') }, 'leaf'],
			[{ ...r, salt: toBase64(random(32)) }, 'leaf'],
			[{ ...r, leaf: { ...r.leaf, index: 4 } }, 'leaf'],
			[{ ...r, leaf: { ...r.leaf, size: 6 } }, 'leaf'],
			[{ ...r, leaf: tree.leaf(4) }, 'leaf'],
			[{ ...r, content: other }, 'mismatch'],
		];
		for (const [lie, expected] of lies)
			expect(await code(() => verifyReceipt(parseReceipt(writeReceipt(lie))))).toBe(expected);
	});

	it('is read strictly', async () => {
		const file = writeReceipt(parts).trim();
		const other = JSON.parse(file) as Record<string, unknown>;
		for (const bad of [
			'',
			'null',
			'[]',
			file.replace('{', '{ '),
			file.replace('"type":"receipt"', '"type":"recept"'),
			file.replace('"v":1}', '"v":1,"x":1}'),
			file.slice(0, -1),
			JSON.stringify({ ...other, leaf: { ...parts.leaf, entry: '' } }),
			' '.repeat(70_000),
		])
			expect([bad.slice(0, 40), await code(() => parseReceipt(bad))]).toEqual([
				bad.slice(0, 40),
				'form',
			]);
		expect(await code(() => parseReceipt(file.replace(/"v":1}$/, '"v":2}')))).toBe('unknown-suite');
	});
});

describe('the answer to a deposit', () => {
	const detail = `"content":"${commitmentOf(content)}","sha256":"${'b'.repeat(64)}"`;
	const text = `{"detail":{${detail}},"doc":"d","id":"e","result":"done","time":"2026-03-01T10:00:00Z","v":1,"version":"w","what":"deposit.received","who":{"kind":"system"}}`;
	const place = tree.append(commitment(utf8(text), salt));
	const proof = { event: text, salt: parts.salt, leaf: tree.leaf(place) };
	const answer = {
		doc: 'd',
		version: 'w',
		deposited: '2026-03-01T10:00:00Z',
		size: content.size,
		sealed: 9,
		sha256: 'b'.repeat(64),
		contentSha256: content.sha256,
		nonce: content.nonce,
		proof,
	};
	const read = (a: object) => readDeposit(JSON.stringify(a), tree.vkey);

	it('is a receipt too, under a key that is known otherwise', async () => {
		const receipt = read(answer);
		expect(receipt && verifyReceipt(receipt)).toMatchObject({ content, event: { doc: 'd' } });
		// Of before the log committed to contents.
		expect(read({ ...answer, nonce: '' })?.content).toBeUndefined();
		expect(await code(() => read({ ...answer, doc: 'x' }))).toBe('mismatch');
		expect(await code(() => read({ ...answer, sha256: 'c'.repeat(64) }))).toBe('mismatch');
		const lie = read({ ...answer, size: 1 });
		expect(lie && (await code(() => verifyReceipt(lie)))).toBe('mismatch');
		for (const none of ['', '{}', 'null', '{"proof":{}}', writeReceipt(parts)])
			expect(readDeposit(none, tree.vkey)).toBeUndefined();
	});
});

describe('the short form', () => {
	it('carries event, salt, place and content through a link', async () => {
		const link = await writeShort(parts);
		expect(link).toMatch(/^1\.[\w-]+$/);
		expect(link.length).toBeLessThan(700);
		const short = await parseShort(link);
		expect(short).toEqual({ e: event, s: parts.salt, i: index, c: content });
		expect(eventOf(short).who.name).toBe('Scolarité');
		expect(await code(() => eventOf({ ...short, c: { ...content, size: 1 } }))).toBe('mismatch');
	});

	it('refuses everything else, however it inflates', async () => {
		const squeezed = (s: string | Uint8Array): string =>
			`1.${deflateRawSync(s).toString('base64url')}`;
		const link = await writeShort(parts);
		for (const bad of [
			'',
			link.slice(2),
			`2.${link.slice(2)}`,
			`${link}=`,
			link.slice(0, -4),
			`1.${'A'.repeat(70_000)}`,
			squeezed('{}'),
			squeezed('{"e":"a","i":0}'),
			squeezed(new Uint8Array(50_000_000)),
		])
			await expect(parseShort(bad)).rejects.toMatchObject({ code: 'form' });
		await fc.assert(
			fc.asyncProperty(fc.string({ maxLength: 60 }), async (s) => {
				await expect(parseShort(`1.${s}`)).rejects.toMatchObject({ code: 'form' });
			}),
		);
	});
});
