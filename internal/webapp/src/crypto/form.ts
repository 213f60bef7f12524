import { CoffreError } from '../errors.ts';

// What can be known of a sealed object without any key (SPEC.md §4, §5).

/** Length of the only header there is: one mlkem768x25519 stanza. */
export const HEADER_SIZE = 1627;
export const NONCE_SIZE = 16;
export const TAG_SIZE = 16;
export const CHUNK_SIZE = 65536;
/** The shortest padded plaintext. */
export const MIN_PLAIN = 512;

const header =
	/^age-encryption\.org\/v1\n-> mlkem768x25519 [A-Za-z0-9+/]{1493}[AQgw]\n[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]\n--- [A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]\n$/;

/** Nikitin et al., PETS 2019. */
export function padme(n: number): number {
	if (n < 2) return n;
	const e = floorLog2(n);
	const s = floorLog2(e) + 1;
	const step = 2 ** (e - s);
	return Math.ceil(n / step) * step;
}

function floorLog2(n: number): number {
	// Math.log2 rounds up just below large powers of two.
	let e = Math.floor(Math.log2(n));
	if (2 ** e > n) e--;
	if (2 ** (e + 1) <= n) e++;
	return e;
}

export function paddedSize(size: number): number {
	return padme(Math.max(size, MIN_PLAIN));
}

/** Whole length of the age file for a plaintext that is already padded. */
export function ageSize(plain: number): number {
	return HEADER_SIZE + NONCE_SIZE + plain + TAG_SIZE * Math.ceil(plain / CHUNK_SIZE);
}

/** Whole length of a sealed document. */
export function sealedSize(size: number): number {
	return ageSize(paddedSize(size));
}

/** 'form' unless the bytes begin with exactly one native hybrid stanza and nothing beside it. */
export function checkForm(start: Uint8Array): void {
	const b = start.subarray(0, HEADER_SIZE);
	// Latin-1 keeps one character per byte; TextDecoder would not for 0x80-0x9f, which the pattern refuses anyway.
	if (b.length !== HEADER_SIZE || !header.test(String.fromCharCode(...b))) {
		throw new CoffreError('form', { message: 'not one age file with one mlkem768x25519 stanza' });
	}
}

/** A whole small object (grant, keyring copy, manifest). */
export function checkSmall(b: Uint8Array): void {
	checkForm(b);
	const payload = b.length - HEADER_SIZE - NONCE_SIZE;
	const chunks = Math.ceil(payload / (CHUNK_SIZE + TAG_SIZE));
	const plain = payload - TAG_SIZE * chunks;
	if (plain < MIN_PLAIN || ageSize(plain) !== b.length) {
		throw new CoffreError('length', { message: 'no plaintext has that sealed length' });
	}
}
