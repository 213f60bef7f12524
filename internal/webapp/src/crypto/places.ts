import { CoffreError } from '../errors.ts';
import { isTime } from './bytes.ts';

// SPEC.md §9: the places of a safe's events. internal/journal/eventplaces.go
// is the same, and testdata/places.json is read by both.

/** The least that a journal is kept: that younger events were forgotten explains nothing. */
const pruneAge = 365 * 24 * 3600 * 1000;

/** The event with the highest place that was proven here, in a list or as an act's own proof. */
export interface SeenPlace {
	readonly n: number;
	/** Its commitment, in hexadecimal. */
	readonly entry: string;
	readonly time: string;
}

export interface PlacedEvent {
	readonly n?: number | undefined;
	readonly what: string;
	readonly time: string;
	readonly safe?: string | undefined;
	readonly detail?: Readonly<Record<string, string>> | undefined;
}

export interface Pruning {
	/** The place up to which events were forgotten. */
	readonly through: number;
	/** All of them are of before that time. */
	readonly before: string;
	readonly time: string;
}

export interface Loss {
	/** How many events that were seen here a restore from a backup has lost. */
	readonly events: number;
	/** When that was. */
	readonly time: string;
}

/** As plain data, to go on with the next page of a list. */
export interface PlacesState {
	readonly top?: SeenPlace | undefined;
	readonly topWaits?: boolean | undefined;
	readonly next?: number | undefined;
	readonly at?: number | undefined;
	readonly pruned?: Pruning | undefined;
	readonly gone?: number | undefined;
	readonly lost?: Loss | undefined;
}

/** Reads a safe's events, newest first, and finds whether any are left out. */
export class Places {
	readonly #safe: string;
	readonly #seen: SeenPlace | undefined;
	#s: PlacesState;

	constructor(safe: string, seen: SeenPlace | undefined, state: PlacesState = {}) {
		this.#safe = safe;
		this.#seen = seen;
		this.#s = state;
	}

	/** The next older event; without an index it waits for the log. */
	add(event: PlacedEvent, entry: string, index: number | undefined): void {
		if (event.safe !== this.#safe) refuse('an event of another safe is in the list');
		if (event.what === 'journal.pruned' && !this.#s.pruned)
			this.#s = { ...this.#s, pruned: pruningOf(event) };
		const { n } = event;
		if (n === undefined) return; // of before there were places
		const { top, next: want, at } = this.#s;
		if (top === undefined) {
			this.#s = { ...this.#s, top: { n, entry, time: event.time }, topWaits: index === undefined };
			if (this.#seen && n < this.#seen.n) this.#s = { ...this.#s, gone: this.#seen.n };
		}
		this.#s = { ...this.#s, next: n - 1, at: index };
		this.#compare(event, n, entry);
		if (top === undefined) return;
		if (n !== want) refuse(`after place ${(want ?? 0) + 1} comes ${n}`);
		if (at !== undefined && (index === undefined || index > at))
			refuse(`place ${n} is later in the log than ${n + 1}, or not in it`);
	}

	/** Another event in the place of the one seen last needs an explanation, as its absence does. */
	#compare({ what, time }: PlacedEvent, n: number, entry: string): void {
		const seen = this.#seen;
		if (!seen) return;
		if (n === seen.n && entry !== seen.entry) this.#s = { ...this.#s, gone: n };
		if (what !== 'maintenance.restored' || n > seen.n || time < seen.time || !this.open) return;
		this.#s = { ...this.#s, gone: undefined, lost: { events: seen.n - n + 1, time } };
	}

	/** Something is not explained yet: older events may, and the end will not. */
	get open(): boolean {
		return this.#s.gone !== undefined;
	}

	/** The list says that it has no older events. */
	end(): void {
		const { gone, next, pruned, top } = this.#s;
		const seen = this.#seen;
		if (gone !== undefined) refuse(`place ${gone} was seen and is not there, or another event is`);
		if (top === undefined && seen) refuse(`place ${seen.n} was seen and there is none`);
		if (next === undefined || next === 0) return;
		if (!pruned || pruned.through < next) refuse(`the list begins at place ${next + 1}`);
		const young = Date.parse(pruned.time) - Date.parse(pruned.before) < pruneAge;
		if (young || (seen && seen.n <= pruned.through && seen.time >= pruned.before))
			refuse('events were forgotten before their time');
	}

	/** What is to be remembered, once its event is proven. */
	get top(): SeenPlace | undefined {
		const { top, topWaits } = this.#s;
		const seen = this.#seen;
		const known = top?.n === seen?.n && top?.entry === seen?.entry;
		return topWaits || this.open || known ? undefined : top;
	}

	get lost(): Loss | undefined {
		return this.#s.lost;
	}

	get pruned(): Pruning | undefined {
		return this.#s.pruned;
	}

	get state(): PlacesState {
		return this.#s;
	}
}

function pruningOf({ detail, time }: PlacedEvent): Pruning {
	const through = /^(0|[1-9]\d{0,15})$/.exec(detail?.through ?? '');
	const before = detail?.before ?? '';
	if (!through || !isTime(before)) return { through: 0, before: time, time }; // explains nothing
	return { through: Number(through[0]), before, time };
}

function refuse(message: string): never {
	throw new CoffreError('hole', { message });
}
