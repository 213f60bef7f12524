import { expect, it } from 'vitest';
import { newIdentity, recipientOf, seal } from './age.ts';
import { type Bytes, newId, random, utf8 } from './bytes.ts';
import { MAX_PAGE, openPage, sealPage } from './page.ts';
import { RootKey } from './sign.ts';
import { code } from './testing/code.ts';

const root = new RootKey(random(32));
const identity = newIdentity();
const to = await recipientOf(identity);
const about = {
	suite: 1,
	safe: newId(),
	mandate: newId(),
	id: newId(),
	document: newId(),
	name: 'Bail',
	number: 2,
	of: 3,
	turns: 1,
	created: '2026-11-26T10:00:00Z',
} as const;
const bytes = async (b: Blob): Promise<Bytes> => new Uint8Array(await b.arrayBuffer());

it('a page comes out as it went in, whatever its length', async () => {
	for (const size of [1, 511, 60_000]) {
		const jpeg = random(size);
		const { sealed } = await sealPage(about, jpeg, root, to);
		const got = await openPage(await bytes(sealed), identity, root.vk);
		expect(got.page).toMatchObject({ ...about, size });
		expect(got.jpeg).toEqual(jpeg);
		expect(sealed.size).toBeLessThan(MAX_PAGE);
	}
});

it('whoever knows the session’s recipient sends nothing in her name', async () => {
	const another = await sealPage(about, random(900), new RootKey(random(32)), to);
	expect(await code(openPage(await bytes(another.sealed), identity, root.vk))).toBe('signature');
	const bare = await seal(utf8(`${'A'.repeat(88)}\n${'x'.repeat(600)}`), to);
	expect(await code(openPage(bare, identity, root.vk))).toBe('signature');
	const none = await seal(utf8('x'.repeat(700)), to);
	expect(await code(openPage(none, identity, root.vk))).toBe('form');
});

it('only the tab opens it, and no page is of no document', async () => {
	const { sealed } = await sealPage(about, random(900), root, to);
	expect(await code(openPage(await bytes(sealed), newIdentity(), root.vk))).toBe('wrong-key');
	for (const wrong of [{ number: 4 }, { of: 41 }, { turns: 4 }])
		expect(await code(sealPage({ ...about, ...wrong }, random(9), root, to))).toBe('form');
});
