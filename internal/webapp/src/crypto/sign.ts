import { ed25519 } from '@noble/curves/ed25519.js';
import { CoffreError } from '../errors.ts';
import { type Bytes, concat, utf8 } from './bytes.ts';
import { derive } from './derive.ts';

export type Context =
	| 'coffre/v1/keyring'
	| 'coffre/v1/container'
	| 'coffre/v1/succession'
	| 'coffre/v1/manifest'
	| 'coffre/v1/change'
	| 'coffre/v1/grant'
	| 'coffre/v1/custody'
	| 'coffre/v1/share'
	| 'coffre/v1/card'
	| 'coffre/v1/agreement'
	| 'coffre/v1/request'
	| 'coffre/v1/note'
	| 'coffre/v1/issue'
	| 'coffre/v1/acknowledgement'
	| 'coffre/v1/deletion'
	| 'coffre/v1/mandate'
	| 'coffre/v1/page'
	| 'coffre/v1/revocation'
	| 'coffre/v1/presence';

const signatureSize = 64;
const vkSize = 33;

/** What signs: a safe's root, or the key of a mediator's session (SPEC.md §16). */
export class SigningKey {
	readonly #seed: Bytes;
	/** Suite byte and public key. */
	readonly vk: Bytes;

	constructor(seed: Bytes) {
		this.#seed = seed;
		this.vk = concat(Uint8Array.of(1), ed25519.getPublicKey(this.#seed));
	}

	/** signed(context, payload) of SPEC.md §3. */
	sign(context: Context, payload: Uint8Array): Bytes {
		return concat(ed25519.sign(message(context, payload), this.#seed), payload);
	}
}

/** The safe's signing key, from its root secret (SPEC.md §2). */
export class RootKey extends SigningKey {
	constructor(root: Uint8Array) {
		super(derive(root, 'coffre/v1/root/ed25519'));
	}
}

/** 'form' or 'unknown-suite' unless it is a VK. */
export function checkVK(vk: Uint8Array): void {
	if (vk.length !== vkSize) throw new CoffreError('form', { message: 'VK of another length' });
	if (vk[0] !== 1) throw new CoffreError('unknown-suite', { message: 'VK of another suite' });
}

/** 'form' unless its key is a point of the curve, written canonically and not of small order. */
export function checkPoint(vk: Uint8Array): void {
	try {
		if (!ed25519.Point.fromBytes(vk.subarray(1), false).isSmallOrder()) return;
	} catch {
		// Refused below.
	}
	throw new CoffreError('form', { message: 'VK that is no point of the curve' });
}

/** The payload, when vk signed it in this context; otherwise 'signature'. */
export function openSigned(vk: Uint8Array, context: Context, signed: Uint8Array): Bytes {
	checkVK(vk);
	const payload = signed.slice(signatureSize) as Bytes;
	if (
		signed.length <= signatureSize ||
		!verify(vk.subarray(1), signed.subarray(0, signatureSize), message(context, payload))
	) {
		throw new CoffreError('signature', { message: `${context} is not signed by this safe` });
	}
	return payload;
}

/** Which of these keys signed; otherwise 'signature'. */
export function signerOf(
	vks: readonly Uint8Array[],
	context: Context,
	signed: Uint8Array,
): Uint8Array {
	let why: unknown = new CoffreError('signature', { message: 'no key to verify it with' });
	for (const vk of vks) {
		try {
			openSigned(vk, context, signed);
			return vk;
		} catch (e) {
			why = e;
		}
	}
	throw why;
}

/** RFC 8032, without the latitude of ZIP 215. */
export function verify(key: Uint8Array, signature: Uint8Array, of: Uint8Array): boolean {
	try {
		return ed25519.verify(signature, of, key, { zip215: false });
	} catch {
		return false;
	}
}

function message(context: Context, payload: Uint8Array): Bytes {
	return concat(utf8(context), new Uint8Array(1), payload);
}

/** Pads signed bytes with LF. */
export function padLF(b: Uint8Array, to: number): Bytes {
	const padded = new Uint8Array(to).fill(0x0a);
	padded.set(b);
	return padded;
}

/** Takes that padding off: what is signed is canonical JSON and ends with `}`. */
export function unpadLF(b: Uint8Array): Bytes {
	let end = b.length;
	while (end > 0 && b[end - 1] === 0x0a) end--;
	return b.slice(0, end) as Bytes;
}

/** Multiple of 512. */
export function blockSize(n: number): number {
	return Math.ceil(n / 512) * 512;
}
