import type { JournalItem, PlacesView } from '../../../safe/types.ts';

/** What can be said of the list as one: that nothing of it is missing. */
export interface Whole {
	readonly good: number;
	readonly waiting: number;
	readonly wrong: number;
	/**
	 * all: no event is missing from the first one on; from-here: none is between the oldest and the newest
	 * that were read; unknown: some are of before events had a number, or do not verify.
	 */
	readonly missing: 'all' | 'from-here' | 'unknown';
}

/**
 * Newest first, as they were read; `places` is what the reading of the last of them has found
 * (src/safe/journal.ts), where a number that is left out is an alarm.
 */
export function wholeOf(
	items: readonly JournalItem[],
	more: boolean,
	places: PlacesView | undefined,
): Whole {
	const wrong = items.filter((i) => i.checked === 'failed').length;
	const waiting = items.filter((i) => i.checked === 'waiting').length;
	const counts = { good: items.length - wrong - waiting, waiting, wrong };
	const numbered = items.length > 0 && items.every((i) => i.event.n !== undefined);
	if (!numbered || wrong > 0 || places === undefined) return { ...counts, missing: 'unknown' };
	if (more) return { ...counts, missing: 'from-here' };
	return { ...counts, missing: places.complete ? 'all' : 'unknown' };
}
