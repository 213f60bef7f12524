import { expect, test } from 'vitest';
import type { JournalItem } from '../../../safe/types.ts';
import {
	actors,
	arranged,
	byDay,
	documents,
	everything,
	joined,
	keyOfActor,
	sideOf,
} from './arrange.ts';
import { dayOf, startOf } from './days.ts';

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

const acts: readonly JournalItem[] = (
	[
		['a', '2026-11-25T10:00:00Z', 'document.added', { kind: 'citizen', id: 'angela' }, 'd1'],
		[
			'b',
			'2026-11-24T10:00:00Z',
			'grant.released',
			{ kind: 'agent', id: 'camille', name: 'Camille', administration: 'm' },
			'd1',
		],
		[
			'c',
			'2026-11-24T09:00:00Z',
			'grant.released',
			{ kind: 'agent', id: 'paul', name: 'Paul', administration: 'm' },
			'd2',
		],
		[
			'd',
			'2026-10-01T10:00:00Z',
			'deposit.received',
			{ kind: 'system', id: 's', name: 'Scolarité' },
			'd3',
		],
		[
			'e',
			'2026-09-01T10:00:00Z',
			'maintenance.scrub',
			{ kind: 'operator', name: 'coffred' },
			undefined,
		],
		[
			'f',
			'2026-08-01T10:00:00Z',
			'account.login.refused',
			{ kind: 'citizen', name: 'X' },
			undefined,
		],
	] as const
).map(([id, time, what, who, doc]) => ({
	event: { v: 1, id, time, what, result: 'done', who, ...(doc ? { doc } : {}) },
	proof: { event: '', salt: '' },
	checked: 'ok',
	...(doc === 'd1' ? { name: 'facture.pdf' } : {}),
}));
const found = (w: Partial<typeof everything>): string =>
	arranged(acts, { ...everything, ...w }, day)
		.map((i) => i.event.id)
		.join('');

test('who acted stands on a side', () => {
	expect(acts.map((i) => sideOf(i.event))).toEqual([
		'you',
		'agent',
		'agent',
		'system',
		'operator',
		'other',
	]);
	const [own] = acts;
	if (own === undefined) throw new Error('no acts');
	expect(sideOf({ ...own.event, who: { kind: 'mediator', name: 'Nadia' } })).toBe('mediator');
	// A guardian acts on the holder's behalf: that is somebody else.
	expect(sideOf({ ...own.event, behalf: { kind: 'citizen', name: 'Angela' } })).toBe('other');
});

test('is found by who, what, which document and when', () => {
	expect(found({})).toBe('abcdef');
	expect(found({ who: 'agent' })).toBe('bc');
	const paul = acts[2]?.event;
	expect(paul && found({ who: keyOfActor(paul) })).toBe('c');
	expect(found({ doc: 'd1' })).toBe('ab');
	expect(found({ group: 'deposits' })).toBe('d');
	expect(found({ from: '2026-11-24', to: '2026-11-24' })).toBe('bc');
	expect(found({ to: '2026-09-30' })).toBe('ef');
	expect(found({ who: 'agent', doc: 'd1', from: '2026-11-25' })).toBe('');
	expect(actors(acts).map((e) => e.who.name)).toEqual([
		'Camille',
		'Paul',
		'Scolarité',
		'coffred',
		'X',
	]);
	expect(documents(acts)).toEqual([{ id: 'd1', name: 'facture.pdf' }, { id: 'd2' }, { id: 'd3' }]);
});

test('a period ends today and begins so many days before', () => {
	const today = new Date(2026, 2, 3, 23, 30);
	expect(dayOf(today)).toBe('2026-03-03');
	expect(startOf('week', today)).toBe('2026-02-25');
	expect(startOf('month', today)).toBe('2026-02-02');
	expect([startOf('all', today), startOf('dates', today)]).toEqual(['', '']);
});
