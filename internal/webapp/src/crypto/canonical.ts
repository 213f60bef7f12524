import { CoffreError } from '../errors.ts';
import { type Bytes, equal, text, utf8 } from './bytes.ts';

// A surrogate without its other half: no UTF-8 says it.
const halfCharacter = /\p{Cs}/u;

/** RFC 8785. Members that are undefined are left out. */
export function canonical(v: unknown): Bytes {
	return utf8(write(v));
}

/**
 * Reads canonical JSON: 'form' for whatever does not re-encode to the same
 * bytes, doubled members included. Unknown and missing members are for the
 * shape (shape.ts) to refuse.
 */
export function parseCanonical(b: Uint8Array): unknown {
	let v: unknown;
	try {
		v = JSON.parse(text(b));
	} catch {
		throw new CoffreError('form', { message: 'not JSON' });
	}
	if (!equal(canonical(v), b)) throw new CoffreError('form', { message: 'not canonical JSON' });
	return v;
}

function write(v: unknown): string {
	if (typeof v === 'string') {
		if (halfCharacter.test(v)) throw new CoffreError('form', { message: 'half a character' });
		return JSON.stringify(v);
	}
	if (typeof v === 'boolean') return String(v);
	if (typeof v === 'number') {
		if (!Number.isSafeInteger(v)) throw new CoffreError('form', { message: 'not an integer' });
		return String(v);
	}
	if (Array.isArray(v)) return `[${v.map(write).join(',')}]`;
	if (typeof v !== 'object' || v === null)
		throw new CoffreError('form', { message: 'no such value' });
	const members = Object.entries(v).filter(([, m]) => m !== undefined);
	members.sort(([a], [b]) => (a < b ? -1 : 1));
	return `{${members.map(([k, m]) => `${write(k)}:${write(m)}`).join(',')}}`;
}
