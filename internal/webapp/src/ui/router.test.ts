import { beforeAll, expect, test } from 'vitest';

let match: typeof import('./router.svelte.ts').match;
beforeAll(async () => {
	Object.assign(globalThis, { location: { pathname: '/', search: '' } });
	({ match } = await import('./router.svelte.ts'));
});

test('a pattern takes its own paths and no other', () => {
	expect(match('/coffre', '/coffre')).toEqual({});
	expect(match('/coffre', '/coffre/x')).toBeUndefined();
	expect(match('/administration/partage/{id}', '/administration/partage/a%20b')).toEqual({
		id: 'a b',
	});
	expect(match('/administration/partage/{id}', '/administration/partage/')).toBeUndefined();
	expect(match('/administration/partage/{id}', '/administration/partage/%E0%A4')).toEqual({
		id: '%E0%A4',
	});
});
