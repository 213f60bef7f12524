import { describe, expect, it } from 'vitest';
import { codeOf, grouped, hashOf, linkIn, linkOf } from './link.ts';

const print = 'abcdefghijklmnopqrs-_A';
const secret = 'ABCDEFGHIJKLMNOPQRS-_w';

describe('a link to a mediator’s session', () => {
	it('is read as it was written, and nothing else is', () => {
		const link = { code: 'BCDFGHJK', print, secret };
		expect(linkIn(hashOf(link))).toEqual(link);
		expect(linkOf('https://coffre.test', link)).toBe(
			`https://coffre.test/aide#BCDFGHJK.${print}.${secret}`,
		);
		for (const none of [
			'',
			'#',
			'#main',
			'#bcdfghjk',
			'#BCDFGHJ',
			'#BCDFGHJK',
			`#BCDFGHJK.${print}`,
			`#BCDFGHJK.${print}.${secret}A`,
			`#.${print}.${secret}`,
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
