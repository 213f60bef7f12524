import { CoffreError } from '../errors.ts';
import type { Identity, Recipient } from './age.ts';
import { type Bytes, fromBase64, toBase64url } from './bytes.ts';
import { canonical, parseCanonical } from './canonical.ts';
import { sha256 } from './derive.ts';
import { type Grant, type Opened, openSessionGrant, sealSessionGrant } from './grant.ts';
import { checkSession, type SessionKey, sessionPrint, sessionShape } from './session.ts';
import { array, id, integer, object, oneOf, string, suite, time } from './shape.ts';
import { openSigned, type RootKey } from './sign.ts';

// SPEC.md §16: what a citizen lets a mediator do, and what a mediator's session does under it.

const mandateContext = 'coffre/v1/mandate';
const revocationContext = 'coffre/v1/revocation';

/** Nothing else ever is in a mandate: no erasing, no export, no keys, no new mandates. */
export const ACTS = ['answer', 'deposit', 'organise', 'read', 'share'] as const;
export type Act = (typeof ACTS)[number];

export const MAX_MANDATE_DOCUMENTS = 200;
export const MAX_MANDATE_READERS = 20;
const hour = 3_600_000;
export const MAX_SESSION = hour;
export const MAX_STANDING = 365 * 24 * hour;

const person = string(200, 1);

const mandateShape = object(
	{
		suite,
		id,
		safe: id,
		structure: id,
		structureName: person,
		index: integer(),
		mediator: id,
		mediatorName: person,
		acts: array(oneOf(...ACTS), 1, ACTS.length),
		purpose: person,
		created: time,
		notAfter: time,
	},
	{
		documents: array(id, 1, MAX_MANDATE_DOCUMENTS),
		administrations: array(id, 1, MAX_MANDATE_READERS),
		requests: array(id, 1, MAX_MANDATE_READERS),
		grantsUntil: time,
		session: sessionShape,
		standing: id,
		presence: oneOf('each', 'deposit-only'),
	},
);
const revocationShape = object({ suite, safe: id, mandate: id, at: time }, {});

/** What is under the citizen's signature. */
export type Mandate = ReturnType<typeof mandateShape>;
export type Revocation = ReturnType<typeof revocationShape>;

function refuse(code: string, message: string): never {
	throw new CoffreError(code, { message });
}

export function signMandate(m: Mandate, root: RootKey): Bytes {
	return root.sign(mandateContext, canonical(checkMandate(m)));
}

/** `vk` is the one that the log shows for the safe now: a former key's mandate is in force no more. */
export function openMandate(signed: Uint8Array, vk: Uint8Array): Mandate {
	return checkMandate(parseCanonical(openSigned(vk, mandateContext, signed)));
}

/** What the journal says of a signed mandate: no other one goes with the events under it. */
export function mandateHash(signed: Uint8Array): string {
	return toBase64url(sha256(signed));
}

export function signRevocation(r: Revocation, root: RootKey): Bytes {
	return root.sign(revocationContext, canonical(revocationShape(r)));
}

export function openRevocation(signed: Uint8Array, vk: Uint8Array): Revocation {
	return revocationShape(parseCanonical(openSigned(vk, revocationContext, signed)));
}

export function checkMandate(v: unknown): Mandate {
	const m = mandateShape(v);
	for (const list of [m.acts, m.documents, m.administrations, m.requests]) checkSorted(list ?? []);
	checkActs(m);
	if (m.session) checkSession(m.session);
	else checkStanding(m);
	if (m.session && m.presence) refuse('form', 'presence in the mandate of a session');
	const lasts = Date.parse(m.notAfter) - Date.parse(m.created);
	if (lasts <= 0 || lasts > (m.session ? MAX_SESSION : MAX_STANDING))
		refuse('form', 'a mandate of that length');
	if (m.grantsUntil !== undefined && m.grantsUntil <= m.created)
		refuse('form', 'grants that end before they begin');
	return m;
}

/** So that one mandate has one spelling. Ids and acts are ASCII: their order is that of their bytes. */
function checkSorted(list: readonly string[]): void {
	if (list.some((v, i) => i > 0 && v <= (list[i - 1] ?? '')))
		refuse('form', 'a list that is not sorted');
}

/** What an act needs is there, and nothing that no act is about. */
function checkActs(m: Mandate): void {
	const has = (a: Act) => m.acts.includes(a);
	const gives = has('share') || has('answer');
	const opens = has('read') || has('organise');
	if (
		has('share') !== (m.administrations !== undefined) ||
		has('answer') !== (m.requests !== undefined)
	)
		refuse('form', 'a mandate that does not say for whom');
	if (gives !== (m.grantsUntil !== undefined))
		refuse('form', 'a mandate that does not say until when it gives');
	if ((opens && !m.documents) || (!opens && !gives && m.documents))
		refuse('form', 'a mandate of other documents than its acts need');
}

function checkStanding(m: Mandate): void {
	if (m.standing !== undefined) refuse('form', 'a standing mandate under another');
	const alone = m.acts.length === 1 && m.acts[0] === 'deposit';
	if (m.presence !== 'each' && !(m.presence === 'deposit-only' && alone))
		refuse('form', 'a standing mandate without presence');
}

/** 'mismatch' unless the mandate was signed for this very session. */
export function checkHolds(m: Mandate, key: SessionKey): void {
	if (!m.session || sessionPrint(m.session) !== sessionPrint(key.public))
		refuse('mismatch', 'a mandate for another session');
}

/** 'mismatch' unless the mandate lets its session make this grant to an administration. */
export function checkGiven(m: Mandate, g: Grant, deposited: readonly string[] = []): void {
	const [act, of, who] =
		g.request === undefined
			? (['share', m.administrations, g.reader] as const)
			: (['answer', m.requests, g.request] as const);
	const not = (why: string) => refuse('mismatch', `mandate: grant ${why}`);
	if (g.mandate !== m.id || g.safe !== m.safe || g.index === undefined) not('of another mandate');
	if (!m.acts.includes(act)) not(`act not in it: ${act}`);
	if (!of?.includes(who)) not('for somebody not in it');
	if (!m.documents?.includes(g.doc) && !deposited.includes(g.doc)) not('document not in it');
	if (g.created < m.created || g.created > m.notAfter) not('made outside its time');
	if (g.notAfter === undefined || g.notAfter > (m.grantsUntil ?? ''))
		not('for longer than it allows');
	// With a request they are the request's.
	const own = g.procedure !== undefined || g.service !== undefined || g.purpose !== m.purpose;
	if (g.request === undefined && own) not('for another purpose');
}

/**
 * 'mismatch' unless the citizen's client has sealed this grant for the session of this mandate, for an act
 * that needs the document: what is only organised is not read.
 */
export function checkRead(m: Mandate, g: Grant): void {
	const { mandate, reader, safe, index, notAfter, doc } = g;
	const needed = (['read', 'share', 'answer'] as const).some((act) => m.acts.includes(act));
	if (!needed || [g.purpose, g.procedure, g.service, g.kind].some((v) => v !== undefined))
		refuse('mismatch', 'a grant for something else');
	if (mandate !== m.id || reader !== m.id || safe !== m.safe || index !== undefined)
		refuse('mismatch', 'a grant of another mandate');
	if ((notAfter ?? '') > m.notAfter || !m.documents?.includes(doc))
		refuse('mismatch', 'a grant that the mandate does not allow');
}

/** Signed by the session; what the mandate does not allow is not made. */
export function sealGrantUnderMandate(
	g: Grant,
	m: Mandate,
	by: SessionKey,
	key: Identity,
	to: Recipient,
	deposited: readonly string[] = [],
): Promise<Bytes> {
	checkHolds(m, by);
	// The mediator's clock may be behind the citizen's.
	const created = g.created < m.created ? m.created : g.created;
	const made: Grant = { ...g, mandate: m.id, created };
	checkGiven(m, made, deposited);
	return sealSessionGrant(made, by.key, key, to);
}

export interface Chain {
	/** Signed by the safe's root. */
	readonly mandate: Uint8Array;
	/** The safe's, as the log shows it now. */
	readonly vk: Uint8Array;
	/** Documents that the log proves to have come in under this mandate. */
	readonly deposited?: readonly string[];
}

/**
 * A grant that a mediator's session has signed, and that the citizen has let it make: her mandate under
 * the safe's key, the grant under the key that the mandate names, and all that is given within it.
 */
export async function openGrantUnderMandate(
	sealed: Uint8Array,
	identity: Identity,
	recipient: Recipient,
	chain: Chain,
	reader: string,
): Promise<Opened<Grant> & { readonly mandate: Mandate }> {
	const mandate = openMandate(chain.mandate, chain.vk);
	if (!mandate.session) return refuse('mismatch', 'a standing mandate gives nothing');
	const vk = fromBase64(mandate.session.vk);
	const opened = await openSessionGrant(sealed, identity, recipient, vk, reader);
	checkGiven(mandate, opened.grant, chain.deposited);
	return { ...opened, mandate };
}
