import { expect, test } from 'vitest';
import type { JournalItem } from '../../../safe/types.ts';
import { byDay, joined } from './arrange.ts';

const item = (id: string, time: string, index?: number): JournalItem => ({
	event: { v: 1, id, time, what: 'account.login', result: 'done', who: { kind: 'citizen' } },
	proof: { event: '', salt: '' },
	checked: index === undefined ? 'waiting' : 'ok',
	...(index === undefined ? {} : { index }),
});
const day = (time: string): string => time.slice(0, 10);

test('an event that waited is replaced by the one that was found in the log', () => {
	const seen = [item('b', '2026-11-25T10:00:00Z'), item('a', '2026-11-24T10:00:00Z', 3)];
	const again = joined([item('b', '2026-11-25T10:00:00Z', 4)], seen);
	expect(again.map((i) => `${i.event.id} ${i.checked}`)).toEqual(['b ok', 'a ok']);
});

test('a server that repeats itself or breaks the order of time still gives a page', () => {
	const twice = [
		item('a', '2026-11-25T10:00:00Z', 3),
		item('b', '2025-11-25T10:00:00Z', 2),
		item('c', '2026-11-25T09:00:00Z', 1),
		item('a', '2026-11-25T10:00:00Z', 3),
		item('a', '2026-11-25T10:00:00Z', 0),
	];
	const days = byDay(joined([], twice), day);
	expect(days.map((d) => d.items.length)).toEqual([1, 1, 2]);
	expect(new Set(days.map((d) => d.key)).size).toBe(days.length);
});
