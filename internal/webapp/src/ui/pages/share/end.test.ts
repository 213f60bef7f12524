import { expect, test } from 'vitest';
import { dateIn, endOf } from './end.ts';

const now = new Date(2026, 10, 30, 14, 5);
const local = (d: Date | undefined): string =>
	d === undefined
		? 'none'
		: `${d.getFullYear()}-${d.getMonth() + 1}-${d.getDate()} ${d.getHours()}:${d.getMinutes()}`;

test('a share lasts to the end of its last day', () => {
	expect(local(endOf('week', '', now))).toBe('2026-12-7 23:59');
	expect(local(endOf('month', '', now))).toBe('2026-12-30 23:59');
	expect(local(endOf('date', '2026-11-30', now))).toBe('2026-11-30 23:59');
});

test('three months after the 30th of November is the last of February', () => {
	expect(local(endOf('quarter', '', now))).toBe('2027-2-28 23:59');
});

test.each(['', '2026-11-29', '2027-02-30', '2028-01-01', '26-11-30'])('%s will not do', (date) => {
	expect(endOf('date', date, now)).toBeUndefined();
});

test('the longest that can be chosen is accepted', () => {
	expect(endOf('date', dateIn(365, now), now)).toBeDefined();
	expect(dateIn(1, now)).toBe('2026-12-01');
});
