import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

// A service worker that listens to fetch could change what every later page
// is made of, past all that verifies a site from outside (threats.md, T12).
test('the worker that shows notifications has no part in what the pages load', () => {
	const script = readFileSync(new URL('../../public/push.js', import.meta.url), 'utf8');
	const listens = [...script.matchAll(/addEventListener\('(\w+)'/g)].map((m) => m[1]);
	expect(listens).toEqual(['push', 'notificationclick']);
	expect(script).not.toMatch(/importScripts|import\s*\(|\bonfetch\b|\bcaches\b|\bclients\.claim\b/);
});
