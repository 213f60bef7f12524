import { beforeEach, describe, expect, it } from 'vitest';
import type { Client } from './client.ts';
import type { OpenSafe } from './opensafe.ts';
import { add, browser, bytes, create, first, words } from './testing/client.ts';
import { FakeGateway } from './testing/gateway.ts';
import type { PaperDraft, PassphraseDraft } from './types.ts';

let gateway: FakeGateway;
let mine: Client;
let safe: OpenSafe;
let paper: PaperDraft;

beforeEach(async () => {
	gateway = new FakeGateway();
	mine = browser(gateway, 'citizen');
	({ safe, paper } = await create(mine));
});

const another = (): Client => browser(gateway, 'citizen', {});
const opens = (p: PaperDraft | PassphraseDraft, by = another()): Promise<OpenSafe> =>
	by.unlock({ kind: p.kind, text: words(p) });
const put = 'PUT /api/v1/safe/keyring';
const wayOf = (kind: string): string => safe.unlockers.find((u) => u.kind === kind)?.id ?? '';

describe('ways to unlock', () => {
	it('one is added, another removed: the removed one opens nothing, the rest everything', async () => {
		await add(safe, new File(['avant'], 'avant.txt'));
		const fresh = { ...(await mine.newPassphrase('fr')), label: 'Nouvelle' };
		await safe.addUnlocker(fresh);
		expect(safe.unlockers.map((u) => u.label)).toContain('Nouvelle');
		const before = gateway.keyring?.recipient;
		await safe.removeUnlocker(wayOf('paper'));
		expect(gateway.keyring?.recipient).not.toBe(before);
		expect(safe.unlockers.map((u) => u.kind)).toEqual(['passphrase', 'passphrase']);
		await expect(opens(paper)).rejects.toMatchObject({ code: 'wrong-key' });
		await add(safe, new File(['après'], 'après.txt'));
		const other = await opens(fresh);
		for (const [name, said] of [
			['avant.txt', 'avant'],
			['après.txt', 'après'],
		]) {
			const entry = other.entries.find((e) => e.name === name);
			const { blob } = await other.open(entry?.id ?? '');
			expect(new TextDecoder().decode(await bytes(blob))).toBe(said);
		}
	});

	it('are never fewer than two, and never the same twice', async () => {
		const seen = gateway.seen.length;
		await expect(safe.removeUnlocker(wayOf('paper'))).rejects.toMatchObject({ code: 'few-ways' });
		await expect(safe.addUnlocker(paper)).rejects.toMatchObject({ code: 'same-way' });
		await expect(safe.renameUnlocker(wayOf('paper'), ' ')).rejects.toMatchObject({
			code: 'invalid',
		});
		await expect(safe.removeUnlocker('nobody')).rejects.toMatchObject({ code: 'not-found' });
		expect(gateway.seen.slice(seen)).not.toContain(put);
	});

	it('one is called otherwise, and each is tried by a real opening', async () => {
		await safe.renameUnlocker(wayOf('paper'), 'Chez ma sœur');
		const secret = { kind: 'paper', text: words(paper) } as const;
		const opened = await safe.testUnlocker(wayOf('paper'), secret);
		expect(safe.unlockers.find((u) => u.id === opened)?.label).toBe('Chez ma sœur');
		const other = await mine.newPaper('fr');
		await expect(
			safe.testUnlocker(opened, { kind: 'paper', text: words(other) }),
		).rejects.toMatchObject({ code: 'wrong-key' });
		expect((await opens(paper)).unlockers).toEqual(safe.unlockers);
	});

	it('a lost answer is not done twice', async () => {
		gateway = new FakeGateway();
		let lost = 0;
		const cut: typeof fetch = async (input, init) => {
			const response = await gateway.as('citizen')(input, init);
			const here = init?.method === 'PUT' && String(input).endsWith('/safe/keyring');
			if (here && lost++ === 0) throw new TypeError('cut');
			return response;
		};
		const { safe: own } = await create(browser(gateway, 'citizen', {}, cut));
		await own.addUnlocker(await mine.newPaper('fr'));
		expect(own.unlockers).toHaveLength(3);
		expect(gateway.keyring?.epoch).toBe(2);
		expect(lost).toBe(1);
	});

	it('cut between keyring and manifest, the safe opens and changes', async () => {
		await safe.addUnlocker(await mine.newPaper('fr'));
		gateway.before = (path, method) => {
			if (method === 'PUT' && path.endsWith('/manifest')) throw new TypeError('cut');
		};
		await expect(safe.removeUnlocker(wayOf('passphrase'))).rejects.toMatchObject({
			code: 'offline',
		});
		gateway.before = undefined;
		const other = await opens(paper);
		await add(other, new File(['x'], 'x'));
		expect((await opens(paper)).entries.map((e) => e.name)).toEqual(['x']);
	});

	it('changed on another device, the safe asks to be unlocked again and accuses nobody', async () => {
		const fresh = await mine.newPaper('fr');
		const other = await opens(paper);
		await other.addUnlocker(fresh);
		await expect(safe.addUnlocker(await mine.newPaper('fr'))).rejects.toMatchObject({
			code: 'keys-changed',
		});
		await other.removeUnlocker(wayOf('passphrase'));
		await expect(safe.refresh()).rejects.toMatchObject({ code: 'keys-changed' });
		await expect(safe.createFolder('Impôts')).rejects.toMatchObject({ code: 'keys-changed' });
		expect((await opens(paper, mine)).unlockers).toHaveLength(2);
	});

	it('an older keyring in the place of the new one is an alarm', async () => {
		const old = gateway.keyring;
		await safe.addUnlocker(await mine.newPaper('fr'));
		gateway.keyring = old;
		const e = await safe.renameUnlocker(first(safe.unlockers).id, 'x').catch((x: unknown) => x);
		expect(e).toMatchObject({ code: 'rollback', evidence: { container: old } });
	});
});
