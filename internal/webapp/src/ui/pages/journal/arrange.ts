import type { JournalEvent, JournalItem } from '../../../safe/types.ts';
import { distinct } from '../distinct.ts';

export type Group = 'all' | 'documents' | 'shares' | 'deposits' | 'access' | 'refused';

const kinds: Readonly<Record<Exclude<Group, 'all' | 'refused'>, RegExp>> = {
	documents: /^(document\.|maintenance\.)/,
	shares: /^(grant|request)\./,
	deposits: /^(deposit|address)\./,
	access:
		/^(account|agent|session|device|terms|safe|keyring|root|card|custody|recovery|administration|notice|webhook|journal|structure|mediator|mediation|mandate|proposal)\./,
};

export const groups: readonly Group[] = [
	'all',
	'documents',
	'shares',
	'deposits',
	'access',
	'refused',
];

/** What is looked for; '' is everything. */
export interface Wanted {
	readonly group: Group;
	/** A side, or one of those who acted (keyOfActor). */
	readonly who: string;
	readonly doc: string;
	/** First and last local day, 2026-11-25. */
	readonly from: string;
	readonly to: string;
}
export const everything: Wanted = { group: 'all', who: '', doc: '', from: '', to: '' };

export function isEverything(w: Wanted): boolean {
	return w.group === 'all' && w.who + w.doc + w.from + w.to === '';
}

/** `dayOf` gives the local day of a moment as Wanted has it. */
export function arranged(
	items: readonly JournalItem[],
	{ group, who, doc, from, to }: Wanted,
	dayOf: (time: string) => string,
): readonly JournalItem[] {
	return items.filter(({ event }) => {
		if (doc !== '' && event.doc !== doc) return false;
		if (who !== '' && who !== sideOf(event) && who !== keyOfActor(event)) return false;
		if (from !== '' && dayOf(event.time) < from) return false;
		if (to !== '' && dayOf(event.time) > to) return false;
		if (group === 'all') return true;
		if (group === 'refused') return event.result !== 'done';
		return kinds[group].test(event.what);
	});
}

/** On whose side somebody stands: what the colours and their words tell apart. */
export type Side = 'you' | 'mediator' | 'agent' | 'system' | 'operator' | 'other';
const others: readonly Side[] = ['mediator', 'agent', 'system', 'operator'];
export const sides: readonly Side[] = ['you', ...others, 'other'];

export function sideOf(event: JournalEvent): Side {
	const { kind } = event.who;
	if (isYou(event)) return 'you';
	return others.find((side) => side === kind) ?? 'other';
}

/** No other citizen ever acts in this journal but for the holder, who is then named by `behalf`. */
export function isYou(event: JournalEvent): boolean {
	return event.who.kind === 'citizen' && event.who.id !== undefined && event.behalf === undefined;
}

/** The same for all that one person or one software has done; no language in it. */
export function keyOfActor(event: JournalEvent): string {
	const { id, name, administration } = event.who;
	return [sideOf(event), administration ?? '', id ?? name ?? ''].join(' ');
}

/** Those who acted beside the holder, whoever is first met first; one event of each to name them by. */
export function actors(items: readonly JournalItem[]): readonly JournalEvent[] {
	const all = new Map<string, JournalEvent>();
	for (const { event } of items) {
		const key = keyOfActor(event);
		if (!isYou(event) && !all.has(key)) all.set(key, event);
	}
	return [...all.values()];
}

/** Documents that something is told of, whichever is met first first; the name where the safe knows it. */
export function documents(
	items: readonly JournalItem[],
): readonly { readonly id: string; readonly name?: string }[] {
	const all = new Map<string, { id: string; name?: string }>();
	for (const { event, name } of items) {
		if (event.doc === undefined || all.has(event.doc)) continue;
		all.set(event.doc, { id: event.doc, ...(name === undefined ? {} : { name }) });
	}
	return [...all.values()];
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
