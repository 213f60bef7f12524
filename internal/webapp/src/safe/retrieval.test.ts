import { beforeEach, describe, expect, it } from 'vitest';
import { newId, toBase64, toTime } from '../crypto/bytes.ts';
import { canonical } from '../crypto/canonical.ts';
import { RootKey } from '../crypto/sign.ts';
import { newSecret } from '../crypto/words.ts';
import type { OpenAdministration } from './openadministration.ts';
import type { OpenSafe } from './opensafe.ts';
import { add, browser, create, first, mairie, terms, words } from './testing/client.ts';
import { FakeGateway, type Json } from './testing/gateway.ts';
import { found } from './testing/refusal.ts';

let gateway: FakeGateway;
let safe: OpenSafe;
let agent: OpenAdministration;
let grant: string;
let key: { kind: 'passphrase'; text: string };
/** Answers in the gateway's place, or leaves it to it. */
let on: ((path: string, method: string, body: string) => Response | undefined) | undefined;
/** After the gateway has answered an agent. */
let after: ((path: string, init: RequestInit | undefined) => void) | undefined;

const asAgent: typeof fetch = async (input, init) => {
	const { pathname } = new URL(String(input), 'http://coffre.test');
	const said = on?.(pathname, init?.method ?? 'GET', String(init?.body));
	const answer = said ?? (await gateway.as('agent')(input, init));
	after?.(pathname, init);
	return answer;
};

beforeEach(async () => {
	gateway = new FakeGateway();
	on = undefined;
	after = undefined;
	const { phrase } = await mairie(gateway);
	const citizen = browser(gateway, 'citizen', {}, gateway.as('citizen'));
	({ safe } = await create(citizen));
	await add(safe, new File(['avis'], 'avis.pdf', { type: 'application/pdf' }));
	const to = first(await citizen.administrations(''));
	grant = (await safe.share(first(safe.entries).id, to, terms)).id;
	key = { kind: 'passphrase', text: words(phrase) };
	agent = await browser(gateway, 'agent', {}, asAgent).unlockAdministration(key);
});

/** The gateway's part when a deletion is declared. */
const takesDeletions: NonNullable<typeof on> = (p, method, body) => {
	if (p !== '/api/v1/administration/deletions' || method !== 'POST') return undefined;
	const { attestations } = JSON.parse(body) as { attestations: string[] };
	gateway.say(grant, 'deletion', first(attestations));
	return Response.json({ declared: [grant], refused: [] });
};

const share = async () => first((await safe.grants()).items);

describe('an agent who opens a document', () => {
	it('says so under the key of the administration, and the citizen reads who', async () => {
		expect((await share()).became).toBeUndefined();
		expect((await agent.open(grant)).unsaid).toBeUndefined();
		const { became } = await share();
		expect(became).toMatchObject({ received: { outcome: 'intact' }, by: 'Mairie de Valmont' });
		expect(became?.error).toBeUndefined();
	});

	it('sees it though it could not be said', async () => {
		gateway.before = (p) => {
			if (p.endsWith('acknowledgements')) throw new TypeError('the line is broken');
		};
		const opened = await agent.open(grant);
		expect(await opened.blob.text()).toBe('avis');
		expect(opened.unsaid?.code).toBe('offline');
		expect((await share()).became).toBeUndefined();
	});

	it('says that it came altered', async () => {
		const kept = first([...gateway.versions.values()]);
		kept.bytes = kept.bytes.slice();
		kept.bytes[2000] = (kept.bytes[2000] ?? 0) ^ 1;
		await expect(agent.open(grant)).rejects.toMatchObject({ code: 'hash' });
		expect((await share()).became?.received?.outcome).toBe('altered');
	});

	it('asks again with the same key when the answer is lost', async () => {
		const keys: (string | null)[] = [];
		after = (p, init) => {
			if (!p.endsWith('/release')) return;
			keys.push(new Headers(init?.headers).get('Idempotency-Key'));
			if (keys.length === 1) throw new TypeError('the answer is lost');
		};
		// This gateway releases twice: the second release is as good for what is asked here.
		await agent.open(grant);
		expect(keys).toHaveLength(2);
		expect(keys[0]).toMatch(/^[A-Za-z0-9_-]{16,64}$/);
		expect(keys[1]).toBe(keys[0]);
	});
});

describe('what a server says that an administration has signed', () => {
	const lie = (change: (g: Json) => void) => {
		gateway.lie = (p, _, answer) => {
			if (p !== '/api/v1/safe/grants') return undefined;
			change((answer.items as Json[])[0] as Json);
			return answer;
		};
	};
	const root = new RootKey(newSecret());

	it.each([
		['of another grant', (g: Json) => Object.assign(g, { id: newId() })],
		['of another document', (g: Json) => Object.assign(g, { doc: newId() })],
		['of another administration', (g: Json) => Object.assign(g, { administration: newId() })],
		[
			'under a key that is not in the log',
			(g: Json) => Object.assign(g.acknowledgement as Json, { vk: toBase64(root.vk) }),
		],
		[
			'as something else',
			(g: Json) => Object.assign(g, { deletion: g.acknowledgement, acknowledgement: undefined }),
		],
		[
			'by somebody else',
			(g: Json) =>
				Object.assign(g.acknowledgement as Json, {
					signed: toBase64(root.sign('coffre/v1/acknowledgement', canonical({ suite: 1 }))),
				}),
		],
	])('%s is shown as unproven', async (_, change) => {
		await agent.open(grant);
		lie(change);
		const { became } = await share();
		expect(became?.error?.code).toMatch(/^(mismatch|leaf|signature|form)$/);
		expect(became?.received).toBeUndefined();
		expect(became?.deleted).toBeUndefined();
	});

	it('without the key is shown as unproven, and as nothing while the server does not answer', async () => {
		await agent.open(grant);
		gateway.lie = (p) => (p.endsWith('/keys') ? { items: [] } : undefined);
		expect((await share()).became?.error?.code).toBe('leaf');
		gateway.lie = undefined;
		gateway.before = (p) => {
			if (p.endsWith('/keys')) throw new TypeError('the line is broken');
		};
		expect((await share()).became).toBeUndefined();
	});
});

describe('a root of before', () => {
	const later = (hours: number) => () => new Date(Date.now() + hours * 3_600_000);
	/** An agent whose browser has another clock, with the key as it is before it is replaced. */
	const unlocked = (now: () => Date) =>
		browser(gateway, 'agent', {}, asAgent, now).unlockAdministration(key);
	beforeEach(() => {
		on = takesDeletions;
	});

	it('counts for what it said in time', async () => {
		await agent.open(grant);
		await agent.act('declareDeleted', [{ ...(await share()), safe: gateway.safe }]);
		await agent.rotateKey();
		const { became } = await share();
		expect(became).toMatchObject({ received: { outcome: 'intact' }, deleted: { how: 'declared' } });
		expect(became?.error).toBeUndefined();
	});

	it.each(['acknowledgement', 'deletion'] as const)('signs no %s of a later time', async (said) => {
		const thief = await unlocked(later(2));
		const { vk } = found(gateway.administrationKeyring);
		await agent.rotateKey();
		if (said === 'acknowledgement') await thief.open(grant);
		else await thief.act('declareDeleted', [{ ...(await share()), safe: gateway.safe }]);
		Object.assign(found(gateway.grants[0]).said[said] as Json, { vk });
		const { became } = await share();
		expect(became?.error?.code).toBe('signature');
		expect(became?.received).toBeUndefined();
		expect(became?.deleted).toBeUndefined();
	});
});

it('what was opened after it was deleted is not shown as deleted', async () => {
	await agent.open(grant);
	on = takesDeletions;
	await agent.act('declareDeleted', [{ ...(await share()), safe: gateway.safe }]);
	const opened = (ms: number) => {
		gateway.lie = (p, _, answer) => {
			if (p !== '/api/v1/safe/grants') return undefined;
			const g = (answer.items as Json[])[0] as Json;
			return { items: [{ ...g, opened: toTime(new Date(Date.now() + ms)) }] };
		};
	};
	opened(-60_000);
	expect((await share()).became?.deleted).toBeDefined();
	opened(60_000);
	const { became } = await share();
	expect(became?.deleted).toBeUndefined();
	expect(became?.error).toBeUndefined();
	expect(became?.received?.outcome).toBe('intact');
});

it('an agent declares that no copy is left, and the citizen reads it', async () => {
	await agent.open(grant);
	on = takesDeletions;
	const shown = { ...(await share()), safe: gateway.safe };
	await agent.act('declareDeleted', [shown], ' Dossier clos ');
	const { became } = await share();
	expect(became?.deleted).toMatchObject({ how: 'declared', note: 'Dossier clos' });
	expect(became?.received?.outcome).toBe('intact');
	expect(became?.error).toBeUndefined();
	await expect(agent.act('declareDeleted', [])).rejects.toMatchObject({ code: 'invalid' });
	await expect(agent.act('declareDeleted', [shown], 'x'.repeat(501))).rejects.toMatchObject({
		code: 'invalid',
	});
});
