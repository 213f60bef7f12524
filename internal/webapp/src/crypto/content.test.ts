import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { newIdentity, parseIdentity } from './age.ts';
import { fromBase64 } from './bytes.ts';
import { checkContent, commitmentOf, contentOf, hashOfFile } from './content.ts';
import { hashHex } from './derive.ts';
import { code } from './testing/code.ts';

interface Vector {
	key: string;
	document: string;
	nonce: string;
	digest: string;
	size: number;
	content: string;
}

// internal/sealed/content_test.go made them.
it('says of a document what go says of it', async () => {
	const file = new URL('../../../sealed/testdata/go-content.json', import.meta.url);
	const all = JSON.parse(await readFile(file, 'utf8')) as Vector[];
	expect(all.length).toBeGreaterThan(7);
	for (const v of all) {
		const document = fromBase64(v.document);
		const content = contentOf(parseIdentity(v.key), hashHex(document), document.length);
		expect(content).toEqual({ nonce: v.nonce, sha256: v.digest, size: v.size });
		expect(commitmentOf(content)).toBe(v.content);
		checkContent(content, v.content);
	}
});

it('is to no other bytes, length or key', async () => {
	const key = newIdentity();
	const content = contentOf(key, hashHex(new Uint8Array(3)), 3);
	const commitment = commitmentOf(content);
	for (const other of [
		contentOf(key, hashHex(new Uint8Array(4)), 3),
		contentOf(newIdentity(), content.sha256, 3),
		{ ...content, size: 4 },
	])
		expect(await code(() => checkContent(other, commitment))).toBe('mismatch');
	expect(await code(() => checkContent(content, undefined))).toBe('mismatch');
	for (const bad of [
		{ ...content, size: 0 },
		{ ...content, sha256: content.sha256.toUpperCase() },
		{ ...content, nonce: content.nonce.slice(4) },
	])
		expect(await code(() => commitmentOf(bad))).toBe('form');
});

it('a file has one hash, in whichever steps it is read', async () => {
	const bytes = Uint8Array.from({ length: 9_000_000 }, (_, i) => (i * 7) & 255);
	const file = new Blob([bytes]);
	for (const whole of [undefined, 0]) expect(await hashOfFile(file, whole)).toBe(hashHex(bytes));
});
