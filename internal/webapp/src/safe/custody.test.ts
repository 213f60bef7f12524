import { beforeEach, describe, expect, it } from 'vitest';
import { newIdentity, recipientOf, unlockIdentity } from '../crypto/age.ts';
import { fromBase64, newId, random, toBase64 } from '../crypto/bytes.ts';
import { canonical, parseCanonical } from '../crypto/canonical.ts';
import { sealSigned, signCustody, toCode } from '../crypto/custody.ts';
import { hashHex } from '../crypto/derive.ts';
import { factEntry, signAgreement } from '../crypto/recovery.ts';
import { RootKey } from '../crypto/sign.ts';
import type { CoffreError } from '../errors.ts';
import {
	alarm,
	bend,
	bendHeld,
	bendRecovery,
	chosen,
	delay,
	given,
	hash,
	held,
	lost,
	name,
	paper,
	relative,
	safe,
	setUp,
	share,
	town,
} from './testing/circle.ts';
import { add, first, words } from './testing/client.ts';
import type { Json } from './testing/gateway.ts';
import type { PaperDraft } from './types.ts';

beforeEach(setUp);

describe('custodians', () => {
	it('two of three give a safe back, on another device, with nothing but the new sheet', async () => {
		await add(safe, new File(['acte'], 'acte.txt'));
		const fresh = await given();
		const device = town.at(town.home);
		const old = await device.combineRecovery(words(fresh));
		expect(old.map((u) => u.kind)).toEqual(['paper', 'passphrase']);
		const second = await device.newPassphrase('fr');
		const kept = old.filter((u) => u.kind === 'passphrase').map((u) => u.id);
		const gone = old.filter((u) => u.kind === 'paper').map((u) => u.id);
		const back = await device.completeRecovery({ paperLabel: 'Neuve', second, lost: gone });
		expect(back.unlockers.map((u) => u.kind)).toEqual(['passphrase', 'paper', 'passphrase']);
		expect(back.unlockers.map((u) => u.id)).toEqual(expect.arrayContaining(kept));
		expect(await (await back.open(first(back.entries).id)).blob.text()).toBe('acte');
		expect(await town.at(town.home).recovery()).toBeUndefined();
		const unlock = (p: PaperDraft) => town.at(town.home).unlock({ kind: 'paper', text: words(p) });
		await expect(unlock(paper)).rejects.toMatchObject({ code: 'wrong-key' });
		expect((await unlock(fresh)).entries).toHaveLength(1);
		expect(await back.custody()).toBeUndefined();
		expect(await relative.custodies()).toEqual([]);
	});

	it('are shown as they were signed, replaced, and removed', async () => {
		expect(await safe.custody()).toBeUndefined();
		await name();
		expect(await safe.custody()).toMatchObject({
			holder: 'Angela Dubois',
			delay,
			inUse: true,
			custodians: [{ name: 'Mairie de Valmont' }, { name: 'Minh Trân' }, { name: 'Zoé' }],
		});
		expect(safe.unlockers.filter((u) => u.kind === 'custodians')).toHaveLength(1);
		const before = town.home.keyring?.copies.find((c) => c.kind === 'custodians')?.id;
		await name();
		const after = town.home.keyring?.copies.filter((c) => c.kind === 'custodians') ?? [];
		expect(after.map((c) => c.id)).not.toContain(before);
		expect(after).toHaveLength(1);
		await safe.endCustody();
		expect(await safe.custody()).toBeUndefined();
		expect(town.custody).toBeUndefined();
	});

	it('are three, all different, and never oneself', async () => {
		const [a, b] = chosen;
		if (!a || !b) throw new Error('three');
		const own = { kind: 'safe' as const, code: await safe.publishCard('Angela') };
		for (const wrong of [
			[a, b],
			[a, b, b],
			[...chosen, a],
			[a, b, own],
		])
			await expect(name(wrong)).rejects.toMatchObject({ code: 'same-custodian' });
		expect(town.seen).not.toContain('PUT /api/v1/safe/custody');
	});

	it('cut between custody and keyring, naming is begun again', async () => {
		town.home.before = (path, method) => {
			if (method === 'PUT' && path.endsWith('/keyring')) throw new TypeError('cut');
		};
		await expect(name()).rejects.toMatchObject({ code: 'offline' });
		town.home.before = undefined;
		expect(await safe.custody()).toMatchObject({ inUse: false });
		await name();
		expect(await safe.custody()).toMatchObject({ inUse: true });
	});

	it('give nothing after a cancellation, from wherever it came', async () => {
		await lost();
		await relative.agreeRecovery(town.home.safe, await hash());
		town.later(delay);
		const asked = await hash();
		const anywhere = town.at(town.home);
		expect(await anywhere.liveRecovery()).toBe('2026-11-26T10:00:00Z');
		await anywhere.cancelRecovery();
		expect(await anywhere.liveRecovery()).toBeUndefined();
		await expect(relative.giveShare(town.home.safe, asked)).rejects.toMatchObject({
			code: 'recovery-ended',
		});
		expect(town.seen).not.toContain(share);
	});
});

describe('a gateway that lies about custodians (T13)', () => {
	it('cannot name one for another', async () => {
		const other = chosen[2];
		if (other?.kind !== 'safe') throw new Error('a relative');
		const thief = town.relatives[0].safe;
		bend(/cards/, () => ({
			card: town.cards.get(thief),
			vk: town.relatives[0].keyring?.vk,
		}));
		const refused = await safe.custodianCard(other.code).catch((e: CoffreError) => e);
		expect(refused).toMatchObject({ code: 'card', evidence: { code: other.code } });
		await expect(name()).rejects.toMatchObject({ code: 'card' });
		town.lie = undefined;
		const own = toCode(newId(), random(33));
		await expect(safe.custodianCard(own)).rejects.toMatchObject({ code: 'no-card' });
		await expect(safe.custodianCard('COFFREG1:')).rejects.toMatchObject({
			code: 'custodian-code',
		});
	});

	it('cannot lose them, or put others in their place, unseen', async () => {
		await name();
		const mine = town.custody;
		town.custody = undefined;
		await expect(safe.custody()).rejects.toMatchObject({ code: 'mismatch' });
		town.custody = mine;
		const forged = signCustody(town.opened, new RootKey(random(32)));
		bend(/GET .*safe\/custody/, (a) => ({ ...a, custody: toBase64(forged) }));
		await expect(safe.custody()).rejects.toMatchObject({
			code: 'signature',
			evidence: { custody: expect.anything() },
		});
	});

	it('cannot show a custodian another safe, custody, share or request', async () => {
		await lost();
		const asked = await hash();
		const others = town.custody?.shares;
		const strange = [...(others ?? [])].find(([id]) => id !== first(town.opened.custodians).id);
		const rewritten = (r: Json, more: Json): string => {
			const request = parseCanonical(fromBase64(String(r.request))) as Json;
			return toBase64(canonical({ ...request, ...more }));
		};
		const lies: [string, () => void][] = [
			['leaf', () => bendHeld((h) => ({ ...h, vk: toBase64(new RootKey(random(32)).vk) }))],
			['leaf', () => bendHeld((h) => ({ ...h, key: town.tree.leaf(0) }))],
			['leaf', () => bendHeld((h) => ({ ...h, safe: newId() }))],
			[
				'signature',
				() => {
					const forged = toBase64(signCustody(town.opened, new RootKey(random(32))));
					bendHeld((h) => ({ ...h, custody: forged }));
				},
			],
			['mismatch', () => bendHeld((h) => ({ ...h, custodian: strange?.[0] ?? '' }))],
			['hash', () => bendHeld((h) => ({ ...h, sealed: strange?.[1] ?? '' }))],
			['mismatch', () => bendRecovery((r) => ({ ...r, request: rewritten(r, { safe: newId() }) }))],
			[
				'mismatch',
				() =>
					bendRecovery((r) => ({ ...r, request: rewritten(r, { custody: hashHex(random(1)) }) })),
			],
			[
				'leaf',
				() =>
					bendRecovery((r) => ({
						...r,
						request: rewritten(r, { created: '2026-01-01T00:00:00Z' }),
					})),
			],
			['leaf', () => bendRecovery((r) => ({ ...r, leaf: town.tree.leaf(0) }))],
			[
				'leaf',
				() =>
					bendRecovery((r) => {
						const entry = factEntry({ type: 'recovery', safe: town.home.safe, request: asked });
						return { ...r, leaf: { ...town.tree.leaf(0), entry: toBase64(entry) } };
					}),
			],
		];
		// The relative is the second custodian; the third one's things are the strange ones.
		const third = town.opened.custodians[2]?.id ?? '';
		if (strange && strange[0] !== third) strange.splice(0, 2, third, others?.get(third) ?? '');
		for (const [code, tell] of lies) {
			tell();
			expect((await held(relative)).error).toMatchObject(alarm(code));
			await expect(relative.agreeRecovery(town.home.safe, asked)).rejects.toBeDefined();
		}
		expect(town.seen).not.toContain('POST /api/v1/custodies/{id}/agreement');
		town.lie = undefined;
		await relative.agreeRecovery(town.home.safe, asked);
	});

	it('cannot make an agreement, or shorten one', async () => {
		await lost();
		const thief = new RootKey(random(32));
		const asked = await hash();
		const custodian = town.opened.custodians[1]?.id ?? '';
		const seen = '2026-01-01T00:00:00Z';
		const a = {
			suite: 1,
			safe: town.home.safe,
			request: asked,
			custodian,
			index: 0,
			seen,
		} as const;
		const forged = toBase64(signAgreement(a, thief));
		bendRecovery((r) => ({ ...r, agreement: forged }));
		expect((await held(relative)).error).toMatchObject(alarm('signature'));
		await expect(relative.giveShare(town.home.safe, asked)).rejects.toMatchObject(
			alarm('signature'),
		);
		town.lie = undefined;
		await expect(relative.giveShare(town.home.safe, asked)).rejects.toMatchObject({
			code: 'not-agreed',
		});
		await relative.agreeRecovery(town.home.safe, asked);
		// One's own, to another request: what she agreed to then is not this.
		const mine = town.recovery?.parts.get(custodian)?.agreement;
		await town.at(town.home).cancelRecovery();
		await town.at(town.home).askRecovery(await town.at(town.home).newPaper('fr'));
		bendRecovery((r) => ({ ...r, agreement: mine }));
		expect((await held(relative)).error).toMatchObject(alarm('mismatch'));
		expect(town.seen).not.toContain(share);
	});

	it('cannot make a custodian give before her own clock says so', async () => {
		await lost();
		await relative.agreeRecovery(town.home.safe, await hash());
		town.later(delay - 1);
		bendRecovery((r) => ({ ...r, agreedAt: '2026-01-01T00:00:00Z' }));
		await expect(relative.giveShare(town.home.safe, await hash())).rejects.toMatchObject({
			code: 'too-early',
		});
		expect(town.seen).not.toContain(share);
		town.later(1);
		await relative.giveShare(town.home.safe, await hash());
	});

	it('cannot hide that it was cancelled', async () => {
		await lost();
		await relative.agreeRecovery(town.home.safe, await hash());
		town.later(delay);
		const asked = await hash();
		const before = town.tree.entries.length;
		const { recovery } = town;
		if (!recovery) throw new Error('no recovery');
		await town.at(town.home).cancelRecovery();
		const give = () => relative.giveShare(town.home.safe, asked);
		// It says that all is as before.
		recovery.state = 'open';
		await expect(give()).rejects.toMatchObject(alarm('leaf'));
		// It leaves the end out of what it shows, or shows it later, or something else.
		const cut = (how: (entries: string[]) => string[]) =>
			bend(/entries/, (r) => ({ ...r, entries: how(r.entries as string[]) }));
		cut((e) => e.filter((x) => !atob(x).includes('recovery-ended')));
		await expect(give()).rejects.toMatchObject(alarm('leaf'));
		cut((e) => e.map((x) => (atob(x).includes('recovery-ended') ? toBase64(random(32)) : x)));
		await expect(give()).rejects.toMatchObject(alarm('leaf'));
		// It shows the log of before, which has no nonce of hers.
		bend(/check$/, (a) => ({ ...a, leaf: town.tree.leaf(before - 1) }));
		await expect(give()).rejects.toMatchObject(alarm('leaf'));
		bend(/check$/, (a) => ({ ...a, event: String(a.event).replace(/"nonce":"../, '"nonce":"00') }));
		await expect(give()).rejects.toMatchObject(alarm('leaf'));
		bend(/check$/, ({ leaf: _, ...a }) => a);
		await expect(give()).rejects.toMatchObject(alarm('leaf'));
		expect(town.seen).not.toContain(share);
	});

	it('cannot show an ended request as an open one, nor keep another custody than was sent', async () => {
		await lost();
		await town.at(town.home).cancelRecovery();
		if (town.recovery) town.recovery.state = 'open';
		await expect(relative.agreeRecovery(town.home.safe, await hash())).rejects.toMatchObject(
			alarm('leaf'),
		);
		expect(town.seen).not.toContain('POST /api/v1/custodies/{id}/agreement');
		bend(/PUT .*custody/, (a) => ({ ...a, custody: toBase64(random(80)) }));
		await expect(name()).rejects.toMatchObject({
			code: 'mismatch',
			evidence: { custody: expect.anything() },
		});
	});

	it('cannot say that it is cancelled when the log does not', async () => {
		await lost();
		const mute = town.at(town.home);
		const size = town.tree.entries.length;
		bend(/entries/, (r) => ({
			...r,
			entries: (r.entries as string[]).map(() => toBase64(random(9))),
		}));
		await expect(mute.cancelRecovery()).rejects.toMatchObject({ code: 'leaf' });
		expect(town.tree.entries.length).toBeGreaterThan(size);
	});

	it('cannot give shares of something else', async () => {
		const fresh = await given();
		const open = () => town.at(town.home).combineRecovery(words(fresh));
		const parts = (change: (p: Json, i: number) => Json) =>
			bend(/GET .*safe\/recovery/, (r) => ({ ...r, parts: (r.parts as Json[]).map(change) }));
		const sealed = [...(town.recovery?.parts.values() ?? [])].map((p) => p.sealed ?? '');
		const alarmed = (code: string) => ({ code, evidence: { recovery: expect.anything() } });
		parts((p) => ({ ...p, sealed: sealed[0] }));
		await expect(open()).rejects.toMatchObject(alarmed('mismatch'));
		parts((p, i) => ({ ...p, sealed: sealed[1 - i] ?? sealed[0] }));
		await expect(open()).rejects.toMatchObject(alarmed('mismatch'));
		const elsewhere = await recipientOf(newIdentity());
		const foreign = toBase64(await sealSigned(random(400), elsewhere));
		parts((p) => ({ ...p, sealed: foreign }));
		await expect(open()).rejects.toMatchObject(alarmed('mismatch'));
		const sheet = await recipientOf(unlockIdentity(fresh.p));
		const unsigned = toBase64(await sealSigned(random(400), sheet));
		parts((p) => ({ ...p, sealed: unsigned }));
		await expect(open()).rejects.toMatchObject(alarmed('signature'));
		parts(({ sealed: _, ...p }) => p);
		await expect(open()).rejects.toMatchObject({ code: 'few-shares' });
		parts((p, i) => (i === 2 ? { ...p, sealed: foreign } : p));
		expect(await open()).toHaveLength(2);
	});

	it('cannot lead her into another safe, or to another request', async () => {
		const fresh = await given();
		const open = (p = fresh) => town.at(town.home).combineRecovery(words(p));
		await expect(open(await town.at(town.home).newPaper('fr'))).rejects.toMatchObject({
			code: 'wrong-key',
		});
		const thief = town.relatives[0].keyring;
		bend(/GET .*safe\/keyring/, (k) => ({ ...k, vk: thief?.vk ?? '' }));
		await expect(open()).rejects.toMatchObject({ code: 'signature' });
		const custody = toBase64(signCustody(town.opened, new RootKey(random(32))));
		bend(/GET .*safe\/recovery/, (r) => ({ ...r, custody }));
		await expect(open()).rejects.toMatchObject({ code: 'signature' });
		await expect(town.at(town.home).recovery()).rejects.toMatchObject({ code: 'mismatch' });
		town.lie = undefined;
		expect(await open()).toHaveLength(2);
	});

	it('cannot ask in her name for a key that is not hers', async () => {
		await name();
		const recipient = await recipientOf(newIdentity());
		bend(/POST .*safe\/recovery/, (r) => {
			const asked = parseCanonical(fromBase64(String(r.request))) as Json;
			return { ...r, request: toBase64(canonical({ ...asked, recipient })) };
		});
		const fresh = await town.at(town.home).newPaper('fr');
		await expect(town.at(town.home).askRecovery(fresh)).rejects.toMatchObject({
			code: 'mismatch',
			evidence: { recovery: expect.anything() },
		});
	});
});
