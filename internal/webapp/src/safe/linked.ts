import { toBase64 } from '../crypto/bytes.ts';
import { bindingOf, type Session, safeWords } from '../crypto/session.ts';
import { CoffreError } from '../errors.ts';
import type { PrintWords, SessionOrder } from './mandatetypes.ts';

// By what a mediator's tab knows that the safe behind its session is the one of the citizen before him.

/** Words of the safe behind a session, for both screens. */
export function wordsOfSafe(session: Session, safe: string, vk: Uint8Array): PrintWords {
	const words = (lang: keyof PrintWords) => safeWords(session, safe, vk, lang);
	return { fr: words('fr'), en: words('en') };
}

/**
 * Whether she who signed had this tab's link. Without her word the code was typed, which at the counter it
 * never is; a word that is not of this mandate is somebody else's: 'mismatch'.
 */
export function hadLink(
	link: { readonly secret: string; readonly way: SessionOrder['way'] },
	signed: Uint8Array,
	binding: string | undefined,
): boolean {
	if (binding === undefined && link.way === 'phone') return false;
	if (binding !== toBase64(bindingOf(link.secret, signed)))
		throw new CoffreError('mismatch', { message: 'who signed has not had this link' });
	return true;
}
