import { dateIn } from '../share/end.ts';

// Habilitations: the last day of one is a day of it, and what is kept is when it is over.

/** The last day on which it holds. */
export function lastDay(until: string): Date {
	return new Date(new Date(until).getTime() - 1);
}
/** As <input type=date> has it. */
export function dayIn(when: Date): string {
	return dateIn(0, when);
}
/** RFC 3339: when that day begins here. */
export function begins(day: string): string {
	return new Date(`${day}T00:00:00`).toISOString();
}
/** RFC 3339: when that day is over here, but not after what it depends on. */
export function ends(day: string, most: string): string {
	const midnight = new Date(`${day}T00:00:00`);
	midnight.setDate(midnight.getDate() + 1);
	return new Date(Math.min(midnight.getTime(), new Date(most).getTime())).toISOString();
}
/** Thirty days before it is over there is still time to renew it. */
export function nearly(until: string, now: Date): boolean {
	const left = new Date(until).getTime() - now.getTime();
	return left > 0 && left < 30 * 86_400_000;
}
