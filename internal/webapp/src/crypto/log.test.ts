import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64, random, toBase64, utf8 } from './bytes.ts';
import {
	entryOf,
	type Leaf,
	openCheckpoint,
	parseEvent,
	parseFact,
	verifyConsistency,
	verifyEvent,
	verifyFact,
	verifyInclusion,
	verifyLeaf,
} from './log.ts';
import { code } from './testing/code.ts';
import { root, Tree } from './testing/tree.ts';

function tree(size: number): Tree {
	const t = new Tree();
	for (let i = 0; i < size; i++) t.append(utf8(`entry ${i}`));
	return t;
}

describe('inclusion proofs', () => {
	it('hold for every entry of every tree up to 65, and for no other entry, place or size', async () => {
		const all = tree(65);
		for (let size = 1; size <= 65; size++) {
			const head = {
				origin: '',
				size,
				root: root(all.entries.slice(0, size)) as Uint8Array<ArrayBuffer>,
			};
			for (let i = 0; i < size; i++) {
				const path = all.path(i, size).map(fromBase64);
				const entry = all.entries[i] ?? random(1);
				verifyInclusion(entry, i, path, head);
				const bad = [
					() => verifyInclusion(random(32), i, path, head),
					() => verifyInclusion(entry, i + 1, path, head),
					() => verifyInclusion(entry, i, [...path, random(32)], head),
					() => verifyInclusion(entry, i, path.slice(1), { ...head, size: size + 64 }),
				];
				if (path.length > 0) bad.push(() => verifyInclusion(entry, i, path.slice(0, -1), head));
				for (const b of bad) expect(await code(b)).toBe('leaf');
			}
		}
	});

	it('do not hold when any bit of the path is another', async () => {
		const t = tree(37);
		await fc.assert(
			fc.asyncProperty(fc.nat(36), fc.nat(), fc.nat(255), async (index, node, bit) => {
				const leaf = t.leaf(index);
				const path = leaf.path.map(fromBase64);
				const hit = path[node % path.length];
				if (!hit) return;
				hit[bit >> 3] = (hit[bit >> 3] ?? 0) ^ (1 << (bit & 7));
				const entry = t.entries[index] ?? random(1);
				expect(
					await code(() => verifyLeaf(t.vkey, entry, { ...leaf, path: path.map(toBase64) })),
				).toBe('leaf');
			}),
		);
	});
});

describe('consistency proofs', () => {
	it('hold between any two sizes up to 40, and for nothing that was rewritten', async () => {
		const t = tree(40);
		for (let to = 1; to <= 40; to++) {
			const newer = openCheckpoint(t.vkey, t.checkpoint(to));
			for (let from = 1; from <= to; from++) {
				const older = openCheckpoint(t.vkey, t.checkpoint(from));
				const path = t.consistency(from, to);
				verifyConsistency(older, newer, path);
				const bad = [
					() => verifyConsistency({ ...older, root: random(32) }, newer, path),
					() => verifyConsistency(older, { ...newer, root: random(32) }, path),
					() => verifyConsistency(older, newer, [...path, random(32)]),
					() => verifyConsistency({ ...older, size: 0 }, newer, path),
				];
				if (path.length > 0) {
					bad.push(() => verifyConsistency(older, newer, path.slice(1)));
					bad.push(() => verifyConsistency(older, newer, [random(32), ...path.slice(1)]));
				}
				for (const b of bad) expect(await code(b)).toBe('leaf');
			}
		}
	});

	it('show a log that was begun anew', async () => {
		const [t, other] = [tree(9), tree(20)];
		other.entries[3] = random(32);
		const older = openCheckpoint(t.vkey, t.checkpoint(9));
		const newer = openCheckpoint(other.vkey, other.checkpoint(20));
		expect(await code(() => verifyConsistency(older, newer, other.consistency(9, 20)))).toBe(
			'leaf',
		);
	});
});

describe('checkpoints', () => {
	it('count only with the signature of the log over exactly that text', async () => {
		const t = tree(3);
		const note = t.checkpoint();
		expect(openCheckpoint(t.vkey, note).size).toBe(3);
		const mutants = [
			note.replace('\n3\n', '\n4\n'),
			note.replace('\n3\n', '\n03\n'),
			note.replace('coffre.test', 'coffre.tests'),
			note.slice(0, -1),
			`x${note}`,
			note.replace('\n\n', '\nextension\n\n'),
			note.replace(/\u2014.*/, ''),
			'',
		];
		for (const m of mutants) expect(await code(() => openCheckpoint(t.vkey, m))).toBe('leaf');
		expect(await code(() => openCheckpoint(tree(1).vkey, note))).toBe('leaf');
		expect(await code(() => openCheckpoint(new Tree('other.test/log').vkey, note))).toBe('leaf');
		// Other signatures beside the log's are witnesses, and welcome.
		expect(openCheckpoint(t.vkey, `${note}\u2014 witness.test AAAAAAAA\n`).size).toBe(3);
	});

	it('are refused for a leaf that claims another size', async () => {
		const t = tree(4);
		const leaf = t.leaf(2);
		const entry = t.entries[2] ?? random(1);
		expect(await code(() => verifyLeaf(t.vkey, entry, { ...leaf, size: 5 }))).toBe('leaf');
	});
});

describe('events and facts', () => {
	const event =
		'{"id":"e","result":"done","time":"2026-03-01T10:00:00Z","v":1,"what":"safe.opened","who":{"kind":"citizen"}}';

	it('are read strictly', async () => {
		expect(parseEvent(event).what).toBe('safe.opened');
		for (const bad of [
			event.replace('"v":1', '"v":1,"x":1'),
			event.replace('"v":1,', ''),
			` ${event}`,
			event.replace('"who":{"kind":"citizen"}', '"who":{}'),
		]) {
			expect(await code(() => parseEvent(bad))).toBe('form');
		}
		expect(await code(() => parseFact(random(32)))).toBe('leaf');
		expect(await code(() => parseFact(utf8('coffre/v1/fact\n{}')))).toBe('form');
		expect(await code(() => entryOf(event, toBase64(random(31))))).toBe('leaf');
	});
});

// internal/journal/vectors_test.go made it.
describe('what go made', async () => {
	interface Vector {
		vkey: string;
		events: { event: string; salt: string; leaf: Leaf }[];
		fact: Leaf;
		checkpoint: string;
		refusedNotes: string[];
		refusedEvents: string[];
		refusedFacts: string[];
	}
	const file = new URL('../../../journal/testdata/log.json', import.meta.url);
	const v = JSON.parse(await readFile(file, 'utf8')) as Vector;

	it('verifies here', async () => {
		expect(openCheckpoint(v.vkey, v.checkpoint).size).toBe(8);
		expect(v.events.length).toBeGreaterThan(2);
		for (const { event, salt, leaf } of v.events) {
			expect(verifyEvent(v.vkey, event, salt, leaf).tree.size).toBe(8);
			const other = { ...leaf, index: leaf.index + 1 };
			expect(await code(() => verifyEvent(v.vkey, event, salt, other))).toBe('leaf');
		}
		expect(verifyFact(v.vkey, v.fact).fact.name).toBe('Mairie de Valmont');
	});

	it('is refused here where it is refused there', async () => {
		expect(v.refusedEvents.length + v.refusedFacts.length).toBeGreaterThan(12);
		for (const s of v.refusedNotes)
			expect([s, await code(() => openCheckpoint(v.vkey, s))]).toEqual([s, 'leaf']);
		for (const s of v.refusedEvents)
			expect([s, await code(() => parseEvent(s))]).toEqual([s, expect.stringMatching(/form|leaf/)]);
		for (const s of v.refusedFacts)
			expect([s, await code(() => parseFact(utf8(s)))]).toEqual([s, 'form']);
	});
});
