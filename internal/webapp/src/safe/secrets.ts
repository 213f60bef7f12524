import { newId } from '../crypto/bytes.ts';
import type { Container, NewUnlocker } from '../crypto/keyring.ts';
import { newKeyring, openKeyring } from '../crypto/keyring.ts';
import {
	newPassphrase,
	newSecret,
	parsePaper,
	parsePassphrase,
	toPaperQR,
	toPaperWords,
} from '../crypto/words.ts';
import { CoffreError } from '../errors.ts';
import type { Key, KeyringKind } from './core.ts';
import type { Draft, Language, PaperDraft, PassphraseDraft } from './types.ts';

export function paper(lang: Language): PaperDraft {
	const p = newSecret();
	return { kind: 'paper', p, words: toPaperWords(p, lang), qr: toPaperQR(p) };
}

export function passphrase(lang: Language): PassphraseDraft {
	const words = newPassphrase(lang);
	return { kind: 'passphrase', p: parsePassphrase(words.join(' ')), words };
}

/** The unlock secret of what was typed or of what the passkey gave. */
export function secretOf(key: Key): Uint8Array {
	if (key.kind === 'passkey') return key.p;
	return key.kind === 'paper' ? parsePaper(key.text) : parsePassphrase(key.text);
}

/** Seals a keyring to the draft, and opens it with what was typed. */
export async function prove(draft: Draft, key: Key, now: Date): Promise<void> {
	const other: NewUnlocker = { kind: 'paper', label: '', p: newSecret() };
	const { container } = await newKeyring(newId(), [unlocker(draft), other], now);
	await openKeyring(container, secretOf(key));
}

export function unlockers(drafts: readonly Draft[]): NewUnlocker[] {
	if (drafts.length < 2)
		throw new CoffreError('invalid', { message: 'two ways to unlock at least' });
	return drafts.map(unlocker);
}

export function kindsOf(c: Container): KeyringKind[] {
	return c.copies.map(({ id, kind, credential }) =>
		credential === undefined ? { id, kind } : { id, kind, credential },
	);
}

export function unlocker(d: Draft): NewUnlocker {
	const plain = { kind: d.kind, label: d.label ?? '', p: d.p };
	return d.credential === undefined ? plain : { ...plain, credential: d.credential };
}
