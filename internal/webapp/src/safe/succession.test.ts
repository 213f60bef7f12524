import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asCoffreError } from '../errors.ts';
import type { OpenSafe } from './opensafe.ts';
import { add, browser, mairie, terms, words } from './testing/client.ts';
import { FakeGateway } from './testing/gateway.ts';
import type { Draft } from './types.ts';

// Two devices of one citizen, each of which changes keys and documents whenever it likes, on top of what
// it last saw. Whoever holds old keys is told so, and unlocks again; whatever was acknowledged is there,
// what is shared can be read, and a way that was taken away opens nothing.

const kinds = [
	'add',
	'folder',
	'share',
	'renew',
	'remove',
	'addWay',
	'try',
	'open',
	'refresh',
] as const;
type Act = {
	readonly device: 0 | 1;
	readonly what: (typeof kinds)[number];
	readonly which: number;
};
const act = fc.record<Act>({
	device: fc.constantFrom(0, 1),
	what: fc.constantFrom(...kinds),
	which: fc.nat(5),
});

type Way = Draft & { readonly words: readonly string[] };

class Household {
	readonly gateway = new FakeGateway();
	readonly kept: Record<string, string>[] = [{}, {}];
	readonly ways = new Map<string, Way>();
	readonly gone: Way[] = [];
	readonly texts = new Map<string, string>();
	readonly folders = new Set<string>();
	safes: OpenSafe[] = [];
	theirs = '';
	#next = 0;

	client(device: number) {
		return browser(this.gateway, 'citizen', this.kept[device]);
	}

	async begin(): Promise<void> {
		this.theirs = words((await mairie(this.gateway)).phrase);
		for (const label of ['way 0', 'way 1']) await this.#draft(label);
		await this.client(0).createSafe([...this.ways.values()]);
		for (const device of [0, 1]) await this.unlock(device);
	}

	/** By another way each time. */
	async unlock(device: number): Promise<void> {
		const all = [...this.ways.values()];
		const way = all[this.#next++ % all.length];
		if (!way) throw new Error('no way');
		const safe = await this.client(device).unlock({ kind: 'passphrase', text: words(way) });
		this.safes[device] = safe;
	}

	async #draft(label: string): Promise<Way> {
		const way = { ...(await this.client(0).newPassphrase('fr')), label };
		this.ways.set(label, way);
		return way;
	}

	/** Done, or told that the keys changed: then unlocked again, and done. */
	async play(a: Act): Promise<void> {
		try {
			await this.#do(a);
		} catch (e) {
			const { code } = asCoffreError(e);
			if (code === 'few-ways' || code === 'many-ways') return;
			expect([a.what, code, String(e)]).toEqual([a.what, 'keys-changed', String(e)]);
			await this.unlock(a.device);
			await this.#do(a).catch((again: unknown) => {
				if (asCoffreError(again).code !== 'few-ways') throw again;
			});
		}
	}

	async #do({ device, what, which }: Act): Promise<void> {
		const safe = this.safes[device] as OpenSafe;
		const name = `papier ${this.#next++}.txt`;
		const entry = safe.entries[which % (safe.entries.length || 1)];
		const way = safe.unlockers[which % safe.unlockers.length];
		switch (what) {
			case 'refresh':
				return safe.refresh();
			case 'folder':
				await safe.createFolder(name);
				this.folders.add(name);
				return;
			case 'add': {
				const failed = (await add(safe, new File([name], name))).find((p) => p.error);
				if (failed) throw failed.error;
				this.texts.set(name, name);
				return;
			}
			case 'open':
				if (entry) expect(await (await safe.open(entry.id)).blob.text()).toBe(entry.name);
				return;
			case 'share':
				if (entry) await safe.share(entry.id, this.gateway.administration, terms);
				return;
			case 'addWay': {
				const label = `way ${this.#next++}`;
				const fresh = { ...(await this.client(0).newPassphrase('fr')), label };
				await safe.addUnlocker(fresh);
				this.ways.set(label, fresh);
				return;
			}
			case 'try': {
				const known = this.ways.get(way?.label ?? '');
				if (way && known)
					expect(await safe.testUnlocker(way.id, { kind: 'passphrase', text: words(known) })).toBe(
						way.id,
					);
				return;
			}
			case 'remove':
			case 'renew': {
				const out = what === 'remove' || which % 2 === 0 ? way : undefined;
				if (what === 'remove') await safe.removeUnlocker(way?.id ?? '');
				else {
					const shares = await safe.standingShares();
					await safe.renewKeys(out && safe.unlockers.length > 2 ? [out.id] : [], shares);
				}
				const lost = out && !safe.unlockers.some((u) => u.id === out.id);
				const known = this.ways.get(out?.label ?? '');
				if (!lost || !known) return;
				this.ways.delete(known.label ?? '');
				this.gone.push(known);
			}
		}
	}

	async look(): Promise<void> {
		for (const way of this.gone)
			await expect(
				browser(this.gateway, 'citizen').unlock({ kind: 'passphrase', text: words(way) }),
			).rejects.toMatchObject({ code: 'wrong-key' });
		for (const way of this.ways.values()) {
			const safe = await browser(this.gateway, 'citizen').unlock({
				kind: 'passphrase',
				text: words(way),
			});
			expect(safe.entries.map((e) => e.name).sort()).toEqual([...this.texts.keys()].sort());
			for (const name of this.folders) expect(safe.folders.map((f) => f.name)).toContain(name);
		}
		const [first] = this.ways.values();
		if (!first) throw new Error('no way is left');
		const safe = await browser(this.gateway, 'citizen').unlock({
			kind: 'passphrase',
			text: words(first),
		});
		for (const e of safe.entries) expect(await (await safe.open(e.id)).blob.text()).toBe(e.name);
		const office = await browser(this.gateway, 'agent').unlockAdministration({
			kind: 'passphrase',
			text: this.theirs,
		});
		for (const g of this.gateway.grants) {
			const { blob, grant } = await office.open(g.id);
			expect(await blob.text()).toBe(grant.name);
		}
	}
}

describe('keys changed on two devices', () => {
	it('leave every document, share and way that stays as it was, and accuse nobody', async () => {
		let renewed = 0;
		await fc.assert(
			fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 10 }), async (plan) => {
				const h = new Household();
				await h.begin();
				for (const a of plan) await h.play(a);
				await h.look();
				renewed += h.gateway.keyring?.line?.length ?? 0;
			}),
			{ numRuns: 12 },
		);
		expect(renewed).toBeGreaterThan(0);
	}, 300_000);
});
