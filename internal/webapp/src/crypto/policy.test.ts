import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { noPolicy, Policy, type Said } from './policy.ts';
import { code } from './testing/code.ts';
import { Tree } from './testing/tree.ts';
import { linesOf, Witness } from './testing/witness.ts';

interface Vectors {
	readonly vkey: string;
	readonly policies: readonly string[];
	readonly refused: readonly string[];
	readonly checks: readonly {
		readonly policy: string;
		readonly note: string;
		readonly code: string;
		readonly said: readonly Said[];
	}[];
	readonly keeps: readonly {
		readonly old: string;
		readonly next: string;
		readonly keeps: boolean;
	}[];
}

const file = (maker: string) => `../journal/testdata/policy.${maker}.json`;

function make(): Vectors {
	const tree = new Tree();
	tree.append(Uint8Array.of(1));
	const [a, b, c] = ['w.example/a', 'w.example/b', 'w.example/c'].map((n) => new Witness(n)) as [
		Witness,
		Witness,
		Witness,
	];
	const lines = linesOf(a, b, c);
	const both = `${lines}group g all a b\nquorum g\n`;
	const note = tree.checkpoint();
	const said = (...names: string[]) => names.map((witness) => ({ witness, at: 1772359200 }));
	return {
		vkey: tree.vkey,
		policies: [noPolicy, both, `log ${tree.vkey}\n${both}`],
		refused: ['', both.replace('quorum g', 'quorum x'), both.replace(/\+B/, '+A')],
		checks: [
			{ policy: noPolicy, note, code: '', said: [] },
			{ policy: both, note: b.cosign(a.cosign(note)), code: '', said: said('a', 'b') },
			{ policy: both, note: c.cosign(b.cosign(note)), code: 'witnesses', said: [] },
			{ policy: both, note: a.cosign(a.cosign(note)), code: 'witnesses', said: [] },
		],
		keeps: [
			{ old: both, next: noPolicy, keeps: false },
			{ old: both, next: `${lines}group g all a b c\nquorum g\n`, keeps: true },
			{ old: both, next: `${lines}group g 2 a b c\nquorum g\n`, keeps: false },
		],
	};
}

if (process.env.COFFRE_WRITE_VECTORS)
	await writeFile(file('ts'), `${JSON.stringify(make(), undefined, '\t')}\n`);

describe.each(['go', 'ts'])('policies as %s reads them', async (maker) => {
	const v = JSON.parse(await readFile(file(maker), 'utf8')) as Vectors;

	it('can be read, or not', async () => {
		expect(v.policies.length * v.refused.length).toBeGreaterThan(0);
		for (const text of v.policies) expect(new Policy(text).text).toBe(text);
		for (const text of v.refused) expect(await code(() => new Policy(text))).toBe('witnesses');
	});

	it('are met, or not', async () => {
		expect(v.checks.length).toBeGreaterThan(3);
		for (const c of v.checks) {
			const p = new Policy(c.policy);
			if (c.code === '') expect(p.check(v.vkey, c.note)).toEqual(c.said);
			else expect(await code(() => p.check(v.vkey, c.note))).toBe(c.code);
		}
	});

	it('are weaker than others, or not', () => {
		expect(v.keeps.length).toBeGreaterThan(2);
		for (const k of v.keeps) expect(new Policy(k.next).keeps(new Policy(k.old))).toBe(k.keeps);
	});
});

describe('cosignatures', () => {
	const tree = new Tree();
	tree.append(Uint8Array.of(1));
	const w = new Witness('w.example');
	const policy = new Policy(`${linesOf(w)}quorum a\n`);

	it('cover the checkpoint and the time: no letter can be another', async () => {
		const note = w.cosign(tree.checkpoint());
		expect(policy.check(tree.vkey, note)).toHaveLength(1);
		const from = note.indexOf('w.example ') + 'w.example '.length;
		for (let i = from; i < note.length - 1; i++) {
			const letter = note[i] === 'A' ? 'B' : 'A';
			const changed = note.slice(0, i) + letter + note.slice(i + 1);
			expect(['leaf', 'witnesses']).toContain(await code(() => policy.check(tree.vkey, changed)));
		}
		tree.append(Uint8Array.of(2));
		const line = note.slice(note.indexOf('\u2014 w.example'));
		expect(await code(() => policy.check(tree.vkey, tree.checkpoint() + line))).toBe('leaf');
	});

	it('of a time that is none are refused', async () => {
		const note = w.cosign(tree.checkpoint(), -1);
		expect(await code(() => policy.check(tree.vkey, note))).toBe('leaf');
	});

	it('in a note that is none are not looked for', async () => {
		for (const bad of ['', 'x', '\n\n', tree.checkpoint().slice(0, -1), `${tree.checkpoint()}x\n`])
			expect(await code(() => policy.check(tree.vkey, bad))).toBe('leaf');
	});
});
