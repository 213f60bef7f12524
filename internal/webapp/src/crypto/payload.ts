import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { CoffreError } from '../errors.ts';
import { ageError, decrypter, encrypter, type Identity, type Recipient } from './age.ts';
import { type Bytes, utf8 } from './bytes.ts';
import { cipher, type Maker, makerHere } from './cipher.ts';
import { checkForm, HEADER_SIZE } from './form.ts';

// The payload of an age file (STREAM: chunks of ChaCha20-Poly1305), chunk by
// chunk. Headers are made and read by age-encryption.

/** Seals and opens the chunks of one file. Each (index, last) is used once. */
export interface Payload {
	seal(plain: Bytes, index: number, last: boolean): Promise<Uint8Array>;
	/** 'form' when the chunk is not what was sealed at that place. */
	open(sealed: Bytes, index: number, last: boolean): Promise<Uint8Array>;
}

/** A header for one recipient, and the file key that only it and the caller know. */
export async function newHeader(to: Recipient): Promise<{ header: Bytes; fileKey: Bytes }> {
	const seen: Bytes[] = [];
	const e = encrypter(to);
	// Adds no stanza: it only looks on.
	e.addRecipient({
		wrapFileKey: (k) => {
			seen.push(k.slice() as Bytes);
			return [];
		},
	});
	const header = (await e.encrypt(new Uint8Array(0))).slice(0, HEADER_SIZE) as Bytes;
	checkForm(header);
	const [fileKey] = seen;
	if (fileKey?.length !== 16) throw new CoffreError('internal', { message: 'no file key' });
	return { header, fileKey };
}

/** The file key of a header. 'form' or 'wrong-key'. */
export async function readHeader(header: Bytes, identity: Identity): Promise<Bytes> {
	checkForm(header);
	try {
		return (await decrypter(identity).decryptHeader(header)) as Bytes;
	} catch (e) {
		throw ageError(e);
	}
}

/** The nonce is the file's own 16 bytes after the header. */
export async function payload(
	fileKey: Uint8Array,
	nonce: Uint8Array,
	maker?: Maker,
): Promise<Payload> {
	const key = hkdf(sha256, fileKey, nonce, utf8('payload'), 32) as Bytes;
	const by = await cipher(maker ?? (await makerHere()), key);
	return {
		seal: (plain, index, last) => by.seal(nonceOf(index, last), plain),
		open: (sealed, index, last) =>
			by.open(nonceOf(index, last), sealed).catch(() => {
				throw damaged(index);
			}),
	};
}

function damaged(index: number): CoffreError {
	return new CoffreError('form', { message: `chunk ${index} is not what was sealed there` });
}

/** 11 bytes of counter, big endian, and the flag of the last chunk. */
function nonceOf(index: number, last: boolean): Bytes {
	const nonce = new Uint8Array(12);
	const view = new DataView(nonce.buffer);
	view.setUint32(3, Math.floor(index / 2 ** 32));
	view.setUint32(7, index % 2 ** 32);
	nonce[11] = last ? 1 : 0;
	return nonce;
}
