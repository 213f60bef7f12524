import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { CoffreError } from '../errors.ts';
import { describe, isKnown } from './errors.words.ts';
import { lang } from './words.svelte.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

/** Every slug that the gateway can answer, and every code that src/errors.ts lists. */
function codes(): string[] {
	const catalogue = ['catalogue', 'mediation'].map((f) => read(`../../../problem/${f}.go`)).join();
	const slugs = [...catalogue.matchAll(/\{"([a-z-]+)", http\.Status/g)].map((m) => m[1] ?? '');
	const listed = /one of\n([\s\S]*?)\.\n/.exec(read('../errors.ts'))?.[1] ?? '';
	const own = listed
		.replaceAll('*', '')
		.split(',')
		.map((c) => c.trim());
	return [...new Set([...slugs, ...own])];
}

afterEach(() => lang.set('fr'));

test('every error has a title and what to do, in both languages', () => {
	const all = codes();
	expect(all.length).toBeGreaterThan(50);
	for (const code of all) {
		const error = new CoffreError(code);
		expect(isKnown(error), code).toBe(true);
		lang.set('fr');
		const fr = describe(error);
		lang.set('en');
		const en = describe(error);
		for (const said of [fr.title, fr.text, en.title, en.text]) expect(said, code).not.toBe('');
		expect(fr.title, code).not.toBe(en.title);
	}
});

test('what looks like a lie is an alarm, what a person can mend is not', () => {
	for (const code of ['pin', 'signature', 'rollback', 'leaf', 'mismatch', 'hash', 'form']) {
		expect(describe(new CoffreError(code)).alarm, code).toBe(true);
	}
	for (const code of ['wrong-key', 'words', 'offline', 'stale', 'damaged']) {
		expect(describe(new CoffreError(code)).alarm, code).toBe(false);
	}
	// A file that changes while it is read is the person's; one that was received is not.
	for (const code of ['length', 'padding']) {
		expect(describe(new CoffreError(code)).alarm, code).toBe(false);
		expect(describe(new CoffreError(code, { evidence: { sealed: 1 } })).alarm, code).toBe(true);
	}
});

test('limits and words are named', () => {
	expect(describe(new CoffreError('document-too-large', { limit: 2_147_483_648 })).text).toContain(
		'2,1\u00a0Go',
	);
	expect(describe(new CoffreError('word-unknown', { word: 'maisson', index: 2 })).text).toContain(
		'«\u00a0maisson\u00a0» (mot 3)',
	);
});

test('an error nobody knows is said in the words of the gateway', () => {
	const problem = { type: '/problems/x', title: 'Titre', status: 418, detail: 'Détail' };
	expect(describe(new CoffreError('x', { problem }))).toMatchObject({
		title: 'Titre',
		text: 'Détail',
	});
});
