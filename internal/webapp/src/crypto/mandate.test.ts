import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprint, newIdentity, parseIdentity, recipientOf } from './age.ts';
import { concat, fromBase64, newId, text, toBase64, utf8 } from './bytes.ts';
import { canonical } from './canonical.ts';
import { type Grant, openGrant, openSlip, sealGrant, sealSessionGrant, sealSlip } from './grant.ts';
import {
	type ACTS,
	type Chain,
	checkGiven,
	checkHolds,
	checkMandate,
	checkRead,
	type Mandate,
	openGrantUnderMandate,
	openMandate,
	openRevocation,
	sealGrantUnderMandate,
	signMandate,
	signRevocation,
} from './mandate.ts';
import {
	bindingOf,
	checkPrint,
	newLinkSecret,
	newSessionKey,
	safeWords,
	sessionPrint,
	sessionWords,
} from './session.ts';
import { RootKey } from './sign.ts';
import { code } from './testing/code.ts';
import {
	administration,
	doc,
	givenGrant,
	mandateOf,
	readGrant,
	request,
	safe,
	slipOf,
	standing,
} from './testing/mandate.ts';
import { read } from './testing/vectors.ts';
import { newSecret } from './words.ts';

// `npm run vectors` makes those of this implementation anew (vectors.test.ts).
describe.each(['ts', 'go'] as const)('what %s made', (maker) => {
	it('a mandate, its end, and what is done under it', async () => {
		const v = await read(maker, 'mandate');
		const vk = fromBase64(v.vk);
		const session = await newSessionKey(fromBase64(v.secret));
		expect([session.public, sessionPrint(session.public)]).toEqual([v.session, v.print]);
		expect(sessionWords(v.session, 'fr')).toEqual(v.french);
		expect(sessionWords(v.session, 'en')).toEqual(v.english);
		const m = openMandate(fromBase64(v.signed), vk);
		expect(text(canonical(m))).toBe(v.mandate);
		expect(toBase64(signMandate(m, new RootKey(fromBase64(v.root))))).toBe(v.signed);
		expect(text(canonical(openMandate(fromBase64(v.stands), vk)))).toBe(v.standing);
		expect(text(canonical(openRevocation(fromBase64(v.revoked), vk)))).toBe(v.revocation);
		checkHolds(m, session);
		expect(toBase64(bindingOf(v.link, fromBase64(v.signed)))).toBe(v.binding);
		expect(safeWords(v.session, safe, vk, 'fr')).toEqual(v.safeFrench);
		expect(safeWords(v.session, safe, vk, 'en')).toEqual(v.safeEnglish);

		const { identity, recipient } = session;
		const own = await openGrant(fromBase64(v.made.read), identity, recipient, vk, m.id);
		expect([text(canonical(own.grant)), own.key]).toEqual([v.read, v.key]);
		checkRead(m, own.grant);
		const office = parseIdentity(v.office);
		const chain = { mandate: fromBase64(v.signed), vk };
		const to = await recipientOf(office);
		const given = await openGrantUnderMandate(
			fromBase64(v.made.given),
			office,
			to,
			chain,
			administration,
		);
		expect([text(canonical(given.grant)), given.mandate]).toEqual([v.given, m]);
		expect(v.refused).toHaveLength(6);
		for (const g of v.refused)
			expect(await code(() => checkGiven(m, JSON.parse(g) as Grant))).toBe('mismatch');
		const vault = parseIdentity(v.vault);
		const slip = await openSlip(fromBase64(v.made.slip), vault, await recipientOf(vault), safe);
		expect(text(canonical(slip.grant))).toBe(v.slip);
	});
});

const root = new RootKey(newSecret());
const session = await newSessionKey(newSecret());
const other = await newSessionKey(newSecret());
const mandate = mandateOf(session.public);
const signed = signMandate(mandate, root);

function vkOf(y: readonly number[]): string {
	const vk = new Uint8Array(33);
	vk.set([1, ...y]);
	return toBase64(vk);
}

describe('a mandate', () => {
	it('of which a word was changed is refused', async () => {
		for (const word of ['Haddad', 'Vaulx', '10:40', 'deposit', doc, administration, '"index":12']) {
			const edited = text(signed.slice(64)).replace(word, 'z'.repeat(word.length));
			expect(edited).not.toBe(text(signed.slice(64)));
			const b = concat(signed.slice(0, 64), utf8(edited));
			expect(await code(() => openMandate(b, root.vk))).toBe('signature');
		}
		const vk = new RootKey(newSecret()).vk;
		expect(await code(() => openMandate(signed, vk))).toBe('signature');
		const elsewhere = root.sign('coffre/v1/revocation', signed.slice(64));
		expect(await code(() => openMandate(elsewhere, root.vk))).toBe('signature');
	});

	it.each<[string, object, (readonly string[])?]>([
		['no act', { acts: [] }],
		['an act that never is', { acts: ['deposit', 'erase'] }],
		['acts in disorder', { acts: ['share', 'read', 'deposit', 'answer'] }],
		['an act twice', { acts: ['answer', 'deposit', 'read', 'read', 'share'] }],
		['reading nothing', {}, ['documents']],
		['a document twice', { documents: [doc, doc] }],
		['no list of documents', { documents: [] }],
		['sharing with nobody', {}, ['administrations']],
		['answering nothing', {}, ['requests']],
		['an administration and no sharing', { acts: ['answer', 'deposit', 'read'] }],
		['giving without an end', {}, ['grantsUntil']],
		['giving until before', { grantsUntil: mandate.created }],
		[
			'documents and only deposits',
			{ acts: ['deposit'] },
			['administrations', 'requests', 'grantsUntil'],
		],
		['more than an hour', { notAfter: '2026-11-26T11:00:01Z' }],
		['an end before the beginning', { notAfter: mandate.created }],
		['keys that are none', { session: { ...session.public, vk: '' } }],
		...(
			[
				['off the curve', [2]],
				['of small order', [1]],
				['spelt otherwise', [0xf0, ...Array(30).fill(0xff), 0x7f]],
			] as const
		).map(([what, y]): [string, object] => [
			`a VK ${what}`,
			{ session: { ...session.public, vk: vkOf(y) } },
		]),
		['a presence in a session', { presence: 'each' }],
		['no session and no presence', {}, ['session']],
		['more than deposits without her', { presence: 'deposit-only' }, ['session']],
		['a standing one under another', { presence: 'each', standing: newId() }, ['session']],
		['a structure without a name', { structureName: '' }],
		['no purpose', { purpose: '' }],
		['a member that is unknown', { more: 1 }],
	])('with %s is refused', async (_, change, without = []) => {
		const bad = Object.fromEntries(
			Object.entries({ ...mandate, ...change }).filter(([k]) => !without.includes(k)),
		);
		const b = root.sign('coffre/v1/mandate', canonical(bad));
		expect(await code(() => openMandate(b, root.vk))).toBe('form');
		expect(await code(() => signMandate(bad as Mandate, root))).toBe('form');
	});

	it('lasts for an hour in a session, for a year as a standing one', () => {
		const start = Date.parse(mandate.created);
		fc.assert(
			fc.property(fc.boolean(), fc.integer({ min: -3600, max: 2 * 365 * 86_400 }), (stands, s) => {
				const most = stands ? 365 * 86_400 : 3600;
				const seconds = stands ? s : s % 7200;
				const notAfter = new Date(start + seconds * 1000).toISOString().replace('.000', '');
				const m = { ...(stands ? standing : mandate), notAfter };
				let ok = true;
				try {
					checkMandate(m);
				} catch {
					ok = false;
				}
				expect(ok).toBe(seconds > 0 && seconds <= most);
			}),
		);
	});

	it('is taken back under the same key', async () => {
		const r = { suite: 1, safe, mandate: mandate.id, at: mandate.created } as const;
		const b = signRevocation(r, root);
		expect(openRevocation(b, root.vk)).toEqual(r);
		expect(await code(() => openRevocation(b, session.key.vk))).toBe('signature');
	});
});

describe('the keys of a session', () => {
	it('are those of the screen that was seen, both of them', async () => {
		const seen = sessionPrint(session.public);
		checkPrint(session.public, seen);
		expect(sessionWords(session.public, 'fr')).toHaveLength(6);
		for (const swapped of [
			other.public,
			{ ...session.public, recipient: other.public.recipient },
			{ ...session.public, vk: other.public.vk },
		])
			expect(await code(() => checkPrint(swapped, seen))).toBe('mismatch');
		expect(await code(() => checkHolds(mandate, other))).toBe('mismatch');
		expect(await code(() => checkHolds(standing, session))).toBe('mismatch');
	});

	it('go with the link of their tab, and with the safe that is behind it', async () => {
		const [link, another] = [newLinkSecret(), newLinkSecret()];
		const binding = toBase64(bindingOf(link, signed));
		expect(link).toMatch(/^[A-Za-z0-9_-]{22}$/);
		for (const [secret, of] of [
			[another, signed],
			[link, signMandate({ ...mandate, safe: newId() }, root)],
			[link, signMandate(mandate, new RootKey(newSecret()))],
		] as const)
			expect(toBase64(bindingOf(secret, of))).not.toBe(binding);
		for (const none of ['', link.slice(1), `${link}A`, `${link.slice(0, 21)}=`, '.'.repeat(22)])
			expect(await code(() => bindingOf(none, signed))).toBe('form');
		const words = safeWords(session.public, safe, root.vk, 'fr');
		expect(words).toHaveLength(6);
		expect(safeWords(session.public, newId(), root.vk, 'fr')).not.toEqual(words);
		expect(safeWords(session.public, safe, other.key.vk, 'fr')).not.toEqual(words);
		expect(safeWords(other.public, safe, root.vk, 'fr')).not.toEqual(words);
	});

	it('open what the citizen has sealed for them, and nothing of another mandate', async () => {
		const key = newIdentity();
		const g = readGrant(mandate, fingerprint(session.recipient));
		const b = await sealGrant(g, root, key, session.recipient);
		const { identity, recipient } = session;
		expect((await openGrant(b, identity, recipient, root.vk, mandate.id)).key).toBe(key);
		checkRead(mandate, g);
		for (const bad of [
			{ mandate: newId() },
			{ safe: newId() },
			{ doc: newId() },
			{ notAfter: '2026-11-26T10:40:01Z' },
			{ purpose: 'Prospecter' },
			{ service: 'etat-civil' },
		])
			expect(await code(() => checkRead(mandate, { ...g, ...bad }))).toBe('mismatch');
		const { administrations: _a, requests: _q, grantsUntil: _u, ...bare } = mandate;
		const organises: Mandate = { ...bare, acts: ['deposit', 'organise'] };
		expect(await code(() => checkRead(checkMandate(organises), g))).toBe('mismatch');
		const { notAfter: _, ...endless } = g;
		for (const bad of [endless as Grant, { ...g, reader: newId() }])
			expect(await code(() => sealGrant(bad, root, key, session.recipient))).toBe('form');
	});
});

const office = newIdentity();
const toOffice = await recipientOf(office);
const given = givenGrant(mandate, fingerprint(toOffice));
const { request: _r, kind: _k, ...shared } = given;

async function opened(g: Grant, chain: Chain, by = session) {
	const b = await sealSessionGrant(g, by.key, newIdentity(), toOffice);
	return openGrantUnderMandate(b, office, toOffice, chain, g.reader);
}
const chainOf = (m: Mandate): Chain => ({ mandate: signMandate(m, root), vk: root.vk });
const changed = (change: Partial<Mandate>): Chain => chainOf({ ...mandate, ...change });

describe('a mediator’s grant', () => {
	it('is opened when the mandate allows it', async () => {
		expect((await opened(given, chainOf(mandate))).mandate).toEqual(mandate);
		expect((await opened(shared, chainOf(mandate))).grant).toEqual(shared);
		const deposited = newId();
		const asked = { purpose: 'École', procedure: 'inscription', service: 'etat-civil' };
		expect((await opened({ ...given, ...asked }, chainOf(mandate))).grant.service).toBe(
			'etat-civil',
		);
		const chain = { ...chainOf(mandate), deposited: [deposited] };
		expect((await opened({ ...given, doc: deposited }, chain)).grant.doc).toBe(deposited);
	});

	// T10: however it was changed, and by whom.
	it.each<[string, () => Promise<unknown>, string]>([
		[
			'a mandate of another key, a former one of the line too',
			() => opened(given, { mandate: signed, vk: new RootKey(newSecret()).vk }),
			'signature',
		],
		[
			'a mandate that the session has signed',
			() =>
				opened(given, {
					mandate: session.key.sign('coffre/v1/mandate', signed.slice(64)),
					vk: root.vk,
				}),
			'signature',
		],
		['another session’s key', () => opened(given, chainOf(mandate), other), 'signature'],
		['a mandate replayed', () => opened(given, changed({ id: newId() })), 'mismatch'],
		['another safe', () => opened(given, changed({ safe: newId() })), 'mismatch'],
		[
			'an act not in it',
			() => opened(shared, chainOf(without('share', 'administrations'))),
			'mismatch',
		],
		[
			'an administration not in it',
			() => opened(shared, changed({ administrations: [newId()] })),
			'mismatch',
		],
		['a request not in it', () => opened(given, changed({ requests: [newId()] })), 'mismatch'],
		['a document not in it', () => opened(given, changed({ documents: [newId()] })), 'mismatch'],
		[
			'a grant made before it',
			() => opened({ ...given, created: '2026-11-26T09:59:59Z' }, chainOf(mandate)),
			'mismatch',
		],
		[
			'a grant made after it',
			() => opened({ ...given, created: '2026-11-26T10:40:01Z' }, chainOf(mandate)),
			'mismatch',
		],
		[
			'a grant for longer',
			() => opened({ ...given, notAfter: '2027-02-26T10:00:01Z' }, chainOf(mandate)),
			'mismatch',
		],
		...(
			[
				['another purpose', { purpose: 'Prospecter' }],
				['a procedure', { procedure: 'inscription' }],
				['a service', { service: 'etat-civil' }],
			] as const
		).map(([what, change]): [string, () => Promise<unknown>, string] => [
			`${what} than the mandate’s, without a request`,
			() => opened({ ...shared, ...change }, chainOf(mandate)),
			'mismatch',
		]),
		['no session', () => opened(given, chainOf(standing)), 'mismatch'],
	])('with %s is refused', async (_, open, why) => {
		expect(await code(open)).toBe(why);
	});

	it('is not made when the mandate does not allow it', async () => {
		const key = newIdentity();
		const make = (g: Grant, by = session) =>
			code(() => sealGrantUnderMandate(g, mandate, by, key, toOffice));
		expect(await make({ ...given, doc: newId() })).toBe('mismatch');
		expect(await make({ ...shared, reader: newId() })).toBe('mismatch');
		expect(await make({ ...shared, purpose: 'Prospecter' })).toBe('mismatch');
		expect(await make(given, other)).toBe('mismatch');
		// A clock that is behind the citizen's phone is no reason to be refused.
		const early = { ...given, created: '2026-11-26T09:58:00Z' };
		const b = await sealGrantUnderMandate(early, mandate, session, key, toOffice);
		const { grant } = await openGrantUnderMandate(
			b,
			office,
			toOffice,
			chainOf(mandate),
			given.reader,
		);
		expect(grant.created).toBe(mandate.created);
	});

	it('is none of the citizen’s own, and hers is none of the mediator’s', async () => {
		const key = newIdentity();
		const b = await sealSessionGrant(given, session.key, key, toOffice);
		const asOwn = (vk: Uint8Array) => code(() => openGrant(b, office, toOffice, vk, given.reader));
		expect(await asOwn(root.vk)).toBe('signature');
		expect(await asOwn(session.key.vk)).toBe('mismatch');
		expect(await code(() => sealGrant(given, root, key, toOffice))).toBe('mismatch');
		const { mandate: _, ...own } = given;
		const hers = await sealGrant(own, root, key, toOffice);
		const chain = chainOf(mandate);
		expect(
			await code(() => openGrantUnderMandate(hers, office, toOffice, chain, given.reader)),
		).toBe('signature');
	});
});

function without(act: (typeof ACTS)[number], list: 'administrations' | 'requests'): Mandate {
	const { [list]: _, ...rest } = mandate;
	return { ...rest, acts: mandate.acts.filter((a) => a !== act) };
}

it('a slip of a mediator names a mandate, any other none', async () => {
	const [vault, key] = [newIdentity(), newIdentity()];
	const to = await recipientOf(vault);
	const slip = slipOf(mandate, fingerprint(to));
	expect((await openSlip(await sealSlip(slip, key, to), vault, to, safe)).grant).toEqual(slip);
	const { mandate: _, ...bare } = slip;
	for (const bad of [bare, { ...slip, door: 'gateway' }, { ...slip, reader: newId() }] as const)
		expect(await code(() => sealSlip(bad, key, to))).toBe('form');
	expect(await code(() => sealSlip({ ...slip, folder: 'a/b' }, key, to))).toBe('form');
	expect(request).toBe(mandate.requests?.[0]);
});
