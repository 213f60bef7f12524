import { CoffreError } from '../errors.ts';
import { type Identity, identityFromSeed, type Recipient, recipientOf } from './age.ts';
import {
	type Bytes,
	fromBase64,
	fromBase64url,
	random,
	toBase64,
	toBase64url,
	utf8,
} from './bytes.ts';
import { recipientText } from './custody.ts';
import { derive, mac, sha256 } from './derive.ts';
import { base64, object } from './shape.ts';
import { checkPoint, checkVK, SigningKey } from './sign.ts';
import { hashWords, type Language } from './words.ts';

// SPEC.md §16: the keys of a mediator's session. They live in one tab, and nothing keeps them.

export const sessionShape = object({ recipient: recipientText, vk: base64(33) }, {});

/** What the citizen's client is shown of a session's keys. */
export type Session = ReturnType<typeof sessionShape>;

const printSize = 16;
const printWords = 6;
const secretSize = 16;

/** Drawn when a session is opened, gone with the tab. Secret. */
export interface SessionKey {
	readonly identity: Identity;
	readonly recipient: Recipient;
	readonly key: SigningKey;
	readonly public: Session;
}

export async function newSessionKey(secret: Uint8Array): Promise<SessionKey> {
	const identity = identityFromSeed(derive(secret, 'coffre/v1/session/age'));
	const key = new SigningKey(derive(secret, 'coffre/v1/session/ed25519'));
	const recipient = await recipientOf(identity);
	return { identity, recipient, key, public: { recipient, vk: toBase64(key.vk) } };
}

/** What the QR code carries behind #, past every server. */
export function sessionPrint(s: Session): string {
	return toBase64url(printBytes(s));
}

/** Six words, to be compared on both screens where no QR code was read. */
export function sessionWords(s: Session, lang: Language): string[] {
	return hashWords(printBytes(s), printWords, lang);
}

/** Both screens show them after an approval whose code was typed: who stands before him is behind the session. */
export function safeWords(s: Session, safe: string, vk: Uint8Array, lang: Language): string[] {
	const all = utf8(`${sessionPrint(s)}\n${safe}\n${toBase64(vk)}`);
	return hashWords(sha256(all), printWords, lang);
}

/** Drawn by the tab, for its link, where it stands behind # and no server is told. */
export function newLinkSecret(): string {
	return toBase64url(random(secretSize));
}

/** What shows the tab that whoever has its link has signed this mandate; 'form' without a secret. */
export function bindingOf(secret: string, signed: Uint8Array): Bytes {
	const key = fromBase64url(secret);
	if (key?.length !== secretSize) throw new CoffreError('form', { message: 'no secret of a link' });
	return mac(key, sha256(signed));
}

/** 'mismatch' when these are not the keys of the tab whose print was seen. */
export function checkPrint(s: Session, seen: string): void {
	if (sessionPrint(s) !== seen)
		throw new CoffreError('mismatch', {
			message: 'other keys than those of the mediator’s screen',
		});
}

export function checkSession(v: unknown): Session {
	const s = sessionShape(v);
	const vk = fromBase64(s.vk);
	checkVK(vk);
	// Bytes that a server chooses at will, without any key behind them, cost it nothing to try.
	checkPoint(vk);
	return s;
}

function printBytes(s: Session): Bytes {
	return sha256(utf8(`${s.recipient}\n${s.vk}`)).subarray(0, printSize) as Bytes;
}
