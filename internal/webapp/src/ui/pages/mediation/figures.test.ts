import { expect, test } from 'vitest';
import type { ActivityView } from '../../../safe/index.ts';
import { lang } from '../../words.svelte.ts';
import { monthsOf, tableOf } from './figures.ts';
import { begins, dayIn, ends, lastDay, nearly } from './terms.ts';

const view: ActivityView = {
	year: 2026,
	least: 10,
	periods: [
		{
			first: '2026-01',
			last: '2026-03',
			people: 12,
			sessions: 27,
			minutes: 40,
			acts: { deposit: 54, read: 0 },
		},
	],
};

test('what is held back is an empty cell, and nothing is a zero', () => {
	lang.set('fr');
	const [head, row] = tableOf(view);
	expect(head).toHaveLength(11);
	expect(row).toEqual(['2026-01', '2026-03', '12', '27', '40', '54', '0', '', '', '', '']);
});

test('a period is read as months of its year', () => {
	expect(monthsOf({ first: '2026-01', last: '2026-03' }, 'fr')).toBe('janvier – mars 2026');
	expect(monthsOf({ first: '2026-11', last: '2026-11' }, 'en')).toBe('November 2026');
});

test('the last day that was chosen is a day of the habilitation', () => {
	const most = '2027-06-30T10:00:00Z';
	const over = ends('2027-03-28', most);
	expect(dayIn(lastDay(over))).toBe('2027-03-28');
	expect(new Date(over).getTime()).toBeGreaterThan(
		new Date(begins('2027-03-28')).getTime() + 22 * 3_600_000,
	);
	expect(ends('2027-06-30', most)).toBe(new Date(most).toISOString());
});

test('thirty days before the end it is time to renew, and afterwards too late', () => {
	const until = '2027-01-31T00:00:00Z';
	expect(nearly(until, new Date('2026-12-31T00:00:00Z'))).toBe(false);
	expect(nearly(until, new Date('2027-01-02T00:00:00Z'))).toBe(true);
	expect(nearly(until, new Date('2027-02-01T00:00:00Z'))).toBe(false);
});
