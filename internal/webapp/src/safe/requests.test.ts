import { beforeEach, describe, expect, it } from 'vitest';
import { newIdentity, recipientOf } from '../crypto/age.ts';
import { fromBase64, newId, toBase64 } from '../crypto/bytes.ts';
import { openGrant } from '../crypto/grant.ts';
import { requestSeal, signRequest } from '../crypto/request.ts';
import { RootKey } from '../crypto/sign.ts';
import { CoffreError } from '../errors.ts';
import type { OpenSafe } from './opensafe.ts';
import { Asking } from './testing/asking.ts';
import { add, browser, first, create as make } from './testing/client.ts';
import { FakeGateway, type Json } from './testing/gateway.ts';

let gateway: FakeGateway;
let office: Asking;
let safe: OpenSafe;
let remembered: Record<string, string>;

beforeEach(async () => {
	gateway = new FakeGateway();
	office = new Asking(gateway);
	await office.makeKey();
	remembered = {};
	({ safe } = await make(client()));
	await add(safe, new File(['a'], 'carte.pdf'), new File(['b'], 'facture.pdf'));
});

const client = () => browser(gateway, 'citizen', remembered, office.fetch());
const docOf = (name: string): string => first(safe.entries.filter((e) => e.name === name)).id;
const sealOf = (id: string): string => requestSeal(fromBase64(office.kept.get(id)?.signed ?? ''));

describe('a request', () => {
	it('is shown before anybody is logged in, when it is the one of the link', async () => {
		const { id } = office.ask({}, false);
		const shown = await client().publicRequest(id, sealOf(id));
		expect(shown).toMatchObject({
			id,
			from: { name: 'Mairie de Valmont' },
			state: 'open',
			sealed: true,
			said: { purpose: 'Inscrire un enfant' },
		});
		expect((await client().publicRequest(id)).sealed).toBe(false);
		await expect(
			client().publicRequest(id, sealOf(office.ask({}, false).id)),
		).rejects.toMatchObject({
			code: 'seal',
			evidence: { request: { id } },
		});
	});

	it('for one safe is nobody else’s, and is in its list', async () => {
		const { id } = office.ask();
		await expect(client().publicRequest(id)).rejects.toMatchObject({ code: 'not-found' });
		expect((await client().askedRequest(id)).said.id).toBe(id);
		const { items } = await client().askedRequests();
		expect(items).toMatchObject([{ id, request: { reply: { state: 'asked' } } }]);
		expect(await client().waitingRequests()).toBe(1);
	});

	it('in a list that does not verify has an alarm in its place, and the others are there', async () => {
		const [one, other] = [office.ask(), office.ask()];
		gateway.lie = (path, _, a) =>
			path.endsWith(one.id) ? { ...a, request: office.kept.get(other.id)?.signed } : undefined;
		const { items } = await client().askedRequests();
		expect(items).toMatchObject([
			{ id: one.id, error: { code: 'mismatch', evidence: { request: { id: one.id } } } },
			{ id: other.id, request: { id: other.id } },
		]);
		expect(items[0]).not.toHaveProperty('request');
	});

	it('is not shown when its signature, its place or its administration is another', async () => {
		const said = office.ask();
		const { id } = said;
		const thief = new RootKey(new Uint8Array(32).fill(7));
		const stranger = await recipientOf(newIdentity());
		const admin = (a: Json, more: Json): Json => ({
			...a,
			administration: { ...(a.administration as Json), ...more },
		});
		const lies: [string, (a: Json) => Json][] = [
			['signature', (a) => ({ ...a, request: toBase64(signRequest(said, thief)) })],
			['mismatch', (a) => ({ ...a, request: office.kept.get(office.ask().id)?.signed })],
			['leaf', (a) => admin(a, { key: undefined })],
			['leaf', (a) => admin(a, { name: 'Mairie de Valmont ' })],
			['leaf', (a) => admin(a, { siret: '21760001200022' })],
			['leaf', (a) => admin(a, { recipient: stranger })],
			['leaf', (a) => admin(a, { vk: toBase64(thief.vk) })],
			['leaf', (a) => admin(a, { id: newId() })],
		];
		for (const [code, lie] of lies) {
			gateway.lie = (path, method, a) =>
				method === 'GET' && path.endsWith(id) ? lie(a) : undefined;
			for (const read of [() => safe.request(id), () => client().askedRequest(id)])
				await expect(read(), code).rejects.toMatchObject({
					code,
					evidence: { request: { id } },
				});
		}
		gateway.lie = undefined;
		expect((await safe.request(id)).grants).toEqual([]);
	});

	it('is told of in evidence without what was given to others before', async () => {
		const { id } = office.ask();
		const kept = office.kept.get(id);
		if (kept)
			kept.before = [{ kind: 'identity', doc: docOf('carte.pdf'), at: '2026-01-01T00:00:00Z' }];
		gateway.lie = (path, _, a) => (path.endsWith(id) ? { ...a, request: 'AAAA' } : undefined);
		const e = (await safe.request(id).catch((thrown: unknown) => thrown)) as CoffreError;
		expect(JSON.stringify(e.evidence)).not.toContain(docOf('carte.pdf'));
	});
});

describe('an answer', () => {
	it('is a grant for each document, for that request and kind alone, and no longer than asked', async () => {
		const { id, notAfter } = office.ask({ service: 'Scolarité' });
		await safe.request(id);
		await safe.answerRequest({
			request: id,
			give: [
				{ doc: docOf('carte.pdf'), kind: 'passport' },
				{ doc: docOf('facture.pdf'), kind: 'residence' },
			],
			text: 'Les voici.',
			notAfter: '2150-01-01T00:00:00Z',
		});
		const { grants, notes, reply } = await safe.request(id);
		expect(reply).toMatchObject({ state: 'given', given: 2 });
		expect(notes).toMatchObject([{ from: 'safe', about: 'note', text: 'Les voici.' }]);
		expect(await office.read(id, 0)).toMatchObject({ text: 'Les voici.' });
		expect(grants.map((g) => g.kind)).toEqual(['passport', 'residence']);
		const { identity, recipient } = first(office.keyring?.vaults ?? []);
		const sealed = fromBase64(String((grants[0] as unknown as { grant: string }).grant));
		const vk = fromBase64(gateway.keyring?.vk ?? '');
		const { grant } = await openGrant(sealed, identity, recipient, vk, gateway.administration);
		expect(grant).toMatchObject({
			request: id,
			kind: 'passport',
			notAfter,
			purpose: 'Inscrire un enfant',
			procedure: 'Inscription à l’école',
			service: 'Scolarité',
			name: 'carte.pdf',
		});
	});

	it('gives nothing that is not asked for', async () => {
		const { id } = office.ask();
		const give = [{ doc: docOf('carte.pdf'), kind: 'bank-details' }];
		await expect(safe.answerRequest({ request: id, give })).rejects.toMatchObject({
			code: 'not-asked',
		});
		expect(gateway.seen).not.toContain(`POST /api/v1/safe/requests/${id}/answers`);
	});

	it('whose fate the line did not tell is given once, tried again by itself or by hand', async () => {
		const { id } = office.ask();
		const order = { request: id, give: [{ doc: docOf('carte.pdf'), kind: 'identity' }] };
		let lost = 0;
		gateway.lie = (path, method) => {
			if (method !== 'POST' || !path.endsWith('/answers') || lost >= 4) return undefined;
			lost++;
			throw new TypeError('the line broke');
		};
		await expect(safe.answerRequest(order)).rejects.toMatchObject({ code: 'offline' });
		expect(lost).toBe(3);
		await safe.answerRequest(order);
		expect((await safe.request(id)).grants).toHaveLength(1);
		await safe.answerRequest(order);
		expect((await safe.request(id)).grants).toHaveLength(2);
	});

	it('that comes too late for a key is made again for the very request that was read', async () => {
		const { id } = office.ask();
		await safe.request(id);
		let refused = 0;
		gateway.before = (path) => {
			if (!path.endsWith('/answers') || refused > 0) return;
			refused++;
			throw stale;
		};
		const stale = new CoffreError('stale', {
			problem: { type: '/problems/stale', title: '', status: 412, detail: '' },
		});
		const order = { request: id, give: [{ doc: docOf('carte.pdf'), kind: 'identity' }] };
		await safe.answerRequest(order);
		expect((await safe.request(id)).grants).toHaveLength(1);
		refused = 0;
		const kept = office.kept.get(id);
		const other = { ...office.ask(), id, purpose: 'Vendre vos papiers' };
		gateway.before = (path) => {
			if (!path.endsWith('/answers') || refused > 0) return;
			refused++;
			if (kept && office.keyring) kept.signed = toBase64(signRequest(other, office.keyring.root));
			throw stale;
		};
		await expect(safe.answerRequest(order)).rejects.toMatchObject({ code: 'mismatch' });
	});
});

describe('what both sides write', () => {
	it('is read by both of them, and by nobody as another’s', async () => {
		const { id } = office.ask();
		await safe.askAboutRequest(id, 'Faut-il l’original ?');
		await office.reply(id, 'Non.');
		await safe.refuseRequest({ request: id, kinds: ['residence'] });
		const { notes } = await safe.request(id);
		expect(notes.map((n) => [n.from, n.about, n.text])).toEqual([
			['safe', 'question', 'Faut-il l’original ?'],
			['administration', 'answer', 'Non.'],
			['safe', 'refusal', undefined],
		]);
		expect(notes[2]?.kinds).toEqual(['residence']);
		expect(await office.read(id, 2)).toMatchObject({ kinds: ['residence'] });
		const lies: [string, (n: Json) => Json][] = [
			['mismatch', (n) => ({ ...n, about: n.from === 'safe' ? 'note' : 'answer' })],
			['signature', (n) => ({ ...n, from: 'administration', about: 'answer' })],
			['signature', (n) => ({ ...n, vk: toBase64(new Uint8Array(32)) })],
			['mismatch', (n) => ({ ...n, id: newId() })],
		];
		for (const [code, lie] of lies) {
			gateway.lie = (path, _, a) =>
				path.endsWith(id) ? { ...a, notes: (a.notes as Json[]).map(lie) } : undefined;
			await expect(safe.request(id), code).rejects.toMatchObject({ code });
		}
		const { id: next } = office.ask();
		gateway.lie = (path, _, a) =>
			path.endsWith(next) ? { ...a, notes: office.kept.get(id)?.notes } : undefined;
		await expect(safe.request(next)).rejects.toMatchObject({ code: 'mismatch' });
	});

	it('is written once when the line breaks', async () => {
		const { id } = office.ask();
		let lost = 0;
		const respond = office.fetch();
		const c = browser(gateway, 'citizen', {}, async (input, init) => {
			const answer = await respond(input, init);
			if (String(input).endsWith('/questions') && lost++ === 0) throw new TypeError('broken');
			return answer;
		});
		const paper = await c.newPaper('fr');
		gateway.keyring = undefined;
		const other = await c.createSafe([paper, await c.newPassphrase('fr')]);
		await other.askAboutRequest(id, 'Quand ?');
		expect((await other.request(id)).notes).toHaveLength(1);
	});
});
