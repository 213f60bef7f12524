import type { Act, ActivityView, Language } from '../../../safe/index.ts';
import { text } from './Figures.words.ts';

/** In the order of the table. */
export const counted: readonly Act[] = ['deposit', 'read', 'share', 'answer', 'organise'];

/** "novembre 2026", "septembre – novembre 2026": of one year always. */
export function monthsOf(
	p: { readonly first: string; readonly last: string },
	lang: Language,
): string {
	const name = (month: string, year: boolean): string =>
		new Intl.DateTimeFormat(lang === 'fr' ? 'fr-FR' : 'en-GB', {
			month: 'long',
			...(year ? { year: 'numeric' } : {}),
			timeZone: 'UTC',
		}).format(new Date(`${month}-01T00:00:00Z`));
	return p.first === p.last
		? name(p.last, true)
		: `${name(p.first, false)} – ${name(p.last, true)}`;
}

/** For a spreadsheet: an empty cell is held back. */
export function tableOf({ periods }: ActivityView): readonly (readonly string[])[] {
	const head = [
		text.first,
		text.last,
		text.people,
		text.sessions,
		text.minutes,
		...counted.map((act) => text.acts[act]),
		text.total,
	];
	const cell = (n: number | undefined): string => (n === undefined ? '' : String(n));
	const rows = periods.map((p) => [
		p.first,
		p.last,
		cell(p.people),
		cell(p.sessions),
		cell(p.minutes),
		...counted.map((act) => cell(p.acts[act])),
		cell(p.total),
	]);
	return [head, ...rows];
}
