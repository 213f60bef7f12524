import { bech32 } from '@scure/base';
import { Decrypter, Encrypter, identityToRecipient } from 'age-encryption';
import { CoffreError } from '../errors.ts';
import { type Bytes, random, text, toHex, utf8 } from './bytes.ts';
import { derive, sha256 } from './derive.ts';
import { checkSmall } from './form.ts';

// The library takes recipients of any kind, and mixes them silently: these two
// types and check are what keeps everything else out.

declare const kind: unique symbol;
/** `AGE-SECRET-KEY-PQ-1…`: secret. */
export type Identity = string & { readonly [kind]: 'identity' };
/** `age1pq1…` */
export type Recipient = string & { readonly [kind]: 'recipient' };

export function identityFromSeed(seed: Uint8Array): Identity {
	if (seed.length !== 32) throw new CoffreError('form', { message: 'seed of another length' });
	return bech32.encodeFromBytes('AGE-SECRET-KEY-PQ-', seed).toUpperCase() as Identity;
}

export function newIdentity(): Identity {
	return identityFromSeed(random(32));
}

export function parseIdentity(s: string): Identity {
	try {
		const { bytes } = bech32.decodeToBytes(s);
		if (identityFromSeed(bytes as Bytes) === s) return s as Identity;
	} catch {
		// Said below.
	}
	throw new CoffreError('form', { message: 'not a hybrid identity' });
}

export function parseRecipient(s: string): Recipient {
	try {
		const { prefix, words } = bech32.decode(s as `${string}1${string}`, false);
		const bytes = bech32.fromWords(words);
		if (prefix === 'age1pq' && bytes.length === 1216 && bech32.encode(prefix, words, false) === s) {
			return s as Recipient;
		}
	} catch {
		// Said below.
	}
	throw new CoffreError('form', { message: 'not a hybrid recipient' });
}

export async function recipientOf(identity: Identity): Promise<Recipient> {
	return (await identityToRecipient(identity)) as Recipient;
}

/** The identity of an unlocker (SPEC.md §2). */
export function unlockIdentity(p: Uint8Array): Identity {
	return identityFromSeed(derive(p, 'coffre/v1/unlock/age'));
}

/** The identity of a vault epoch. */
export function vaultIdentity(seed: Uint8Array): Identity {
	return identityFromSeed(derive(seed, 'coffre/v1/vault/age'));
}

/** SPEC.md §1: hash of the recipient's text. */
export function fingerprint(r: string): string {
	return toHex(sha256(utf8(r)));
}

export function encrypter(to: Recipient): Encrypter {
	const e = new Encrypter();
	e.addRecipient(to);
	return e;
}

export function decrypter(identity: Identity): Decrypter {
	const d = new Decrypter();
	d.addIdentity(identity);
	return d;
}

/** Seals what fits into memory to one recipient. */
export async function seal(plain: Uint8Array, to: Recipient): Promise<Bytes> {
	return (await encrypter(to).encrypt(plain)) as Bytes;
}

/**
 * Opens what seal made: 'form' unless there is exactly one hybrid stanza,
 * 'wrong-key' when it is for somebody else.
 */
export async function open(sealed: Uint8Array, identity: Identity): Promise<Bytes> {
	checkSmall(sealed);
	try {
		return (await decrypter(identity).decrypt(sealed)) as Bytes;
	} catch (e) {
		throw ageError(e);
	}
}

/** What the library's failures mean. */
export function ageError(e: unknown): CoffreError {
	if (e instanceof CoffreError) return e;
	const message = e instanceof Error ? e.message : String(e);
	return new CoffreError(/no identity matched/.test(message) ? 'wrong-key' : 'form', { message });
}

/** Splits a text file into its lines; the last one ends with LF. */
export function lines(plain: Uint8Array): string[] {
	const all = text(plain).split('\n');
	if (all.pop() !== '') throw new CoffreError('form', { message: 'no LF at the end' });
	return all;
}
