import type { JournalItem } from '../../../safe/types.ts';

export type Group = 'all' | 'documents' | 'shares' | 'deposits' | 'access' | 'refused';

const kinds: Readonly<Record<Exclude<Group, 'all' | 'refused'>, RegExp>> = {
	documents: /^(document\.|maintenance\.)/,
	shares: /^grant\./,
	deposits: /^(deposit|address)\./,
	access: /^(account|session|device|terms|safe|keyring|administration)\./,
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

/** Events of the same local day together, in the order they came. */
export function byDay(
	items: readonly JournalItem[],
	dayOf: (time: string) => string,
): readonly { readonly day: string; readonly items: readonly JournalItem[] }[] {
	const days: { day: string; items: JournalItem[] }[] = [];
	for (const item of items) {
		const day = dayOf(item.event.time);
		const last = days.at(-1);
		if (last?.day === day) last.items.push(item);
		else days.push({ day, items: [item] });
	}
	return days;
}

/** A page read after the first, without what the first already showed. */
export function joined(
	before: readonly JournalItem[],
	more: readonly JournalItem[],
): readonly JournalItem[] {
	const known = new Set(before.map((i) => i.event.id));
	return [...before, ...more.filter((i) => !known.has(i.event.id))];
}
