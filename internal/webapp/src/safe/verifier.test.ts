import { beforeEach, describe, expect, it } from 'vitest';
import { Api } from '../api/client.ts';
import { newIdentity } from '../crypto/age.ts';
import { writeAttestation } from '../crypto/attestation.ts';
import { random, toBase64, utf8 } from '../crypto/bytes.ts';
import { commitmentOf, contentOf } from '../crypto/content.ts';
import { commitment } from '../crypto/log.ts';
import {
	type Parts,
	parseReceipt,
	verifyReceipt,
	writeLink,
	writeReceipt,
} from '../crypto/receipt.ts';
import { makeAttestation } from '../crypto/testing/attestation.ts';
import { Tree } from '../crypto/testing/tree.ts';
import { linesOf, Witness } from '../crypto/testing/witness.ts';
import { memoryOf } from './memory.ts';
import { Verifier } from './verifier.ts';

// A server that has nothing but what is public of a log.

const base = 'https://coffre.test';
const salt = toBase64(random(32));
const content = contentOf(newIdentity(), 'a'.repeat(64), 3);
const event = `{"detail":{"content":"${commitmentOf(content)}"},"id":"e","result":"done","time":"2026-03-03T13:12:00Z","v":1,"what":"document.added","who":{"kind":"citizen","name":"Angela"}}`;

let tree: Tree;
let asked: string[];
let down: boolean;
/** Tiles that the server does not show, or not whole. */
let hidden: RegExp | undefined;
let cut: boolean;
/** The checkpoint, where it is not the newest. */
let shown: string | undefined;
/** The policy that the site states, and whether its witness goes along. */
let said: string | undefined;
let cosigned: boolean;
const witness = new Witness('w.example/a');
let memory: ReturnType<typeof memoryOf>;

beforeEach(() => {
	[tree, asked, down, memory] = [new Tree(), [], false, memoryOf()];
	[said, cosigned] = [undefined, false];
	[hidden, cut, shown] = [undefined, false, undefined];
});

function grow(n: number): void {
	for (let i = 0; i < n; i++) tree.append(random(32));
}
function made(): Parts {
	const [, bytes] = [0, Uint8Array.from(atob(salt), (c) => c.charCodeAt(0))];
	const index = tree.append(commitment(utf8(event), bytes));
	grow(3);
	return { log: tree.vkey, event, salt, leaf: tree.leaf(index), content };
}
const verifier = (): Verifier => {
	const fetch = async (input: unknown): Promise<Response> => {
		const { pathname, searchParams } = new URL(String(input), base);
		asked.push(pathname);
		if (down) throw new TypeError('no line');
		if (pathname === '/api/v1/site') return Response.json({ logKey: tree.vkey, policy: said });
		if (pathname === '/log/checkpoint') {
			const note = shown ?? tree.checkpoint();
			return new Response(cosigned ? witness.cosign(note) : note);
		}
		if (pathname === '/log/consistency') {
			const [from, to] = ['from', 'to'].map((k) => Number(searchParams.get(k)));
			return Response.json({ path: tree.consistency(from ?? 0, to).map(toBase64) });
		}
		if (hidden?.test(pathname)) return new Response('', { status: 404 });
		const tile = tree.tile(pathname.replace('/log/', '')) as Uint8Array<ArrayBuffer>;
		return new Response(cut ? tile.slice(32) : tile);
	};
	const api = new Api({ base, fetch: fetch as typeof globalThis.fetch });
	return new Verifier({ api, memory, base });
};
const codeOf = (given: string): Promise<string> =>
	verifier()
		.check(given)
		.then(
			() => 'taken',
			(e: { code: string }) => e.code,
		);

describe('a receipt that anybody holds', () => {
	it('is checked as a file, against the log of today', async () => {
		grow(300);
		const parts = made();
		grow(400);
		const found = await verifier().check(`\n${writeReceipt(parts)}`);
		expect(found).toMatchObject({ known: true, today: true, content, index: 300, size: 304 });
		expect(found.event.what).toBe('document.added');
	});

	it('is checked as a link, and becomes a file that needs no server', async () => {
		grow(300);
		const parts = made();
		grow(400);
		const found = await verifier().check(await writeLink(base, parts));
		expect(found).toMatchObject({ known: true, today: true, content, index: 300, size: 704 });
		expect(verifyReceipt(parseReceipt(found.file)).event.id).toBe('e');
	});

	it('tells the server no more than which tiles it needs', async () => {
		grow(300);
		const link = await writeLink(base, made());
		await verifier().check(link);
		expect(
			asked.every((p) => /^\/(api\/v1\/site|log\/(checkpoint|tile\/[\dx/.p]+))$/.test(p)),
		).toBe(true);
		expect(asked.join()).not.toContain(link.slice(-20));
	});

	it('as a file needs no line; as a link it does', async () => {
		grow(5);
		const parts = made();
		memory.set('log-key', tree.vkey);
		down = true;
		expect(await verifier().check(writeReceipt(parts))).toMatchObject({
			known: true,
			today: false,
		});
		memory = memoryOf();
		expect(await verifier().check(writeReceipt(parts))).toMatchObject({ known: false });
		expect(await codeOf(await writeLink(base, parts))).toBe('offline');
	});

	it('of another log is proven by that log alone', async () => {
		grow(5);
		const parts = made();
		const file = writeReceipt(parts);
		tree = new Tree('other.test/log');
		grow(9);
		expect(await verifier().check(file)).toMatchObject({ known: false, log: 'coffre.test/log' });
		expect(await codeOf((await writeLink(base, parts)).replace(base, 'https://other.test'))).toBe(
			'other-site',
		);
	});

	it('names the witnesses of the register, as this browser knows them', async () => {
		grow(5);
		const file = writeReceipt(made());
		expect((await verifier().check(file)).witnesses).toEqual([]);
		said = `${linesOf(witness)}quorum a\n`;
		cosigned = true;
		// On the first visit only the site itself says who they are.
		expect(await verifier().check(file)).toMatchObject({ witnesses: ['a'], witnessesMet: false });
		expect(await verifier().check(file)).toMatchObject({ witnesses: ['a'], witnessesMet: true });
		// That they are missing is an alarm about the register, not about the receipt.
		cosigned = false;
		expect(await codeOf(file)).toBe('witnesses');
	});

	it('shows a log that was rewritten or cut since, with the evidence', async () => {
		grow(300);
		const parts = made();
		const file = writeReceipt(parts);
		const link = await writeLink(base, parts);
		tree.entries[7] = random(32);
		grow(5);
		await expect(verifier().check(file)).rejects.toMatchObject({
			code: 'rollback',
			evidence: { receipt: parseReceipt(file), received: tree.checkpoint() },
		});
		// A link says nothing of what the log once was; its own event is still there.
		expect(await codeOf(link)).toBe('taken');
		tree.entries[300] = random(32);
		memory = memoryOf();
		await expect(verifier().check(link)).rejects.toMatchObject({
			code: 'leaf',
			evidence: { checkpoint: tree.checkpoint() },
		});
		tree.entries.length = 200;
		memory = memoryOf();
		expect(await codeOf(file)).toBe('rollback');
		expect(await codeOf(link)).toBe('leaf');
	});

	it('shows that the log has signed more than the server shows', async () => {
		grow(300);
		const parts = made();
		const [file, link] = [writeReceipt(parts), await writeLink(base, parts)];
		grow(400);
		for (const [name, wrong] of [
			['gone', () => [/tile\/0\/001/, false]],
			['cut', () => [undefined, true]],
		] as const) {
			[hidden, cut] = wrong() as [RegExp | undefined, boolean];
			for (const [given, told] of [
				[file, 'receipt'],
				[link, 'short'],
			] as const) {
				memory = memoryOf();
				await expect(verifier().check(given), `${name}, ${told}`).rejects.toMatchObject({
					code: 'hole',
					evidence: { path: expect.stringContaining('tile/'), [told]: expect.anything() },
				});
			}
		}
		// A partial tile may go once it is full.
		[hidden, cut, tree, memory] = [/\.p\//, false, new Tree(), memoryOf()];
		grow(230);
		const early = writeReceipt(made());
		grow(10);
		shown = tree.checkpoint();
		grow(50);
		expect(await codeOf(early)).toBe('taken');
	});

	it('is told from everything that is none', async () => {
		grow(5);
		const file = writeReceipt(made());
		for (const none of ['', 'bonjour', '{}', '%PDF-1.7', `${base}/verifier`, `${base}/verifier#`])
			expect([none, await codeOf(none)]).toEqual([none, 'form']);
		expect(await codeOf(file.replace('Angela', 'Angelo'))).toBe('leaf');
		expect(await codeOf(file.replace('"size":3}', '"size":4}'))).toBe('mismatch');
	});
});

describe('an attestation that anybody holds', () => {
	it('is checked against the log of today, and refused with evidence when it proves nothing', async () => {
		grow(20);
		const { attestation, spoilt } = await makeAttestation(tree);
		grow(40);
		const file = writeAttestation(attestation);
		const found = await verifier().attestation(file);
		expect(found).toMatchObject({ known: true, today: true, mandate: { id: expect.any(String) } });
		expect(found.events.map((e) => e.what)).toContain('grant.created');
		expect(found.file).toBe(file);
		expect(asked.join()).not.toContain(found.mandate.id);
		for (const [why, a] of Object.entries(spoilt))
			await expect(verifier().attestation(writeAttestation(a)), why).rejects.toMatchObject({
				code: expect.stringMatching(/^(leaf|signature|mismatch)$/),
				evidence: { attestation: expect.anything() },
			});
		down = true;
		expect(await verifier().attestation(file)).toMatchObject({ known: true, today: false });
		[down, memory, tree] = [false, memoryOf(), new Tree('other.test/log')];
		grow(90);
		expect(await verifier().attestation(file)).toMatchObject({ known: false, today: false });
	});
});
