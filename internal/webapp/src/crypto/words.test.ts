import { describe, expect, it } from 'vitest';
import { code } from './testing/code.ts';
import {
	complete,
	newPassphrase,
	newSecret,
	parsePaper,
	parsePassphrase,
	toPaperQR,
	toPaperWords,
} from './words.ts';

describe('words', () => {
	it('forgives accents, case, spaces, and the end of each word', () => {
		for (const lang of ['fr', 'en'] as const) {
			const p = newSecret();
			const words = toPaperWords(p, lang);
			expect(words).toHaveLength(24);
			expect(parsePaper(words.join(' '))).toEqual(p);
			const careless = words.map((w) =>
				w.normalize('NFKD').replace(/\p{M}/gu, '').slice(0, 4).toUpperCase(),
			);
			expect(parsePaper(`  ${careless.join('\n ')} `)).toEqual(p);
			expect(parsePaper(words.map((w, i) => `${i + 1}. ${w}`).join(', '))).toEqual(p);
			expect(parsePaper(toPaperQR(p))).toEqual(p);
			const phrase = newPassphrase(lang);
			expect(phrase).toHaveLength(7);
			expect(parsePassphrase(phrase.join('  ').toUpperCase())).toEqual(
				parsePassphrase(phrase.join(' ')),
			);
		}
	});

	it('names the first word that it does not know', async () => {
		const words = toPaperWords(newSecret(), 'fr');
		words[4] = 'zzzzz';
		await expect(async () => parsePaper(words.join(' '))).rejects.toMatchObject({
			code: 'word-unknown',
			word: 'zzzzz',
			index: 4,
		});
		expect(await code(() => parsePaper('abaisser abandon'))).toBe('words');
		expect(await code(() => parsePaper(''))).toBe('words');
		expect(await code(() => parsePaper('COFFRE1:AAAA'))).toBe('words');
		const swapped = toPaperWords(Uint8Array.of(...new Uint8Array(31), 1), 'en');
		[swapped[0], swapped[23]] = [swapped[23] ?? '', swapped[0] ?? ''];
		expect(await code(() => parsePaper(swapped.join(' ')))).toBe('words');
	});

	it('helps to type them', () => {
		expect(complete('abai', 'fr')).toEqual(['abaisser']);
		expect(complete('éco', 'fr').every((w) => w.startsWith('éco'))).toBe(true);
		expect(complete('', 'fr')).toEqual([]);
	});
});
