import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { kindName, kinds, kindWithin } from './kinds.ts';
import { lang } from './words.svelte.ts';

it('are those of the format, with its words', () => {
	const go = readFileSync(new URL('../../../sealed/kinds.go', import.meta.url), 'utf8');
	const groups = new Map([...go.matchAll(/(Group\w+)\s*= "(\w+)"/g)].map((m) => [m[1], m[2]]));
	const row = /\{"([a-z0-9-]+)", (Group\w+), "([^"]*)", "([^"]*)", (nil|\[\]string\{[^}]*\})\}/g;
	const there = [...go.matchAll(row)].map(([, code, group, fr, en, or]) => ({
		code,
		group: groups.get(group),
		fr,
		en,
		or: [...(or ?? '').matchAll(/"([a-z0-9-]+)"/g)].map((m) => m[1]),
	}));
	expect(there.length).toBeGreaterThan(50);
	expect(kinds).toEqual(there);
});

it('are named in the language of the moment, and an unknown one by its code', () => {
	lang.set('fr');
	expect(kindName('passport')).toBe('Passeport');
	expect(kindWithin('passport')).toBe('passeport');
	expect(kindName('space-permit')).toBe('space-permit');
	lang.set('en');
	expect(kindName('residence')).toBe('Proof of address');
	lang.set('fr');
});
