import { beforeEach, describe, expect, it } from 'vitest';
import type { OpenSafe } from './opensafe.ts';
import { add, browser, create, first } from './testing/client.ts';
import { FakeGateway, type Json } from './testing/gateway.ts';
import type { JournalView } from './types.ts';

let gateway: FakeGateway;
let remembered: Record<string, string>;
let safe: OpenSafe;

beforeEach(async () => {
	gateway = new FakeGateway();
	remembered = {};
	({ safe } = await create(browser(gateway, 'citizen', remembered, gateway.as('citizen'))));
	await add(safe, new File(['a'], 'a'));
	await safe.createFolder('b');
});

/** From now on the journal's list is another one. */
const listed = (change: (items: Json[]) => Json[]): void => {
	gateway.lie = (path, _, a) =>
		path.endsWith('/journal') ? { ...a, items: change(a.items as Json[]) } : undefined;
};
const numbers = (page: JournalView): (number | undefined)[] => page.items.map((i) => i.event.n);

describe('the numbers of the journal’s lines', () => {
	it('say that it is whole', async () => {
		const page = await safe.journal();
		expect(numbers(page)).toEqual(numbers(page).map((_, i, all) => all.length - i));
		expect(page.error).toBeUndefined();
		expect(page.places).toEqual({ complete: true });
	});

	it('betray a line that is left out, wherever it is', async () => {
		const { length } = (await safe.journal()).items;
		for (let out = 0; out < length; out++) {
			listed((all) => all.filter((_, i) => i !== out));
			const page = await safe.journal();
			expect(page.error, `line ${out}`).toMatchObject({ code: 'hole' });
			expect(page.places.complete).toBe(false);
			// The evidence is what stands on both sides, each with its proof.
			expect(JSON.stringify(page.error?.evidence)).toContain('checkpoint');
		}
		gateway.lie = undefined;
		expect((await safe.journal()).error).toBeUndefined();
	});

	it('cannot be counted anew behind a line that is left out', async () => {
		await safe.journal();
		listed((all) =>
			all
				.filter((_, i) => i !== 1)
				.map((item, i) => {
					if (i > 0) return item;
					const event = JSON.parse(item.event as string) as { n: number };
					return { event: JSON.stringify({ ...event, n: event.n - 1 }), salt: item.salt };
				}),
		);
		expect((await safe.journal()).error).toMatchObject({ code: 'hole' });
	});

	it('are remembered of an act, before the list was ever read', async () => {
		await safe.open(first(safe.entries).id);
		const known = JSON.parse(remembered[`places:${gateway.safe}`] ?? '{}') as { n?: number };
		expect(known.n ?? 0).toBeGreaterThan(0);
		listed((all) => all.slice(-((known.n ?? 0) - 1)));
		expect((await safe.journal()).error).toMatchObject({ code: 'hole' });
	});

	it('are in the proof of an act, which proves nothing without', async () => {
		const { journal } = gateway;
		const record = journal.record.bind(journal);
		const { id } = first(safe.entries);
		journal.record = (more) => {
			const proof = record(more);
			const { n: _, ...event } = JSON.parse(proof.event as string) as Json;
			return journal.unplaced(event);
		};
		await expect(safe.open(id)).rejects.toMatchObject({ code: 'leaf' });
		journal.record = record;
		await safe.open(id);
	});

	it('may begin anew where a backup was restored, and it is said what is lost', async () => {
		const { length } = (await safe.journal()).items;
		gateway.journal.forget(length - 2);
		expect((await safe.journal()).error).toMatchObject({ code: 'hole' });
		gateway.journal.record({
			what: 'maintenance.restored',
			who: { kind: 'operator', name: 'coffred' },
		});
		const page = await safe.journal();
		expect(page.error).toBeUndefined();
		expect(page.places).toMatchObject({ complete: true, lost: { events: 2 } });
		// It is told once: the new numbers are those that count from now on.
		expect((await safe.journal()).places.lost).toBeUndefined();
		listed((all) => all.slice(1));
		expect((await safe.journal()).error).toMatchObject({ code: 'hole' });
	});

	const pruned = (through: string): void => {
		gateway.journal.record({
			what: 'journal.pruned',
			who: { kind: 'operator', name: 'coffred' },
			detail: { through, before: '2019-01-01T00:00:00Z' },
		});
	};

	it('may begin later where a line says up to where they were forgotten', async () => {
		pruned('1');
		listed((all) => all.slice(0, -1));
		const page = await safe.journal();
		expect(page.error).toBeUndefined();
		expect(page.places).toMatchObject({ complete: true, pruned: { through: 1 } });
		listed((all) => all.slice(0, -2));
		expect((await safe.journal()).error).toMatchObject({ code: 'hole' });
	});

	it('are not forgotten as old where this browser has seen that they are not', async () => {
		const { length } = (await safe.journal()).items;
		pruned(String(length - 1));
		listed((all) => all.slice(0, 2));
		expect((await safe.journal()).error).toMatchObject({ code: 'hole' });
	});

	it('are read down to the one seen before a newer one is remembered', async () => {
		const key = `places:${gateway.safe}`;
		await safe.journal();
		await safe.createFolder('c');
		const seen = JSON.parse(remembered[key] ?? '{}') as { n: number };
		let asked = 0;
		// One line a page; the one that was seen is another one.
		remembered[key] = JSON.stringify({ ...seen, entry: 'ee'.repeat(32), months: [] });
		gateway.lie = (path, _, a) => {
			if (!path.endsWith('/journal')) return undefined;
			const all = a.items as Json[];
			const item = all[asked++];
			return {
				...a,
				items: item ? [item] : [],
				next: asked < all.length ? String(asked) : undefined,
			};
		};
		expect((await safe.journal()).error).toMatchObject({ code: 'hole' });
		expect(asked).toBeGreaterThan(1);
		expect(JSON.parse(remembered[key] ?? '{}')).toMatchObject({ n: seen.n });
	});
});
