import { describe, expect, test } from 'vitest';
import type { JournalItem } from '../../../safe/types.ts';
import { wholeOf } from './whole.ts';

const line = (n: number | undefined, more: Partial<JournalItem> = {}): JournalItem => ({
	event: {
		v: 1,
		id: `e${n}`,
		...(n === undefined ? {} : { n }),
		time: '2026-11-25T10:00:00Z',
		what: 'document.added',
		result: 'done',
		who: { kind: 'citizen' },
	},
	proof: { event: '', salt: '' },
	checked: 'ok',
	...more,
});
const lines = (...numbers: number[]): JournalItem[] => numbers.map((n) => line(n));
const pruned = (
	n: number,
	through: string,
	checked: JournalItem['checked'] = 'ok',
): JournalItem => {
	const item = line(n, { checked });
	return { ...item, event: { ...item.event, what: 'journal.pruned', detail: { through } } };
};

describe('that nothing is missing', () => {
	test('is said once the first event was read, of as much as was read before', () => {
		expect(wholeOf(lines(3, 2, 1), false)).toEqual({
			good: 3,
			waiting: 0,
			wrong: 0,
			missing: 'all',
		});
		expect(wholeOf(lines(9, 8, 7), true).missing).toBe('from-here');
		// Two acts of one moment may come in either order.
		expect(wholeOf(lines(2, 3, 1), false).missing).toBe('all');
	});

	test('is not said over a hole, a number twice or a missing beginning', () => {
		for (const some of [lines(4, 2, 1), lines(3, 2, 2, 1), lines(3, 2)])
			expect(wholeOf(some, false).missing).toBe('gap');
		expect(wholeOf(lines(9, 7), true).missing).toBe('gap');
	});

	test('is said of what was erased after its time, when a proven event says so', () => {
		expect(wholeOf([pruned(6, '3'), ...lines(5, 4)], false).missing).toBe('all');
		expect(wholeOf([pruned(6, '2'), ...lines(5, 4)], false).missing).toBe('gap');
		expect(wholeOf([pruned(6, '3', 'failed'), ...lines(5, 4)], false).missing).toBe('gap');
		expect(wholeOf([pruned(6, 'x'), ...lines(5, 4)], false).missing).toBe('gap');
	});

	test('is not said of events without a number', () => {
		expect(wholeOf([line(1), line(undefined)], false).missing).toBe('unnumbered');
		// Those that have one are held to it all the same.
		expect(wholeOf([line(3), line(1), line(undefined)], false).missing).toBe('gap');
		expect(wholeOf([line(2), line(undefined)], false).missing).toBe('gap');
		expect(wholeOf([], false).missing).toBe('unnumbered');
	});
});

test('what waits and what is not proven is counted apart', () => {
	const some = [line(3, { checked: 'waiting' }), line(2), line(1, { checked: 'failed' })];
	expect(wholeOf(some, false)).toEqual({ good: 1, waiting: 1, wrong: 1, missing: 'all' });
});
