import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { CoffreError } from '../errors.ts';
import { type PlacedEvent, Places, type SeenPlaces } from './places.ts';

interface Case {
	readonly name: string;
	readonly safe: string;
	readonly seen?: SeenPlaces;
	/** 2026-11-26 where it is not said. */
	readonly now?: string;
	readonly events: readonly (PlacedEvent & { entry: string; index: number; n: number })[];
	/** There are older events. */
	readonly partial?: boolean;
	/** And they have to be read. */
	readonly open?: boolean;
	readonly hole: boolean;
	readonly lost: number;
	readonly through: number;
	readonly top: number;
	readonly months?: readonly number[];
}

const file = new URL('../../../journal/testdata/places.json', import.meta.url);
const cases = JSON.parse(await readFile(file, 'utf8')) as Case[];

/** Reads a list, each page of it with what the one before has found. */
function read(c: Case, pageLength: number): { found: unknown; places: Places } {
	const now = new Date(c.now ?? '2026-11-26T12:00:00Z');
	let places = new Places(c.safe, c.seen, now);
	let found: unknown;
	const attempt = (fn: () => void): void => {
		try {
			fn();
		} catch (e) {
			found ??= e;
		}
	};
	c.events.forEach(({ entry, index, n, ...event }, i) => {
		if (i % pageLength === 0)
			places = new Places(c.safe, c.seen, now, JSON.parse(JSON.stringify(places.state)));
		attempt(() =>
			places.add({ ...event, n: n || undefined }, entry, index < 0 ? undefined : index),
		);
	});
	if (!c.partial) attempt(() => places.end());
	return { found, places };
}

describe('the places of a safe’s events', () => {
	it('has the cases that Go has', () => expect(cases.length).toBeGreaterThan(50));

	it.each(cases)('$name', (c) => {
		for (const pageLength of [1, 2, 100]) {
			const { found, places } = read(c, pageLength);
			if (c.hole) {
				expect(found).toBeInstanceOf(CoffreError);
				expect(found).toMatchObject({ code: 'hole' });
				continue;
			}
			expect(found).toBeUndefined();
			expect(places.lost?.events ?? 0).toBe(c.lost);
			expect(places.pruned?.through ?? 0).toBe(c.through);
			expect(places.open).toBe(c.open ?? false);
			expect(places.top?.n ?? 0).toBe(c.top);
			if (c.months) expect(places.top?.months?.map((m) => m.n)).toEqual(c.months);
		}
	});
});
