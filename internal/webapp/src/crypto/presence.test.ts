import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fromBase64, toBase64 } from './bytes.ts';
import { type Presence, signPresence } from './presence.ts';
import { openSigned, RootKey } from './sign.ts';
import { newSecret, parsePaper, toPaperQR } from './words.ts';

interface Vector {
	root: string;
	presence: Presence;
	signed: string;
}
const vector = JSON.parse(
	readFileSync(new URL('../../../sealed/testdata/presence.json', import.meta.url), 'utf8'),
) as Vector;
const root = new RootKey(fromBase64(vector.root));

test('what is signed at a counter is what Go signs', () => {
	const signed = signPresence(vector.presence, root);
	expect(toBase64(signed)).toBe(vector.signed);
	expect(() => openSigned(root.vk, 'coffre/v1/revocation', signed)).toThrow();
});

test.each([
	['words', { challenge: 'I agree to everything' }],
	['cut', { challenge: vector.presence.challenge.slice(1) }],
	['spare bits', { challenge: `${vector.presence.challenge.slice(0, 42)}3` }],
	['no session', { session: 'x' }],
	['no safe', { safe: '' }],
])('nothing else is signed: %s', (_, change) => {
	expect(() => signPresence({ ...vector.presence, ...change }, root)).toThrow();
});

test('a sheet with its number is the same key; a number of another form is not passed over', () => {
	const p = newSecret();
	const number = `${'b'.repeat(25)}a`;
	const qr = `${toPaperQR(p)}.${number.toUpperCase()}`;
	expect(parsePaper(qr)).toEqual(p);
	expect(parsePaper(toPaperQR(p))).toEqual(p);
	for (const wrong of [`${qr}.`, `${qr}.${number}`, qr.slice(0, -1), `${toPaperQR(p)}.`])
		expect(() => parsePaper(wrong), wrong).toThrow();
});
