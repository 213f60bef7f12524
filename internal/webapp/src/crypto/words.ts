import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist as english } from '@scure/bip39/wordlists/english.js';
import { wordlist as french } from '@scure/bip39/wordlists/french.js';
import { CoffreError } from '../errors.ts';
import { type Bytes, fromBase32, random, toBase32, utf8 } from './bytes.ts';
import { derive } from './derive.ts';

// Where P comes from when it is written on paper or drawn as a passphrase (SPEC.md §2).

export type Language = 'fr' | 'en';

const paperWords = 24;
const passphraseWords = 7;
const qrMark = 'COFFRE1:';

const lists: Readonly<Record<Language, readonly string[]>> = { fr: french, en: english };
/** Without accents and case: what is compared. */
const folded: Readonly<Record<Language, readonly string[]>> = {
	fr: french.map(fold),
	en: english.map(fold),
};

export function newSecret(): Bytes {
	return random(32);
}

/** 24 words, composed letters (NFC) to be shown. */
export function toPaperWords(p: Uint8Array, lang: Language): string[] {
	return entropyToMnemonic(p, [...lists[lang]])
		.normalize('NFC')
		.split(/\s+/);
}

export function toPaperQR(p: Uint8Array): string {
	return qrMark + toBase32(p).toUpperCase();
}

/** The words of either language, or the text of the QR code. 'words', or 'word-unknown' with the first one. */
export function parsePaper(typed: string): Bytes {
	const qr = typed.replace(/[\s\u0085]+/g, '').toUpperCase();
	if (qr.startsWith(qrMark)) {
		const [key = '', ...number] = qr.slice(qrMark.length).toLowerCase().split('.');
		const p = fromBase32(key);
		if (number.length > 1 || number.some((n) => !isId(n))) throw new CoffreError('words');
		if (p?.length !== 32) throw new CoffreError('words');
		return p;
	}
	const { words, lang } = recognise(typed, paperWords);
	try {
		return mnemonicToEntropy(words.join(' '), [...lists[lang]]) as Bytes;
	} catch {
		throw new CoffreError('words', {
			message: 'the checksum says that a word is not the right one',
		});
	}
}

function isId(text: string): boolean {
	return text.length === 26 && fromBase32(text)?.length === 16;
}

/** Seven words, NFC. */
export function newPassphrase(lang: Language): string[] {
	// 2048 divides 65536: no word is likelier than another.
	const drawn = new Uint16Array(random(2 * passphraseWords).buffer);
	return Array.from(drawn, (v) => (lists[lang][v % 2048] ?? '').normalize('NFC'));
}

export function parsePassphrase(typed: string): Bytes {
	const { words } = recognise(typed, passphraseWords);
	return derive(utf8(words.join(' ').normalize('NFKD')), 'coffre/v1/unlock/passphrase');
}

/** Words of the list that begin like this, NFC: for those who type. */
export function complete(start: string, lang: Language, most = 6): string[] {
	const wanted = fold(start);
	if (wanted === '') return [];
	const found: string[] = [];
	for (const [i, w] of folded[lang].entries()) {
		if (w.startsWith(wanted)) found.push((lists[lang][i] ?? '').normalize('NFC'));
		if (found.length === most) break;
	}
	return found;
}

/** The first bits of a hash as words of a list, 11 bits each, NFC: to be read aloud and compared. */
export function hashWords(hash: Uint8Array, count: number, lang: Language): string[] {
	let bits = 0n;
	for (const b of hash) bits = (bits << 8n) | BigInt(b);
	return Array.from({ length: count }, (_, i) => {
		const index = Number((bits >> BigInt(8 * hash.length - 11 * (i + 1))) & 2047n);
		return (lists[lang][index] ?? '').normalize('NFC');
	});
}

function recognise(typed: string, count: number): { words: string[]; lang: Language } {
	const parts = typed.split(/[\s\u0085,;.\-0-9]+/).filter((w) => w !== '');
	const tries = (['fr', 'en'] as const).map((lang) => {
		const words = parts.map((w) => find(w, lang));
		return { lang, words, known: words.filter((w) => w !== undefined).length };
	});
	const [best] = tries.sort((a, b) => b.known - a.known);
	if (!best || parts.length === 0) throw new CoffreError('words');
	const index = best.words.indexOf(undefined);
	if (index >= 0) throw new CoffreError('word-unknown', { word: parts[index], index });
	if (parts.length !== count)
		throw new CoffreError('words', { message: `${parts.length} words instead of ${count}` });
	return { lang: best.lang, words: best.words as string[] };
}

function find(typed: string, lang: Language): string | undefined {
	const wanted = fold(typed);
	const list = folded[lang];
	let at = list.indexOf(wanted);
	if (at < 0 && wanted.length >= 4) at = list.findIndex((w) => w.startsWith(wanted));
	return lists[lang][at];
}

function fold(w: string): string {
	return w.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
