import { CoffreError } from '../errors.ts';
import { type Bytes, concat, fromBase64, text, toBase64, utf8 } from './bytes.ts';
import { canonical, parseCanonical } from './canonical.ts';
import { type Content, checkContent, contentShape } from './content.ts';
import { type Checkpoint, type Event, type Leaf, parseEvent, verifyEvent } from './log.ts';
import { array, base64, integer, object, oneOf, type Shape, string } from './shape.ts';

// SPEC.md §9: what somebody keeps of an act, to show to anybody.

const most = 64 << 10;
const long = string(most, 1);
const one: Shape<1> = (v) => {
	if (v === 1) return 1;
	if (Number.isSafeInteger(v)) throw new CoffreError('unknown-suite');
	throw new CoffreError('form', { message: 'not a receipt' });
};
const leafShape = object(
	{ index: integer(), size: integer(1), path: array(base64(32), 0, 64), checkpoint: long },
	{},
);
const receiptShape = object(
	{ v: one, type: oneOf('receipt'), log: long, event: long, salt: base64(32), leaf: leafShape },
	{ content: contentShape },
);
const shortShape = object({ e: long, s: base64(32), i: integer() }, { c: contentShape });

export type Receipt = ReturnType<typeof receiptShape>;
/** What fits into a QR code: a receipt without its proof, which the public tiles of the log give. */
export type Short = ReturnType<typeof shortShape>;

export interface Parts {
	/** The key of the log, as the maker knows it. */
	readonly log: string;
	readonly event: string;
	readonly salt: string;
	readonly leaf: Leaf;
	readonly content?: Content | undefined;
}

/** The file: canonical JSON on one line. */
export function writeReceipt({ log, event, salt, leaf, content }: Parts): string {
	const { index, size, path, checkpoint } = leaf;
	const receipt = { v: 1, type: 'receipt', log, event, salt, content };
	return `${text(canonical({ ...receipt, leaf: { index, size, path, checkpoint } }))}\n`;
}

/** 'form' for anything else; white space around it is passed over. */
export function parseReceipt(file: string): Receipt {
	if (file.length > most) throw new CoffreError('form', { message: 'too long for a receipt' });
	return receiptShape(parseCanonical(utf8(file.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ''))));
}

/**
 * The answer to a deposit, as whoever calls without this program keeps it, under a log's key that is known
 * otherwise; undefined for anything else. 'mismatch' when answer and event are of two deposits.
 */
export function readDeposit(file: string, log: string): Receipt | undefined {
	const d = depositOf(file);
	if (d === undefined) return undefined;
	const { event: text, salt, leaf } = d.proof;
	const { index, size, path, checkpoint } = leaf;
	const content = d.nonce ? { nonce: d.nonce, sha256: d.contentSha256, size: d.size } : undefined;
	const event = parseEvent(text);
	const same =
		event.what === 'deposit.received' &&
		event.result === 'done' &&
		event.doc === d.doc &&
		event.version === d.version &&
		event.detail?.sha256 === d.sha256;
	if (!same) throw new CoffreError('mismatch', { message: 'receipt and event disagree' });
	const parts = { log, event: text, salt, leaf: { index, size, path, checkpoint }, content };
	return parseReceipt(writeReceipt(parts));
}

interface Deposit {
	readonly doc: string;
	readonly version: string;
	readonly size: number;
	readonly sha256: string;
	readonly contentSha256: string;
	readonly nonce?: string;
	readonly proof: { readonly event: string; readonly salt: string; readonly leaf: Leaf };
}
/** Its members are held to their forms by the receipt that is made of them. */
function depositOf(file: string): Deposit | undefined {
	try {
		const d = JSON.parse(file) as Partial<Deposit> | null;
		const { event, leaf } = d?.proof ?? {};
		return typeof d?.contentSha256 === 'string' && typeof event === 'string' && leaf
			? (d as Deposit)
			: undefined;
	} catch {
		return undefined;
	}
}

/** What is proven once verified: the event, under a state of the log that its key has signed. */
export interface Shown {
	readonly event: Event;
	readonly tree: Checkpoint;
	readonly index: number;
	readonly content?: Content;
}

/**
 * 'leaf' unless the event is in the log of that key, 'mismatch' unless the content is the one that the
 * event commits to. That the key is the one of the log that is meant, the receipt cannot say.
 */
export function verifyReceipt(r: Receipt): Shown {
	const { event, tree } = verifyEvent(r.log, r.event, r.salt, r.leaf);
	return shown(event, tree, r.leaf.index, r.content);
}

/** The event of a short form, whose proof is still to be had. */
export function eventOf(s: Short): Event {
	const event = parseEvent(s.e);
	if (s.c) checkContent(s.c, event.detail?.content);
	return event;
}

function shown(event: Event, tree: Checkpoint, index: number, content: Content | undefined): Shown {
	if (content) checkContent(content, event.detail?.content);
	return { event, tree, index, ...(content ? { content } : {}) };
}

const version = '1.';
const page = '/verifier';

/** The address of the page that checks it, `base` being that of the safe. */
export async function writeLink(base: string, parts: Parts): Promise<string> {
	return `${base.replace(/\/+$/, '')}${page}#${await writeShort(parts)}`;
}

/** Of which safe, and the short form. */
export async function parseLink(
	link: string,
): Promise<{ readonly base: string; readonly short: Short }> {
	const [, base, fragment] = /^(\S*)\/verifier#(\S*)$/.exec(link.trim()) ?? [];
	if (base === undefined || fragment === undefined)
		throw new CoffreError('form', { message: 'not a link of a receipt' });
	return { base, short: await parseShort(fragment) };
}

/** What comes after `#`. */
export async function writeShort({ event, salt, leaf, content }: Parts): Promise<string> {
	const plain = canonical({ e: event, s: salt, i: leaf.index, c: content });
	const squeezed = await through(plain, new CompressionStream('deflate-raw'), most);
	const base64url = toBase64(squeezed).replaceAll('+', '-').replaceAll('/', '_');
	return version + base64url.replace(/=+$/, '');
}

/** 'form' for anything that writeShort, here or elsewhere, does not make. */
export async function parseShort(fragment: string): Promise<Short> {
	if (!fragment.startsWith(version)) throw new CoffreError('form', { message: 'not a receipt' });
	const base64url = fragment.slice(version.length);
	if (!/^[\w-]{1,65536}$/.test(base64url))
		throw new CoffreError('form', { message: 'not base64url' });
	const padded = base64url.padEnd(Math.ceil(base64url.length / 4) * 4, '=');
	const squeezed = fromBase64(padded.replaceAll('-', '+').replaceAll('_', '/'));
	const plain = await through(squeezed, new DecompressionStream('deflate-raw'), most);
	return shortShape(parseCanonical(plain));
}

/** Never more than that: what comes from anybody may inflate without end. */
async function through(
	bytes: Bytes,
	stream: CompressionStream | DecompressionStream,
	limit: number,
): Promise<Bytes> {
	const parts: Uint8Array[] = [];
	// Browsers of today do not all iterate over a stream.
	const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
	for (let length = 0; ; ) {
		const { done, value } = await reader.read().catch((e: unknown) => {
			throw new CoffreError('form', { message: `not DEFLATE: ${e}` });
		});
		if (done) return concat(...parts);
		length += value.length;
		if (length > limit) {
			await reader.cancel().catch(() => undefined);
			throw new CoffreError('form', { message: 'too long for a receipt' });
		}
		parts.push(value);
	}
}
