import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import type { Bytes } from './bytes.ts';

// ChaCha20-Poly1305, by the browser where it has it and by JavaScript elsewhere. The browser's is
// several times as fast; what both make is the same, and a self-test sees to it that it is.

/** Who seals and opens: the browser's own code (WebCrypto) or the library's. */
export type Maker = 'browser' | 'library';

/** One key. Every nonce is used once. open rejects when anything was changed. */
export interface Cipher {
	seal(nonce: Bytes, plain: Bytes): Promise<Uint8Array>;
	open(nonce: Bytes, sealed: Bytes): Promise<Uint8Array>;
}

const name = 'ChaCha20-Poly1305';

export async function cipher(maker: Maker, key: Bytes): Promise<Cipher> {
	return maker === 'browser' ? browserCipher(key) : libraryCipher(key);
}

let decided: Promise<Maker> | undefined;

/** Decided once, by the self-test. */
export function makerHere(): Promise<Maker> {
	decided ??= selfTest().then((passed) => (passed ? 'browser' : 'library'));
	return decided;
}

// Around the block of ChaCha20 and of Poly1305, and the chunk of an age file.
const lengths = [1, 15, 16, 17, 63, 64, 65, 4096, 65536];

/** Whether the browser has the cipher, makes what the library makes, and refuses what it must. */
export async function selfTest(): Promise<boolean> {
	try {
		const key = pattern(32, 3);
		const [browser, library] = [await browserCipher(key), libraryCipher(key)];
		for (const length of lengths) {
			const [nonce, plain] = [pattern(12, length), pattern(length, 7)];
			const sealed = (await library.seal(nonce, plain)) as Bytes;
			if (!same(await browser.seal(nonce, plain), sealed)) return false;
			if (!same(await browser.open(nonce, sealed), plain)) return false;
			for (const at of [0, length, sealed.length - 1]) {
				const bad = sealed.slice() as Bytes;
				bad[at] = (bad[at] ?? 0) ^ 0x80;
				if (await opens(browser, nonce, bad)) return false;
			}
			if (await opens(browser, pattern(12, length + 1), sealed)) return false;
		}
		return true;
	} catch {
		return false;
	}
}

async function browserCipher(key: Bytes): Promise<Cipher> {
	// 'raw-secret' is newer than the types of the DOM library.
	const format = 'raw-secret' as 'raw';
	const usages: KeyUsage[] = ['encrypt', 'decrypt'];
	const native = await crypto.subtle.importKey(format, key, { name }, false, usages);
	const how = (iv: Bytes) => ({ name, iv, tagLength: 128 });
	return {
		seal: async (nonce, plain) =>
			new Uint8Array(await crypto.subtle.encrypt(how(nonce), native, plain)),
		open: async (nonce, sealed) =>
			new Uint8Array(await crypto.subtle.decrypt(how(nonce), native, sealed)),
	};
}

function libraryCipher(key: Bytes): Cipher {
	return {
		seal: async (nonce, plain) => chacha20poly1305(key, nonce).encrypt(plain),
		open: async (nonce, sealed) => chacha20poly1305(key, nonce).decrypt(sealed),
	};
}

function opens(c: Cipher, nonce: Bytes, sealed: Bytes): Promise<boolean> {
	return c.open(nonce, sealed).then(
		() => true,
		() => false,
	);
}

function pattern(length: number, seed: number): Bytes {
	return Uint8Array.from({ length }, (_, i) => (i * 31 + seed) % 251) as Bytes;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
	return a.length === b.length && a.every((v, i) => v === b[i]);
}
