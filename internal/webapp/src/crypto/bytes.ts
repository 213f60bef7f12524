import { CoffreError } from '../errors.ts';

export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
// ignoreBOM keeps a byte order mark as a character, so that it is refused later on.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function utf8(s: string): Bytes {
	return encoder.encode(s) as Bytes;
}

/** Strict: 'form' for anything that is not UTF-8. */
export function text(b: Uint8Array): string {
	try {
		return decoder.decode(b);
	} catch {
		throw new CoffreError('form', { message: 'not UTF-8' });
	}
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
	const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
	let at = 0;
	for (const p of parts) {
		all.set(p, at);
		at += p.length;
	}
	return all;
}

/** In time that depends on the length alone. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
	if (a.length !== b.length) return false;
	let different = 0;
	for (const [i, v] of a.entries()) different |= v ^ (b[i] ?? 0);
	return different === 0;
}

export function toHex(b: Uint8Array): string {
	return Array.from(b, (v) => v.toString(16).padStart(2, '0')).join('');
}

/** The reverse, of what is known to be lowercase hexadecimal. */
export function fromHex(s: string): Bytes {
	return Uint8Array.from(s.match(/../g) ?? [], (x) => Number.parseInt(x, 16));
}

export function toBase64(b: Uint8Array): string {
	let s = '';
	for (let i = 0; i < b.length; i += 0x8000) s += String.fromCharCode(...b.subarray(i, i + 0x8000));
	return btoa(s);
}

/** RFC 4648 §5, without padding. */
export function toBase64url(b: Uint8Array): string {
	return toBase64(b).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Undefined for whatever toBase64url does not write. */
export function fromBase64url(s: string): Bytes | undefined {
	try {
		const b = fromBase64(
			s
				.replaceAll('-', '+')
				.replaceAll('_', '/')
				.padEnd(Math.ceil(s.length / 4) * 4, '='),
		);
		return toBase64url(b) === s ? b : undefined;
	} catch {
		return undefined;
	}
}

/** RFC 4648 §4, padded; refuses whatever does not re-encode to the same text. */
export function fromBase64(s: string): Bytes {
	let binary: string;
	try {
		binary = atob(s);
	} catch {
		throw new CoffreError('form', { message: 'not base64' });
	}
	const b = Uint8Array.from(binary, (c) => c.charCodeAt(0));
	if (toBase64(b) !== s) throw new CoffreError('form', { message: 'not canonical base64' });
	return b;
}

export function random(n: number): Bytes {
	return crypto.getRandomValues(new Uint8Array(n));
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** RFC 4648 base32, lowercase, unpadded. */
export function toBase32(b: Uint8Array): string {
	let out = '';
	let held = 0;
	let bits = 0;
	for (const v of b) {
		held = (held << 8) | v;
		bits += 8;
		while (bits >= 5) {
			bits -= 5;
			out += alphabet[(held >> bits) & 31];
		}
		held &= (1 << bits) - 1;
	}
	return bits > 0 ? out + alphabet[(held << (5 - bits)) & 31] : out;
}

/** The reverse; undefined for what toBase32 does not make. */
export function fromBase32(s: string): Bytes | undefined {
	const out: number[] = [];
	let held = 0;
	let bits = 0;
	for (const c of s) {
		const v = alphabet.indexOf(c);
		if (v < 0) return undefined;
		held = (held << 5) | v;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			out.push((held >> bits) & 255);
			held &= (1 << bits) - 1;
		}
	}
	const b = Uint8Array.from(out);
	return toBase32(b) === s ? b : undefined;
}

/** SPEC.md §1: 16 random bytes. */
export function newId(): string {
	return toBase32(random(16));
}

export function isId(s: string): boolean {
	return /^[a-z2-7]{25}[aeimquy4]$/.test(s);
}

export function isHash(s: string): boolean {
	return /^[0-9a-f]{64}$/.test(s);
}

/** RFC 3339, UTC, whole seconds. */
export function toTime(d: Date): string {
	return `${d.toISOString().slice(0, 19)}Z`;
}

export function isTime(s: string): boolean {
	const d = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(s) ? new Date(s) : undefined;
	return d !== undefined && !Number.isNaN(d.getTime()) && toTime(d) === s;
}
