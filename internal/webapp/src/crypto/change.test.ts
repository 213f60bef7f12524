import { describe, expect, it } from 'vitest';
import { newId, random, toBase64 } from './bytes.ts';
import { type Change, checkChange, signChange } from './change.ts';
import { hashHex } from './derive.ts';
import { RootKey } from './sign.ts';
import { code } from './testing/code.ts';

const own = () => ({ doc: newId(), version: newId(), grant: toBase64(random(40)) });

describe('a change', () => {
	it('is signed as a whole: nothing in it is added, dropped, swapped or put elsewhere', async () => {
		const root = new RootKey(random(32));
		const c: Change = {
			safe: newId(),
			epoch: 7,
			match: hashHex(random(8)),
			manifest: random(600),
			adopt: [own(), own()],
			reseal: [own()],
			erase: [newId(), newId()],
		};
		const signature = signChange(c, root);
		checkChange(c, signature, root.vk);
		const [a, b] = c.adopt;
		if (!a || !b) throw new Error('nothing adopted');
		for (const other of [
			{ safe: newId() },
			{ epoch: 8 },
			{ match: hashHex(random(8)) },
			{ manifest: random(600) },
			{ adopt: [b, a] },
			{ adopt: [a] },
			{ adopt: [a, { ...b, grant: toBase64(random(40)) }] },
			{ adopt: [a, { ...b, version: newId() }] },
			{ adopt: [a, { ...b, doc: newId() }] },
			{ adopt: [...c.adopt, ...c.reseal], reseal: [] },
			{ reseal: [] },
			{ erase: [] },
			{ erase: [...c.erase, newId()] },
			{ erase: [...c.erase].reverse() },
		])
			expect([
				other,
				await code(() => checkChange({ ...c, ...other }, signature, root.vk)),
			]).toEqual([other, 'signature']);
		const { vk } = new RootKey(random(32));
		expect(await code(() => checkChange(c, signature, vk))).toBe('signature');
		// What the root signs in another context is no change.
		const manifest = toBase64(root.sign('coffre/v1/manifest', random(9)).subarray(0, 64));
		expect(await code(() => checkChange(c, manifest, root.vk))).toBe('signature');
	});
});
