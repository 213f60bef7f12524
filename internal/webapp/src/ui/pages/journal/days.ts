// Days as somebody on this device reads them, written so that they compare: 2026-11-25.

export type Period = 'all' | 'week' | 'month' | 'year' | 'dates';
export const periods: readonly Period[] = ['all', 'week', 'month', 'year', 'dates'];

const length = { week: 7, month: 30, year: 365 } as const;

export function dayOf(when: string | Date): string {
	const d = new Date(when);
	const parts = [d.getMonth() + 1, d.getDate()].map((n) => String(n).padStart(2, '0'));
	return [String(d.getFullYear()).padStart(4, '0'), ...parts].join('-');
}

/** The first day of a period that ends today; '' for the beginning of time. */
export function startOf(period: Period, today: Date): string {
	if (period === 'all' || period === 'dates') return '';
	const first = new Date(today);
	first.setDate(first.getDate() - length[period] + 1);
	return dayOf(first);
}
