// Which words of two sheets are typed to show that both were printed and can be read. The opening itself is
// tried with all of them; these only tell a sheet in her hand from one that stuck in the printer.

export interface Asked {
	readonly of: 'paper' | 'phrase';
	/** From 1, as it is printed. */
	readonly place: number;
	readonly word: string;
}

const ofPaper = 3;
const ofPhrase = 2;

/** In the order of the sheets; other places each time. */
export function asks(paper: readonly string[], phrase: readonly string[]): Asked[] {
	const from = (of: Asked['of'], words: readonly string[], count: number): Asked[] =>
		places(words.length, count).map((at) => ({ of, place: at + 1, word: words[at] ?? '' }));
	return [...from('paper', paper, ofPaper), ...from('phrase', phrase, ofPhrase)];
}

/** Accents, case and spaces are forgiven, as wherever words are typed; four letters suffice. */
export function sameWord(typed: string, word: string): boolean {
	const [is, wanted] = [fold(typed), fold(word)];
	return is === wanted || (is.length >= 4 && wanted.startsWith(is));
}

function places(of: number, count: number): number[] {
	const left = Array.from({ length: of }, (_, i) => i);
	const drawn = crypto.getRandomValues(new Uint16Array(count));
	return Array.from(drawn, (r) => left.splice(r % left.length, 1)[0] ?? 0).sort((a, b) => a - b);
}

function fold(w: string): string {
	return w
		.normalize('NFKD')
		.replace(/[\p{M}\s]/gu, '')
		.toLowerCase();
}
