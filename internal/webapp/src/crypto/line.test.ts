import { describe, expect, it } from 'vitest';
import { newId, random, toBase64 } from './bytes.ts';
import { type Container, checkContainer } from './container.ts';
import { newKeyring, openKeyring, reseal, succeed } from './keyring.ts';
import { keysOf, leadsFrom, succession } from './line.ts';
import { RootKey } from './sign.ts';
import { code } from './testing/code.ts';
import { newSecret } from './words.ts';

const now = new Date('2026-03-01T10:00:00Z');
const paper = { kind: 'paper' as const, label: 'Papier', p: newSecret() };
const phrase = { kind: 'passphrase' as const, label: 'Phrase', p: newSecret() };
const custodians = { kind: 'custodians' as const, label: '', p: newSecret() };

/** A safe whose paper key has just replaced the root. */
async function succeeded() {
	const first = await newKeyring(newId(), [paper, phrase, custodians], now);
	const opened = await openKeyring(first.container, paper.p);
	return { first, opened, next: await succeed(opened, first.container) };
}

describe('a root that takes the place of another', () => {
	it('leaves nothing of the old keys but the seeds of what was sealed to them', async () => {
		const { first, opened, next } = await succeeded();
		const { keyring, container } = next;
		expect(container.vk).not.toBe(first.container.vk);
		expect(container.recipient).not.toBe(first.container.recipient);
		expect(container.line?.map((f) => [f.vk, f.epoch])).toEqual([[first.container.vk, 2]]);
		expect(keyring.payload.root).not.toBe(opened.payload.root);
		expect(keyring.payload.previous).toBe(opened.hash);
		expect(keyring.payload.seeds.slice(0, 1)).toEqual(opened.payload.seeds);
		expect(keysOf(container).map(toBase64)).toEqual([container.vk, first.container.vk]);
		expect([leadsFrom(first.container.vk, container), leadsFrom('', container)]).toEqual([
			true,
			false,
		]);
		// Those whom the stolen root could have named are named anew.
		expect(keyring.payload.unlockers.map((u) => u.kind)).toEqual(['paper', 'passphrase']);
		expect(await code(openKeyring(container, custodians.p))).toBe('wrong-key');
	});

	it('is vouched for by the way in hand at once, by the others through the old one until they are used', async () => {
		const { next } = await succeeded();
		expect((await openKeyring(next.container, paper.p)).opener?.behind).toBe(false);
		const other = await openKeyring(next.container, phrase.p);
		expect(other.payload).toEqual(next.keyring.payload);
		expect(other.opener?.behind).toBe(true);
		const again = await reseal(other, next.container, {}, now);
		for (const p of [paper.p, phrase.p])
			expect((await openKeyring(again.container, p)).opener?.behind).toBe(false);
		expect(again.container.line).toEqual(next.container.line);
	});

	it('may be followed by another: a way that slept through both is led through both', async () => {
		const { next } = await succeeded();
		const third = await succeed(next.keyring, next.container);
		expect(third.container.line).toHaveLength(2);
		const slept = await openKeyring(third.container, phrase.p);
		expect(slept.hash).toBe(third.keyring.hash);
		expect(slept.opener?.behind).toBe(true);
	});

	it('is refused unless each old root itself has named the next', async () => {
		const { first, opened, next } = await succeeded();
		const { container } = next;
		const [step] = container.line ?? [];
		if (!step) throw new Error('no line');
		const third = (await succeed(next.keyring, container)).container;
		const put = (c: Partial<Container>, of = container): Promise<string> =>
			code(() => {
				const { signature: _, ...rest } = { ...of, ...c };
				return checkContainer(rest);
			});
		expect(await put({})).toBe('nothing was refused');
		const thief = new RootKey(random(32));
		const forged = succession(first.container, thief, next.keyring.root.vk);
		for (const line of [
			forged,
			[{ ...step, epoch: 3 }],
			[{ ...step, signature: toBase64(random(64)) }],
			[{ ...step, vk: toBase64(thief.vk) }],
		])
			expect([await put({ line, epoch: 9 })]).toEqual(['signature']);
		expect(await put({ safe: newId() })).toBe('signature');
		expect(await put({ vk: toBase64(thief.vk) })).toBe('signature');
		for (const line of [
			[],
			[step, step],
			[{ ...step, epoch: 1 }],
			[{ ...step, vk: container.vk }],
			[{ ...step, extra: 1 } as typeof step],
			Array.from({ length: 17 }, () => step),
		])
			expect([line.length, await put({ line })]).toEqual([line.length, 'form']);
		expect(await put({ epoch: 1 })).toBe('form');
		const both = third.line ?? [];
		expect(await put({ line: [...both].reverse() }, third)).toBe('signature');
		expect(await put({ line: both.slice(1) }, third)).toBe('nothing was refused');
		expect(await put({ line: both.slice(0, 1) }, third)).toBe('signature');
		// Without the step that leads to it, what a way vouches for is another key: an alarm.
		const { line: _, signature: __, ...bare } = container;
		expect(await code(openKeyring(bare, phrase.p))).toBe('pin');
		expect(opened.epoch).toBe(1);
	});

	it('has its whole container signed by the new root', async () => {
		const { next } = await succeeded();
		const { line: _, ...bare } = next.container;
		expect(await code(() => checkContainer(bare))).toBe('signature');
	});

	it('goes with the ways that stay', async () => {
		const first = await newKeyring(newId(), [paper, phrase, { ...phrase, p: newSecret() }], now);
		const opened = await openKeyring(first.container, phrase.p);
		const id = opened.payload.unlockers[0]?.id ?? '';
		const { container } = await succeed(opened, first.container, [id]);
		expect(await code(openKeyring(container, paper.p))).toBe('wrong-key');
		expect((await openKeyring(container, phrase.p)).epoch).toBe(2);
		expect(await code(succeed(opened, first.container, [newId()]))).toBe('mismatch');
	});
});
