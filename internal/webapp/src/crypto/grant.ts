import { CoffreError } from '../errors.ts';
import {
	fingerprint,
	type Identity,
	lines,
	open,
	parseIdentity,
	type Recipient,
	seal,
} from './age.ts';
import { type Bytes, concat, fromBase64, toBase64, utf8 } from './bytes.ts';
import { canonical, parseCanonical } from './canonical.ts';
import { sealedSize } from './form.ts';
import { checkLength } from './issue.ts';
import {
	base64,
	hash,
	id,
	integer,
	kindCode,
	mediaType,
	name,
	object,
	oneOf,
	type Shape,
	string,
	suite,
	time,
} from './shape.ts';
import { blockSize, padLF, type RootKey, type SigningKey, signerOf } from './sign.ts';

const text = string(1000, 1);
/** What the document's issuer has signed of it (SPEC.md §15); nobody has verified it yet. */
const issue = (v: unknown): string => {
	const s = base64()(v);
	checkLength(fromBase64(s));
	return s;
};

const required = {
	suite,
	safe: id,
	doc: id,
	version: id,
	sha256: hash,
	sealed: integer(1),
	size: integer(1),
	name,
	type: mediaType,
	created: time,
	reader: id,
	recipient: hash,
};
const optional = {
	index: integer(),
	purpose: text,
	procedure: text,
	service: text,
	notAfter: time,
	request: id,
	kind: kindCode,
	issue,
	mandate: id,
};

const grantShape = object(required, optional);
const slipShape = object(
	{ ...required, origin: id, door: oneOf('gateway', 'client') },
	{ issue, mandate: id, folder: name },
);

/** SPEC.md §6. */
export type Grant = ReturnType<typeof grantShape>;
/** A deposit's: counts for nothing until the holder adopts it. */
export type Slip = ReturnType<typeof slipShape>;

/** A grant and the key that opens its document. */
export interface Opened<T> {
	readonly grant: T;
	readonly key: Identity;
}

const context = 'coffre/v1/grant';

export async function sealGrant(
	g: Grant,
	root: RootKey,
	key: Identity,
	to: Recipient,
): Promise<Bytes> {
	checkOfRoot(g);
	return sealSigned(g, root, key, to);
}

/** By the session of a mediator, whose mandate the caller has looked at (mandate.ts). */
export const sealSessionGrant = sealSigned;

async function sealSigned(g: Grant, by: SigningKey, key: Identity, to: Recipient): Promise<Bytes> {
	checkTo(g, to);
	const payload = canonical(checkGrant(g));
	const signature = by.sign(context, payload).subarray(0, 64);
	return seal(file(`${context} ${toBase64(signature)}`, payload, key), to);
}

/** `reader` is whose grant it must be, an id; `vk` the safe's. */
export async function openGrant(
	sealed: Uint8Array,
	identity: Identity,
	recipient: Recipient,
	vk: Uint8Array,
	reader: string,
): Promise<Opened<Grant>> {
	const { grant, key } = await openSignedBy([vk], sealed, identity, recipient, reader);
	checkOfRoot(grant);
	return { grant, key };
}

/** `vk` is the session's that a mandate names; only mandate.ts says what it is worth. */
export async function openSessionGrant(
	sealed: Uint8Array,
	identity: Identity,
	recipient: Recipient,
	vk: Uint8Array,
	reader: string,
): Promise<Opened<Grant>> {
	const { grant, key } = await openSignedBy([vk], sealed, identity, recipient, reader);
	return { grant, key };
}

/** By a mediator's tab: unsigned as every slip, of a mandate that the holder's client knows. */
export async function sealSlip(g: Slip, key: Identity, to: Recipient): Promise<Bytes> {
	checkTo(g, to);
	return seal(file('coffre/v1/deposit -', canonical(checkSlip(g)), key), to);
}

function checkGrant(v: unknown): Grant {
	const g = checked(grantShape, v);
	checkMandate(g);
	return g;
}

function checkSlip(v: unknown): Slip {
	const g = checked(slipShape, v);
	if (g.door === 'client' ? g.mandate === undefined : (g.mandate ?? g.folder) !== undefined)
		throw new CoffreError('form', { message: 'a mandate at the wrong door' });
	if (g.reader !== g.safe) throw new CoffreError('form', { message: 'a slip for somebody else' });
	return g;
}

/**
 * The holder's own grant, which any key that the safe has or had may have signed: what it opens is held
 * to the manifest, which the key in use, the first, alone signs.
 */
export async function openOwnGrant(
	sealed: Uint8Array,
	identity: Identity,
	recipient: Recipient,
	vks: readonly Uint8Array[],
	safe: string,
): Promise<Opened<Grant> & { readonly former: boolean }> {
	const { by, ...own } = await openSignedBy(vks, sealed, identity, recipient, safe);
	const { index, purpose, notAfter } = own.grant;
	if (index !== undefined || purpose !== undefined || notAfter !== undefined)
		throw new CoffreError('mismatch', { message: 'not a grant of the holder’s own' });
	return { ...own, former: by !== vks[0] };
}

async function openSignedBy(
	vks: readonly Uint8Array[],
	sealed: Uint8Array,
	identity: Identity,
	recipient: Recipient,
	reader: string,
): Promise<Opened<Grant> & { readonly by: Uint8Array }> {
	const { mark, proof, payload, key } = parse(await open(sealed, identity));
	if (mark !== context) throw new CoffreError('signature', { message: 'not a grant' });
	const by = signerOf(vks, context, concat(bytesOf(proof), payload));
	const grant = checkGrant(parseCanonical(payload));
	if (grant.recipient !== fingerprint(recipient) || grant.reader !== reader) {
		throw new CoffreError('mismatch', { message: 'the grant is for another reader' });
	}
	return { grant, key, by };
}

/** A slip is not signed by anybody: whoever knows the recipient can make one. */
export async function openSlip(
	sealed: Uint8Array,
	identity: Identity,
	recipient: Recipient,
	safe: string,
): Promise<Opened<Slip>> {
	const { mark, proof, payload, key } = parse(await open(sealed, identity));
	if (mark !== 'coffre/v1/deposit' || proof !== '-') {
		throw new CoffreError('form', { message: 'not a deposit slip' });
	}
	const grant = checkSlip(parseCanonical(payload));
	if (grant.recipient !== fingerprint(recipient) || grant.reader !== safe || grant.safe !== safe) {
		throw new CoffreError('mismatch', { message: 'the slip is for another safe' });
	}
	return { grant, key };
}

function checked<T extends { size: number; sealed: number }>(shape: Shape<T>, v: unknown): T {
	const g = shape(v);
	if (sealedSize(g.size) !== g.sealed)
		throw new CoffreError('length', { message: 'size and sealed disagree' });
	checkAnswer(g);
	return g;
}

/** Of a grant to a mediator's session, or by one. Either ends. */
function checkMandate({ mandate, index, reader, notAfter }: Grant): void {
	if (mandate === undefined) return;
	if (notAfter === undefined || (index === undefined) !== (reader === mandate))
		throw new CoffreError('form', { message: 'mandate without an end, or to somebody else' });
}

/** What a mediator gives, the session signs: under the holder's own key it would be without a mandate. */
function checkOfRoot(g: Grant): void {
	if (g.mandate !== undefined && g.index !== undefined)
		throw new CoffreError('mismatch', { message: 'a mediator’s grant under the key of the safe' });
}

/** To a request only an administration is given anything, and by its kind it is known what for. */
function checkAnswer(g: object): void {
	const { index, request, kind } = g as Partial<Grant>;
	if ((request ?? kind) === undefined) return;
	if (index === undefined || kind === undefined)
		throw new CoffreError('form', { message: 'request without kind, or in one’s own grant' });
}

function checkTo(g: Grant, to: Recipient): void {
	if (g.recipient !== fingerprint(to))
		throw new CoffreError('mismatch', { message: 'sealing to another reader' });
}

function file(start: string, payload: Uint8Array, key: Identity): Bytes {
	const whole = concat(utf8(`# ${start} `), payload, utf8(`\n${key}\n`));
	return padLF(whole, blockSize(whole.length));
}

function parse(plain: Uint8Array): { mark: string; proof: string; payload: Bytes; key: Identity } {
	const all = lines(plain);
	const [first = '', second = '', ...rest] = all;
	// s: a name may hold U+2028, which a dot alone does not match.
	const match = /^# (coffre\/v1\/\w+) (\S+) (\{.*\})$/s.exec(first);
	const [, mark = '', proof = '', json = ''] = match ?? [];
	const unpadded = utf8(`${first}\n${second}\n`).length;
	if (!match || rest.some((l) => l !== '') || blockSize(unpadded) !== plain.length) {
		throw new CoffreError('form', { message: 'not the file of a grant' });
	}
	return { mark, proof, payload: utf8(json), key: parseIdentity(second) };
}

function bytesOf(proof: string): Bytes {
	const b = fromBase64(proof);
	if (b.length !== 64) throw new CoffreError('signature', { message: 'no signature' });
	return b;
}
