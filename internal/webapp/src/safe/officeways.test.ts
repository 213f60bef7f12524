import { beforeEach, expect, it } from 'vitest';
import type { Client } from './client.ts';
import type { OpenAdministration } from './openadministration.ts';
import { add, browser, create, first, mairie, terms, words } from './testing/client.ts';
import { FakeGateway } from './testing/gateway.ts';
import type { Draft } from './types.ts';

const one = (text: string) => ({ kind: 'passphrase' as const, text });

let gateway: FakeGateway;
let agent: OpenAdministration;
let phrase: Draft & { words: readonly string[] };
let citizen: Client;
let share: (name: string) => Promise<string>;

beforeEach(async () => {
	gateway = new FakeGateway();
	({ phrase } = await mairie(gateway));
	citizen = browser(gateway, 'citizen');
	const { safe } = await create(citizen);
	share = async (name) => {
		await add(safe, new File([name], name, { type: 'text/plain' }));
		const doc = safe.entries.find((e) => e.name === name)?.id ?? '';
		return (await safe.share(doc, first(await citizen.administrations('')), terms)).id;
	};
	agent = await open(phrase);
});

const open = (p: { words: readonly string[] }): Promise<OpenAdministration> =>
	browser(gateway, 'agent').unlockAdministration(one(words(p)));

async function colleague(): Promise<Draft & { words: readonly string[] }> {
	const hers = await browser(gateway, 'agent').newPassphrase('fr');
	await agent.ways({ add: { ...hers, label: 'Camille' } });
	return hers;
}

it('a colleague opens what was shared before and after, with a way of her own', async () => {
	const before = await share('avant.txt');
	const hers = await colleague();
	const after = await share('apres.txt');
	expect((await agent.ways()).map((w) => w.label)).toContain('Camille');
	const camille = await open(hers);
	expect(await (await camille.open(before)).blob.text()).toBe('avant.txt');
	expect(await (await camille.open(after)).blob.text()).toBe('apres.txt');
	expect(await (await agent.open(after)).blob.text()).toBe('apres.txt');
});

it('a way that was removed unlocks nothing, and what was shared before still opens', async () => {
	const before = await share('avant.txt');
	const hers = await colleague();
	const recipient = gateway.administrationKeyring?.recipient;
	const gone = (await agent.ways()).find((w) => w.label === 'Camille')?.id ?? '';
	await agent.ways({ remove: gone });
	expect(gateway.administrationKeyring?.recipient).not.toBe(recipient);
	await expect(open(hers)).rejects.toMatchObject({ code: 'wrong-key' });
	const again = await open(phrase);
	expect(await (await again.open(before)).blob.text()).toBe('avant.txt');
	expect(await (await again.open(await share('apres.txt'))).blob.text()).toBe('apres.txt');
});

it('two ways are always left, and none is there twice', async () => {
	const ways = await agent.ways();
	await expect(agent.ways({ remove: first(ways).id })).rejects.toMatchObject({ code: 'few-ways' });
	await expect(agent.ways({ add: phrase })).rejects.toMatchObject({ code: 'same-way' });
});

it('a keyring that somebody else has changed is not overwritten', async () => {
	const other = await open(phrase);
	await other.ways({ add: await browser(gateway, 'agent').newPaper('fr') });
	const late = agent.ways({ add: await browser(gateway, 'agent').newPaper('fr') });
	await expect(late).rejects.toMatchObject({ code: 'keys-changed' });
});

it('a container that the server has marked is not carried on', async () => {
	const there = gateway.administrationKeyring;
	const copies = there?.copies.map((c, i) => (i === 1 ? { ...c, kind: 'passphrase' } : c));
	gateway.administrationKeyring = { ...there, copies } as typeof there;
	const late = agent.ways({ add: await browser(gateway, 'agent').newPaper('fr') });
	await expect(late).rejects.toMatchObject({ code: 'rollback' });
});
