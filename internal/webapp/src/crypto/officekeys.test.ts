import { beforeAll, expect, it } from 'vitest';
import { type Bytes, concat, fromBase64, newId, toBase64, utf8 } from './bytes.ts';
import { canonical } from './canonical.ts';
import { hashHex } from './derive.ts';
import { newKeyring, succeed } from './keyring.ts';
import { officeKeys, openedBy, parseSuccession, type ShownKey } from './officekeys.ts';
import { openSigned, RootKey } from './sign.ts';
import { code } from './testing/code.ts';
import { newSecret } from './words.ts';

const id = newId();
const time = '2026-06-01T12:00:00Z';
const entry = (fact: Record<string, unknown>): Bytes =>
	concat(utf8('coffre/v1/fact\n'), canonical(fact));
const keyFact = (vk: string, more = {}): Bytes =>
	entry({
		...{ type: 'key', holder: 'administration', id, epoch: 1, vk },
		...{ recipient: hashHex(utf8('r')), name: 'Université', siret: '19370999900011', ...more },
	});

let roots: { former: RootKey; root: RootKey };
let shown: [ShownKey, ShownKey];
let step: Record<string, unknown>;

// The administration has replaced its key once, at noon.
beforeAll(async () => {
	const way = () => ({ kind: 'paper', label: '', p: newSecret() }) as const;
	const first = await newKeyring(id, [way(), way()], new Date(time));
	const next = await succeed(first.keyring, first.container);
	roots = { former: first.keyring.root, root: next.keyring.root };
	const [from, to] = [first.container.vk, next.container.vk];
	const { epoch, signature } = next.container.line?.[0] ?? { epoch: 0, signature: '' };
	step = { type: 'succession', holder: 'administration', id, epoch, from, to, signature, time };
	shown = [
		{ vk: to, key: keyFact(to) },
		{ vk: from, key: keyFact(from), ended: entry(step) },
	];
});

it('gives the key in use, and of a former one until when it counts', () => {
	const [now, before] = officeKeys(id, shown);
	expect(now).toMatchObject({ name: 'Université', siret: '19370999900011' });
	expect(now?.until).toBeUndefined();
	expect(before?.until).toBe(time);
	expect(parseSuccession(entry(step)).time).toBe(time);
	expect(officeKeys(id, [])).toEqual([]);
});

it('refuses keys that the log does not show for it, or that nobody has named', async () => {
	const alien = toBase64(new RootKey(newSecret()).vk);
	const [now, before] = shown;
	const spoiled = fromBase64(String(step.signature));
	spoiled[0] = (spoiled[0] ?? 0) ^ 1;
	const cases: readonly (readonly ShownKey[])[] = [
		[{ ...now, vk: alien }, before],
		[{ ...now, key: keyFact(now.vk, { id: newId() }) }],
		[{ ...now, key: keyFact(now.vk, { name: undefined }) }],
		[now, { vk: before.vk, key: before.key }],
		[{ ...now, ended: entry(step) }],
		[before, now],
		[{ vk: alien, key: keyFact(alien) }, before],
		[now, { ...before, ended: entry({ ...step, id: newId() }) }],
	];
	for (const c of cases) expect(await code(() => officeKeys(id, c))).toBe('leaf');
	const forged = [now, { ...before, ended: entry({ ...step, signature: toBase64(spoiled) }) }];
	expect(await code(() => officeKeys(id, forged))).toBe('signature');
	expect(await code(() => parseSuccession(entry({ ...step, time: 'hier' })))).toBe('form');
	expect(await code(() => parseSuccession(keyFact(now.vk)))).toBe('form');
});

it('believes a former key until it was replaced, and nobody else', async () => {
	const keys = officeKeys(id, shown);
	const payload = canonical({ a: 1 });
	const opened = (by: RootKey, made: string) =>
		openedBy(keys, (vk) => {
			const signed = by.sign('coffre/v1/issue', payload);
			return { value: openSigned(vk, 'coffre/v1/issue', signed), made };
		});
	expect((await opened(roots.root, '2027-01-01T00:00:00Z')).by).toBe(keys[0]);
	expect((await opened(roots.former, time)).by).toBe(keys[1]);
	expect(await code(() => opened(roots.former, '2026-06-01T12:00:01Z'))).toBe('signature');
	expect(await code(() => opened(new RootKey(newSecret()), time))).toBe('signature');
});
