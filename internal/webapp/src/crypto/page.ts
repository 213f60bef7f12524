import { CoffreError } from '../errors.ts';
import { type Identity, open, type Recipient } from './age.ts';
import { type Bytes, concat, fromBase64, text, toBase64, toHex, utf8 } from './bytes.ts';
import { canonical, parseCanonical } from './canonical.ts';
import { sha256 } from './derive.ts';
import { sealDocument } from './document.ts';
import { hash, id, integer, name, object, suite, time } from './shape.ts';
import { openSigned, type RootKey } from './sign.ts';

// SPEC.md §16: a page that a citizen photographs and sends to a mediator's session.

const context = 'coffre/v1/page';
/** Of all pages of a session. */
export const MAX_PAGES = 40;
/** Sealed bytes of one. */
export const MAX_PAGE = 10 << 20;

const pageShape = object(
	{
		suite,
		safe: id,
		mandate: id,
		id,
		document: id,
		name,
		number: integer(1),
		of: integer(1),
		turns: integer(),
		sha256: hash,
		size: integer(1),
		created: time,
	},
	{},
);

/** What is under the citizen's signature. */
export type Page = ReturnType<typeof pageShape>;

function check(v: unknown): Page {
	const p = pageShape(v);
	if (p.number > p.of || p.of > MAX_PAGES || p.turns > 3)
		throw new CoffreError('form', { message: 'a page of no document' });
	return p;
}

/** Sealed as a document is, padding and all: its first line is the signed word on what follows. */
export async function sealPage(
	p: Omit<Page, 'sha256' | 'size'>,
	jpeg: Uint8Array,
	root: RootKey,
	to: Recipient,
): Promise<{ readonly sealed: Blob; readonly sha256: string }> {
	const page = check({ ...p, sha256: toHex(sha256(jpeg)), size: jpeg.length });
	const line = utf8(`${toBase64(root.sign(context, canonical(page)))}\n`);
	return sealDocument(new Blob([concat(line, jpeg)]), to);
}

/** `vk` is the safe's. The caller compares ids with what it asked for. */
export async function openPage(
	sealed: Uint8Array,
	identity: Identity,
	vk: Uint8Array,
): Promise<{ readonly page: Page; readonly jpeg: Bytes }> {
	const plain = await open(sealed, identity);
	const at = plain.indexOf(0x0a);
	if (at < 0) throw new CoffreError('form', { message: 'a page without its line' });
	const signed = fromBase64(text(plain.subarray(0, at)));
	const page = check(parseCanonical(openSigned(vk, context, signed)));
	const jpeg = plain.slice(at + 1, at + 1 + page.size) as Bytes;
	if (jpeg.length !== page.size) throw new CoffreError('length', { message: 'a page cut short' });
	if (plain.subarray(at + 1 + page.size).some((b) => b !== 0)) throw new CoffreError('padding');
	if (toHex(sha256(jpeg)) !== page.sha256)
		throw new CoffreError('hash', { message: 'another page than was signed' });
	return { page, jpeg };
}
