import { lang } from '../../words.svelte.ts';

/** "a, b ou c". */
export function either(items: readonly string[]): string {
	const locale = lang.value === 'fr' ? 'fr-FR' : 'en-GB';
	return new Intl.ListFormat(locale, { type: 'disjunction' }).format(items);
}
