import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { random, toBase64, utf8 } from './bytes.ts';
import { openCheckpoint } from './log.ts';
import { type Range, readRange } from './range.ts';
import { code } from './testing/code.ts';
import { Tree } from './testing/tree.ts';

function grown(size: number): Tree {
	const tree = new Tree();
	for (let i = 0; i < size; i++) tree.append(utf8(`entry ${i}`));
	return tree;
}
const head = (tree: Tree, size = tree.entries.length) =>
	openCheckpoint(tree.vkey, tree.checkpoint(size));

/** Reads all, as a gateway answers that lies by `bend`. */
async function read(
	tree: Tree,
	from: number,
	size = tree.entries.length,
	most = 1000,
	bend: (r: Range) => unknown = (r) => r,
): Promise<string[]> {
	const told: string[] = [];
	await readRange(
		head(tree, size),
		from,
		async (at) => bend(tree.range(at, size, most)),
		(entry, index) => told.push(`${index} ${new TextDecoder().decode(entry)}`),
	);
	return told;
}

describe('a range of the log (T8)', () => {
	it('is every entry from there to the end, in pages of any length, at any place', async () => {
		const tree = grown(70);
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 1, max: 70 }),
				fc.nat({ max: 69 }),
				fc.integer({ min: 1, max: 9 }),
				async (size, start, most) => {
					const from = start % size;
					const want = Array.from(
						{ length: size - from },
						(_, i) => `${from + i} entry ${from + i}`,
					);
					expect(await read(tree, from, size, most)).toEqual(want);
				},
			),
		);
	});

	it('is refused when anything of it is left out, put in, moved or changed', async () => {
		const tree = grown(70);
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 3, max: 70 }),
				fc.nat(),
				fc.nat(),
				fc.constantFrom('drop', 'double', 'swap', 'change', 'left', 'fewer'),
				async (size, a, b, how) => {
					const from = a % (size - 2);
					const bend = (r: Range): unknown => {
						const entries = [...r.entries];
						const left = [...r.left];
						const at = b % entries.length;
						const own = entries[at] ?? '';
						if (how === 'drop') entries.splice(at, 1);
						if (how === 'double') entries.splice(at, 0, own);
						if (how === 'swap') {
							const other = (at + 1) % entries.length;
							entries[at] = entries[other] ?? '';
							entries[other] = own;
						}
						if (how === 'change') entries[at] = toBase64(random(32));
						if (how === 'left') left.push(toBase64(random(32)));
						if (how === 'fewer' && left.pop() === undefined) entries[at] = own.slice(4);
						return { ...r, left, entries };
					};
					const bent = read(tree, from, size, 1000, bend);
					expect(await code(bent)).toBe('leaf');
				},
			),
		);
	});

	it('is refused when it is another one, or no range at all', async () => {
		const tree = grown(9);
		const lies: ((r: Range) => unknown)[] = [
			(r) => ({ ...r, from: r.from + 1 }),
			(r) => ({ ...r, size: r.size + 1 }),
			(r) => ({ ...r, entries: [] }),
			(r) => ({ ...r, entries: [...r.entries, ...r.entries] }),
			(r) => ({ ...r, left: [toBase64(random(31))] }),
			(r) => ({ ...r, more: 1 }),
			(r) => ({ ...r, entries: ['?'] }),
			() => 'a range',
			() => undefined,
		];
		for (const bend of lies) expect(await code(read(tree, 4, 9, 1000, bend))).toBe('leaf');
		for (const from of [-1, 9, 0.5]) expect(await code(read(tree, from))).toBe('leaf');
		// Another log of the same length.
		expect(
			await code(
				readRange(
					head(grown(9)),
					0,
					async (at) => ({ ...tree.range(at), left: [] }),
					() => undefined,
				),
			),
		).toBe('nothing was refused');
		const other = new Tree();
		for (let i = 0; i < 9; i++) other.append(random(32));
		const elsewhere = readRange(
			head(other),
			4,
			async (at) => tree.range(at),
			() => undefined,
		);
		expect(await code(elsewhere)).toBe('leaf');
	});
});
