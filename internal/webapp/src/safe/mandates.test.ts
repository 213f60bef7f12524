import { beforeEach, describe, expect, it } from 'vitest';
import { Api } from '../api/client.ts';
import { fromBase64, newId, toBase64 } from '../crypto/bytes.ts';
import { openMandate, openRevocation } from '../crypto/mandate.ts';
import { newSessionKey } from '../crypto/session.ts';
import { newSecret } from '../crypto/words.ts';
import type { ApprovalOrder, AskedSession, OpenedSession } from './mandatetypes.ts';
import type { OpenDesk } from './opendesk.ts';
import type { OpenSafe } from './opensafe.ts';
import { OwnHelp } from './ownhelp.ts';
import { add, browser, create, first } from './testing/client.ts';
import { FakeGateway } from './testing/gateway.ts';
import { FakeMediation } from './testing/mediation.ts';

let gateway: FakeGateway;
let mediation: FakeMediation;
let safe: OpenSafe;
let desk: OpenDesk;
let doc: string;

const text = 'Quittance de mars';
const unavailable = () =>
	Response.json(
		{ type: '/problems/unavailable', title: 'unavailable', status: 503, detail: '' },
		{ status: 503, headers: { 'Content-Type': 'application/problem+json' } },
	);

beforeEach(async () => {
	gateway = new FakeGateway();
	mediation = new FakeMediation(gateway);
	({ safe } = await create(browser(gateway, 'citizen', {}, mediation.as('citizen'))));
	await add(safe, new File([text], 'quittance.txt', { type: 'text/plain' }));
	doc = first(safe.entries).id;
	desk = await browser(gateway, 'citizen', {}, mediation.as('mediator')).desk();
});

const ask = (): Promise<OpenedSession> =>
	desk.act('ask', {
		way: 'phone',
		acts: ['deposit', 'read'],
		purpose: 'Aide au logement',
		minutes: 40,
	});
const claim = ({ code, print, secret }: OpenedSession): Promise<AskedSession> =>
	safe.mandates('claim', code, { print, secret });
const order = (id: string, more: Partial<ApprovalOrder> = {}): ApprovalOrder => ({
	id,
	number: '42',
	acts: ['deposit', 'read'],
	documents: [doc],
	administrations: [],
	requests: [],
	minutes: 20,
	compared: false,
	...more,
});
const approve = async (more: Partial<ApprovalOrder> = {}): Promise<void> => {
	const { id } = await claim(await ask());
	await safe.mandates('approve', order(id, more));
};
const signed = () =>
	openMandate(fromBase64(mediation.approved?.mandate ?? ''), fromBase64(gateway.keyring?.vk ?? ''));

describe('a citizen who is asked', () => {
	it('reads who asks as the log has it, and signs no more than she chose', async () => {
		const asked = await claim(await ask());
		expect(asked).toMatchObject({
			mediator: 'Nadia Haddad',
			structure: mediation.structure.name,
			siret: mediation.structure.siret,
			matched: true,
		});
		await safe.mandates('approve', order(asked.id, { acts: ['read'] }));
		const m = signed();
		expect(m).toMatchObject({ acts: ['read'], documents: [doc], mediator: mediation.mediator });
		expect(Date.parse(m.notAfter) - Date.parse(m.created)).toBe(20 * 60_000);
		// What she has not chosen is sealed to nobody.
		await safe.mandates('approve', order(asked.id)).then(
			() => expect.unreachable('one question, two answers'),
			(e) => expect(e.code).toBe('not-found'),
		);
	});

	it('gives no document where nothing of hers is read', async () => {
		await approve({ acts: ['deposit'] });
		expect(mediation.approved?.grants).toEqual([]);
		expect(signed().documents).toBeUndefined();
	});

	it('is told when it is not whom the log names, or not the screen that she photographed', async () => {
		const stranger = (await newSessionKey(newSecret())).public;
		const lies: [string, string, (a: Record<string, unknown>) => object][] = [
			['another structure', 'leaf', () => ({ structure: newId() })],
			['another name of it', 'leaf', () => ({ structureName: 'Préfecture de Valmont' })],
			[
				'no leaf',
				'leaf',
				(a) => ({ habilitated: { ...(a.habilitated as object), leaf: undefined } }),
			],
			['keys of another tab', 'mismatch', () => ({ session: stranger })],
		];
		for (const [what, code, change] of lies) {
			const opened = await ask();
			mediation.lie = (path, _, a) => (path.endsWith('/delegations') ? { ...a, ...change(a) } : a);
			await expect(claim(opened), what).rejects.toMatchObject({
				code,
				evidence: { delegation: expect.anything() },
			});
			mediation.lie = undefined;
		}
		mediation.habilitate({ ended: '2026-01-01T00:00:00Z' });
		await expect(claim(await ask())).rejects.toMatchObject({ code: 'leaf' });
		expect(mediation.approved).toBeUndefined();
	});

	it('who typed the code says nothing before she has compared the words', async () => {
		const { code, words } = await ask();
		const asked = await safe.mandates('claim', code);
		expect(asked.words).toEqual(words);
		expect(asked.words.fr).toHaveLength(6);
		await expect(safe.mandates('approve', order(asked.id))).rejects.toMatchObject({
			code: 'not-compared',
		});
		expect(mediation.approved).toBeUndefined();
		await safe.mandates('approve', order(asked.id, { compared: true }));
		expect(mediation.approved?.binding).toBeUndefined();
	});
});

describe('a citizen who stops', () => {
	beforeEach(() => approve());
	const revocation = () => mediation.row?.revocation as string | undefined;
	const says = () =>
		openRevocation(fromBase64(revocation() ?? ''), fromBase64(gateway.keyring?.vk ?? ''));

	it('ends it first, then signs that it is over', async () => {
		const { id } = signed();
		mediation.seen.length = 0;
		await safe.mandates('stop', id);
		expect(mediation.seen).toEqual([
			`citizen DELETE /api/v1/safe/mandates/${id}`,
			`citizen PUT /api/v1/safe/mandates/${id}/revocation`,
		]);
		expect(says()).toMatchObject({ safe: gateway.safe, mandate: id });
	});

	it('is not told of a failure where it is over: a lost answer is asked for again', async () => {
		let answers = 0;
		mediation.before = (_, method) =>
			method === 'DELETE' && answers++ === 0 ? unavailable() : undefined;
		await safe.mandates('stop', signed().id);
		expect(answers).toBe(2);
		expect(mediation.row?.state).toBe('ended');
	});

	it('has stopped it even where the signed word does not arrive; it follows with the next look', async () => {
		mediation.before = (path) => (path.endsWith('/revocation') ? unavailable() : undefined);
		await safe.mandates('stop', signed().id);
		expect(mediation.row).toMatchObject({ state: 'ended', by: 'citizen' });
		expect(revocation()).toBeUndefined();
		mediation.before = undefined;
		await safe.mandates('list');
		expect(says()).toMatchObject({ mandate: signed().id });
	});

	it('needs no key for it; her word is signed once the safe is open', async () => {
		const own = new OwnHelp(new Api({ fetch: mediation.as('citizen') }));
		expect(await own.live()).toMatchObject({ state: 'approved', mediator: 'Nadia Haddad' });
		const live = await own.live();
		if (!live) throw new Error('not there');
		await own.end(live);
		expect(await own.live()).toBeUndefined();
		expect(first((await own.list()).items)).toMatchObject({ state: 'ended', by: 'citizen' });
		expect(revocation()).toBeUndefined();
		await safe.mandates('list');
		expect(says()).toMatchObject({ mandate: signed().id });
	});

	it('signs nothing of what ended otherwise, nor of what she has not signed', async () => {
		Object.assign(mediation.row ?? {}, { state: 'ended', by: 'mediator' });
		await safe.mandates('list');
		expect(revocation()).toBeUndefined();
		Object.assign(mediation.row ?? {}, { by: 'citizen', mediatorName: 'Quelqu’un d’autre' });
		await safe.mandates('list');
		expect(revocation()).toBeUndefined();
	});

	it('sees what she has signed, and an alarm in place of anything else', async () => {
		const list = async () => first((await safe.mandates('list')).items);
		expect(await list()).toMatchObject({ acts: ['deposit', 'read'], documents: [doc] });
		mediation.lie = (path, _, a) =>
			path.endsWith('/safe/mandates')
				? { items: [{ ...mediation.row, structureName: 'Autre' }] }
				: a;
		expect((await list()).error).toMatchObject({ code: 'mismatch' });
	});
});

describe('without a key she is told', () => {
	it('what was done last under that mandate, and by nobody else', async () => {
		const own = new OwnHelp(new Api({ fetch: mediation.as('citizen') }));
		await approve();
		await desk.act('collect');
		expect((await own.live())?.last).toBeUndefined();
		await desk.act('read', doc);
		expect((await own.live())?.last).toMatchObject({ act: 'opened', doc });
		gateway.journal.record({
			what: 'deposit.received',
			who: { kind: 'mediator', name: 'Nadia Haddad' },
			detail: { mandate: newId() },
		});
		gateway.journal.record({ what: 'document.opened', doc });
		expect((await own.live())?.last).toMatchObject({ act: 'opened', doc });
		gateway.lie = (path, _, a) => (path.endsWith('/journal') ? { items: [{ event: '{' }] } : a);
		expect((await own.live())?.last).toBeUndefined();
	});

	it('of one that acts before one that only asks', async () => {
		const own = new OwnHelp(new Api({ fetch: mediation.as('citizen') }));
		await claim(await ask());
		const claimed = mediation.delegation ?? {};
		mediation.lie = (path, _, a) =>
			path.endsWith('/safe/delegations')
				? { items: [claimed, { ...claimed, id: newId(), state: 'active', mediatorName: 'Bruno' }] }
				: a;
		expect(await own.live()).toMatchObject({ state: 'active', mediator: 'Bruno' });
	});
});

describe('a mediator’s tab', () => {
	it('reads what was given to it, and forgets it with the session', async () => {
		await approve();
		const work = await desk.act('collect');
		expect(work).toMatchObject({ citizen: 'Angela Dubois', documents: [doc] });
		const { name, blob } = await desk.act('read', doc);
		expect([name, await blob.text()]).toEqual(['quittance.txt', text]);
		await desk.act('end');
		await expect(desk.act('read', doc)).rejects.toMatchObject({ code: 'locked' });
		await expect(desk.act('collect')).rejects.toMatchObject({ code: 'locked' });
	});

	it('draws other keys for each session', async () => {
		const [one, two] = [await ask(), await ask()];
		expect(two.print).not.toBe(one.print);
		expect(two.secret).not.toBe(one.secret);
		expect(two.words.fr).not.toEqual(one.words.fr);
	});

	it('acts for nobody but who had its link and signed for its keys', async () => {
		await approve();
		const { safe: other } = await create(browser(new FakeGateway(gateway.tree), 'citizen'));
		const lies: [string, object][] = [
			['another safe', { safe: newId() }],
			['another key of it', { vk: toBase64(new Uint8Array(32).fill(7)) }],
			['another vault', { recipient: mediation.delegation?.recipient }],
			['no mandate', { signed: undefined }],
			['another mediator', { mediator: newId() }],
			['another word than hers', { binding: toBase64(new Uint8Array(32)) }],
		];
		for (const [what, change] of lies) {
			mediation.lie = (path, _, a) => (path.endsWith('/collection') ? { ...a, ...change } : a);
			await expect(desk.act('collect'), what).rejects.toThrow();
			await expect(desk.act('read', doc), what).rejects.toMatchObject({ code: 'locked' });
		}
		other.lock();
		mediation.lie = undefined;
		await desk.act('collect');
	});

	it('opens no document whose reading her journal does not tell', async () => {
		await approve();
		await desk.act('collect');
		const quiet = (change: object): void => {
			mediation.lie = (path, _, a) => (path.endsWith('/release') ? { ...a, ...change } : a);
		};
		quiet({ proof: gateway.journal.record({ what: 'safe.organised' }) });
		await expect(desk.act('read', doc)).rejects.toMatchObject({ code: 'leaf' });
		const { version } = gateway.versions.get(doc) ?? {};
		const told = { what: 'document.opened', doc, version, detail: { mandate: newId() } };
		mediation.lie = (path, _, a) =>
			path.endsWith('/release') ? { ...a, proof: gateway.journal.record(told) } : a;
		await expect(desk.act('read', doc)).rejects.toMatchObject({ code: 'leaf' });
	});
});
