import { readFile, writeFile } from 'node:fs/promises';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { identityFromSeed } from './age.ts';
import { fromBase64, toBase64, utf8 } from './bytes.ts';
import { commitmentOf, contentOf } from './content.ts';
import { hashHex, sha256 } from './derive.ts';
import { commitment, entryOf, openCheckpoint, verifyInclusion } from './log.ts';
import {
	eventOf,
	type Parts,
	parseLink,
	parseReceipt,
	verifyReceipt,
	writeLink,
	writeReceipt,
} from './receipt.ts';
import { Tree } from './testing/tree.ts';
import { Tiles } from './tiles.ts';

// internal/client/receipt_test.go reads the same two files.

interface Named {
	readonly why: string;
	readonly text: string;
}
interface Vector {
	readonly vkey: string;
	readonly receipts: readonly { file: string; what: string; document?: string }[];
	readonly refused: readonly Named[];
	readonly links: readonly string[];
	readonly tiles: Readonly<Record<string, string>>;
	readonly refusedLinks: readonly Named[];
}

const base = 'https://coffre.test';
const file = (maker: string): URL =>
	new URL(`../../../client/testdata/${maker}-receipt.json`, import.meta.url);
const named = (word: string): Uint8Array => sha256(utf8(`coffre test vector: ${word}`));

if (process.env.COFFRE_WRITE_VECTORS)
	await writeFile(file('ts'), `${JSON.stringify(await make(), null, '\t')}\n`);

describe.each(['go', 'ts'])('receipts that %s made', async (maker) => {
	const v = JSON.parse(await readFile(file(maker), 'utf8')) as Vector;
	const read = async (path: string): Promise<Uint8Array> => {
		const tile = v.tiles[path];
		if (tile === undefined) throw new Error(`no ${path}`);
		return fromBase64(tile);
	};

	it('are proven, and written to the same bytes', () => {
		expect(v.receipts.length).toBeGreaterThan(2);
		for (const { file: text, what, document } of v.receipts) {
			const receipt = parseReceipt(text);
			const { event, content } = verifyReceipt(receipt);
			expect([event.what, receipt.log]).toEqual([what, v.vkey]);
			expect(writeReceipt(receipt)).toBe(text);
			expect(content?.sha256).toBe(document && hashHex(fromBase64(document)));
		}
	});

	it('are proven from their links by the public tiles', async () => {
		expect(v.links).toHaveLength(v.receipts.length);
		const note = new TextDecoder().decode(await read('checkpoint'));
		const tree = openCheckpoint(v.vkey, note);
		for (const [i, link] of v.links.entries()) {
			const receipt = parseReceipt(v.receipts[i]?.file ?? '');
			const { base: of, short } = await parseLink(link);
			expect([of, short.e, short.c]).toEqual([base, receipt.event, receipt.content]);
			expect(eventOf(short).what).toBe(v.receipts[i]?.what);
			const path = await new Tiles(tree.size, read).inclusion(short.i);
			verifyInclusion(entryOf(short.e, short.s), short.i, path, tree);
			expect((await parseLink(await writeLink(`${base}/`, receipt))).short).toEqual(short);
		}
	});

	it('are refused where the other refuses', async () => {
		expect(v.refused.length).toBeGreaterThan(14);
		for (const { why, text } of v.refused) {
			let taken = why;
			try {
				verifyReceipt(parseReceipt(text));
				taken = `${why}: taken`;
			} catch {
				// As it has to be.
			}
			expect(taken).toBe(why);
		}
		expect(v.refusedLinks.length).toBeGreaterThan(7);
		for (const { why, text } of v.refusedLinks) {
			const said = await parseLink(text).then(
				() => 'taken',
				(e: { code?: string }) => e.code,
			);
			expect([why, said]).toEqual([why, 'form']);
		}
	});
});

async function make(): Promise<Vector> {
	const document = utf8('Attestation de droits, été 2026\n');
	const content = contentOf(
		identityFromSeed(named('receipt key')),
		hashHex(document),
		document.length,
	);
	const tree = new Tree('coffre.test/browser');
	const fill = (n: number): void => {
		for (let i = 0; i < n; i++) tree.append(named(`entry ${tree.entries.length}`));
	};
	const event = (more: string): string =>
		`{${more}"id":"e","result":"done","time":"2026-03-03T13:12:00Z","v":1,"what":"WHAT","who":{"kind":"citizen","name":"Angela « Été » Dubois"}}`;
	const salt = named('salt');
	const place = (text: string): number => tree.append(commitment(utf8(text), salt));
	fill(257);
	const added = event(`"detail":{"content":"${commitmentOf(content)}"},`).replace(
		'WHAT',
		'document.added',
	);
	const ended = event('').replace('WHAT', 'grant.ended');
	const [one, other] = [place(added), place(ended)];
	fill(11);
	const parts = (text: string, index: number): Parts => ({
		log: tree.vkey,
		event: text,
		salt: toBase64(salt),
		leaf: tree.leaf(index),
	});
	const all: Parts[] = [{ ...parts(added, one), content }, parts(added, one), parts(ended, other)];
	const files = all.map(writeReceipt);
	const links = await Promise.all(all.map((p) => writeLink(base, p)));
	const good = files[0] ?? '';
	const packed = (s: string | Uint8Array): string =>
		`1.${deflateRawSync(s, { level: 9 }).toString('base64url')}`;
	const short = JSON.stringify({ e: ended, i: other, s: toBase64(salt) });
	const size = tree.entries.length;
	const paths = ['tile/0/000', `tile/0/001.p/${size - 256}`, 'tile/1/000.p/1'];
	return {
		vkey: tree.vkey,
		receipts: files.map((text, i) => ({
			file: text,
			what: i === 2 ? 'grant.ended' : 'document.added',
			...(i === 0 ? { document: toBase64(document) } : {}),
		})),
		refused: Object.entries({
			'a later version': good.replace(/"v":1}\s*$/, '"v":2}'),
			'another type': good.replace('"type":"receipt"', '"type":"reçu"'),
			'an unknown member': good.replace('"type":"receipt"', '"type":"receipt","u":1'),
			'a doubled member': good.replace('"type":"receipt"', '"type":"receipt","type":"receipt"'),
			'another person': good.replace('Angela', 'Angelo'),
			'another place': good.replace(`"index":${one}`, `"index":${other}`),
			'another size': good.replace(`"size":${size}},"log"`, `"size":${size + 1}},"log"`),
			'a longer document': good.replace(`"size":${content.size}}`, `"size":${content.size + 1}}`),
			'no salt': good.replace(/"salt":"[^"]*",/, ''),
			'a fact in the leaf': good.replace('"index":', '"entry":"","index":'),
			'content of an act without one': writeReceipt({ ...parts(ended, other), content }),
			'a byte order mark': `\ufeff${good}`,
			'spaces inside': good.replace('"v":1', '"v": 1'),
			cut: good.trimEnd().slice(0, -1),
			twice: good + good,
			nothing: '',
		}).map(([why, text]) => ({ why, text })),
		links,
		tiles: Object.fromEntries([
			...paths.map((p) => [p, toBase64(tree.tile(p))]),
			['checkpoint', toBase64(utf8(tree.checkpoint()))],
		]),
		refusedLinks: Object.entries({
			'no mark': packed(short).slice(2),
			'another mark': `2${packed(short).slice(1)}`,
			padded: `${packed(short)}=`,
			'not DEFLATE': '1.____',
			empty: '1.',
			'a bomb': packed(new Uint8Array(1 << 20)),
			'not an object': packed('null'),
			'a negative place': packed(short.replace(`"i":${other}`, '"i":-1')),
			'an unknown member': packed(short.replace('"s":', '"o":1,"s":')),
			'spaces inside': packed(short.replace('"s":', '"s": ')),
		}).map(([why, fragment]) => ({ why, text: `${base}/verifier#${fragment}` })),
	};
}
