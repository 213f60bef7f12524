import { fingerprint, identityFromSeed, recipientOf } from '../age.ts';
import { text, toBase64, toBase64url, utf8 } from '../bytes.ts';
import { canonical } from '../canonical.ts';
import { sha256 } from '../derive.ts';
import { sealedSize } from '../form.ts';
import { type Grant, type Slip, sealGrant, sealSlip } from '../grant.ts';
import {
	type Mandate,
	type Revocation,
	sealGrantUnderMandate,
	signMandate,
	signRevocation,
} from '../mandate.ts';
import {
	bindingOf,
	newSessionKey,
	type Session,
	safeWords,
	sessionPrint,
	sessionWords,
} from '../session.ts';
import { RootKey } from '../sign.ts';

// A mandate, what is done under it and its end, as this implementation makes them, for the Go one to
// read, and the reverse.

export interface MandateVector {
	/** Of the safe. */
	root: string;
	vk: string;
	vault: string;
	/** Of the session. */
	secret: string;
	session: Session;
	print: string;
	french: string[];
	english: string[];
	/** Of the link. */
	link: string;
	binding: string;
	/** Words of the safe, for both screens. */
	safeFrench: string[];
	safeEnglish: string[];
	mandate: string;
	signed: string;
	/** A standing one, and as it is signed. */
	standing: string;
	stands: string;
	revocation: string;
	revoked: string;
	/** Identity of the administration's vault. */
	office: string;
	/** Identity of the document's version. */
	key: string;
	read: string;
	given: string;
	slip: string;
	/** What the mandate does not let the session give. */
	refused: string[];
	made: { read: string; given: string; slip: string };
}

const secret = (what: string) => sha256(utf8(`coffre test vector: ${what}`));
export const safe = 'aaaaaaaaaaaaaaaaaaaaaaaaaa';
export const doc = 'bbbbbbbbbbbbbbbbbbbbbbbbba';
const version = 'ccccccccccccccccccccccccca';
export const administration = 'ddddddddddddddddddddddddda';
export const request = 'eeeeeeeeeeeeeeeeeeeeeeeeea';
const id = 'fffffffffffffffffffffffffa';
const structure = 'gggggggggggggggggggggggggu';
const created = '2026-11-26T10:00:00Z';

export const mandateOf = (session: Session): Mandate => ({
	suite: 1,
	id,
	safe,
	structure,
	structureName: 'France Services de Vaulx',
	index: 12,
	mediator: 'hhhhhhhhhhhhhhhhhhhhhhhhhe',
	mediatorName: 'Yasmine Haddad',
	acts: ['answer', 'deposit', 'read', 'share'],
	documents: [doc],
	administrations: [administration],
	requests: [request],
	grantsUntil: '2027-02-26T10:00:00Z',
	purpose: 'Demander l’aide au logement \u{1f3e0}',
	session,
	created,
	notAfter: '2026-11-26T10:40:00Z',
});

const {
	session: _s,
	documents: _d,
	administrations: _a,
	requests: _r,
	grantsUntil: _g,
	...bare
} = mandateOf({ recipient: '', vk: '' });
export const standing: Mandate = {
	...bare,
	acts: ['deposit'],
	presence: 'deposit-only',
	notAfter: '2027-11-26T10:00:00Z',
};

const about = {
	suite: 1,
	safe,
	doc,
	version,
	sha256: 'ab'.repeat(32),
	size: 1234,
	sealed: sealedSize(1234),
	name: 'Avis d’été.pdf',
	type: 'application/pdf',
	created,
} as const;

export const readGrant = (m: Mandate, recipient: string): Grant => ({
	...about,
	reader: m.id,
	recipient,
	mandate: m.id,
	notAfter: m.notAfter,
});

export const givenGrant = (m: Mandate, recipient: string): Grant => ({
	...about,
	reader: administration,
	recipient,
	index: 7,
	mandate: m.id,
	purpose: m.purpose,
	request,
	kind: 'identity',
	notAfter: m.grantsUntil ?? '',
});

export const slipOf = (m: Mandate, recipient: string): Slip => ({
	...about,
	reader: safe,
	recipient,
	origin: structure,
	door: 'client',
	mandate: m.id,
	folder: 'Logement',
});

export async function makeMandate(): Promise<MandateVector> {
	const root = new RootKey(secret('root'));
	const session = await newSessionKey(secret('session'));
	const identity = (what: string) => identityFromSeed(secret(what));
	const [office, vault] = [identity('vault of the town hall'), identity('vault')];
	const key = identity('version');
	const [toOffice, toVault] = [await recipientOf(office), await recipientOf(vault)];
	const m = mandateOf(session.public);
	const link = toBase64url(secret('link').subarray(0, 16));
	const revocation: Revocation = { suite: 1, safe, mandate: id, at: created };
	const read = readGrant(m, fingerprint(session.recipient));
	const given = givenGrant(m, fingerprint(toOffice));
	const { request: _q, kind: _k, ...shared } = given;
	const slip = slipOf(m, fingerprint(toVault));
	return {
		root: toBase64(secret('root')),
		vk: toBase64(root.vk),
		vault,
		secret: toBase64(secret('session')),
		session: session.public,
		print: sessionPrint(session.public),
		french: sessionWords(session.public, 'fr'),
		english: sessionWords(session.public, 'en'),
		link,
		binding: toBase64(bindingOf(link, signMandate(m, root))),
		safeFrench: safeWords(session.public, safe, root.vk, 'fr'),
		safeEnglish: safeWords(session.public, safe, root.vk, 'en'),
		mandate: text(canonical(m)),
		signed: toBase64(signMandate(m, root)),
		standing: text(canonical(standing)),
		stands: toBase64(signMandate(standing, root)),
		revocation: text(canonical(revocation)),
		revoked: toBase64(signRevocation(revocation, root)),
		office,
		key,
		read: text(canonical(read)),
		given: text(canonical(given)),
		slip: text(canonical(slip)),
		refused: [
			{ ...shared, purpose: 'Prospecter' },
			{ ...shared, procedure: 'inscription' },
			{ ...shared, service: 'etat-civil' },
			{ ...given, request: id },
			{ ...given, doc: id },
			{ ...given, notAfter: '2028-01-01T00:00:00Z' },
		].map((g) => text(canonical(g))),
		made: {
			read: toBase64(await sealGrant(read, root, key, session.recipient)),
			given: toBase64(await sealGrantUnderMandate(given, m, session, key, toOffice)),
			slip: toBase64(await sealSlip(slip, key, toVault)),
		},
	};
}
