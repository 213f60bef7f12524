import { expect, test } from 'vitest';
import type { JournalItem } from '../../../safe/types.ts';
import { lang } from '../../words.svelte.ts';
import { proofsOf } from './proofs.ts';
import { cell, csv, tableOf } from './table.ts';

const item = (more: Partial<JournalItem['event']> = {}, name?: string): JournalItem => ({
	event: {
		v: 1,
		id: 'abc',
		n: 7,
		time: '2026-11-25T10:00:00Z',
		what: 'grant.released',
		result: 'done',
		who: {
			kind: 'agent',
			id: 'c',
			name: 'Camille Martin',
			administration: 'm',
			administrationName: 'Mairie',
		},
		...more,
	},
	proof: { event: '{"v":1}', salt: 'AA==' },
	checked: 'ok',
	index: 41,
	...(name === undefined ? {} : { name }),
});
const write = { day: (t: string) => t.slice(0, 10), moment: (t: string) => t.slice(0, 16) };

test.each([
	'=HYPERLINK("http://x")',
	'+33 1',
	'-2+3',
	'@SUM(A1)',
	'\t=1+1',
	' =1+1',
	'\n=1',
	'\u200b=1',
	'＝1+1',
	'|calc',
])('a cell that a spreadsheet would run is text: %j', (value) => {
	expect(cell(value)).toMatch(/^"'/);
});

test('a cell holds what it was given, whatever the signs', () => {
	for (const plain of ['Camille Martin', 'a;b', 'deux\nlignes', '« été »', '12', ''])
		expect(cell(plain)).toBe(`"${plain}"`);
	expect(cell('dit "oui"')).toBe('"dit ""oui"""');
});

test('is the file that a French Excel opens by itself', () => {
	const file = csv([
		['a', 'b'],
		['c;d', '=e'],
	]);
	expect(file).toBe('\ufeff"a";"b"\r\n"c;d";"\'=e"\r\n');
});

test('one line for each event, as wide as the head, with what the page says', () => {
	lang.set('fr');
	const mark = '=cmd|facture.pdf';
	const table = tableOf(
		[item({}, mark), item({ what: 'document.opened', who: { kind: 'citizen', id: 'a' } })],
		'fr',
		write,
	);
	expect(table.map((r) => r.length)).toEqual([17, 17, 17]);
	expect(table[1]).toEqual(
		expect.arrayContaining([
			'7',
			'41',
			'Camille Martin (Mairie)',
			'Administration',
			'grant.released',
			'Vérifié',
			mark,
		]),
	);
	expect(table[1]?.[3]).toContain('a ouvert');
	expect(table[2]).toContain('Vous');
	expect(csv(table)).toContain(`"'${mark}"`);
});

test('proofs hold what was committed to and nothing else', () => {
	const made = JSON.parse(proofsOf('log+1+key', [item({}, 'secret.pdf')]));
	expect(made).toEqual({
		v: 1,
		type: 'journal',
		log: 'log+1+key',
		events: [{ event: '{"v":1}', salt: 'AA==' }],
	});
});
