import type { JournalItem } from '../../../safe/types.ts';
import { distinct } from '../distinct.ts';

export type Group = 'all' | 'documents' | 'shares' | 'deposits' | 'access' | 'refused';

const kinds: Readonly<Record<Exclude<Group, 'all' | 'refused'>, RegExp>> = {
	documents: /^(document\.|maintenance\.)/,
	shares: /^grant\./,
	deposits: /^(deposit|address)\./,
	access:
		/^(account|agent|session|device|terms|safe|keyring|root|card|custody|recovery|administration)\./,
};

export const groups: readonly Group[] = [
	'all',
	'documents',
	'shares',
	'deposits',
	'access',
	'refused',
];

/** The events of one group, about one document when it is given. */
export function arranged(
	items: readonly JournalItem[],
	group: Group,
	doc: string | undefined,
): readonly JournalItem[] {
	return items.filter(({ event }) => {
		if (doc !== undefined && event.doc !== doc) return false;
		if (group === 'all') return true;
		if (group === 'refused') return event.result !== 'done';
		return kinds[group].test(event.what);
	});
}

export interface Day {
	/** Of its first event. */
	readonly key: string;
	readonly day: string;
	readonly items: readonly JournalItem[];
}

/** Events that follow each other on the same local day; a day comes back when the order is broken. */
export function byDay(
	items: readonly JournalItem[],
	dayOf: (time: string) => string,
): readonly Day[] {
	const days: { key: string; day: string; items: JournalItem[] }[] = [];
	for (const item of items) {
		const day = dayOf(item.event.time);
		const last = days.at(-1);
		if (last?.day === day) last.items.push(item);
		else days.push({ key: keyOf(item), day, items: [item] });
	}
	return days;
}

/** One page after another; what the later one repeats is left out. */
export function joined(
	before: readonly JournalItem[],
	more: readonly JournalItem[],
): readonly JournalItem[] {
	const known = new Set(before.map((i) => i.event.id));
	return distinct([...before, ...more.filter((i) => !known.has(i.event.id))], keyOf);
}

/** The same event at two places of the log is two lines: somebody made it up. */
export function keyOf({ event, index }: JournalItem): string {
	return `${event.id} ${index ?? ''}`;
}
