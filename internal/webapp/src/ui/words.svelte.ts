// The two languages of the interface. Each page keeps its texts in a sibling
// *.words.ts; French is the one that English is checked against.

export type Lang = 'fr' | 'en';

type Text = string | readonly string[] | ((...args: never[]) => string) | Texts;
interface Texts {
	readonly [key: string]: Text;
}
/** The same keys, the same arguments. */
export type Like<T> = {
	readonly [K in keyof T]: T[K] extends string
		? string
		: T[K] extends (...args: infer A) => string
			? (...args: A) => string
			: T[K] extends readonly string[]
				? readonly string[]
				: Like<T[K]>;
};

const remembered = 'coffre.lang';

function first(): Lang {
	try {
		const kept = localStorage.getItem(remembered);
		if (kept === 'fr' || kept === 'en') return kept;
	} catch {
		// No storage: the browser's own language decides.
	}
	const own = globalThis.navigator?.language ?? 'fr';
	return own.toLowerCase().startsWith('fr') ? 'fr' : 'en';
}

let current = $state<Lang>(first());

export const lang = {
	get value(): Lang {
		return current;
	},
	set(next: Lang): void {
		current = next;
		try {
			localStorage.setItem(remembered, next);
		} catch {
			// Kept for this visit only.
		}
	},
};

/** Texts in both languages; each member follows the language of the moment. */
export function words<T extends Texts>(fr: T, en: Like<NoInfer<T>>): Like<T> {
	const french = typeset(fr) as T;
	const texts = {};
	for (const key of Object.keys(fr)) {
		Object.defineProperty(texts, key, {
			enumerable: true,
			get: () => (current === 'fr' ? french : (en as unknown as T))[key],
		});
	}
	return texts as Like<T>;
}

/** French spaces before and within signs do not break the line. */
export function unbroken(french: string): string {
	return french
		.replace(/« /g, '«\u00a0')
		.replace(/ (?=[»:])/g, '\u00a0')
		.replace(/ (?=[;!?])/g, '\u202f');
}
function typeset(text: Text): Text {
	if (typeof text === 'string') return unbroken(text);
	if (typeof text === 'function') return (...args) => unbroken(text(...args));
	if (Array.isArray(text)) return text.map(unbroken);
	return Object.fromEntries(Object.entries(text).map(([k, t]) => [k, typeset(t)]));
}

const locale = (): string => (current === 'fr' ? 'fr-FR' : 'en-GB');

const units = { fr: ['o', 'Ko', 'Mo', 'Go'], en: ['B', 'kB', 'MB', 'GB'] } as const;

/** "3,2 Mo", "3.2 MB": powers of 1000, as browsers and systems show them. */
export function size(bytes: number): string {
	const power = bytes < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(bytes) / 3));
	const value = bytes / 1000 ** power;
	const digits = power === 0 || value >= 100 ? 0 : 1;
	const number = new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value);
	return `${number}\u00a0${units[current][power]}`;
}

export function count(n: number): string {
	return new Intl.NumberFormat(locale()).format(n);
}

/** "25 novembre 2026". */
export function day(when: string | number | Date): string {
	return new Intl.DateTimeFormat(locale(), { dateStyle: 'long' }).format(new Date(when));
}
/** "25/11/2026", for lists. */
export function shortDay(when: string | number | Date): string {
	return new Intl.DateTimeFormat(locale(), { dateStyle: 'short' }).format(new Date(when));
}
/** "25 novembre 2026 à 14:05". */
export function moment(when: string | number | Date): string {
	return new Intl.DateTimeFormat(locale(), { dateStyle: 'long', timeStyle: 'short' }).format(
		new Date(when),
	);
}
/** "14:05:09". */
export function clock(when: string | number | Date): string {
	return new Intl.DateTimeFormat(locale(), { timeStyle: 'medium' }).format(new Date(when));
}

const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
	['year', 31_536_000],
	['month', 2_592_000],
	['day', 86_400],
	['hour', 3_600],
	['minute', 60],
];

/** "il y a 3 heures", "dans 2 jours". */
export function ago(when: string | number | Date, now = Date.now()): string {
	const seconds = (new Date(when).getTime() - now) / 1000;
	const format = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' });
	for (const [unit, length] of steps) {
		if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
	}
	return format.format(0, 'second');
}

/** "a, b et c". */
export function list(items: readonly string[]): string {
	return new Intl.ListFormat(locale(), { type: 'conjunction' }).format(items);
}
