import { lang } from '../../words.svelte.ts';

/** "14:05". */
export function hour(when: string | number | Date): string {
	const locale = lang.value === 'fr' ? 'fr-FR' : 'en-GB';
	return new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(new Date(when));
}
