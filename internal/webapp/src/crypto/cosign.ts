import { CoffreError } from '../errors.ts';
import { type Bytes, equal, fromBase64, fromHex, utf8 } from './bytes.ts';
import { sha256 } from './derive.ts';
import { verify } from './sign.ts';

// C2SP tlog-cosignature (Ed25519) and signed-note; SPEC.md §9.

/** The signature type of a witness, in keys and key hashes; a log's is 1. */
const cosignerType = 4;
const timeSize = 8;
const maxLines = 100;

/** What `unicode.IsSpace` of Go calls a space, and the plus sign. */
const noName = /[+\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** A witness's verifier key. */
export interface Cosigner {
	readonly name: string;
	readonly hash: Bytes;
	readonly public: Bytes;
}

/** undefined for what is not the key of a witness. */
export function readCosigner(vkey: string): Cosigner | undefined {
	const [, name = '', hex = '', data = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/s.exec(vkey) ?? [];
	const key = decode(data);
	if (name === '' || noName.test(name) || key?.length !== 33 || key[0] !== cosignerType)
		return undefined;
	const hash = sha256(utf8(`${name}\n`), key).slice(0, 4);
	const said = fromHex(hex);
	return equal(hash, said) ? { name, hash, public: key.slice(1) } : undefined;
}

export interface Cosignature {
	/** When the witness says that it said so, in seconds since 1970. */
	readonly at: number;
}

/**
 * What the witness says about a signed note: undefined when it says nothing, 'leaf' when a line of
 * its name and key is not signed by it. Only the first one of several counts.
 */
export function cosignatureOf(who: Cosigner, note: string): Cosignature | undefined {
	const { body, lines } = takeApart(note);
	const line = lines.find((l) => l.name === who.name && equal(l.bytes.subarray(0, 4), who.hash));
	if (line === undefined) return undefined;
	const signed = line.bytes.subarray(4);
	const at = signed.length < timeSize ? undefined : timeOf(signed);
	const text = utf8(`cosignature/v1\ntime ${at}\n${body}`);
	if (at === undefined || !verify(who.public, signed.subarray(timeSize), text))
		throw new CoffreError('leaf', { message: `a cosignature that ${who.name} has not made` });
	return { at: Number(at) };
}

function timeOf(signed: Uint8Array): bigint | undefined {
	const view = new DataView(signed.buffer, signed.byteOffset, timeSize);
	const at = view.getBigUint64(0);
	return at >> 63n === 0n ? at : undefined;
}

interface Line {
	readonly name: string;
	/** Key hash and signature. */
	readonly bytes: Bytes;
}

function takeApart(note: string): { body: string; lines: Line[] } {
	const split = note.lastIndexOf('\n\n');
	const end = note.slice(split + 2);
	const lines = end.slice(0, -1).split('\n').map(lineOf);
	if (split < 0 || !end.endsWith('\n') || lines.length > maxLines)
		throw new CoffreError('leaf', { message: 'not a signed note' });
	return { body: note.slice(0, split + 1), lines };
}

function lineOf(line: string): Line {
	const [dash, name = '', value = '', ...more] = line.split(' ');
	const bytes = decode(value);
	const whole = dash === '\u2014' && name !== '' && !noName.test(name) && more.length === 0;
	if (!whole || bytes === undefined || bytes.length < 5)
		throw new CoffreError('leaf', { message: 'not a line of signatures' });
	return { name, bytes };
}

function decode(s: string): Bytes | undefined {
	try {
		return fromBase64(s);
	} catch {
		return undefined;
	}
}
