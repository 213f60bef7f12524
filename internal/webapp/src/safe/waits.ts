import { toHex } from '../crypto/bytes.ts';
import { entryOf } from '../crypto/log.ts';
import { CoffreError } from '../errors.ts';
import type { Context } from './context.ts';
import type { JournalItem } from './types.ts';

const name = 'waits';
/** Far more than a sequencer that publishes at all lets an event wait. */
const longWait = 10 * 60_000;
/** After so long an event that is not shown any more is forgotten. */
const kept = 400 * 86_400_000;
/** So many are remembered at a time: the older ones stay. */
const most = 200;

/** When it was last seen to wait with all others, for a log of so many entries as at first. */
interface Wait {
	readonly since: string;
	readonly size: number;
}

/**
 * An alarm for those events that have waited for minutes while the log went on without them: they
 * were shown, and never committed to. The time is this browser's own.
 */
export function withWaits(
	{ memory, now }: Context,
	size: number,
	items: readonly JournalItem[],
): JournalItem[] {
	const before = memory.get(name) ?? '{}';
	const at = now().getTime();
	const seen = new Map(
		Object.entries(JSON.parse(before) as Record<string, Wait>).filter(
			([, w]) => at - Date.parse(w.since) <= kept,
		),
	);
	const told = items.map((item) => {
		const entry = item.checked === 'failed' ? undefined : entryIn(item);
		if (entry === undefined) return item;
		const known = seen.get(entry);
		if (item.checked === 'ok') seen.delete(entry);
		else if (known ? known.size === size : seen.size < most)
			seen.set(entry, { since: new Date(at).toISOString(), size });
		if (item.checked === 'ok' || !known) return item;
		if (size === known.size || at - Date.parse(known.since) < longWait) return item;
		const message = `the journal has ${size} entries after ${known.size}, and this event still waits`;
		const evidence = { at: new Date(at).toISOString(), code: 'leaf', message, seen: known, size };
		const error = new CoffreError('leaf', { message, evidence: { ...evidence, ...item.proof } });
		return { ...item, checked: 'failed' as const, error };
	});
	const after = JSON.stringify(Object.fromEntries(seen));
	if (after !== before) memory.set(name, after);
	return told;
}

/** Undefined where there is no salt: what is wrong with it is said elsewhere. */
function entryIn({ proof }: JournalItem): string | undefined {
	try {
		return toHex(entryOf(proof.event, proof.salt));
	} catch {
		return undefined;
	}
}
