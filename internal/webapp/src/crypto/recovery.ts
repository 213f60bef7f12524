import { CoffreError } from '../errors.ts';
import { type Bytes, concat, fromBase64, utf8 } from './bytes.ts';
import { canonical, parseCanonical } from './canonical.ts';
import { type OpenedShare, recipientText } from './custody.ts';
import { hashHex, sha256 } from './derive.ts';
import { type Container, type Keyring, openKeyring } from './keyring.ts';
import { factOf } from './log.ts';
import { combine } from './shamir.ts';
import { hash, id, integer, object, oneOf, suite, time } from './shape.ts';
import { openSigned, type RootKey } from './sign.ts';
import { hashWords, type Language } from './words.ts';

// SPEC.md §10: a recovery, from its request to the combination of two shares.

const agreementContext = 'coffre/v1/agreement';
const codeLabel = 'coffre/v1/recovery';
const codeSize = 6;

const requestShape = object(
	{ suite, safe: id, custody: hash, recipient: recipientText, created: time },
	{},
);
const agreementShape = object(
	{ suite, safe: id, request: hash, custodian: id, index: integer(), seen: time },
	{},
);
const factShape = object(
	{ type: oneOf('recovery', 'recovery-ended'), safe: id, request: hash },
	{},
);

export type Request = ReturnType<typeof requestShape>;
export type Agreement = ReturnType<typeof agreementShape>;
/** What the log says in public of a recovery. */
export type RecoveryFact = ReturnType<typeof factShape>;

/** Nobody signs it: whoever makes it has nothing left to sign with. */
export function writeRequest(r: Request): Bytes {
	return canonical(requestShape(r));
}

/** `hash` is what facts and agreements name. */
export function parseRequest(b: Uint8Array): Request & { readonly hash: string } {
	return { ...requestShape(parseCanonical(b)), hash: hashHex(b) };
}

/** Six words, which the holder tells her custodians herself. */
export function requestWords(request: Uint8Array, lang: Language): string[] {
	const sum = sha256(utf8(codeLabel), new Uint8Array(1), request);
	return hashWords(sum, codeSize, lang);
}

export function signAgreement(a: Agreement, root: RootKey): Bytes {
	return root.sign(agreementContext, canonical(agreementShape(a)));
}

/** `vk` is the custodian's own. */
export function openAgreement(signed: Uint8Array, vk: Uint8Array): Agreement {
	return agreementShape(parseCanonical(openSigned(vk, agreementContext, signed)));
}

/** undefined: the entry is no fact of a recovery. */
export function recoveryFact(entry: Uint8Array): RecoveryFact | undefined {
	try {
		return factShape(factOf(entry));
	} catch {
		return undefined;
	}
}

/**
 * The keyring, by two of the shares that came: another pair is tried when one fails. 'pin' or
 * 'wrong-key' when no pair opens.
 */
export async function combineShares(
	container: Container,
	shares: readonly OpenedShare[],
): Promise<{ keyring: Keyring; p: Bytes }> {
	let failed: unknown = new CoffreError('few-shares');
	for (const [i, one] of shares.entries()) {
		for (const other of shares.slice(i + 1)) {
			try {
				const p = combine(fromBase64(one.share.share), fromBase64(other.share.share));
				return { p, keyring: await openKeyring(container, p) };
			} catch (e) {
				if (!(e instanceof CoffreError)) throw e;
				failed = e;
			}
		}
	}
	throw failed;
}

/** The entry of the log that says so. */
export function factEntry(f: RecoveryFact): Bytes {
	return concat(utf8('coffre/v1/fact\n'), canonical(factShape(f)));
}
