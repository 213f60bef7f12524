import { beforeEach, describe, expect, it } from 'vitest';
import { newIdentity, recipientOf, seal } from '../crypto/age.ts';
import { newId, random, toBase64, utf8 } from '../crypto/bytes.ts';
import type { CoffreError } from '../errors.ts';
import type { Client } from './client.ts';
import { add, browser, first, mairie, create as make, terms, words } from './testing/client.ts';
import { FakeGateway } from './testing/gateway.ts';

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

describe('a gateway that lies', () => {
	it('cannot bring back an old manifest or keyring (T8)', async () => {
		const { safe, paper } = await create();
		await add(safe, new File(['a'], 'a'));
		const old = gateway.manifest;
		await add(safe, new File(['b'], 'b'));
		const now = gateway.manifest;
		gateway.manifest = old;
		await expect(safe.refresh()).rejects.toMatchObject({
			code: 'rollback',
			evidence: { seen: { epoch: 3 } },
		});
		await expect(client().unlock({ kind: 'paper', text: words(paper) })).rejects.toMatchObject({
			code: 'rollback',
		});
		gateway.manifest = now;
		await client().unlock({ kind: 'paper', text: words(paper) });
	});

	it('cannot show two devices two histories of one epoch (T8)', async () => {
		const { safe, paper } = await create();
		const before = gateway.manifest;
		const other = await client('citizen', {}).unlock({ kind: 'paper', text: words(paper) });
		await safe.createFolder('a');
		gateway.manifest = before;
		await other.createFolder('b');
		await expect(safe.refresh()).rejects.toMatchObject({ code: 'rollback' });
	});

	it('cannot show another safe, or an empty one (T2)', async () => {
		const { paper } = await create();
		gateway.keyring = undefined;
		gateway.seen.length = 0;
		await expect(create()).rejects.toMatchObject({ code: 'rollback' });
		expect(gateway.seen).not.toContain('POST /api/v1/safe');
		const mine = gateway;
		gateway = new FakeGateway();
		await create(client('citizen', {}));
		mine.keyring = gateway.keyring;
		gateway = mine;
		await expect(client().unlock({ kind: 'paper', text: words(paper) })).rejects.toMatchObject({
			code: 'mismatch',
		});
	});

	it('cannot swap documents or grants (T4, T5)', async () => {
		const { safe } = await create();
		await add(safe, new File(['a'], 'a'), new File(['b'], 'b'));
		const a = first(safe.entries.filter((e) => e.name === 'a'));
		const b = first(safe.entries.filter((e) => e.name === 'b'));
		const va = gateway.versions.get(a.id);
		const vb = gateway.versions.get(b.id);
		if (!va || !vb) throw new Error('not there');
		const bytesOfA = va.bytes;
		va.bytes = vb.bytes;
		await expect(safe.open(a.id)).rejects.toMatchObject({
			code: 'hash',
			evidence: { document: { doc: a.id } },
		});
		va.bytes = bytesOfA;
		const grantOfA = va.grant;
		va.grant = vb.grant;
		await expect(safe.open(a.id)).rejects.toMatchObject({ code: 'mismatch' });
		va.grant = grantOfA;
		expect(await (await safe.open(a.id)).blob.text()).toBe('a');
	});

	it('cannot have what it swapped taken for a wrong key (T2, T5)', async () => {
		const { safe } = await create();
		await add(safe, new File(['a'], 'a'));
		const { id } = first(safe.entries);
		const mine = { grant: gateway.versions.get(id)?.grant ?? '', manifest: gateway.manifest };
		const theirs = await seal(utf8('x'.repeat(512)), await recipientOf(newIdentity()));
		gateway.lie = (path, _, a) =>
			path.endsWith('/release') ? { ...a, grant: toBase64(theirs) } : undefined;
		await expect(safe.open(id)).rejects.toMatchObject({
			code: 'mismatch',
			evidence: { release: expect.anything() },
		});
		gateway.lie = undefined;
		gateway.manifest = { epoch: 3, sealed: toBase64(theirs) };
		await expect(safe.refresh()).rejects.toMatchObject({
			code: 'mismatch',
			evidence: { manifest: expect.anything() },
		});
		gateway.manifest = mine.manifest;
		expect(await (await safe.open(id)).blob.text()).toBe('a');
	});

	it('is shown in evidence that holds no name, type or folder of a document (O10)', async () => {
		const { phrase } = await mairie(gateway);
		const { safe } = await create();
		const folder = await safe.createFolder('Divorce');
		const file = new File(['a'], 'Jugement secret.pdf', { type: 'application/x-secret' });
		await safe.add([file], folder, () => undefined);
		const { id } = first(safe.entries);
		const share = await safe.share(id, gateway.administration, terms);
		const agent = await client('agent', {}).unlockAdministration({
			kind: 'passphrase',
			text: words(phrase),
		});
		const version = gateway.versions.get(id);
		if (!version) throw new Error('not there');
		version.bytes = version.bytes.slice();
		version.bytes[2000] = (version.bytes[2000] ?? 0) ^ 1;
		const told: unknown[] = [];
		for (const act of [() => safe.open(id), () => agent.open(share.id)])
			await act().catch((e: unknown) => told.push(e));
		version.grant = toBase64(random(3000));
		await safe.open(id).catch((e: unknown) => told.push(e));
		expect(told).toHaveLength(3);
		for (const e of told) {
			const evidence = JSON.stringify((e as CoffreError).evidence);
			expect(evidence).toContain(id);
			expect(evidence).not.toMatch(/secret|Jugement|Divorce/);
		}
	});

	it('cannot release anything that its journal does not tell (T11)', async () => {
		const { safe } = await create();
		await add(safe, new File(['a'], 'a'));
		const { id } = first(safe.entries);
		await safe.open(id);
		gateway.lie = (path, _, a) =>
			path.endsWith('/release')
				? { ...a, proof: { ...(a.proof as object), leaf: undefined } }
				: undefined;
		await expect(safe.open(id)).rejects.toMatchObject({ code: 'leaf' });
	});

	it('cannot change, invent or hide what its journal says, nor shorten or fork it', async () => {
		const { safe } = await create();
		await add(safe, new File(['a'], 'a'));
		gateway.lie = (path, _, a) => {
			if (!path.endsWith('/journal')) return undefined;
			const items = (a.items as { event: string }[]).map((i) => ({
				...i,
				event: i.event.replace('Angela', 'Angelo'),
			}));
			return { ...a, items };
		};
		const { items } = await safe.journal();
		expect(items.map((i) => i.checked)).toEqual(items.map(() => 'failed'));
		expect(first(items).error?.code).toBe('leaf');
		gateway.lie = (path, _, a) =>
			path.endsWith('/journal')
				? { ...a, items: [], checkpoint: gateway.tree.checkpoint(1) }
				: undefined;
		await safe.journal().then((page) => expect(page.error?.code).toBe('rollback'));
		const size = gateway.tree.entries.length;
		const entry = gateway.tree.entries[size - 1];
		gateway.tree.entries[size - 1] = random(32);
		gateway.lie = undefined;
		expect((await safe.journal()).error?.code).toBe('rollback');
		if (entry) gateway.tree.entries[size - 1] = entry;
		expect((await safe.journal()).error).toBeUndefined();
	});

	it('cannot claim another key for the safe (T1), nor for the journal', async () => {
		const { safe } = await create();
		gateway.lie = (path, _, a) =>
			path.endsWith('/safe') ? { ...a, key: gateway.tree.leaf(1) } : undefined;
		await expect(safe.refresh()).rejects.toMatchObject({ code: 'leaf' });
		gateway.lie = (path, _, a) =>
			path.endsWith('/site') ? { ...a, logKey: new FakeGateway().tree.vkey } : undefined;
		await expect(client().administrations('')).rejects.toMatchObject({
			code: 'leaf',
			evidence: { seen: gateway.tree.vkey },
		});
	});

	it('seals to no key that the log does not hold (T1)', async () => {
		await mairie(gateway);
		const { safe } = await create();
		await add(safe, new File(['a'], 'a'));
		const thief = await recipientOf(newIdentity());
		gateway.lie = (path, _, a) =>
			path.endsWith('/administrations')
				? { items: [{ ...first(a.items as object[]), recipient: thief }] }
				: undefined;
		const to = first(await client().administrations(''));
		expect(to).toMatchObject({ checked: false, error: { code: 'leaf' } });
		await expect(safe.share(first(safe.entries).id, to, terms)).rejects.toMatchObject({
			code: 'leaf',
		});
		expect(gateway.seen).not.toContain('POST /api/v1/safe/grants');
	});

	it('an agent refuses a release without its proof, with an old one, or with that of a refusal (T11)', async () => {
		const { phrase } = await mairie(gateway);
		const { safe } = await create();
		await add(safe, new File(['a'], 'a'));
		const grant = await safe.share(first(safe.entries).id, gateway.administration, terms);
		const agent = await client('agent', {}).unlockAdministration({
			kind: 'passphrase',
			text: words(phrase),
		});
		let old: unknown;
		gateway.lie = (path, _, a) => {
			if (path.endsWith('/release')) old = a.proof;
			return undefined;
		};
		await agent.open(grant.id);
		await safe.endGrant(grant.id);
		await expect(agent.open(grant.id)).rejects.toMatchObject({ code: 'ended' });
		const refused = gateway.records.at(-1);
		expect(refused?.event).toMatchObject({ what: 'grant.released', result: 'refused' });
		first(gateway.grants).ended = false;
		const lies: ((a: Record<string, unknown>) => unknown)[] = [
			() => old,
			() => ({
				event: refused?.text,
				salt: refused?.salt,
				leaf: gateway.tree.leaf(refused?.index ?? 0),
			}),
			(a) => ({ ...(a.proof as object), leaf: undefined }),
			(a) => ({ ...(a.proof as object), salt: toBase64(random(32)) }),
			(a) => ({
				...(a.proof as object),
				event: (a.proof as { event: string }).event.replace('done', 'none'),
			}),
		];
		for (const lie of lies) {
			gateway.lie = (path, _, a) =>
				path.endsWith('/release') ? { ...a, proof: lie(a) } : undefined;
			await expect(agent.open(grant.id)).rejects.toMatchObject({
				code: 'leaf',
				evidence: { release: expect.anything() },
			});
		}
	});

	it('cannot put somebody else, or something else, into the journal for who opens what (T11)', async () => {
		const { phrase } = await mairie(gateway);
		const { safe } = await create();
		await add(safe, new File(['a'], 'a'));
		const { id } = first(safe.entries);
		const grant = await safe.share(id, gateway.administration, terms);
		const agent = await client('agent', {}).unlockAdministration({
			kind: 'passphrase',
			text: words(phrase),
		});
		const other = newId();
		const camille = { kind: 'agent', name: 'Camille', administration: gateway.administration };
		const toAgents = [
			{ who: { ...camille, administration: other } },
			{ who: { kind: 'agent', name: 'Camille' } },
			{ who: { ...camille, kind: 'citizen' } },
			{ who: { kind: 'operator', name: 'coffred' } },
			{ administration: other },
			{ behalf: { kind: 'citizen', name: 'Angela' } },
			{ purpose: 'Inscription en crèche' },
			{ service: 'voirie' },
			{ procedure: 'Mariage' },
		];
		const toHerself = [
			{ who: camille },
			{ who: { kind: 'citizen', name: 'Angela', administration: other } },
			{ administration: other },
			{ behalf: { kind: 'citizen', name: 'Paul' } },
		];
		const opened = async (open: () => Promise<unknown>, lies: readonly object[]) => {
			for (const lie of lies) {
				gateway.lie = (path, _, a) => {
					if (!path.endsWith('/release')) return undefined;
					const { id: _id, n: _n, ...told } = first(gateway.records.slice(-1)).event;
					return { ...a, proof: gateway.journal.record({ ...told, ...lie }) };
				};
				await expect(open(), JSON.stringify(lie)).rejects.toMatchObject({
					code: 'leaf',
					evidence: { release: expect.anything() },
				});
			}
			gateway.lie = undefined;
			await open();
		};
		await opened(() => agent.open(grant.id), toAgents);
		await opened(() => safe.open(id), toHerself);
	});
});
