import { expect, test } from 'vitest';
import { asks, sameWord } from './sheets.ts';

const numbered = (n: number): string[] => Array.from({ length: n }, (_, i) => `mot${i + 1}`);

test('three words of one sheet and two of the other, in the order of the sheets, never one twice', () => {
	for (let i = 0; i < 200; i++) {
		const asked = asks(numbered(24), numbered(7));
		expect(asked.map((a) => a.of)).toEqual(['paper', 'paper', 'paper', 'phrase', 'phrase']);
		for (const a of asked) expect(a.word).toBe(`mot${a.place}`);
		for (const of of ['paper', 'phrase']) {
			const places = asked.filter((a) => a.of === of).map((a) => a.place);
			expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
		}
	}
});

test('a word is what it is, with or without accents; another one is not', () => {
	expect(sameWord(' ÉCOLE', 'école')).toBe(true);
	expect(sameWord('ecol', 'école')).toBe(true);
	expect(sameWord('eco', 'école')).toBe(false);
	expect(sameWord('', 'école')).toBe(false);
	expect(sameWord('ecran', 'école')).toBe(false);
});
