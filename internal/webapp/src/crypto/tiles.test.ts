import { expect, it } from 'vitest';
import { type Bytes, concat, random, toBase64, utf8 } from './bytes.ts';
import { leafHash, nodeHash, openCheckpoint, verifyInclusion } from './log.ts';
import { code } from './testing/code.ts';
import { Tree } from './testing/tree.ts';
import { Tiles, tilePath } from './tiles.ts';

function grown(size: number): Tree {
	const t = new Tree();
	for (let i = 0; i < size; i++) t.append(utf8(`entry ${i}`));
	return t;
}
const at = (all: readonly Bytes[], i: number): Bytes => all[i] ?? random(32);
const tilesOf = (t: Tree, size: number): Tiles =>
	new Tiles(size, async (path) => t.tile(path, size));

it('a proof made of tiles is the one that the log would give', async () => {
	const t = grown(600);
	for (const size of [1, 2, 3, 7, 8, 9, 255, 256, 257, 511, 512, 600]) {
		const tiles = tilesOf(t, size);
		for (const i of [0, 1, 5, 127, 254, 255, 256, 510, 511, 512, 599].filter((n) => n < size))
			expect((await tiles.inclusion(i)).map(toBase64)).toEqual(t.path(i, size));
	}
});

it('a proof that the log was only added to is the one that the log would give', async () => {
	const t = grown(300);
	for (const size of [1, 2, 7, 8, 13, 256, 257, 300]) {
		const tiles = tilesOf(t, size);
		for (const older of [1, 2, 3, 6, 7, 8, 100, 255, 256, 257, 300].filter((n) => n <= size))
			expect((await tiles.consistency(older)).map(toBase64)).toEqual(
				t.consistency(older, size).map(toBase64),
			);
	}
	for (const outside of [0, 301])
		await expect(tilesOf(t, 300).consistency(outside)).rejects.toMatchObject({ code: 'leaf' });
});

it('of billions of entries, is made of the few tiles on its way, each read once', async () => {
	const size = 5_000_000_123;
	// All entries are alike: so are all subtrees of one height.
	const entry = utf8('alike');
	const level: Bytes[] = [leafHash(entry)];
	for (let i = 1; i < 40; i++) level.push(nodeHash(at(level, i - 1), at(level, i - 1)));
	const rootOf = (n: number): Bytes => {
		const l = Math.floor(Math.log2(n));
		return n === 2 ** l ? at(level, l) : nodeHash(at(level, l), rootOf(n - 2 ** l));
	};
	for (const index of [0, 2 ** 32 - 1, 2 ** 32, size - 1]) {
		const asked: string[] = [];
		const tiles = new Tiles(size, async (path) => {
			asked.push(path);
			const [, l = '', hashes = '256'] = /^tile\/(\d)\/[x\d/]+(?:\.p\/(\d+))?$/.exec(path) ?? [];
			return concat(...Array.from({ length: Number(hashes) }, () => at(level, 8 * Number(l))));
		});
		verifyInclusion(entry, index, await tiles.inclusion(index), {
			origin: '',
			size,
			root: rootOf(size),
		});
		expect(new Set(asked).size).toBe(asked.length);
		expect(asked.length).toBeLessThanOrEqual(10);
	}
});

it('proves nothing that was put into a tile', async () => {
	const t = grown(300);
	const tree = openCheckpoint(t.vkey, t.checkpoint());
	const lying = new Tiles(300, async (path) => {
		const tile = t.tile(path).slice();
		tile[40] = (tile[40] ?? 0) ^ 1;
		return tile;
	});
	const path = await lying.inclusion(0);
	expect(await code(() => verifyInclusion(t.entries[0] ?? random(1), 0, path, tree))).toBe('leaf');
	const short = new Tiles(300, async (path) => t.tile(path).slice(0, 31));
	await expect(short.inclusion(0)).rejects.toMatchObject({ code: 'leaf' });
	for (const outside of [-1, 300, 0.5])
		await expect(lying.inclusion(outside)).rejects.toMatchObject({ code: 'leaf' });
});

// The examples of c2sp.org/tlog-tiles.
it.each([
	[0, 1_234_067, 256, 'tile/0/x001/x234/067'],
	[0, 273, 112, 'tile/0/273.p/112'],
	[1, 1, 17, 'tile/1/001.p/17'],
	[2, 0, 1, 'tile/2/000.p/1'],
])('level %i, tile %i, %i hashes: %s', (level, index, hashes, path) => {
	expect(tilePath(level, index, hashes)).toBe(path);
});
