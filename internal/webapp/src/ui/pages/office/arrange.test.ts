import { expect, test } from 'vitest';
import type { GrantView } from '../../../safe/index.ts';
import { arrange } from './arrange.ts';

const grant = (more: Partial<GrantView>): GrantView => ({
	id: 'a',
	doc: 'd',
	version: 'v',
	administration: 'm',
	administrationName: 'Mairie de Valmont',
	purpose: 'Inscription scolaire',
	created: '2026-11-01T00:00:00Z',
	notAfter: '2027-01-01T00:00:00Z',
	state: 'live',
	sealed: 1,
	...more,
});
const ids = (all: readonly GrantView[]): string[] => all.map((g) => g.id);

const angela = grant({ id: 'angela', holder: 'Angela DUBOIS', service: 'Écoles et périscolaire' });
const marcel = grant({
	id: 'marcel',
	holder: 'Marcel LEROY',
	purpose: 'Carte d’identité',
	created: '2026-11-20T00:00:00Z',
	notAfter: '2026-12-01T00:00:00Z',
});
const fatou = grant({ id: 'fatou', holder: 'Fatou DIALLO', state: 'ended' });
const all = [angela, marcel, fatou];

test('live grants alone, unless the others are asked for', () => {
	expect(ids(arrange(all, { query: '', order: 'newest', ended: false }))).toEqual([
		'marcel',
		'angela',
	]);
	expect(ids(arrange(all, { query: '', order: 'newest', ended: true }))).toHaveLength(3);
});

test('words are found without accents or capitals, in any order', () => {
	const find = (query: string) => ids(arrange(all, { query, order: 'newest', ended: true }));
	expect(find('identite marcel')).toEqual(['marcel']);
	expect(find('ECOLES')).toEqual(['angela']);
	expect(find('identite angela')).toEqual([]);
});

test('the first to end, or by name', () => {
	expect(ids(arrange(all, { query: '', order: 'ending', ended: false }))).toEqual([
		'marcel',
		'angela',
	]);
	expect(ids(arrange(all, { query: '', order: 'holder', ended: true }))).toEqual([
		'angela',
		'fatou',
		'marcel',
	]);
});
