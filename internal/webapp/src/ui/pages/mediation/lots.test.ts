import { expect, test } from 'vitest';
import { apart, arrange, type Draft, joined, MOST, ofInput } from './lots.ts';

const picture = (name: string): File => new File(['x'], name, { type: 'image/jpeg' });
const found = (name: string, ...folders: readonly string[]) => ({ file: picture(name), folders });
const told = (drafts: readonly Draft[]) =>
	drafts.map((d) => `${d.name}: ${d.files.map((f) => f.name).join(', ')}`);

test('pages of one paper are one document, in the order of their numbers', () => {
	const drafts = arrange([
		found('bail_10.jpg'),
		found('bail_2.jpg'),
		found('Avis d’impôt page 2.jpg'),
		found('Avis d’impôt page 1.jpg'),
		found('bail_1.jpg'),
	]);
	expect(told(drafts)).toEqual([
		'Avis d’impôt: Avis d’impôt page 1.jpg, Avis d’impôt page 2.jpg',
		'bail: bail_1.jpg, bail_2.jpg, bail_10.jpg',
	]);
});

test('where the camera gave the names, the folder says what it is; without one, each is by itself', () => {
	const names = ['IMG_0002.jpg', 'IMG_0001.jpg', '20261126_101500.jpg'];
	expect(told(arrange(names.map((n) => found(n, 'Madame D', 'Fiches de paie'))))).toEqual([
		'Fiches de paie: 20261126_101500.jpg, IMG_0001.jpg, IMG_0002.jpg',
	]);
	expect(arrange(names.map((n) => found(n))).map((d) => d.files.length)).toEqual([1, 1, 1]);
	const two = arrange([
		found('001.jpg', 'bail'),
		found('001.jpg', 'impôt'),
		found('002.jpg', 'bail'),
	]);
	expect(told(two)).toEqual(['bail: 001.jpg, 002.jpg', 'impôt: 001.jpg']);
});

test('what is no photograph stays as it is; what systems leave in folders is nothing', () => {
	const files = [
		new File(['x'], 'contrat.pdf', { type: 'application/pdf' }),
		new File(['x'], '.DS_Store'),
		new File(['x'], 'Thumbs.db'),
		new File([], 'vide.txt'),
	];
	expect(arrange(ofInput(files))).toEqual([
		{ name: 'contrat.pdf', pages: false, files: [files[0]] },
	]);
});

test('no document gets more pages than the scanner takes', () => {
	const many = Array.from({ length: MOST + 3 }, (_, i) => found(`bail ${i}.jpg`));
	expect(arrange(many).map((d) => d.files.length)).toEqual([MOST, 3]);
});

test('the mediator knows better: two are one, one is several', () => {
	const drafts = arrange([found('IMG_1.jpg'), found('IMG_2.jpg'), found('bail.jpg')]);
	const one = joined(drafts, 2);
	expect(one.map((d) => d.files.length)).toEqual([1, 2]);
	expect(apart(one, 1).map((d) => d.files.length)).toEqual([1, 1, 1]);
	expect(joined(drafts, 0)).toEqual(drafts);
});
