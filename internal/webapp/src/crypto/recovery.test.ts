import { describe, expect, it } from 'vitest';
import { newIdentity, recipientOf } from './age.ts';
import { newId, random, text, toBase64, utf8 } from './bytes.ts';
import { canonical } from './canonical.ts';
import type { OpenedShare } from './custody.ts';
import { hashHex } from './derive.ts';
import { type Container, newKeyring } from './keyring.ts';
import {
	combineShares,
	factEntry,
	openAgreement,
	parseRequest,
	recoveryFact,
	requestWords,
	signAgreement,
	writeRequest,
} from './recovery.ts';
import { split } from './shamir.ts';
import { RootKey } from './sign.ts';
import { code } from './testing/code.ts';
import { newSecret } from './words.ts';

const time = '2026-11-26T10:00:00Z';
const safe = newId();

describe('a request', () => {
	const request = async () => ({
		suite: 1 as const,
		safe,
		custody: hashHex(random(1)),
		recipient: await recipientOf(newIdentity()),
		created: time,
	});

	it('is read as it was written, and is called by its hash', async () => {
		const r = await request();
		const written = writeRequest(r);
		expect(parseRequest(written)).toEqual({ ...r, hash: hashHex(written) });
		const bad = [
			{ ...r, recipient: 'age1' },
			{ ...r, more: 1 },
			{ ...r, custody: '' },
			{ ...r, suite: 2 },
		];
		for (const b of bad)
			expect(await code(() => parseRequest(canonical(b)))).toMatch(/^(form|unknown-suite)$/);
		expect(await code(() => parseRequest(utf8(` ${text(written)}`)))).toBe('form');
	});

	it('has six words of its own, whichever of it is another', async () => {
		const r = await request();
		const said = requestWords(writeRequest(r), 'fr').join(' ');
		expect(said.split(' ')).toHaveLength(6);
		for (const other of [
			{ ...r, recipient: await recipientOf(newIdentity()) },
			{ ...r, safe: newId() },
			{ ...r, created: '2026-11-26T10:00:01Z' },
		])
			expect(requestWords(writeRequest(other), 'fr').join(' ')).not.toBe(said);
		expect(requestWords(writeRequest(r), 'en').join(' ')).not.toBe(said);
	});
});

it('an agreement is believed under the root of its custodian alone', async () => {
	const root = new RootKey(random(32));
	const request = hashHex(random(1));
	const a = { suite: 1 as const, safe, request, custodian: newId(), index: 7, seen: time };
	const signed = signAgreement(a, root);
	expect(openAgreement(signed, root.vk)).toEqual(a);
	expect(await code(() => openAgreement(signed, new RootKey(random(32)).vk))).toBe('signature');
	const early = signed.slice();
	early[early.length - 10] = 0x30;
	expect(await code(() => openAgreement(early, root.vk))).toBe('signature');
	for (const bad of [{ seen: 'now' }, { index: -1 }, { index: undefined }]) {
		const odd = root.sign('coffre/v1/agreement', canonical({ ...a, ...bad }));
		expect(await code(() => openAgreement(odd, root.vk))).toBe('form');
	}
});

it('of the entries of a log, the facts of recoveries are told from the others', () => {
	const fact = { type: 'recovery-ended' as const, safe, request: hashHex(random(1)) };
	expect(recoveryFact(factEntry(fact))).toEqual(fact);
	for (const other of [
		random(32),
		utf8('coffre/v1/fact\n'),
		utf8('coffre/v1/fact\n{"type":"key"}'),
		factEntry({ ...fact, type: 'recovery' }).slice(0, -1),
	])
		expect(recoveryFact(other)).toBeUndefined();
});

describe('two shares (T13)', () => {
	async function lost(): Promise<{ container: Container; shares: OpenedShare[] }> {
		const p = newSecret();
		const ways = [
			{ kind: 'paper' as const, label: '', p: newSecret() },
			{ kind: 'passphrase' as const, label: '', p: newSecret() },
			{ kind: 'custodians' as const, label: '', p },
		];
		const { container } = await newKeyring(safe, ways, new Date(time));
		return { container, shares: split(p).map(opened) };
	}
	const opened = (share: Uint8Array): OpenedShare => ({
		signed: new Uint8Array(),
		share: { suite: 1, safe, unlocker: newId(), custodian: newId(), share: toBase64(share) },
	});
	const two = (shares: OpenedShare[], ...at: number[]): OpenedShare[] =>
		at.flatMap((i) => shares[i] ?? []);

	it('open the keyring, whichever they are', async () => {
		const { container, shares } = await lost();
		for (const pair of [two(shares, 0, 1), two(shares, 2, 0), two(shares, 1, 2)]) {
			const { keyring } = await combineShares(container, pair);
			expect(keyring.safe).toBe(safe);
		}
	});

	it('another pair is tried when one share is wrong', async () => {
		const { container, shares } = await lost();
		const bad = opened(split(newSecret())[0]);
		for (const three of [
			[bad, ...two(shares, 1, 2)],
			[...two(shares, 1), bad, ...two(shares, 2)],
			[...two(shares, 1, 2), bad],
		])
			expect((await combineShares(container, three)).keyring.safe).toBe(safe);
	});

	it('open nothing when there is one, twice the same, or of another secret', async () => {
		const { container, shares } = await lost();
		const foreign = split(newSecret()).map(opened);
		expect(await code(combineShares(container, []))).toBe('few-shares');
		expect(await code(combineShares(container, two(shares, 0)))).toBe('few-shares');
		expect(await code(combineShares(container, two(shares, 0, 0)))).toBe('mismatch');
		expect(await code(combineShares(container, foreign))).toBe('wrong-key');
		const mixed = [...two(shares, 0), ...two(foreign, 1)];
		expect(await code(combineShares(container, mixed))).toBe('wrong-key');
		const other = (await lost()).container;
		const swapped = { ...container, vk: other.vk };
		expect(await code(combineShares(swapped, two(shares, 0, 1)))).toBe('pin');
	});
});
