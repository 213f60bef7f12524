import { expect, test } from 'vitest';
import type { JournalItem } from '../../../safe/types.ts';
import { wholeOf } from './whole.ts';

const line = (n: number | undefined, checked: JournalItem['checked'] = 'ok'): JournalItem => ({
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
	checked,
});
const all = [line(3), line(2), line(1)];

test('nothing is said to be missing once the beginning was read and nothing was left out', () => {
	const whole = wholeOf(all, false, { complete: true });
	expect(whole).toEqual({ good: 3, waiting: 0, wrong: 0, missing: 'all' });
	expect(wholeOf(all, true, { complete: false }).missing).toBe('from-here');
});

test('that is not said of what does not verify, has no number or was not read to its beginning', () => {
	expect(wholeOf(all, false, { complete: false }).missing).toBe('unknown');
	expect(wholeOf(all, false, undefined).missing).toBe('unknown');
	expect(wholeOf([line(1), line(undefined)], false, { complete: true }).missing).toBe('unknown');
	expect(wholeOf([line(2), line(1, 'failed')], true, { complete: false }).missing).toBe('unknown');
	expect(wholeOf([], false, { complete: true }).missing).toBe('unknown');
});

test('what waits and what is not proven is counted apart', () => {
	const some = [line(3, 'waiting'), line(2), line(1, 'failed')];
	expect(wholeOf(some, false, undefined)).toMatchObject({ good: 1, waiting: 1, wrong: 1 });
});
