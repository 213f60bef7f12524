import { bech32 } from '@scure/base';
import { CoffreError } from '../errors.ts';
import type { Identity } from './age.ts';
import { concat, fromBase64, fromHex, toBase64, toHex, utf8 } from './bytes.ts';
import { derive, hasher, sha256 } from './derive.ts';
import { base64, hash, integer, object } from './shape.ts';

// SPEC.md §9: which bytes a document has, said so that the log learns nothing of it.

export const contentShape = object({ nonce: base64(32), sha256: hash, size: integer(1) }, {});
/** What opens a content commitment. */
export type Content = ReturnType<typeof contentShape>;

/** Of a document that this key opens. Whoever holds the key finds the same nonce again. */
export function contentOf(key: Identity, sha256: string, size: number): Content {
	const seed = bech32.decodeToBytes(key).bytes;
	return contentShape({ nonce: toBase64(derive(seed, 'coffre/v1/receipt')), sha256, size });
}

/** What the detail of an event has as `content`. */
export function commitmentOf(content: Content): string {
	const { nonce, sha256: sum, size } = contentShape(content);
	const length = new DataView(new ArrayBuffer(8));
	length.setBigUint64(0, BigInt(size));
	const mark = concat(utf8('coffre/v1/content'), new Uint8Array(1));
	return toHex(sha256(mark, fromBase64(nonce), fromHex(sum), new Uint8Array(length.buffer)));
}

/** 'mismatch' unless the commitment is to these bytes. */
export function checkContent(content: Content, commitment: string | undefined): void {
	if (commitmentOf(content) !== commitment)
		throw new CoffreError('mismatch', { message: 'the journal tells of another content' });
}

// Up to here a file is hashed by the browser's own code, which wants it all in memory at once.
const hashedWhole = 128 << 20;
const step = 4 << 20;

/** Of any file, lowercase hexadecimal. Memory does not grow with it. */
export async function hashOfFile(file: Blob, whole = hashedWhole): Promise<string> {
	if (file.size <= whole)
		return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer())));
	const passing = hasher();
	for (let at = 0; at < file.size; at += step)
		passing.update(new Uint8Array(await file.slice(at, at + step).arrayBuffer()));
	return toHex(passing.digest());
}
