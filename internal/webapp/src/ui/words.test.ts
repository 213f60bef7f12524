import { afterEach, expect, test } from 'vitest';
import { ago, lang, list, size, words } from './words.svelte.ts';

afterEach(() => lang.set('fr'));

test('texts follow the language of the moment', () => {
	const texts = words(
		{ plain: 'Bonjour', made: (n: number) => `${n} mots` },
		{ plain: 'Hello', made: (n: number) => `${n} words` },
	);
	lang.set('fr');
	expect([texts.plain, texts.made(7)]).toEqual(['Bonjour', '7 mots']);
	lang.set('en');
	expect([texts.plain, texts.made(7)]).toEqual(['Hello', '7 words']);
});

test('sizes are said as people say them', () => {
	lang.set('fr');
	expect([0, 999, 1000, 3_210_000, 5_368_709_120].map(size)).toEqual([
		'0\u00a0o',
		'999\u00a0o',
		'1\u00a0Ko',
		'3,2\u00a0Mo',
		'5,4\u00a0Go',
	]);
	lang.set('en');
	expect(size(3_210_000)).toBe('3.2\u00a0MB');
});

test('times are said from now', () => {
	const now = Date.UTC(2026, 10, 25, 12);
	lang.set('fr');
	expect(ago(now - 3 * 3_600_000, now)).toBe('il y a 3 heures');
	expect(ago(now - 10_000, now)).toBe('maintenant');
	lang.set('en');
	expect(ago(now + 2 * 86_400_000, now)).toBe('in 2 days');
	expect(list(['a', 'b', 'c'])).toBe('a, b and c');
});
