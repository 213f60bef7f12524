import { expect, test } from 'vitest';
import type { Entry, Folder } from '../../../safe/types.ts';
import { countIn, listing, pathOf, places } from './listing.ts';

const entry = (id: string, name: string, more: Partial<Entry> = {}): Entry => ({
	id,
	name,
	version: id,
	type: 'application/pdf',
	size: 10,
	sealed: 2000,
	added: '2026-11-25T10:00:00Z',
	changed: '2026-11-25T10:00:00Z',
	sha256: '',
	...more,
});
const folders: readonly Folder[] = [
	{ id: 'house', name: 'Maison' },
	{ id: 'bills', name: 'Factures', parent: 'house' },
	{ id: 'school', name: 'école' },
];
const entries: readonly Entry[] = [
	entry('a', 'Électricité 10.pdf', { folder: 'bills', added: '2026-11-01T00:00:00Z', size: 30 }),
	entry('b', 'electricite 9.pdf', { folder: 'bills', added: '2026-11-03T00:00:00Z', size: 20 }),
	entry('c', "Carte d'identité.jpg", { added: '2026-11-02T00:00:00Z' }),
];
const names = (view: Partial<Parameters<typeof listing>[2]>): readonly string[] => {
	const l = listing(entries, folders, { folder: undefined, search: '', order: 'name', ...view });
	return [...l.folders, ...l.entries].map((x) => x.name);
};

test('the top shows its own folders and documents, in the order of a dictionary', () => {
	expect(names({})).toEqual(['école', 'Maison', "Carte d'identité.jpg"]);
	expect(names({ folder: 'bills' })).toEqual(['electricite 9.pdf', 'Électricité 10.pdf']);
});

test('a search looks everywhere, whatever the accents', () => {
	expect(names({ search: 'ELECTRICITÉ 10', folder: 'school' })).toEqual(['Électricité 10.pdf']);
	expect(names({ search: 'ecole' })).toEqual(['école']);
	expect(names({ search: '   ' })).toEqual(names({}));
	expect(names({ search: 'notaire' })).toEqual([]);
});

test('newest and largest first', () => {
	expect(names({ folder: 'bills', order: 'newest' })[0]).toBe('electricite 9.pdf');
	expect(names({ folder: 'bills', order: 'largest' })[0]).toBe('Électricité 10.pdf');
});

test('the way from the top, and every place under its parent', () => {
	expect(pathOf(folders, 'bills').map((f) => f.name)).toEqual(['Maison', 'Factures']);
	expect(pathOf(folders, 'gone')).toEqual([]);
	expect(places(folders).map((p) => `${p.depth} ${p.folder.name}`)).toEqual([
		'0 école',
		'0 Maison',
		'1 Factures',
	]);
	expect(countIn(entries, folders, 'house')).toEqual({ documents: 0, folders: 1 });
	expect(countIn(entries, folders, 'bills')).toEqual({ documents: 2, folders: 0 });
});

test('folders that contain each other do not hang the page', () => {
	const loop: readonly Folder[] = [
		{ id: 'x', name: 'x', parent: 'y' },
		{ id: 'y', name: 'y', parent: 'x' },
	];
	expect(pathOf(loop, 'x')).toHaveLength(2);
	expect(places(loop)).toEqual([]);
});
