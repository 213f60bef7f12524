import { beforeEach, describe, expect, it } from 'vitest';
import { Api } from '../api/client.ts';
import { noPolicy } from '../crypto/policy.ts';
import { code } from '../crypto/testing/code.ts';
import { Tree } from '../crypto/testing/tree.ts';
import { linesOf, Witness } from '../crypto/testing/witness.ts';
import { asCoffreError } from '../errors.ts';
import { LogWatch } from './logwatch.ts';
import { memoryOf } from './memory.ts';

// A gateway that says who its log and its witnesses are, visited again and again.

const [a, b, c] = ['w.example/a', 'w.example/b', 'w.example/c'].map((n) => new Witness(n)) as [
	Witness,
	Witness,
	Witness,
];
const lines = linesOf(a, b, c);
const two = `${lines}group g 2 a b c\nquorum g\n`;
const three = `${lines}group g all a b c\nquorum g\n`;

let tree: Tree;
let policy: string | undefined;
let memory: ReturnType<typeof memoryOf>;

beforeEach(() => {
	tree = new Tree();
	tree.append(Uint8Array.of(1));
	policy = undefined;
	memory = memoryOf();
});

/** Another page load, which is shown a checkpoint that these witnesses have cosigned. */
async function visit(by: readonly Witness[], base = 'https://coffre.test'): Promise<number> {
	const site = { logKey: tree.vkey, ...(policy === undefined ? {} : { policy }) };
	const api = new Api({ base, fetch: async () => Response.json(site) });
	const log = new LogWatch(api, memory);
	const mark = await log.mark();
	const note = by.reduce((n, w) => w.cosign(n), tree.checkpoint());
	return (await log.checkpoint(mark, note)).size;
}

describe('a policy of witnesses', () => {
	it('is taken on the first visit, and checkpoints have to meet it', async () => {
		policy = two;
		expect(await code(visit([a]))).toBe('witnesses');
		expect(await visit([a, c])).toBe(1);
		expect(await code(visit([]))).toBe('witnesses');
	});

	it('may become stronger, and is an alarm with evidence when it becomes weaker', async () => {
		expect(await visit([])).toBe(1);
		policy = two;
		expect(await visit([a, b])).toBe(1);
		policy = three;
		expect(await visit([a, b, c])).toBe(1);
		for (const weaker of [two, `${lines}quorum a\n`, noPolicy, undefined]) {
			policy = weaker;
			for (let i = 0; i < 2; i++) {
				const e = asCoffreError(await visit([a, b, c]).catch((x: unknown) => x));
				expect(e.code).toBe('witnesses');
				expect(e.evidence).toEqual({
					logKey: tree.vkey,
					seen: three,
					received: weaker ?? noPolicy,
				});
			}
		}
		policy = three;
		const e = asCoffreError(await visit([a, b]).catch((x: unknown) => x));
		expect(e.code).toBe('witnesses');
		expect(e.evidence).toMatchObject({ logKey: tree.vkey, policy: three });
		expect(e.evidence?.received).toContain(tree.checkpoint());
	});

	it('that cannot be read, or is of another log, is an alarm from the first visit on', async () => {
		for (const bad of ['', 'quorum\n', `log ${new Tree().vkey}\n${two}`]) {
			policy = bad;
			expect(await code(visit([a, b, c]))).toBe('witnesses');
		}
		policy = `log ${tree.vkey}\n${two}`;
		expect(await visit([a, b])).toBe(1);
	});

	it('catches a fork that the log itself has signed, by whoever saw one half', async () => {
		policy = two;
		expect(await visit([a, b])).toBe(1);
		tree.append(Uint8Array.of(2));
		expect(await code(visit([a]))).toBe('witnesses'); // before any proof is asked for
	});

	it('begins anew with a demonstration on this machine, and nowhere else', async () => {
		for (const base of ['http://localhost:8080', 'https://coffre.test']) {
			memory = memoryOf();
			policy = two;
			expect(await visit([a, b], base)).toBe(1);
			tree = new Tree();
			tree.append(Uint8Array.of(1));
			policy = undefined;
			if (base.startsWith('https:')) expect(await code(visit([], base))).toBe('leaf');
			else expect(await visit([], base)).toBe(1);
		}
	});
});
