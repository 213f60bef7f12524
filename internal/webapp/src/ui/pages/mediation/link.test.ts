import { describe, expect, it } from 'vitest';
import { codeOf, grouped, hashOf, linkIn, linkOf } from './link.ts';

const print = 'abcdefghijklmnopqrs-_A';

describe('a link to a mediator’s session', () => {
	it('is read as it was written, and nothing else is', () => {
		for (const link of [{ code: 'BCDFGHJK', print }, { code: 'BCDFGHJK' }])
			expect(linkIn(hashOf(link))).toEqual(link);
		expect(linkOf('https://coffre.test', { code: 'BCDFGHJK', print })).toBe(
			`https://coffre.test/aide#BCDFGHJK.${print}`,
		);
		for (const none of [
			'',
			'#',
			'#main',
			'#bcdfghjk',
			'#BCDFGHJ',
			`#BCDFGHJK.${print}A`,
			`#.${print}`,
		])
			expect([none, linkIn(none)]).toEqual([none, undefined]);
	});

	it('takes a code as people type it', () => {
		for (const typed of ['BCDF-GHJK', ' bcdf ghjk ', 'bcdfghjk'])
			expect(codeOf(typed)).toBe('BCDFGHJK');
		for (const typed of ['', 'BCDF-GHJ', 'ABCDFGHJ', 'BCDF-GHJ1'])
			expect(codeOf(typed)).toBeUndefined();
		expect(grouped('BCDFGHJK')).toBe('BCDF-GHJK');
	});
});
