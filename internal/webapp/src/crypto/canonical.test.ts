import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase32, fromBase64, isId, isTime, newId, toBase32, toBase64, utf8 } from './bytes.ts';
import { canonical, parseCanonical } from './canonical.ts';
import { checkName } from './shape.ts';
import { code } from './testing/code.ts';

describe('canonical JSON', () => {
	it('reads back what it wrote, and nothing that is written otherwise', () => {
		const value = fc.letrec((tie) => ({
			v: fc.oneof(
				{ maxDepth: 3 },
				fc.boolean(),
				fc.maxSafeInteger(),
				fc.string({ unit: 'grapheme' }),
				fc.array(tie('v')),
				fc.dictionary(fc.string(), tie('v')),
			),
		})).v;
		fc.assert(
			fc.property(value, (v) => {
				const bytes = canonical(v);
				expect(canonical(parseCanonical(bytes))).toEqual(bytes);
			}),
		);
	});

	it.each([
		'{"a":1,"a":1}',
		'{"b":1,"a":1}',
		'{ "a":1}',
		'{"a":1.0}',
		'{"a":null}',
		'{"a":1e2}',
		'{"a":-0}',
		'"\\u0061"',
		'{"a":9007199254740993}',
		'"\\ud800"',
		'',
	])('refuses %s', async (s) => expect(await code(() => parseCanonical(utf8(s)))).toBe('form'));

	it('refuses bytes that are not UTF-8 and byte order marks', async () => {
		expect(await code(() => parseCanonical(Uint8Array.of(0x22, 0xff, 0x22)))).toBe('form');
		expect(await code(() => parseCanonical(Uint8Array.of(0xef, 0xbb, 0xbf, 0x31)))).toBe('form');
	});
});

describe('bytes', () => {
	it('keeps base64 and base32 one to one', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 80 }), (b) => {
				expect(fromBase64(toBase64(b))).toEqual(Uint8Array.from(b));
				expect(fromBase32(toBase32(b))).toEqual(Uint8Array.from(b));
			}),
		);
	});
	it.each(['YQ', 'YR==', 'YQ==\n', ' YQ==', 'Y Q=='])('refuses base64 %j', async (s) =>
		expect(await code(() => fromBase64(s))).toBe('form'),
	);
	it('makes ids and times that it accepts', () => {
		for (let i = 0; i < 100; i++) expect(isId(newId())).toBe(true);
		expect(isTime('2026-02-30T00:00:00Z')).toBe(false);
		expect(isTime('2026-02-28T00:00:00Z')).toBe(true);
		expect(isTime('2026-02-28T00:00:00.0Z')).toBe(false);
	});
});

describe('names', () => {
	it.each([
		['a', true],
		['é'.repeat(127), true],
		['é'.repeat(128), false],
		['', false],
		['a\u0000', false],
		['a\n', false],
		['a\\b', false],
		['a/b', false],
		['\ud800', false],
	] as const)('%j: %s', (n, ok) => expect(checkName(n)).toBe(ok));
});
