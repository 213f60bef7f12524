import { CoffreError } from '../errors.ts';
import type { Identity, Recipient } from './age.ts';
import { type Bytes, concat, random, toHex } from './bytes.ts';
import type { Maker } from './cipher.ts';
import { hasher } from './derive.ts';
import {
	ageSize,
	CHUNK_SIZE,
	HEADER_SIZE,
	NONCE_SIZE,
	paddedSize,
	sealedSize,
	TAG_SIZE,
} from './form.ts';
import { newHeader, type Payload, payload, readHeader } from './payload.ts';

/** A document as a signed grant or the manifest names it. */
export interface DocumentRef {
	/** Of the sealed bytes, hexadecimal. */
	readonly sha256: string;
	readonly sealed: number;
	readonly size: number;
}

export interface Watch {
	/** Bytes of the document done so far. */
	readonly onProgress?: (done: number) => void;
	readonly signal?: AbortSignal | undefined;
	/** Who seals or opens, instead of whom the self-test has chosen. */
	readonly maker?: Maker;
	/** Sealed bytes up to which a document is hashed as a whole. */
	readonly hashedWhole?: number;
}

// Chunks that are read at once and sealed or opened side by side.
const group = 64;
// What is collected goes to the browser in blobs of this size, which it may keep on disk.
const partSize = 8 << 20;
// Up to here a sealed document is hashed as a whole, by the browser's own code, which is ten times as
// fast as JavaScript and wants it all in memory at once; above, as it passes.
const hashedWhole = 128 << 20;

/**
 * Seals a document of at least one byte to its version's own recipient. Memory does not grow with it.
 * sha256 is of the sealed bytes, plain of the document's.
 */
export async function sealDocument(
	document: Blob,
	to: Recipient,
	watch: Watch = {},
): Promise<{ sealed: Blob; sha256: string; plain: string }> {
	const { size } = document;
	if (size === 0) throw new CoffreError('empty');
	const padded = paddedSize(size);
	const { header, fileKey } = await newHeader(to);
	const nonce = random(NONCE_SIZE);
	const chunks = await payload(fileKey, nonce, watch.maker);
	const large = sealedSize(size) > (watch.hashedWhole ?? hashedWhole);
	const [passing, passed] = large ? [hasher(), hasher()] : [];
	const out = new Collector('application/octet-stream');
	const write = (b: Uint8Array): void => {
		passing?.update(b);
		out.add(b);
	};
	write(concat(header, nonce));
	let at = 0;
	for await (const bytes of ahead(document, 0, padded, group * CHUNK_SIZE)) {
		stopped(watch);
		passed?.update(bytes);
		const plain = new Uint8Array(Math.min(group * CHUNK_SIZE, padded - at));
		plain.set(bytes);
		for (const sealed of await each(plain, CHUNK_SIZE, at / CHUNK_SIZE, padded, chunks.seal))
			write(sealed);
		at += plain.length;
		watch.onProgress?.(Math.min(size, at));
	}
	const sealed = out.blob();
	if (sealed.size !== sealedSize(size)) throw new CoffreError('length');
	const sha256 = toHex(passing?.digest() ?? (await digest(sealed)));
	return { sealed, sha256, plain: toHex(passed?.digest() ?? (await digest(document))) };
}

/**
 * Opens a document in the order of SPEC.md §5: length and hash, form, every
 * chunk, padding. Nothing is given before the last check has passed.
 */
export async function openDocument(
	sealed: Blob,
	ref: DocumentRef,
	key: Identity,
	type: string,
	watch: Watch = {},
): Promise<Blob> {
	const padded = paddedSize(ref.size);
	if (ref.size < 1 || sealed.size !== ref.sealed || ageSize(padded) !== ref.sealed) {
		throw new CoffreError('length', { message: `${sealed.size} bytes instead of ${ref.sealed}` });
	}
	await checkHash(sealed, ref.sha256, watch);
	const start = await read(sealed, 0, HEADER_SIZE + NONCE_SIZE);
	const chunks = await payload(
		await readHeader(start.slice(0, HEADER_SIZE) as Bytes, key),
		start.subarray(HEADER_SIZE),
		watch.maker,
	);
	const out = new Collector(type);
	const step = CHUNK_SIZE + TAG_SIZE;
	let at = 0;
	for await (const bytes of ahead(sealed, start.length, sealed.size, group * step)) {
		stopped(watch);
		for (const plain of await each(bytes, step, at / CHUNK_SIZE, padded, chunks.open)) {
			const end = Math.min(plain.length, Math.max(0, ref.size - at));
			if (plain.subarray(end).some((v) => v !== 0)) throw new CoffreError('padding');
			out.add(plain.subarray(0, end));
			at += plain.length;
		}
		watch.onProgress?.(Math.min(ref.size, at));
	}
	if (at !== padded) throw new CoffreError('length');
	return out.blob();
}

/** Seals or opens the chunks of a group side by side, in order. */
function each(
	bytes: Bytes,
	step: number,
	first: number,
	padded: number,
	one: Payload['seal'],
): Promise<readonly Uint8Array[]> {
	const last = Math.ceil(padded / CHUNK_SIZE) - 1;
	const work: Promise<Uint8Array>[] = [];
	for (let at = 0; at < bytes.length; at += step) {
		const index = first + at / step;
		work.push(one(bytes.subarray(at, at + step), index, index === last));
	}
	return Promise.all(work);
}

async function checkHash(sealed: Blob, expected: string, watch: Watch): Promise<void> {
	const received = toHex(await hashOf(sealed, watch));
	if (received !== expected) {
		throw new CoffreError('hash', { message: 'other bytes', evidence: { expected, received } });
	}
}

async function hashOf(sealed: Blob, watch: Watch): Promise<Uint8Array> {
	if (sealed.size <= (watch.hashedWhole ?? hashedWhole)) return digest(sealed);
	const sum = hasher();
	for await (const bytes of ahead(sealed, 0, sealed.size, group * CHUNK_SIZE)) {
		stopped(watch);
		sum.update(bytes);
	}
	return sum.digest();
}

async function digest(b: Blob): Promise<Uint8Array> {
	return new Uint8Array(await crypto.subtle.digest('SHA-256', await read(b, 0, b.size)));
}

/** The bytes in steps, each read while the one before is worked on; past the blob's end they are empty. */
async function* ahead(b: Blob, from: number, end: number, step: number): AsyncGenerator<Bytes> {
	const one = (at: number): Promise<Bytes> => {
		const reading = read(b, at, Math.min(b.size, at + step));
		// Whoever stops early does not wait for it.
		reading.catch(() => undefined);
		return reading;
	};
	let next = one(from);
	for (let at = from; at < end; at += step) {
		const now = await next;
		if (at + step < end) next = one(at + step);
		yield now;
	}
}

/** 'length' when the file has changed or gone since it was chosen. */
async function read(b: Blob, from: number, to: number): Promise<Bytes> {
	if (from >= to) return new Uint8Array(0);
	const bytes = await b
		.slice(from, to)
		.arrayBuffer()
		.catch((e: unknown) => {
			throw new CoffreError('length', { message: String(e) });
		});
	if (bytes.byteLength !== to - from)
		throw new CoffreError('length', { message: 'the file has changed' });
	return new Uint8Array(bytes);
}

function stopped(watch: Watch): void {
	if (watch.signal?.aborted) throw new CoffreError('cancelled');
}

class Collector {
	readonly #type: string;
	readonly #parts: Blob[] = [];
	#held: Bytes[] = [];
	#size = 0;

	constructor(type: string) {
		this.#type = type;
	}

	add(chunk: Uint8Array): void {
		this.#held.push(chunk as Bytes);
		this.#size += chunk.length;
		if (this.#size >= partSize) this.#flush();
	}

	blob(): Blob {
		this.#flush();
		return new Blob(this.#parts, { type: this.#type });
	}

	#flush(): void {
		if (this.#size > 0) this.#parts.push(new Blob(this.#held));
		this.#held = [];
		this.#size = 0;
	}
}
