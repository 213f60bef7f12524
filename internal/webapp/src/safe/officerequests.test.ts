import { beforeEach, describe, expect, it } from 'vitest';
import { newIdentity, recipientOf } from '../crypto/age.ts';
import { fromBase64, newId, toBase64 } from '../crypto/bytes.ts';
import { type DocumentRequest, requestSeal, signRequest } from '../crypto/request.ts';
import { RootKey } from '../crypto/sign.ts';
import { newSecret } from '../crypto/words.ts';
import { CoffreError } from '../errors.ts';
import type { RequestDraft } from './officerequesttypes.ts';
import type { OpenAdministration } from './openadministration.ts';
import type { OpenSafe } from './opensafe.ts';
import { Asking } from './testing/asking.ts';
import { add, browser, create, first, mairie, words } from './testing/client.ts';
import { FakeGateway, type Json } from './testing/gateway.ts';
import { found } from './testing/refusal.ts';

let gateway: FakeGateway;
let asking: Asking;
let safe: OpenSafe;
let agent: OpenAdministration;
let key: { kind: 'passphrase'; text: string };
/** Changes an answer to the agent on its way. */
let lie: ((path: string, answer: Json) => Json) | undefined;

const draft: RequestDraft = {
	procedure: 'Inscription à l’école',
	basis: 'Code de l’éducation, article L131-5',
	purpose: 'Inscrire un enfant',
	wanted: [{ kind: 'identity', or: ['passport'] }, { kind: 'residence' }],
	notAfter: '2099-06-30T21:59:59Z',
	reference: '2026-417',
};

/** The gateway's part towards the agent: what Asking keeps, as the office sees it. */
const asAgent: typeof fetch = async (input, init) => {
	const { pathname } = new URL(String(input), 'http://coffre.test');
	const [, id, , reply, act] =
		/\/administration\/requests(?:\/(\w+))?(\/replies\/(\w+)(?:\/(\w+))?)?$/.exec(pathname) ?? [];
	if (!pathname.startsWith('/api/v1/administration/requests')) {
		const answer = await gateway.as('agent')(input, init);
		if (!lie || !answer.headers.get('Content-Type')?.includes('json')) return answer;
		return Response.json(lie(pathname, (await answer.json()) as Json));
	}
	gateway.seen.push(`${init?.method ?? 'GET'} ${pathname}`);
	const body = typeof init?.body === 'string' ? (JSON.parse(init.body) as Json) : {};
	const told = (answer: Json): Response => Response.json(lie?.(pathname, answer) ?? answer);
	if (id === undefined) return told(made(String(body.request)));
	if (act === 'answers') {
		const { forSafe, forAdministration, id: note } = body.note as Record<string, string>;
		const vk = found(gateway.administrationKeyring).vk;
		const of = { id: note ?? '', from: 'administration', about: 'answer', kinds: [], vk };
		const sealed = { sealed: forSafe ?? '', forAdministration: forAdministration ?? '' };
		found(asking.kept.get(id)).notes.push({ ...of, ...sealed, created: '2026-11-26T10:00:00Z' });
		return new Response(null, { status: 204 });
	}
	return told(reply === undefined ? view(id) : await side(id));
};

function made(request: string): Json {
	const said = JSON.parse(
		new TextDecoder().decode(fromBase64(request).slice(64)),
	) as DocumentRequest;
	const reply = { id: newId(), state: 'asked', given: 0, refused: [], refusedAll: false };
	const lists = { notes: [], grants: [], before: [] };
	asking.kept.set(said.id, {
		said,
		signed: request,
		state: 'open',
		addressed: false,
		reply,
		...lists,
	});
	return view(said.id);
}
function view(id: string): Json {
	const { said, signed, state } = found(asking.kept.get(id));
	return { ...said, state, request: signed, by: 'Camille', addressed: false, tally: {} };
}
async function side(id: string): Promise<Json> {
	const { reply, notes, grants } = found(asking.kept.get(id));
	const { key } = (await (await gateway.as('citizen')('/api/v1/safe')).json()) as Json;
	const { vk, recipient } = found(gateway.keyring);
	return {
		reply: { ...reply, holder: 'Fatou DIALLO', safe: gateway.safe },
		...{ vk, recipient, key },
		notes: notes.map((n) => ({ ...n, sealed: n.forAdministration })),
		grants: grants.map((g) => ({ ...g, safe: gateway.safe })),
	};
}

beforeEach(async () => {
	gateway = new FakeGateway();
	asking = new Asking(gateway);
	lie = undefined;
	const { phrase } = await mairie(gateway);
	({ safe } = await create(browser(gateway, 'citizen', {}, asking.fetch())));
	await add(safe, new File(['carte'], 'carte.pdf'), new File(['facture'], 'facture.pdf'));
	key = { kind: 'passphrase', text: words(phrase) };
	agent = await browser(gateway, 'agent', {}, asAgent).unlockAdministration(key);
});

/** A request that the citizen has answered with both documents and a question. */
async function answered(): Promise<{ id: string; reply: string }> {
	const { asked } = await agent.act('create', draft);
	const doc = (name: string): string => first(safe.entries.filter((e) => e.name === name)).id;
	await safe.request(asked.id);
	await safe.answerRequest({
		request: asked.id,
		give: [
			{ doc: doc('carte.pdf'), kind: 'passport' },
			{ doc: doc('facture.pdf'), kind: 'residence' },
		],
		notAfter: draft.notAfter,
	});
	await safe.askAboutRequest(asked.id, 'Faut-il l’original ?');
	const { grants, reply } = found(asking.kept.get(asked.id));
	// What the journal says of an opening, in the words of the request.
	const { purpose, procedure } = asked;
	for (const g of grants)
		gateway.grants.push({
			id: String(g.id),
			body: { ...g, purpose, procedure } as never,
			said: {},
			ended: false,
		});
	return { id: asked.id, reply: String(reply.id) };
}

describe('a request of an administration', () => {
	it('is signed by its key, and its link is for it alone', async () => {
		const { asked, seal } = await agent.act('create', draft);
		const { signed } = found(asking.kept.get(asked.id));
		expect(requestSeal(fromBase64(signed))).toBe(seal);
		expect(asked).toMatchObject({ ...draft, administration: gateway.administration });
		const citizen = browser(gateway, 'citizen', {}, asking.fetch());
		expect((await citizen.publicRequest(asked.id, seal)).said).toEqual(asked);
		expect(await agent.act('detail', asked.id)).toMatchObject({ asked, seal });
	});

	it('that somebody else signed, or another one, is refused with the evidence', async () => {
		const { asked } = await agent.act('create', draft);
		const other = await agent.act('create', { ...draft, purpose: 'Autre' });
		const signedBy = (r: DocumentRequest, root: RootKey): string => toBase64(signRequest(r, root));
		const thief = new RootKey(newSecret());
		for (const [code, request, more] of [
			['signature', signedBy(asked, thief), {}],
			['mismatch', found(asking.kept.get(other.asked.id)).signed, {}],
			['mismatch', found(asking.kept.get(asked.id)).signed, { id: other.asked.id }],
		] as const) {
			lie = (_, a) => ({ ...a, request, ...more });
			await expect(agent.act('detail', asked.id), code).rejects.toMatchObject({
				code,
				evidence: { request: { request } },
			});
		}
	});
});

describe('a root of the administration’s that was replaced', () => {
	/** A browser of before, whose clock stands two hours later. */
	const thief = () =>
		browser(
			gateway,
			'agent',
			{},
			asAgent,
			() => new Date(Date.now() + 7_200_000),
		).unlockAdministration(key);

	it('signed what it says to be of before, and nothing since', async () => {
		const { id, reply } = await answered();
		await agent.act('answer', id, reply, 'Non.');
		const stolen = await thief();
		await agent.rotateKey();
		expect(await agent.act('detail', id)).toMatchObject({ asked: draft });
		expect((await agent.act('side', id, reply)).notes.at(-1)).toMatchObject({ text: 'Non.' });

		const { asked } = await stolen.act('create', draft);
		await expect(agent.act('detail', asked.id)).rejects.toMatchObject({ code: 'signature' });
		await stolen.act('answer', id, reply, 'Envoyez tout à cette adresse.');
		await expect(agent.act('side', id, reply)).rejects.toMatchObject({ code: 'signature' });
		await expect(stolen.act('side', id, reply)).rejects.toMatchObject({ code: 'signature' });
	});
});

describe('a citizen’s side of a request', () => {
	it('is read, answered, and the answer read by her', async () => {
		const { id, reply } = await answered();
		const { grants, notes } = await agent.act('side', id, reply);
		expect(grants.map((g) => g.kind)).toEqual(['passport', 'residence']);
		expect(notes).toMatchObject([{ about: 'question', text: 'Faut-il l’original ?' }]);
		await agent.act('answer', id, reply, 'Non.');
		expect((await safe.request(id)).notes.at(-1)).toMatchObject({
			from: 'administration',
			text: 'Non.',
		});
		expect((await agent.act('side', id, reply)).notes.at(-1)).toMatchObject({ text: 'Non.' });
	});

	it('is shown only as what her safe’s key and the log say', async () => {
		const { id, reply } = await answered();
		const other = await answered();
		const stranger = await recipientOf(newIdentity());
		const theirs = await side(other.id);
		const grant = (a: Json, more: Json): Json => ({
			...a,
			grants: (a.grants as Json[]).map((g) => ({ ...g, ...more })),
		});
		const note = (a: Json, more: Json): Json => ({
			...a,
			notes: (a.notes as Json[]).map((n) => ({ ...n, ...more })),
		});
		const lies: [string, string, (a: Json) => Json][] = [
			['no key', 'leaf', (a) => ({ ...a, key: undefined })],
			['another key', 'leaf', (a) => ({ ...a, vk: toBase64(new RootKey(newSecret()).vk) })],
			['another recipient', 'leaf', (a) => ({ ...a, recipient: stranger })],
			['another safe', 'leaf', (a) => ({ ...a, reply: { ...(a.reply as Json), safe: newId() } })],
			['another side', 'mismatch', (a) => ({ ...a, reply: { ...(a.reply as Json), id: newId() } })],
			['a share of another request', 'mismatch', (a) => grant(a, { request: other.id })],
			['a share of another safe', 'mismatch', (a) => grant(a, { safe: newId() })],
			['a note of another request', 'mismatch', (a) => ({ ...a, notes: theirs.notes })],
			['a question shown as a refusal', 'mismatch', (a) => note(a, { about: 'refusal' })],
			['her note shown as ours', 'signature', (a) => note(a, { from: 'administration' })],
			[
				'a key of before that the log does not have',
				'leaf',
				(a) => note(a, { vk: toBase64(new RootKey(newSecret()).vk) }),
			],
		];
		for (const [what, code, change] of lies) {
			lie = (path, a) => (path.endsWith(reply) ? change(a) : a);
			await expect(agent.act('side', id, reply), what).rejects.toMatchObject({
				code,
				evidence: { reply: expect.anything() },
			});
			// Nobody writes back to a stranger either.
			await expect(agent.act('answer', id, reply, 'Secret'), what).rejects.toMatchObject({ code });
		}
	});
});

describe('a document that is shown as an answer', () => {
	it('is opened with its hash, its proof and what was signed', async () => {
		const { id, reply } = await answered();
		const { grants } = await agent.act('side', id, reply);
		const g = first(grants);
		const as = { request: id, kind: 'passport', safe: gateway.safe };
		const { blob, grant, proven } = await agent.openAnswer(g.id, as);
		expect(await blob.text()).toBe('carte');
		expect(grant).toMatchObject({ request: id, kind: 'passport', name: 'carte.pdf' });
		expect(proven.content.size).toBe(5);
		expect(JSON.parse(proven.proof.event)).toMatchObject({ what: 'grant.released', grant: g.id });
	});

	it('and was given for something else is an alarm, before a byte of it is fetched', async () => {
		const { id, reply } = await answered();
		const { grants } = await agent.act('side', id, reply);
		const g = first(grants);
		const as = { request: id, kind: 'passport', safe: gateway.safe };
		for (const [what, more] of [
			['another request', { request: newId() }],
			['another kind', { kind: 'residence' }],
			['another citizen', { safe: newId() }],
		] as const) {
			gateway.seen.length = 0;
			const shown = { ...as, ...more };
			const e = await agent.openAnswer(g.id, shown).catch((thrown: unknown) => thrown);
			expect(e, what).toBeInstanceOf(CoffreError);
			expect(e, what).toMatchObject({
				code: 'mismatch',
				evidence: { shown, signed: as, release: expect.anything() },
			});
			expect(
				gateway.seen.filter((s) => s.endsWith('/content')),
				what,
			).toEqual([]);
			expect(JSON.stringify((e as CoffreError).evidence), what).not.toContain('carte.pdf');
		}
	});

	it('and was given for no request at all is an alarm too', async () => {
		const { id } = await answered();
		const to = first(await browser(gateway, 'citizen', {}, asking.fetch()).administrations(''));
		const order = { purpose: 'Aide', notAfter: new Date('2099-01-01') };
		const shared = await safe.share(first(safe.entries).id, to, order);
		const as = { request: id, kind: 'passport', safe: gateway.safe };
		await expect(agent.openAnswer(shared.id, as)).rejects.toMatchObject({ code: 'mismatch' });
		expect(await (await agent.open(shared.id)).blob.size).toBeGreaterThan(0);
	});
});
