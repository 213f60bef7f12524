// When a share ends. Days are those of the citizen's own calendar: a share
// "until the 25th" can be opened on the 25th.

export type Term = 'week' | 'month' | 'quarter' | 'date';

/** The longest that the gateway accepts by default is 366 days; a day less is safe everywhere. */
export const longest = 365;

/** The last moment of the share, or undefined for a date that will not do. */
export function endOf(term: Term, date: string, now: Date): Date | undefined {
	if (term === 'week') return lastMoment(plusDays(now, 7));
	if (term === 'month') return lastMoment(plusMonths(now, 1));
	if (term === 'quarter') return lastMoment(plusMonths(now, 3));
	const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(date) ?? [];
	if (year === undefined) return undefined;
	const end = lastMoment(new Date(Number(year), Number(month) - 1, Number(day)));
	if (end.getDate() !== Number(day)) return undefined;
	return end <= now || end > lastMoment(plusDays(now, longest)) ? undefined : end;
}

/** For <input type=date>: yyyy-mm-dd of that many days from now. */
export function dateIn(days: number, now: Date): string {
	const d = plusDays(now, days);
	const two = (n: number): string => String(n).padStart(2, '0');
	return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
}

function plusDays(d: Date, days: number): Date {
	return new Date(d.getFullYear(), d.getMonth(), d.getDate() + days);
}

/** The same day of a later month, or that month's last. */
function plusMonths(d: Date, months: number): Date {
	const last = new Date(d.getFullYear(), d.getMonth() + months + 1, 0).getDate();
	return new Date(d.getFullYear(), d.getMonth() + months, Math.min(d.getDate(), last));
}

function lastMoment(d: Date): Date {
	return new Date(d.getFullYear(), d.getMonth(), d.getDate(), 23, 59, 59);
}
