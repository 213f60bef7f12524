import { createCipheriv, createDecipheriv, webcrypto } from 'node:crypto';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * A browser's ChaCha20-Poly1305 where there is none: OpenSSL's, behind the three calls of WebCrypto that
 * are used. `flaw` changes what it makes.
 */
export function subtle(flaw: (what: 'encrypt' | 'decrypt', made: Bytes) => Bytes = (_, b) => b) {
	const name = 'chacha20-poly1305' as const;
	const check = (how: { name: string; tagLength: number }): void => {
		if (how.name !== 'ChaCha20-Poly1305' || how.tagLength !== 128) throw new Error('not that');
	};
	return {
		digest: webcrypto.subtle.digest.bind(webcrypto.subtle),
		importKey: async (format: string, key: Bytes) => {
			if (format !== 'raw-secret' || key.length !== 32) throw new Error('no such key');
			return key;
		},
		encrypt: async (how: { name: string; iv: Bytes; tagLength: number }, key: Bytes, b: Bytes) => {
			check(how);
			const c = createCipheriv(name, key, how.iv, { authTagLength: 16 });
			const made = Buffer.concat([c.update(b), c.final(), c.getAuthTag()]);
			return flaw('encrypt', new Uint8Array(made)).buffer;
		},
		decrypt: async (how: { name: string; iv: Bytes; tagLength: number }, key: Bytes, b: Bytes) => {
			check(how);
			const d = createDecipheriv(name, key, how.iv, { authTagLength: 16 });
			d.setAuthTag(b.subarray(-16));
			const made = Buffer.concat([d.update(b.subarray(0, -16)), d.final()]);
			return flaw('decrypt', new Uint8Array(made)).buffer;
		},
	};
}
