import { CoffreError } from '../errors.ts';
import { type Identity, open, parseRecipient, type Recipient, seal } from './age.ts';
import { type Bytes, concat, equal, fromBase32, fromBase64, isId, toBase32 } from './bytes.ts';
import { canonical, parseCanonical } from './canonical.ts';
import { hashHex, sha256 } from './derive.ts';
import { SHARE_SIZE, xOf } from './shamir.ts';
import {
	array,
	base64,
	hash,
	id,
	integer,
	matching,
	object,
	oneOf,
	string,
	suite,
	time,
} from './shape.ts';
import { blockSize, checkVK, openSigned, padLF, type RootKey, unpadLF } from './sign.ts';

// SPEC.md §10: who gives a safe back, what each of them holds, and how a holder becomes one.

const custodyContext = 'coffre/v1/custody';
const shareContext = 'coffre/v1/share';
const cardContext = 'coffre/v1/card';
const codeMark = 'COFFREG1:';

export const MAX_DELAY = 2_592_000;

const shortText = string(200, 1);
export const recipientText = matching((s) => parseRecipient(s) === s, 'a recipient');
const two = (v: unknown): 2 => (v === 2 ? 2 : refuse('form', 'another threshold'));
const delay = (v: unknown): number =>
	integer()(v) <= MAX_DELAY ? (v as number) : refuse('form', 'too long a delay');

const custodyShape = object(
	{
		suite,
		safe: id,
		unlocker: id,
		holder: shortText,
		threshold: two,
		delay,
		created: time,
		custodians: array(
			object(
				{
					id,
					kind: oneOf('administration', 'safe'),
					holder: id,
					name: shortText,
					recipient: hash,
					share: hash,
				},
				{},
			),
			3,
			3,
		),
	},
	{},
);
const shareShape = object(
	{ suite, safe: id, unlocker: id, custodian: id, share: base64(SHARE_SIZE) },
	{},
);
const cardShape = object(
	{ suite, safe: id, recipient: recipientText, name: shortText, created: time },
	{},
);

/** What is under the signature. */
export type Custody = ReturnType<typeof custodyShape>;
export type Custodian = Custody['custodians'][number];
/** Secret. */
export type Share = ReturnType<typeof shareShape>;
export type Card = ReturnType<typeof cardShape>;

function refuse(code: string, message: string): never {
	throw new CoffreError(code, { message });
}

export function signCustody(c: Custody, root: RootKey): Bytes {
	return root.sign(custodyContext, canonical(checkCustody(c)));
}

/** `hash` is what a request names. */
export function openCustody(
	signed: Uint8Array,
	vk: Uint8Array,
	safe: string,
): Custody & { readonly hash: string } {
	const c = checkCustody(parseCanonical(openSigned(vk, custodyContext, signed)));
	if (c.safe !== safe) refuse('mismatch', 'custody of another safe');
	return { ...c, hash: hashHex(signed) };
}

function checkCustody(v: unknown): Custody {
	const c = custodyShape(v);
	for (const member of ['id', 'holder', 'recipient'] as const)
		if (new Set(c.custodians.map((x) => x[member])).size !== 3)
			refuse('form', 'one custodian for another');
	if (c.custodians.some((x) => x.holder === c.safe)) refuse('form', 'a custodian of oneself');
	return c;
}

export async function sealShare(s: Share, root: RootKey, to: Recipient): Promise<Bytes> {
	return sealSigned(root.sign(shareContext, canonical(checkShare(s))), to);
}

/** What a custodian gives, as it was signed, to the paper key of a request. */
export async function sealSigned(signed: Uint8Array, to: Recipient): Promise<Bytes> {
	return seal(padLF(signed, blockSize(signed.length)), to);
}

export interface OpenedShare {
	/** signed(...), to be given on. */
	readonly signed: Bytes;
	readonly share: Share;
}

/** A share that the root of VK signed, for that custodian of that custody. */
export async function openShare(
	sealed: Uint8Array,
	identity: Identity,
	vk: Uint8Array,
	custody: Custody,
	custodian: string,
): Promise<OpenedShare> {
	const plain = await open(sealed, identity);
	const signed = unpadLF(plain);
	if (plain.length !== blockSize(signed.length)) refuse('form', 'padding');
	const share = checkShare(parseCanonical(openSigned(vk, shareContext, signed)));
	const { safe, unlocker } = custody;
	if (share.safe !== safe || share.unlocker !== unlocker || share.custodian !== custodian)
		refuse('mismatch', 'the share of another safe, custody or custodian');
	return { signed, share };
}

function checkShare(v: unknown): Share {
	const s = shareShape(v);
	xOf(fromBase64(s.share));
	return s;
}

export function signCard(c: Card, root: RootKey): Bytes {
	return root.sign(cardContext, canonical(cardShape(c)));
}

/** Whom a code means: the id of a safe, and the beginning of the hash of its VK. */
export interface Code {
	readonly safe: string;
	readonly vk: Bytes;
}

/** What a holder hands over by herself to be named as a custodian. */
export function toCode(safe: string, vk: Uint8Array): string {
	const bytes = fromBase32(safe);
	if (bytes === undefined) return refuse('form', 'not an id');
	return codeMark + toBase32(concat(bytes, sha256(vk).subarray(0, 16))).toUpperCase();
}

/** Forgives white space, case, and hyphens between groups. 'custodian-code' for anything else. */
export function parseCode(typed: string): Code {
	const text = typed.replace(/[\s\u0085-]+/g, '').toUpperCase();
	const bytes = text.startsWith(codeMark)
		? fromBase32(text.slice(codeMark.length).toLowerCase())
		: undefined;
	if (bytes?.length !== 32) return refuse('custodian-code', 'not the code of a custodian');
	const safe = toBase32(bytes.subarray(0, 16));
	if (!isId(safe)) return refuse('custodian-code', 'not the code of a custodian');
	return { safe, vk: bytes.slice(16) };
}

/** The card that the server shows for a code: 'card' when it is somebody else's. */
export function openCard(signed: Uint8Array, vk: Uint8Array, code: Code): Card {
	checkVK(vk);
	if (!equal(sha256(vk).subarray(0, 16), code.vk))
		refuse('card', 'the safe has another verification key than the code says');
	const card = cardShape(parseCanonical(openSigned(vk, cardContext, signed)));
	if (card.safe !== code.safe) refuse('card', 'the card of another safe');
	return card;
}
