import { CoffreError } from '../errors.ts';
import { ageError, decrypter, encrypter, type Identity, type Recipient } from './age.ts';
import { type Bytes, toHex } from './bytes.ts';
import { hasher } from './derive.ts';
import { checkForm, HEADER_SIZE, paddedSize, sealedSize } from './form.ts';

/** A document as a signed grant or the manifest names it. */
export interface DocumentRef {
	/** Of the sealed bytes, hexadecimal. */
	readonly sha256: string;
	readonly sealed: number;
	readonly size: number;
}

export interface Watch {
	/** Bytes done, of those that are read. */
	readonly onProgress?: (done: number) => void;
	readonly signal?: AbortSignal | undefined;
}

// What is collected goes to the browser in blobs of this size, which it may keep on disk.
const partSize = 8 << 20;

/** Seals a document of at least one byte to its version's own recipient. Memory does not grow with it. */
export async function sealDocument(
	document: Blob,
	to: Recipient,
	watch: Watch = {},
): Promise<{ sealed: Blob; sha256: string }> {
	if (document.size === 0) throw new CoffreError('empty');
	const sum = hasher();
	const out = new Collector('application/octet-stream');
	const stream = await encrypter(to).encrypt(padded(document, watch));
	for await (const chunk of read(stream)) {
		sum.update(chunk);
		out.add(chunk);
	}
	const sealed = out.blob();
	if (sealed.size !== sealedSize(document.size)) throw new CoffreError('length');
	return { sealed, sha256: toHex(sum.digest()) };
}

/**
 * Opens a document in the order of SPEC.md §5: hash and length, form, every
 * chunk, padding. Nothing is given before the last check has passed.
 */
export async function openDocument(
	sealed: Blob,
	ref: DocumentRef,
	key: Identity,
	type: string,
	watch: Watch = {},
): Promise<Blob> {
	if (sealed.size !== ref.sealed || sealedSize(ref.size) !== ref.sealed) {
		throw new CoffreError('length', { message: `${sealed.size} bytes instead of ${ref.sealed}` });
	}
	await checkHash(sealed, ref.sha256, watch);
	checkForm(new Uint8Array(await sealed.slice(0, HEADER_SIZE).arrayBuffer()));
	const out = new Collector(type);
	let at = 0;
	try {
		const stream = await decrypter(key).decrypt(stream_(sealed));
		for await (const chunk of read(stream)) {
			stopped(watch);
			const end = Math.min(chunk.length, Math.max(0, ref.size - at));
			if (chunk.subarray(end).some((v) => v !== 0)) throw new CoffreError('padding');
			if (end > 0) out.add(chunk.subarray(0, end));
			at += chunk.length;
			watch.onProgress?.(at);
		}
	} catch (e) {
		throw ageError(e);
	}
	if (at !== paddedSize(ref.size)) throw new CoffreError('length');
	return out.blob();
}

async function checkHash(sealed: Blob, expected: string, watch: Watch): Promise<void> {
	const sum = hasher();
	for await (const chunk of read(stream_(sealed))) {
		stopped(watch);
		sum.update(chunk);
	}
	const sha256 = toHex(sum.digest());
	if (sha256 !== expected) {
		throw new CoffreError('hash', {
			message: 'other bytes',
			evidence: { expected, received: sha256 },
		});
	}
}

function stopped(watch: Watch): void {
	if (watch.signal?.aborted) throw new CoffreError('cancelled');
}

/** The document, then zero bytes. 'length' when it changes while it is read. */
function padded(document: Blob, watch: Watch): ReadableStream<Uint8Array> {
	const whole = paddedSize(document.size);
	const source = stream_(document).getReader();
	let at = 0;
	return new ReadableStream<Uint8Array>({
		async pull(controller) {
			stopped(watch);
			if (at < document.size) {
				const { done, value } = await source.read();
				if (done || at + value.length > document.size) throw new CoffreError('length');
				at += value.length;
				watch.onProgress?.(at);
				controller.enqueue(value);
			} else if (at < whole) {
				const zeros = new Uint8Array(Math.min(whole - at, 65536));
				at += zeros.length;
				controller.enqueue(zeros);
			} else controller.close();
		},
		cancel: (reason) => source.cancel(reason),
	});
}

function stream_(b: Blob): ReadableStream<Uint8Array> {
	return b.stream() as ReadableStream<Uint8Array>;
}

// Safari has no asynchronous iterator on streams.
async function* read(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
	const reader = stream.getReader();
	try {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return;
			yield value;
		}
	} finally {
		await reader.cancel().catch(() => undefined);
	}
}

class Collector {
	readonly #type: string;
	readonly #parts: Blob[] = [];
	#held: Bytes = new Uint8Array(partSize);
	#used = 0;

	constructor(type: string) {
		this.#type = type;
	}

	add(chunk: Uint8Array): void {
		for (let rest = chunk; rest.length > 0; ) {
			const n = Math.min(rest.length, partSize - this.#used);
			this.#held.set(rest.subarray(0, n), this.#used);
			this.#used += n;
			rest = rest.subarray(n);
			if (this.#used === partSize) this.#flush();
		}
	}

	blob(): Blob {
		this.#flush();
		this.#held = new Uint8Array(0);
		return new Blob(this.#parts, { type: this.#type });
	}

	#flush(): void {
		if (this.#used > 0) this.#parts.push(new Blob([this.#held.subarray(0, this.#used)]));
		this.#used = 0;
	}
}
