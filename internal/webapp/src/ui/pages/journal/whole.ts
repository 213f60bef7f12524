import type { JournalItem } from '../../../safe/types.ts';

/** What can be said of the list as one: that nothing of it is missing. */
export interface Whole {
	readonly good: number;
	readonly waiting: number;
	readonly wrong: number;
	/**
	 * all: every event from the first one on is there; from-here: none is missing between the oldest and
	 * the newest that were read; gap: one is; unnumbered: some are of before there were numbers.
	 */
	readonly missing: 'all' | 'from-here' | 'gap' | 'unnumbered';
}

/**
 * Newest first, as they were read; `more` while older ones are to be had. An event has its number under its
 * proof: nobody can take one out and close the gap. That the newest of all is there is checked where
 * the answer comes in (src/safe/journal.ts).
 */
export function wholeOf(items: readonly JournalItem[], more: boolean): Whole {
	const wrong = items.filter((i) => i.checked === 'failed').length;
	const waiting = items.filter((i) => i.checked === 'waiting').length;
	const counts = { good: items.length - wrong - waiting, waiting, wrong };
	const numbers = items.flatMap((i) => i.event.n ?? []);
	const sorted = [...numbers].sort((x, y) => y - x);
	const hole = sorted.some((n, i) => i > 0 && n !== (sorted[i - 1] ?? 0) - 1);
	const oldest = sorted.at(-1) ?? 1;
	if (hole || (!more && oldest - 1 > erased(items))) return { ...counts, missing: 'gap' };
	if (numbers.length < items.length || items.length === 0)
		return { ...counts, missing: 'unnumbered' };
	return { ...counts, missing: more ? 'from-here' : 'all' };
}

/** Through which number events were erased after their time of keeping, as the journal itself tells. */
function erased(items: readonly JournalItem[]): number {
	const told = items
		.filter((i) => i.event.what === 'journal.pruned' && i.checked === 'ok')
		.map((i) => Number(i.event.detail?.through ?? 0));
	return Math.max(0, ...told.filter(Number.isSafeInteger));
}
