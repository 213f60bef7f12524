import { beforeEach, describe, expect, it } from 'vitest';
import { fromBase64, newId } from '../crypto/bytes.ts';
import { openKeyring } from '../crypto/keyring.ts';
import { parsePassphrase } from '../crypto/words.ts';
import type { Client } from './client.ts';
import { RESEAL_DOCUMENTS } from './limits.ts';
import type { OpenSafe } from './opensafe.ts';
import { add, browser, first, mairie, terms, words } from './testing/client.ts';
import { FakeGateway } from './testing/gateway.ts';
import type { PaperDraft, PassphraseDraft } from './types.ts';

// A paper was stolen: every key is renewed. And what was sealed before is sealed again, in the
// background, from wherever it stopped.

let gateway: FakeGateway;
let remembered: Record<string, string>;
let mine: Client;
let safe: OpenSafe;
let paper: PaperDraft;
let phrase: PassphraseDraft;

beforeEach(async () => {
	gateway = new FakeGateway();
	remembered = {};
	mine = browser(gateway, 'citizen', remembered);
	paper = { ...(await mine.newPaper('fr')), label: 'Papier' };
	phrase = { ...(await mine.newPassphrase('fr')), label: 'Phrase' };
	await mine.createSafe([paper, phrase]);
	// As she comes back to it: unlocked by one way.
	safe = await opens(phrase, mine);
});

const another = (kept = {}): Client => browser(gateway, 'citizen', kept);
const opens = (p: PaperDraft | PassphraseDraft, by = another()): Promise<OpenSafe> =>
	by.unlock({ kind: p.kind, text: words(p) });
const wayOf = (label: string, of = safe): string =>
	of.unlockers.find((u) => u.label === label)?.id ?? '';
const untried = (of: OpenSafe): string[] =>
	of.unlockers.filter((u) => u.untried).map((u) => u.label);
const allTried = (of: OpenSafe): Promise<void> =>
	new Promise((done) => {
		const look = (): void => {
			if (untried(of).length === 0) done();
		};
		of.subscribe(look);
		look();
	});
/** The background has come to its end. */
const settled = (of: OpenSafe): Promise<void> =>
	new Promise((done) => {
		let seen = of.resealing !== undefined;
		const stop = of.subscribe(() => {
			seen ||= of.resealing !== undefined;
			if (!seen || of.resealing !== undefined) return;
			stop();
			done();
		});
	});
const papers = (n: number): File[] =>
	Array.from({ length: n }, (_, i) => new File([`papier ${i}`], `papier ${i}.txt`));
/** Whether each own grant opens with the vault in use, and its seed alone. */
async function ownGrants(): Promise<number> {
	const keyring = await openKeyring(gateway.keyring, parsePassphrase(words(phrase)));
	const { openOwnGrant } = await import('../crypto/grant.ts');
	const [vault] = keyring.vaults;
	if (!vault) throw new Error('no vault');
	let n = 0;
	for (const v of gateway.versions.values())
		n += await openOwnGrant(
			fromBase64(v.grant),
			vault.identity,
			vault.recipient,
			[keyring.root.vk],
			keyring.safe,
		).then(
			() => 1,
			() => 0,
		);
	return n;
}

describe('every key renewed', () => {
	it('leaves a stolen way nothing, and every other everything', async () => {
		await add(safe, ...papers(3));
		const { vk, recipient } = gateway.keyring ?? {};
		const fresh = { ...(await mine.newPaper('fr')), label: 'Neuve' };
		await safe.addUnlocker(fresh);
		const done = settled(safe);
		await safe.renewKeys([wayOf('Papier')]);
		await done;
		expect(gateway.keyring?.vk).not.toBe(vk);
		expect(gateway.keyring?.recipient).not.toBe(recipient);
		expect(await ownGrants()).toBe(3);
		await expect(opens(paper)).rejects.toMatchObject({ code: 'wrong-key' });
		await add(safe, new File(['après'], 'après.txt'));
		for (const by of [fresh, phrase]) {
			const there = await opens(by);
			for (const e of there.entries)
				expect(await (await there.open(e.id)).blob.text()).toBe(e.name.replace('.txt', ''));
			expect(there.entries).toHaveLength(4);
		}
	});

	it('shows which ways are to be tried, until they were', async () => {
		expect(untried(safe)).toEqual([]);
		await safe.renewKeys();
		// The phrase unlocked the safe: it vouches for the new root already.
		expect(untried(safe)).toEqual(['Papier']);
		const id = wayOf('Papier');
		expect(await safe.testUnlocker(id, { kind: 'paper', text: words(paper) })).toBe(id);
		expect(untried(safe)).toEqual([]);
		expect((await opens(paper)).entries).toEqual([]);
		await add(safe, new File(['x'], 'x.txt'));
	});

	it('is tried by unlocking too', async () => {
		await safe.renewKeys();
		const epoch = gateway.keyring?.epoch ?? 0;
		await allTried(await opens(paper, mine));
		expect(gateway.keyring?.epoch).toBe(epoch + 1);
	});

	it('takes every share in force with it, and no other', async () => {
		const { phrase: theirs } = await mairie(gateway);
		await add(safe, ...papers(2));
		const [a, b] = [...safe.entries].sort((x, y) => (x.name < y.name ? -1 : 1));
		if (!a || !b) throw new Error('not there');
		const kept = await safe.share(a.id, gateway.administration, terms);
		const stopped = await safe.share(b.id, gateway.administration, terms);
		await safe.endGrant(stopped.id);
		const before = gateway.grants.map((g) => g.body.grant);
		const shares = await safe.standingShares();
		expect(shares).toEqual([
			{
				id: kept.id,
				doc: a.id,
				version: a.version,
				name: a.name,
				administration: gateway.administration,
				administrationName: 'Mairie de Valmont',
				purpose: terms.purpose,
				service: terms.service,
				notAfter: kept.notAfter,
			},
		]);
		await safe.renewKeys([], shares);
		const after = gateway.grants.map((g) => g.body.grant);
		expect([after[0] === before[0], after[1] === before[1]]).toEqual([false, true]);
		const office = await browser(gateway, 'agent').unlockAdministration({
			kind: 'passphrase',
			text: words(theirs),
		});
		const { blob, grant } = await office.open(kept.id);
		expect(await blob.text()).toBe('papier 0');
		expect(grant).toMatchObject({ purpose: terms.purpose, service: terms.service });
	});

	it('takes no share with it that was not shown: whoever has a session can enter one', async () => {
		await mairie(gateway);
		await add(safe, ...papers(2));
		const [a, b] = safe.entries;
		if (!a || !b) throw new Error('not there');
		await safe.share(a.id, gateway.administration, terms);
		const shown = await safe.standingShares();
		const epoch = gateway.keyring?.epoch;
		// Without a key in it, for a document that she has shared with nobody.
		const entered = structuredClone(first(gateway.grants));
		Object.assign(entered, { id: newId() });
		Object.assign(entered.body, { doc: b.id, version: b.version });
		gateway.grants.push(entered);
		await expect(safe.renewKeys([], shown)).rejects.toMatchObject({ code: 'other-shares' });
		gateway.grants.pop();
		// Nor one that goes on for longer, or for something else, than she saw.
		const { body } = first(gateway.grants);
		for (const other of [{ notAfter: '2099-01-01T00:00:00Z' }, { purpose: 'Autre chose' }]) {
			const before = structuredClone(body);
			Object.assign(body, other);
			await expect(safe.renewKeys([], shown)).rejects.toMatchObject({ code: 'other-shares' });
			Object.assign(body, before);
		}
		await expect(safe.renewKeys()).rejects.toMatchObject({ code: 'other-shares' });
		expect(gateway.keyring?.epoch).toBe(epoch);
		await safe.renewKeys([], shown);
	});

	it('is done once when the answer is lost, and not at all when the line breaks before', async () => {
		const line = (when: 'before' | 'after', times: number) => {
			const fetch = gateway.as('citizen');
			const cut: typeof globalThis.fetch = async (input, init) => {
				const here = String(input).endsWith('/succession') && times-- > 0;
				if (here && when === 'before') throw new TypeError('cut');
				const answer = await fetch(input, init);
				if (here) throw new TypeError('cut');
				return answer;
			};
			return browser(gateway, 'citizen', {}, cut);
		};
		const epoch = gateway.keyring?.epoch ?? 0;
		const broken = await opens(phrase, line('before', 9));
		await expect(broken.renewKeys()).rejects.toMatchObject({ code: 'offline' });
		expect(gateway.keyring?.epoch).toBe(epoch);
		await add(broken, new File(['x'], 'x.txt'));
		const lost = await opens(phrase, line('after', 1));
		await lost.renewKeys();
		expect(gateway.keyring?.epoch).toBe(epoch + 1);
		expect((await opens(paper)).entries.map((e) => e.name)).toEqual(['x.txt']);
	});

	it('wants two ways left', async () => {
		await expect(safe.renewKeys([wayOf('Papier')])).rejects.toMatchObject({ code: 'few-ways' });
		await expect(safe.renewKeys(['nobody'])).rejects.toMatchObject({ code: 'not-found' });
		expect(gateway.seen).not.toContain('POST /api/v1/safe/succession');
	});

	it('is no alarm on another device, which unlocks again; and nothing that it still does counts', async () => {
		await mairie(gateway);
		await add(safe, ...papers(1));
		const kept = {};
		const other = await opens(phrase, another(kept));
		await safe.renewKeys();
		const { id } = first(other.entries);
		for (const act of [
			() => other.refresh(),
			() => other.createFolder('Impôts'),
			() => other.rename(id, 'y'),
			() => other.erase([id]),
			() => other.renewKeys(),
			() => other.share(id, gateway.administration, terms),
		])
			await expect(act()).rejects.toMatchObject({ code: 'keys-changed' });
		const again = await opens(paper, another(kept));
		expect(again.entries).toHaveLength(1);
		await allTried(again);
	});
});

describe('a gateway that lies about the keys', () => {
	it('shows no other root than the one that the old root has named', async () => {
		await safe.renewKeys();
		const honest = gateway.keyring;
		const { line: _, signature: __, ...bare } = honest ?? {};
		gateway.keyring = bare as typeof honest;
		await expect(opens(phrase, mine)).rejects.toMatchObject({ code: /pin|rollback|form/ });
		gateway.keyring = honest;
		// Another safe altogether, with a root of its own, on a device that knows this one.
		const elsewhere = new FakeGateway();
		await browser(elsewhere, 'citizen').createSafe([paper, phrase]);
		gateway.keyring = { ...(elsewhere.keyring as NonNullable<typeof honest>), safe: gateway.safe };
		const e = await opens(phrase, mine).catch((x: unknown) => x);
		expect(e).toMatchObject({ code: 'pin', evidence: { container: gateway.keyring } });
	});
});

describe('own grants, after a way was removed', () => {
	beforeEach(async () => {
		await add(safe, ...papers(RESEAL_DOCUMENTS + 3));
		await safe.addUnlocker({ ...(await mine.newPaper('fr')), label: 'Neuve' });
	});

	it('are sealed again in parts, and nobody waits for it', async () => {
		const steps = new Set<number>();
		safe.subscribe(() => steps.add(safe.resealing?.done ?? -1));
		const done = settled(safe);
		await safe.removeUnlocker(wayOf('Papier'));
		await safe.createFolder('Pendant');
		await done;
		expect([...steps]).toEqual(expect.arrayContaining([0, RESEAL_DOCUMENTS]));
		expect(await ownGrants()).toBe(RESEAL_DOCUMENTS + 3);
		expect(safe.folders.map((f) => f.name)).toEqual(['Pendant']);
	});

	it('go on where it was cut, when the safe is next unlocked there', async () => {
		let puts = 0;
		gateway.before = (path, method) => {
			// The manifest itself, then one part; then the machine is switched off.
			if (method === 'PUT' && path.endsWith('/manifest') && ++puts > 2) throw new TypeError('cut');
		};
		const stopped = settled(safe);
		await safe.removeUnlocker(wayOf('Papier'));
		await stopped;
		expect(await ownGrants()).toBe(RESEAL_DOCUMENTS);
		gateway.before = undefined;
		const seen = gateway.seen.length;
		const again = await opens(phrase, mine);
		await settled(again);
		expect(await ownGrants()).toBe(RESEAL_DOCUMENTS + 3);
		const released = gateway.seen.slice(seen).filter((s) => s.endsWith('/release'));
		expect(released).toHaveLength(3);
	});

	it('are taken over by whichever device meets one that was left', async () => {
		gateway.before = (path, method) => {
			if (method === 'POST' && path.endsWith('/release')) throw new TypeError('cut');
		};
		safe = await opens(phrase, mine);
		const stopped = settled(safe);
		await safe.removeUnlocker(wayOf('Papier'));
		await stopped;
		expect(await ownGrants()).toBe(0);
		gateway.before = undefined;
		const other = await opens(phrase);
		const done = settled(other);
		await other.open(first(other.entries).id);
		await done;
		expect(await ownGrants()).toBe(RESEAL_DOCUMENTS + 3);
	});
});
