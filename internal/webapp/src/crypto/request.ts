import { CoffreError } from '../errors.ts';
import { type Identity, open, type Recipient, seal } from './age.ts';
import { type Bytes, toBase64 } from './bytes.ts';
import { canonical, parseCanonical } from './canonical.ts';
import { sha256 } from './derive.ts';
import { array, id, integer, kindCode, object, oneOf, string, suite, time } from './shape.ts';
import { blockSize, openSigned, padLF, type RootKey, unpadLF } from './sign.ts';

// SPEC.md §13: what an administration asks for, and what both sides write to each other about it.

const requestContext = 'coffre/v1/request';
const noteContext = 'coffre/v1/note';

export const MAX_WANTED = 20;
export const MAX_NOTE = 4000;
const maxKinds = 60;
const maxOpenings = 1000;

const yes = (v: unknown): true => (v === true ? true : refuse('form', 'not true'));
const atMost =
	(min: number, max: number) =>
	(v: unknown): number =>
		integer(min)(v) <= max ? (v as number) : refuse('form', 'too many');

const requestShape = object(
	{
		suite,
		id,
		administration: id,
		procedure: string(200, 1),
		basis: string(500, 1),
		purpose: string(200, 1),
		wanted: array(
			object(
				{ kind: kindCode },
				{
					or: array(kindCode, 1, maxKinds),
					count: atMost(2, MAX_WANTED),
					note: string(200, 1),
					optional: yes,
				},
			),
			1,
			MAX_WANTED,
		),
		created: time,
		notAfter: time,
	},
	{
		service: string(100, 1),
		reference: string(100, 1),
		openings: atMost(1, maxOpenings),
		answerBy: time,
	},
);

const noteShape = object(
	{
		suite,
		id,
		request: id,
		safe: id,
		administration: id,
		from: oneOf('safe', 'administration'),
		about: oneOf('note', 'refusal', 'question', 'answer'),
		created: time,
	},
	{ kinds: array(kindCode, 1, maxKinds), text: string(MAX_NOTE, 1) },
);

/** What is under the administration's signature. */
export type DocumentRequest = ReturnType<typeof requestShape>;
export type Wanted = DocumentRequest['wanted'][number];
/** What one side writes to the other. */
export type Note = ReturnType<typeof noteShape>;

function refuse(code: string, message: string): never {
	throw new CoffreError(code, { message });
}

export function signRequest(r: DocumentRequest, root: RootKey): Bytes {
	return root.sign(requestContext, canonical(checkRequest(r)));
}

/** `vk` is the one that the log shows for that administration. */
export function openRequest(
	signed: Uint8Array,
	vk: Uint8Array,
	expected: { readonly id: string; readonly administration: string; readonly seal?: string },
): DocumentRequest {
	const r = checkRequest(parseCanonical(openSigned(vk, requestContext, signed)));
	if (r.id !== expected.id || r.administration !== expected.administration)
		refuse('mismatch', 'another request');
	if (expected.seal !== undefined && requestSeal(signed) !== expected.seal)
		refuse('mismatch', 'another request than the link is for');
	return r;
}

/** What a link carries behind #: no other request can be shown in the place of this one. */
export function requestSeal(signed: Uint8Array): string {
	return toBase64(sha256(signed).subarray(0, 16))
		.replaceAll('+', '-')
		.replaceAll('/', '_')
		.replace(/=+$/, '');
}

/** All that the request accepts, in its order. */
export function kindsOf(r: DocumentRequest): string[] {
	return r.wanted.flatMap((w) => [w.kind, ...(w.or ?? [])]);
}

/** The wanted document that a kind answers. */
export function wantedBy(r: DocumentRequest, kind: string): Wanted | undefined {
	return r.wanted.find((w) => w.kind === kind || w.or?.includes(kind));
}

function checkRequest(v: unknown): DocumentRequest {
	const r = requestShape(v);
	const { created, answerBy, notAfter } = r;
	// Times of one form: their texts are in their order.
	if (notAfter <= created || (answerBy ?? notAfter) <= created || (answerBy ?? '') > notAfter)
		refuse('form', 'a request that ends before it begins');
	checkKinds(kindsOf(r));
	return r;
}

/** Each of them once, so that a kind says what it answers. */
function checkKinds(kinds: readonly string[]): void {
	if (kinds.length > maxKinds || new Set(kinds).size !== kinds.length)
		refuse('form', 'a kind twice, or too many');
}

export interface SealedNote {
	readonly forSafe: Bytes;
	readonly forAdministration: Bytes;
}

/** Signed by whoever writes it, and sealed for both sides. */
export async function sealNote(
	n: Note,
	root: RootKey,
	toSafe: Recipient,
	toAdministration: Recipient,
): Promise<SealedNote> {
	const signed = root.sign(noteContext, canonical(checkNote(n)));
	const padded = padLF(signed, blockSize(signed.length));
	return {
		forSafe: await seal(padded, toSafe),
		forAdministration: await seal(padded, toAdministration),
	};
}

/** Where a server shows a note; anything else is another's. */
export type NotePlace = Pick<Note, 'id' | 'request' | 'safe' | 'administration' | 'from' | 'about'>;

/** `vk` is the one that the log shows for the side that it is said to be from. */
export async function openNote(
	sealed: Uint8Array,
	identity: Identity,
	vk: Uint8Array,
	place: NotePlace,
): Promise<Note> {
	const plain = await open(sealed, identity);
	const signed = unpadLF(plain);
	if (plain.length !== blockSize(signed.length)) refuse('form', 'padding');
	const n = checkNote(parseCanonical(openSigned(vk, noteContext, signed)));
	const { id, request, safe, administration, from, about } = place;
	for (const [is, shown] of [
		[n.id, id],
		[n.request, request],
		[n.safe, safe],
		[n.administration, administration],
		[n.from, from],
		[n.about, about],
	])
		if (is !== shown) refuse('mismatch', 'a note of another place');
	return n;
}

function checkNote(v: unknown): Note {
	const n = noteShape(v);
	if (n.from !== (n.about === 'answer' ? 'administration' : 'safe'))
		refuse('form', 'a note of the other side');
	if (n.about !== 'refusal' && (n.text === undefined || n.kinds !== undefined))
		refuse('form', 'a note without text, or with kinds');
	checkKinds(n.kinds ?? []);
	return n;
}
