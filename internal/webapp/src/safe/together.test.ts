import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bytes, fromBase64 } from '../crypto/bytes.ts';
import { hashHex } from '../crypto/derive.ts';
import { type Container, openKeyring, type Vault } from '../crypto/keyring.ts';
import { openManifest } from '../crypto/manifest.ts';
import { parsePaper } from '../crypto/words.ts';
import { CoffreError } from '../errors.ts';
import type { OpenSafe } from './opensafe.ts';
import { add, browser, create, words } from './testing/client.ts';
import { deposit } from './testing/deposit.ts';
import { FakeGateway } from './testing/gateway.ts';

// Three browsers change one safe at the same moment, each on top of what it
// last saw. What was acknowledged is there in the end, on each of them; what
// was erased stays erased.

const kinds = [
	'rest',
	'refresh',
	'add',
	'rename',
	'move',
	'folder',
	'erase',
	'adopt',
	'refuse',
] as const;
const devices = 3;

interface Act {
	readonly what: (typeof kinds)[number];
	/** Of the documents, folders or deposits that the browser knows. */
	readonly which: number;
	/** How many turns it waits before it begins. */
	readonly late: number;
}

/** What an act has done, or why not. */
interface Done extends Act {
	readonly id: string;
	readonly value: string;
	readonly error?: unknown;
}

/** Each member is what was acknowledged last, or one of those of the same round. */
interface Paper {
	names: readonly string[];
	/** Ids; '' is the top. */
	places: readonly string[];
	text: string;
	deposit: boolean;
	in: boolean;
	gone: boolean;
}

const act = fc.record<Act>({
	what: fc.constantFrom(...kinds),
	which: fc.nat(11),
	late: fc.nat(6),
});
const rounds = fc.array(fc.array(act, { minLength: devices, maxLength: devices }), {
	minLength: 2,
	maxLength: 6,
});

class Household {
	readonly gateway = new FakeGateway();
	readonly papers = new Map<string, Paper>();
	readonly folders = new Map<string, string>();
	/** Each manifest that the gateway took, from epoch 2 on. */
	readonly taken: Bytes[] = [];
	#p: Uint8Array = new Uint8Array();
	#first: Uint8Array = new Uint8Array();
	tooLate = 0;
	safes: OpenSafe[] = [];

	async open(): Promise<void> {
		const served = this.gateway.as('citizen');
		const line: typeof fetch = async (input, init) => {
			const answer = await served(input, init);
			if (init?.method === 'PUT' && String(input).endsWith('/safe/manifest')) {
				if (answer.status === 412) this.tooLate++;
				else if (answer.ok)
					this.#took(JSON.parse(String(init.body)) as { epoch: number; sealed: string });
			}
			return answer;
		};
		const { safe, paper } = await create(browser(this.gateway, 'citizen', {}, line));
		this.#p = parsePaper(words(paper));
		this.#first = fromBase64(this.gateway.manifest?.sealed ?? '');
		const unlock = () =>
			browser(this.gateway, 'citizen', {}, line).unlock({ kind: 'paper', text: words(paper) });
		this.safes = [safe, await unlock(), await unlock()];
		for (const text of ['acte 1', 'acte 2']) {
			const id = await deposit(this.gateway, safe.id, text);
			this.papers.set(id, {
				names: ['acte.pdf'],
				places: [],
				text,
				deposit: true,
				in: false,
				gone: false,
			});
		}
		for (const s of this.safes) await s.inbox();
	}

	#took({ epoch, sealed }: { epoch: number; sealed: string }): void {
		expect(epoch, 'epochs grow by one').toBe(this.taken.length + 2);
		this.taken.push(fromBase64(sealed));
	}

	async play(n: number, round: readonly Act[]): Promise<readonly Done[]> {
		return Promise.all(
			round.map(async (a, i) => {
				for (let turn = 0; turn < a.late; turn++) await Promise.resolve();
				return this.#do(this.safes[i] as OpenSafe, a, `papier ${n}-${i}.txt`);
			}),
		);
	}

	async #do(safe: OpenSafe, a: Act, name: string): Promise<Done> {
		const pick = <T extends { id: string }>(list: readonly T[]) =>
			list[a.which % (list.length || 1)]?.id ?? '';
		const deposits = [...this.papers].filter(([, p]) => p.deposit).map(([id]) => ({ id }));
		const id = a.what === 'adopt' || a.what === 'refuse' ? pick(deposits) : pick(safe.entries);
		const place = a.which % 2 === 0 ? pick(safe.folders) : '';
		const at = place === '' ? undefined : place;
		try {
			switch (a.what) {
				case 'rest':
					return { ...a, id: '', value: '' };
				case 'refresh':
					await safe.refresh();
					return { ...a, id: '', value: '' };
				case 'add': {
					const before = new Set(safe.entries.map((e) => e.id));
					const said = await add(safe, new File([name], name));
					const failed = said.find((p) => p.phase === 'failed');
					if (failed) throw failed.error;
					const entry = safe.entries.find((e) => e.name === name && !before.has(e.id));
					return { ...a, id: entry?.id ?? '', value: name };
				}
				case 'folder':
					return { ...a, id: await safe.createFolder(name, at), value: name };
				case 'adopt':
					await safe.adopt(id, at);
					return { ...a, id, value: place };
				case 'refuse':
					await safe.refuse(id);
					return { ...a, id, value: '' };
			}
			if (id === '') return { ...a, what: 'rest', id, value: '' };
			if (a.what === 'rename') await safe.rename(id, name);
			else if (a.what === 'move') await safe.move([id], at);
			else await safe.erase([id]);
			return { ...a, id, value: a.what === 'rename' ? name : place };
		} catch (error) {
			return { ...a, id, value: '', error };
		}
	}

	/** Writes down what was acknowledged, and refuses a refusal without a reason. */
	account(round: readonly Done[]): void {
		const done = round.filter((d) => d.error === undefined);
		for (const d of done) {
			const p = this.papers.get(d.id);
			if (d.what === 'folder') this.folders.set(d.id, d.value);
			if (d.what === 'add') {
				expect(d.id, `${d.value} was acknowledged and is not listed`).not.toBe('');
				const one = { text: d.value, deposit: false, in: true, gone: false };
				this.papers.set(d.id, { names: [d.value], places: [''], ...one });
			}
			if (d.what === 'adopt' && p) {
				expect([p.in, p.gone], 'taken in twice, or after its end').toEqual([false, false]);
				Object.assign(p, { in: true, places: [d.value] });
			}
			if (d.what === 'erase' && p) p.gone = true;
		}
		for (const d of done) {
			const p = this.papers.get(d.id);
			if (d.what !== 'refuse' || !p) continue;
			expect(p.in && !p.gone, 'refused after another device had taken it in').toBe(false);
			p.gone = true;
		}
		const written = new Map<string, string[]>();
		for (const { what, id, value } of done)
			written.set(`${what} ${id}`, [...(written.get(`${what} ${id}`) ?? []), value]);
		for (const [id, p] of this.papers) {
			p.names = written.get(`rename ${id}`) ?? p.names;
			p.places = written.get(`move ${id}`) ?? p.places;
		}
		for (const d of round) if (d.error !== undefined) this.#excused(d);
	}

	#excused(d: Done): void {
		const p = this.papers.get(d.id);
		const edits = ['rename', 'move', 'erase'].includes(d.what) && p?.gone;
		const takes = ['adopt', 'refuse'].includes(d.what) && (p?.in || p?.gone);
		if (d.error instanceof CoffreError && (edits || takes)) return;
		throw new Error(`${d.what} ${d.id} was refused`, { cause: d.error });
	}

	async look(): Promise<void> {
		for (const s of this.safes) await s.refresh();
		const [one] = this.safes;
		for (const s of this.safes) {
			expect(s.entries).toEqual(one?.entries);
			expect(s.folders).toEqual(one?.folders);
		}
		for (const [id, name] of this.folders)
			expect(one?.folders.find((f) => f.id === id)?.name, 'a folder is lost').toBe(name);
		const kept = [...this.papers].filter(([, p]) => p.in && !p.gone);
		expect(one?.entries.map((e) => e.id).sort()).toEqual(kept.map(([id]) => id).sort());
		for (const [n, [id, p]] of kept.entries()) {
			const { blob, entry } = await (this.safes[n % devices] as OpenSafe).open(id);
			expect(p.names).toContain(entry.name);
			expect(p.places).toContain(entry.folder ?? '');
			expect(await blob.text()).toBe(p.text);
		}
		expect(this.gateway.manifest?.epoch).toBe(this.taken.length + 1);
		await this.#chain();
	}

	/** Each manifest goes on from the one before, and none lists what was erased. */
	async #chain(): Promise<void> {
		const { vaults, root } = await openKeyring(this.gateway.keyring as Container, this.#p);
		const vault = vaults[0] as Vault;
		let previous = hashHex(this.#first);
		let gone = new Set<string>();
		for (const sealed of this.taken) {
			const m = await openManifest(sealed, vault.identity, root.vk, this.gateway.safe);
			expect(m.previous).toBe(previous);
			const now = new Set(m.gone.map((g) => g.id));
			for (const id of gone) expect(now, 'it is forgotten that this was erased').toContain(id);
			for (const d of m.docs) expect(now, 'listed, and erased').not.toContain(d.id);
			gone = now;
			previous = hashHex(sealed);
		}
	}
}

describe('several devices at once', () => {
	it('lose nobody’s work', async () => {
		let tooLate = 0;
		await fc.assert(
			fc.asyncProperty(rounds, async (plan) => {
				const h = new Household();
				await h.open();
				for (const [n, round] of plan.entries()) h.account(await h.play(n, round));
				await h.look();
				tooLate += h.tooLate;
			}),
			{ numRuns: 10 },
		);
		expect(tooLate).toBeGreaterThan(0);
	});
});
