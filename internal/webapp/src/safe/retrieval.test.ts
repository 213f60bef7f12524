import { beforeEach, describe, expect, it } from 'vitest';
import { newId, toBase64 } from '../crypto/bytes.ts';
import { canonical } from '../crypto/canonical.ts';
import { RootKey } from '../crypto/sign.ts';
import { newSecret } from '../crypto/words.ts';
import type { OpenAdministration } from './openadministration.ts';
import type { OpenSafe } from './opensafe.ts';
import { add, browser, create, first, mairie, terms, words } from './testing/client.ts';
import { FakeGateway, type Json } from './testing/gateway.ts';

let gateway: FakeGateway;
let safe: OpenSafe;
let agent: OpenAdministration;
let grant: string;
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
	agent = await browser(gateway, 'agent', {}, asAgent).unlockAdministration({
		kind: 'passphrase',
		text: words(phrase),
	});
});

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
	const lie = (change: (g: Json, page: Json) => void) => {
		gateway.lie = (p, _, answer) => {
			if (p !== '/api/v1/safe/grants') return undefined;
			change((answer.items as Json[])[0] as Json, answer);
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
		['without the key', (_: Json, page: Json) => Object.assign(page, { keys: [] })],
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
});

it('an agent declares that no copy is left, and the citizen reads it', async () => {
	await agent.open(grant);
	on = (p, method, body) => {
		if (p !== '/api/v1/administration/deletions' || method !== 'POST') return undefined;
		const { attestations } = JSON.parse(body) as { attestations: string[] };
		gateway.say(grant, 'deletion', first(attestations));
		return Response.json({ declared: [grant], refused: [] });
	};
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
