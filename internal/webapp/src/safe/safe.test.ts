import { beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../crypto/bytes.ts';
import type { Client } from './client.ts';
import {
	add,
	browser,
	bytes,
	first,
	mairie,
	create as make,
	terms,
	words,
} from './testing/client.ts';
import { deposit } from './testing/deposit.ts';
import { FakeGateway } from './testing/gateway.ts';
import type { Progress } from './types.ts';

let gateway: FakeGateway;
/** What the first browser remembers. */
let remembered: Record<string, string>;

beforeEach(() => {
	gateway = new FakeGateway();
	remembered = {};
});

const client = (
	kind: 'citizen' | 'agent' = 'citizen',
	kept = remembered,
	fetch = gateway.as(kind),
) => browser(gateway, kind, kept, fetch);
const create = (c: Client = client()) => make(c);

describe('a safe', () => {
	it('is made with two ways to unlock it, and opens with each', async () => {
		const c = client();
		const paper = await c.newPaper('fr');
		const phrase = await c.newPassphrase('en');
		await c.proveDraft(paper, { kind: 'paper', text: words(paper) });
		await expect(
			c.proveDraft(paper, { kind: 'paper', text: words(await c.newPaper('fr')) }),
		).rejects.toMatchObject({ code: 'wrong-key' });
		await expect(c.createSafe([paper])).rejects.toMatchObject({ code: 'invalid' });
		const safe = await c.createSafe([paper, phrase]);
		expect(safe.unlockers.map((u) => u.kind)).toEqual(['paper', 'passphrase']);
		expect((await c.keyringKinds()).map((k) => k.kind)).toEqual(['paper', 'passphrase']);
		for (const [kind, text] of [
			['paper', words(paper)],
			['paper', paper.qr],
			['passphrase', words(phrase)],
		] as const) {
			expect((await c.unlock({ kind, text })).id).toBe(gateway.safe);
		}
		await expect(
			c.unlock({ kind: 'paper', text: words(await c.newPaper('fr')) }),
		).rejects.toMatchObject({ code: 'wrong-key' });
	});

	it('gives back what was put in, on another device, and tells nobody its name', async () => {
		const { safe, paper } = await create();
		const photo = new Uint8Array(300_000).map((_, i) => i * 7);
		let told = 0;
		safe.subscribe(() => told++);
		const progress = await add(
			safe,
			new File([photo], 'été.jpg', { type: 'image/jpeg' }),
			new File(['%PDF'], 'avis.pdf', { type: 'application/pdf' }),
			new File([], 'vide'),
		);
		expect(
			progress
				.filter((p) => p.phase === 'done')
				.map((p) => p.name)
				.sort(),
		).toEqual(['avis.pdf', 'été.jpg']);
		expect(progress.find((p) => p.phase === 'failed')).toMatchObject({
			name: 'vide',
			error: { code: 'empty' },
		});
		expect(told).toBeGreaterThan(0);
		const other = await client('citizen', {}).unlock({ kind: 'paper', text: words(paper) });
		const entry = other.entries.find((e) => e.name === 'été.jpg');
		expect(entry).toMatchObject({ size: 300_000, type: 'image/jpeg' });
		expect(await bytes((await other.open(entry?.id ?? '')).blob)).toEqual(photo);
		const added = (await other.journal()).items.find(
			(i) => i.event.doc === entry?.id && i.event.what === 'document.added',
		);
		expect(added?.event.detail?.content).toMatch(/^[0-9a-f]{64}$/);
		const kept = JSON.stringify(
			[...gateway.versions.values()].map((v) => ({
				...v,
				bytes: new TextDecoder('latin1').decode(v.bytes),
			})),
		);
		for (const secret of ['été', 'avis.pdf', 'image/jpeg', '%PDF'])
			expect(kept).not.toContain(secret);
	});

	it('says which limit a file is over before it sends a byte', async () => {
		const { safe } = await create();
		const progress = await add(
			safe,
			new File([new Uint8Array((1 << 20) + 1)], 'gros'),
			new File(['x'], 'a/b'),
		);
		expect(
			progress
				.filter((p) => p.phase === 'failed')
				.map((p) => p.error?.code)
				.sort(),
		).toEqual(['name', 'too-large']);
		expect(gateway.seen).not.toContain('POST /api/v1/safe/uploads');
	});

	it('is organised: renamed, filed, erased, each in the journal with its name', async () => {
		const { safe } = await create();
		await add(safe, new File(['a'], 'a.txt'), new File(['b'], 'b.txt'));
		const [a, b] = safe.entries;
		if (!a || !b) throw new Error('not there');
		const folder = await safe.createFolder('Impôts');
		const inner = await safe.createFolder('2026', folder);
		await safe.move([a.id], inner);
		await safe.rename(a.id, 'renommé.txt');
		expect(safe.entries.find((e) => e.id === a.id)).toMatchObject({
			name: 'renommé.txt',
			folder: inner,
		});
		await safe.removeFolder(inner);
		expect(safe.entries.find((e) => e.id === a.id)?.folder).toBe(folder);
		await expect(safe.rename(a.id, 'x/y')).rejects.toMatchObject({ code: 'name' });
		await expect(safe.move([a.id], newId())).rejects.toMatchObject({ code: 'not-found' });
		await safe.erase([b.id]);
		expect(safe.entries.map((e) => e.id)).toEqual([a.id]);
		const { items } = await safe.journal();
		expect(items.every((i) => i.checked === 'ok')).toBe(true);
		expect(items.find((i) => i.event.what === 'document.erased')?.name).toBe(b.name);
	});

	it('shows every line of the journal that it can read, and says which one it cannot', async () => {
		const { safe } = await create();
		await safe.createFolder('a');
		gateway.journal.record({ what: 'of.later', v: 2 });
		gateway.journal.record({
			what: 'safe.opened',
			who: { kind: 'citizen', name: 'Angela', through: 'Aidants Connect' },
		});
		const { items, places } = await safe.journal();
		expect(items.map((i) => i.checked).slice(0, 3)).toEqual(['ok', 'failed', 'ok']);
		expect(items[0]?.event.who.through).toBe('Aidants Connect');
		expect(items[1]).toMatchObject({
			event: { what: 'unreadable' },
			error: { evidence: { item: expect.anything() } },
		});
		expect(places.complete).toBe(false);
	});

	it('puts files that finish together into the safe by one change', async () => {
		const { safe } = await create();
		await Promise.all(['1', '2', '3'].map((n) => safe.createFolder(n)));
		expect(gateway.seen.filter((s) => s === 'PUT /api/v1/safe/manifest')).toHaveLength(1);
		expect(safe.folders.map((f) => f.name).sort()).toEqual(['1', '2', '3']);
	});

	it('merges what two devices change at once', async () => {
		const { safe, paper } = await create();
		const other = await client('citizen', {}).unlock({ kind: 'paper', text: words(paper) });
		await Promise.all([
			add(safe, new File(['a'], 'a')),
			add(other, new File(['b'], 'b')),
			safe.createFolder('x'),
			other.createFolder('y'),
		]);
		await safe.refresh();
		expect(safe.entries.map((e) => e.name).sort()).toEqual(['a', 'b']);
		expect(safe.folders.map((f) => f.name).sort()).toEqual(['x', 'y']);
		await other.refresh();
		const a = first(safe.entries.filter((e) => e.name === 'a'));
		await Promise.all([safe.erase([a.id]), other.erase([a.id])]);
		await other.refresh();
		expect(other.entries.map((e) => e.name)).toEqual(['b']);
	});

	it('knows a change whose answer was lost, and sends bytes again when the line breaks', async () => {
		const { safe } = await create();
		let broken = 0;
		gateway.before = (path, method) => {
			if (method === 'PUT' && path.includes('/versions/') && broken++ === 0)
				throw new TypeError('line');
		};
		await add(safe, new File(['a'], 'a'));
		expect(safe.entries.map((e) => e.name)).toEqual(['a']);
	});

	it('knows a change whose answer was lost on the way back', async () => {
		const served = gateway.as('citizen');
		let lose = false;
		const { safe } = await create(
			client('citizen', remembered, async (input, init) => {
				const response = await served(input, init);
				if (lose && init?.method === 'PUT' && String(input).endsWith('manifest')) {
					lose = false;
					throw new TypeError('line');
				}
				return response;
			}),
		);
		lose = true;
		await safe.createFolder('Impôts');
		expect(lose).toBe(false);
		expect(safe.folders.map((f) => f.name)).toEqual(['Impôts']);
		expect(gateway.manifest?.epoch).toBe(2);
	});

	it('stops when told', async () => {
		const { safe } = await create();
		const abort = new AbortController();
		gateway.before = (_, method) => {
			if (method === 'PUT') abort.abort();
		};
		const all: Progress[] = [];
		await safe.add(
			[new File(['a'], 'a'), new File(['b'], 'b')],
			undefined,
			(p) => all.push(p),
			abort.signal,
		);
		expect(
			all.filter((p) => p.phase === 'failed').every((p) => p.error?.code === 'cancelled'),
		).toBe(true);
		expect(safe.entries).toEqual([]);
	});
});

describe('sharing', () => {
	it('gives an administration one document, until it is ended', async () => {
		const { phrase } = await mairie(gateway);
		const { safe } = await create();
		await add(safe, new File(['avis'], 'avis.pdf', { type: 'application/pdf' }));
		const to = first(await client().administrations(''));
		expect(to).toMatchObject({ hasKey: true, checked: true });
		const grant = await safe.share(first(safe.entries).id, to, terms);
		const agent = await client('agent', {}).unlockAdministration({
			kind: 'passphrase',
			text: words(phrase),
		});
		expect((await agent.grants()).items).toHaveLength(1);
		const { blob, grant: said } = await agent.open(grant.id);
		expect(await blob.text()).toBe('avis');
		expect(said).toMatchObject({ name: 'avis.pdf', purpose: terms.purpose, safe: gateway.safe });
		await safe.endGrant(grant.id);
		await expect(agent.open(grant.id)).rejects.toMatchObject({
			code: 'ended',
			problem: { status: 410 },
		});
		const refused = (await safe.journal()).items.find((i) => i.event.result === 'refused');
		expect(refused).toMatchObject({ checked: 'ok', event: { what: 'grant.released' } });
	});

	it('shares with nobody without a key', async () => {
		const { safe } = await create();
		await add(safe, new File(['a'], 'a'));
		expect(first(await client().administrations(''))).toMatchObject({
			hasKey: false,
			checked: false,
		});
		await expect(
			safe.share(first(safe.entries).id, gateway.administration, terms),
		).rejects.toMatchObject({ code: 'no-key' });
	});
});

describe('deposits', () => {
	it('wait in the inbox until the holder takes or refuses them (T3)', async () => {
		const { safe } = await create();
		const doc = await deposit(gateway, safe.id, 'acte de naissance');
		const other = await deposit(gateway, safe.id, 'publicité');
		expect(safe.entries).toEqual([]);
		const { items } = await safe.inbox();
		expect(items.map((d) => d.name)).toEqual(['acte.pdf', 'acte.pdf']);
		await safe.adopt(doc);
		await safe.refuse(other);
		expect((await safe.inbox()).items).toEqual([]);
		expect(safe.entries).toHaveLength(1);
		expect(first(safe.entries).origin).toBe(gateway.administration);
		expect(await (await safe.open(doc)).blob.text()).toBe('acte de naissance');
		await expect(safe.open(other)).rejects.toMatchObject({ code: 'not-found' });
	});

	it('are shown without a name when the slip says another origin than the inbox (T3)', async () => {
		const { safe } = await create();
		const doc = await deposit(gateway, safe.id, 'acte de naissance');
		const told = gateway.versions.get(doc);
		if (told) gateway.versions.set(doc, { ...told, origin: 'a'.repeat(26) });
		const item = first((await safe.inbox()).items);
		expect(item.name).toBeUndefined();
		expect(item.error).toMatchObject({ code: 'mismatch', evidence: { deposit: { doc } } });
	});
});

describe('locking', () => {
	it('drops the keys and refuses everything afterwards', async () => {
		const { safe } = await create();
		let told = 0;
		safe.subscribe(() => told++);
		safe.lock();
		expect([safe.locked, told, safe.entries.length]).toEqual([true, 1, 0]);
	});
});
