import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lang } from '../../words.svelte.ts';
import { texts } from './Login.words.ts';

// Every refusal of a log-in has a sentence of its own, in both languages: the
// slugs are read from the Go sources that write them.

const root = new URL('../../../../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const sources = [
	...readdirSync(new URL('auth/oidc/', root))
		.filter(
			(name) => name.endsWith('.go') && !name.endsWith('_test.go') && name !== 'backchannel.go',
		)
		.map((name) => read(`auth/oidc/${name}`)),
	read('internal/gateway/login.go'),
	read('internal/gateway/stepup.go'),
].join('\n');
const slugs = [
	...new Set(
		[
			...sources.matchAll(/refuse\("([a-z0-9-]+)"/g),
			...sources.matchAll(/Slug: "([a-z0-9-]+)"/g),
			...sources.matchAll(/slug = "([a-z0-9-]+)"/g),
			...sources.matchAll(/"Y\d{6}": "([a-z0-9-]+)"/g),
			...read('internal/safe/errors.go').matchAll(
				/Reason(?:Relink|UnknownOrganisation) += "([a-z0-9-]+)"/g,
			),
		].map(([, slug = '']) => slug),
	),
];

test('the slugs were found', () => {
	expect(slugs.length).toBeGreaterThan(15);
	expect(slugs).toContain('helper-refused');
	expect(slugs).toContain('provider-redirect');
	expect(slugs).toContain('agent-relink');
});

describe.each(['fr', 'en'] as const)('%s', (language) => {
	test.each(slugs)('%s', (slug) => {
		lang.set(language);
		const [title = '', text = ''] = texts.refusals[slug as keyof typeof texts.refusals] ?? [];
		expect(title).toMatch(/^\p{Lu}.{8,}$/u);
		expect(text).toMatch(/^.{20,}\.$/u);
	});
	test('no two say the same', () => {
		lang.set(language);
		const titles = Object.values(texts.refusals).map(([title]) => title);
		expect(new Set(titles).size).toBe(titles.length);
	});
});
