import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { type Bytes, concat, toHex, utf8 } from './bytes.ts';

/** HKDF-SHA256 (RFC 5869), empty salt, 32 bytes. */
export function derive(secret: Uint8Array, label: string): Bytes {
	return hkdf(nobleSha256, secret, new Uint8Array(0), utf8(label), 32) as Bytes;
}

export function sha256(...parts: readonly Uint8Array[]): Bytes {
	const h = nobleSha256.create();
	for (const p of parts) h.update(p);
	return h.digest() as Bytes;
}

/** For what does not fit into memory. */
export function hasher(): { update(b: Uint8Array): void; digest(): Bytes } {
	const h = nobleSha256.create();
	return { update: (b) => void h.update(b), digest: () => h.digest() as Bytes };
}

export function hashHex(b: Uint8Array): string {
	return toHex(sha256(b));
}

/** HMAC-SHA-256. */
export function mac(key: Uint8Array, of: Uint8Array): Bytes {
	return hmac(nobleSha256, key, of) as Bytes;
}

/** What a keyring copy carries so that the safe's VK cannot be swapped (SPEC.md §2). */
export function pin(p: Uint8Array, safe: string, vk: Uint8Array): Bytes {
	return pinBy(pinKey(p), safe, vk);
}

/** Makes pins, and opens nothing. Secret. */
export function pinKey(p: Uint8Array): Bytes {
	return derive(p, 'coffre/v1/unlock/pin');
}

export function pinBy(key: Uint8Array, safe: string, vk: Uint8Array): Bytes {
	const nul = new Uint8Array(1);
	return hmac(nobleSha256, key, concat(utf8('coffre/v1/pin'), nul, utf8(safe), nul, vk)) as Bytes;
}
