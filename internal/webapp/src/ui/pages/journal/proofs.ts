import type { JournalItem } from '../../../safe/types.ts';

// The journal for whoever checks it again, without this server and without this page.

/**
 * One canonical event, its salt and its leaf in the log for each line, and the key that the browser knows
 * the log by. Nothing in it is secret to who may read the journal; it opens no document.
 */
export function proofsOf(log: string, items: readonly JournalItem[]): string {
	const events = items.map((i) => i.proof);
	return JSON.stringify({ v: 1, type: 'journal', log, events }, null, '\t');
}
