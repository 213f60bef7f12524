import { CoffreError } from '../errors.ts';
import { isTime } from './bytes.ts';

// SPEC.md §9: the places of a safe's events. internal/journal/eventplaces.go
// is the same, and testdata/places.json is read by both.

/** The least that a journal is kept: that younger events were forgotten explains nothing. */
const pruneAge = 365 * 24 * 3600 * 1000;

/** How far a reader's clock may be behind: an event of a later time explains nothing. */
const clockSlack = 24 * 3600 * 1000;

/** An event that was proven here. */
export interface SeenPlace {
	readonly n: number;
	/** Its commitment, in hexadecimal. */
	readonly entry: string;
	readonly time: string;
}

/** The event with the highest place that was proven here, in a list or as an act's own proof. */
export interface SeenPlaces extends SeenPlace {
	/**
	 * The first event of each month, newest first, as far as lists were read: what is said to be
	 * forgotten is older than those.
	 */
	readonly months?: readonly SeenPlace[] | undefined;
	/** Proven as an act's own, below the highest place: no list has shown them yet. */
	readonly owed?: readonly SeenPlace[] | undefined;
}

/** All that is remembered, the highest place first. */
export function pinsOf(seen: SeenPlaces | undefined): readonly SeenPlace[] {
	return seen === undefined ? [] : [seen, ...(seen.owed ?? []), ...(seen.months ?? [])];
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
	/** One without a place has come. */
	readonly bare?: boolean | undefined;
	readonly ended?: boolean | undefined;
	/** Of this list. */
	readonly months?: readonly SeenPlace[] | undefined;
	readonly pruned?: Pruning | undefined;
	/** Seen, while nothing explains that they are not there. */
	readonly gone?: readonly SeenPlace[] | undefined;
	readonly lost?: Loss | undefined;
	readonly lostFrom?: number | undefined;
	/** Further on the list has what was seen: it was looked for there. */
	readonly ahead?: boolean | undefined;
}

/** Reads a safe's events, newest first, and finds whether any are left out. */
export class Places {
	readonly #safe: string;
	readonly #seen: SeenPlaces | undefined;
	readonly #latest: number;
	#s: PlacesState;

	constructor(safe: string, seen: SeenPlaces | undefined, now: Date, state: PlacesState = {}) {
		this.#safe = safe;
		this.#seen = seen;
		this.#latest = now.getTime() + clockSlack;
		this.#s = state;
	}

	/** The next older event; without an index it waits for the log. */
	add(event: PlacedEvent, entry: string, index: number | undefined): void {
		if (event.safe !== this.#safe) refuse('an event of another safe is in the list');
		const excuse = index !== undefined && Date.parse(event.time) <= this.#latest;
		if (event.what === 'journal.pruned' && !this.#s.pruned && excuse)
			this.#s = { ...this.#s, pruned: pruningOf(event) };
		const { n } = event;
		const { top, next: want, at, bare } = this.#s;
		const late = at !== undefined && (index === undefined || index > at);
		if (n === undefined) {
			// Of before there were places.
			this.#s = { ...this.#s, bare: true };
			if (late) refuse(`an event without a place is not older than place ${(want ?? 0) + 1}`);
			return;
		}
		this.#s = { ...this.#s, next: n - 1, at: index };
		this.#compare(event, { n, entry, time: event.time }, index, excuse);
		if (bare) refuse(`an event without a place is newer than place ${n}`);
		if (top === undefined) return;
		if (n !== want) refuse(`after place ${(want ?? 0) + 1} comes ${n}`);
		if (late) refuse(`place ${n} is later in the log than ${n + 1}, or not in it`);
	}

	/** Another event in the place of one that was seen needs an explanation, as its absence does. */
	#compare(
		{ what }: PlacedEvent,
		event: SeenPlace,
		index: number | undefined,
		excuse: boolean,
	): void {
		const { n, entry, time } = event;
		const first = this.#s.top === undefined;
		if (first) this.#s = { ...this.#s, top: event, topWaits: index === undefined };
		const missing = pinsOf(this.#seen).filter(
			(p) => (first && p.n > n) || (p.n === n && p.entry !== entry),
		);
		const gone = [...(this.#s.gone ?? []), ...missing];
		const months = this.#s.months ?? [];
		this.#s = { ...this.#s, gone, months: index === undefined ? months : addMonth(months, event) };
		if (what !== 'maintenance.restored' || !excuse) return;
		const lost = gone.filter((p) => n <= p.n && time >= p.time);
		if (lost.length === 0) return;
		const events = Math.max(this.#s.lost?.events ?? 0, ...lost.map((p) => p.n - n + 1));
		const left = gone.filter((p) => !lost.includes(p));
		this.#s = { ...this.#s, gone: left, lost: { events, time }, lostFrom: n };
	}

	/** Something is not compared or explained yet: older events may, and the end will not. */
	get open(): boolean {
		const { ended, gone, ahead } = this.#s;
		if (gone?.length) return true;
		return !ended && !ahead && this.#seen !== undefined && !this.#met(this.#seen);
	}

	/** The list has come to what was seen. */
	#met({ n, owed = [] }: SeenPlaces): boolean {
		const { next } = this.#s;
		return next !== undefined && next < Math.min(n, ...owed.map((p) => p.n));
	}

	/** The list says that it has no older events. */
	end(): void {
		this.#s = { ...this.#s, ended: true };
		const { gone, next, pruned, top } = this.#s;
		const seen = this.#seen;
		const [missing] = gone ?? [];
		if (missing) refuse(`place ${missing.n} was seen and is not there, or another event is`);
		if (top === undefined && seen) refuse(`place ${seen.n} was seen and there is none`);
		if (next === undefined || next === 0) return;
		if (!pruned || pruned.through < next) refuse(`the list begins at place ${next + 1}`);
		const { through, before, time } = pruned;
		const young = Date.parse(time) - Date.parse(before) < pruneAge;
		if (young || pinsOf(seen).some((p) => p.n <= through && p.time >= before))
			refuse('events were forgotten before their time');
	}

	/** What is to be remembered, once its event is proven and compared with what was seen. */
	get top(): SeenPlaces | undefined {
		const { top, topWaits, ended, next = 0, lostFrom, months = [] } = this.#s;
		if (top === undefined || topWaits || this.open) return undefined;
		const kept = (this.#seen?.months ?? []).filter(
			({ n }) => (lostFrom === undefined || n < lostFrom) && !(ended && n <= next),
		);
		return { ...top, months: kept.reduce(addMonth, months) };
	}

	/** Where this reading stands, with what another one has found that went on from here. */
	with(ahead: Places): Places {
		const { lost, lostFrom } = ahead.state;
		const state = { ...this.#s, gone: [], ahead: true, lost, lostFrom };
		return new Places(this.#safe, this.#seen, new Date(this.#latest - clockSlack), state);
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

/** Keeps the event with the lowest place of each month. */
function addMonth(all: readonly SeenPlace[], event: SeenPlace): readonly SeenPlace[] {
	const month = (p: SeenPlace) => p.time.slice(0, 7);
	const i = all.findIndex((p) => month(p) === month(event));
	const known = all[i];
	if (known === undefined) return [...all, event];
	return event.n < known.n ? all.map((p) => (p === known ? event : p)) : all;
}
