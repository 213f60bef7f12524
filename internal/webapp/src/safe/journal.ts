import type { components } from '../api/schema.ts';
import { fromBase64, toHex, toTime, utf8 } from '../crypto/bytes.ts';
import { hashHex } from '../crypto/derive.ts';
import { entryOf, parseEvent, verifyInclusion } from '../crypto/log.ts';
import { Places, type PlacesState, type SeenPlace } from '../crypto/places.ts';
import { CoffreError } from '../errors.ts';
import type { Context } from './context.ts';
import { withEvidence } from './context.ts';
import { keepPlace, seenPlace } from './logwatch.ts';
import type { JournalEvent, JournalItem, JournalView } from './types.ts';
import type { Vault } from './vault.ts';

type Item = components['schemas']['JournalPage']['items'][number];
type Tree = Awaited<ReturnType<Context['log']['checkpoint']>>;
type Page = Omit<JournalView, 'places'>;

/** Where a list goes on, and what was found up to there: `next` as text. */
interface Onward {
	readonly cursor: string;
	readonly seen?: SeenPlace | undefined;
	readonly state: PlacesState;
}

/** A page of the journal, each event looked for in the log, none left out. */
export async function readJournal(
	context: Context,
	vault: Vault,
	before: string | undefined,
): Promise<JournalView> {
	const safe = vault.keyring.safe;
	const from = before === undefined ? undefined : (JSON.parse(before) as Onward);
	const seen = from === undefined ? seenPlace(context.memory, safe) : from.seen;
	const page = await readPage(context, vault, from?.cursor);
	let places = new Places(safe, seen, from?.state);
	let error = page.error ?? inPlace(context, places, page.items, seen);
	if (!error && places.open) {
		const explained = await explain(context, vault, places, page, seen);
		if (explained instanceof CoffreError) error = explained;
		else places = explained;
	}
	if (!error && page.next === undefined) error = ended(context, places, page.items, seen);
	const { top, lost, pruned, state } = places;
	const proven = page.items.every((i) => i.checked !== 'failed');
	if (!error && proven && top) keepPlace(context.memory, safe, top);
	const onward: Onward | undefined =
		page.next === undefined ? undefined : { cursor: page.next, seen, state };
	const { next: _, ...view } = page;
	return {
		...view,
		...(onward === undefined ? {} : { next: JSON.stringify(onward) }),
		...(error ? { error } : {}),
		places: {
			complete: !error && proven && page.next === undefined,
			...(lost ? { lost } : {}),
			...(pruned && pruned.through > 0 ? { pruned } : {}),
		},
	};
}

async function readPage(context: Context, vault: Vault, before: string | undefined): Promise<Page> {
	const mark = await context.log.mark();
	const page = await context.api.get('/api/v1/safe/journal', { query: { before, limit: 50 } });
	const names = new Map<string, string>();
	for (const { id, name } of [...vault.manifest.gone, ...vault.manifest.docs]) names.set(id, name);
	let tree: Tree | CoffreError | undefined;
	if (page.checkpoint !== '') {
		tree = await withEvidence({ checkpoint: page.checkpoint }, context.now, async () =>
			context.log.checkpoint(mark, page.checkpoint),
		).catch(alarm);
	}
	const items: JournalItem[] = [];
	for (const item of page.items) {
		const near = items.at(-1)?.event.time ?? toTime(context.now());
		const one = await read(context, item, tree, page.checkpoint, names);
		items.push(one ?? (await unread(context, item, page.checkpoint, near)));
	}
	return {
		items,
		log: mark.vkey,
		checkpoint: page.checkpoint,
		...(page.next === undefined ? {} : { next: page.next }),
		...(tree instanceof CoffreError ? { error: tree } : {}),
	};
}

async function read(
	context: Context,
	item: Item,
	tree: Tree | CoffreError | undefined,
	checkpoint: string,
	names: ReadonlyMap<string, string>,
): Promise<JournalItem | undefined> {
	const event = readable(item);
	if (event === undefined) return undefined;
	const known = event.doc === undefined ? undefined : names.get(event.doc);
	const { index, path } = item;
	const proof = { event: item.event, salt: item.salt };
	const view = { event, proof, ...(known === undefined ? {} : { name: known }) };
	if (index === undefined || path === undefined) return { ...view, checked: 'waiting' };
	try {
		const leaf = await withEvidence({ item, checkpoint }, context.now, async () => {
			if (tree instanceof CoffreError) throw tree;
			if (tree === undefined) throw new CoffreError('leaf', { message: 'no checkpoint' });
			verifyInclusion(entryOf(item.event, item.salt), index, path.map(fromBase64), tree);
			return { index, size: tree.size, path, checkpoint };
		});
		return { ...view, checked: 'ok', index, proof: { ...proof, leaf } };
	} catch (e) {
		return { ...view, checked: 'failed', index, error: alarm(e) };
	}
}

function readable(item: Item): JournalEvent | undefined {
	try {
		return parseEvent(item.event);
	} catch {
		return undefined;
	}
}

/**
 * A line that says nothing here, of a later version or a made-up one: it is shown next to the line
 * that is newer, and takes none of the others away.
 */
async function unread(
	{ now }: Context,
	item: Item,
	checkpoint: string,
	time: string,
): Promise<JournalItem> {
	const { event: text, salt, index } = item;
	const id = hashHex(utf8(String(text)));
	const event = { v: 1, id, time, what: 'unreadable', result: 'done', who: { kind: '' } } as const;
	const error = await withEvidence({ item, checkpoint }, now, async () => parseEvent(text)).then(
		() => undefined,
		alarm,
	);
	return {
		event,
		proof: { event: text, salt },
		checked: 'failed',
		...(index === undefined ? {} : { index }),
		...(error ? { error } : {}),
	};
}

/** What is proven of another event than it says is an alarm of its own, and says nothing about places. */
function inPlace(
	{ now }: Context,
	places: Places,
	items: readonly JournalItem[],
	seen: SeenPlace | undefined,
): CoffreError | undefined {
	let last: JournalItem | undefined;
	for (const item of items) {
		if (item.checked === 'failed') return undefined;
		try {
			places.add(item.event, toHex(entryOf(item.proof.event, item.proof.salt)), item.index);
		} catch (e) {
			return hole(e, now, seen, [last, item]);
		}
		last = item;
	}
	return undefined;
}

function ended(
	{ now }: Context,
	places: Places,
	items: readonly JournalItem[],
	seen: SeenPlace | undefined,
): CoffreError | undefined {
	if (items.some((i) => i.checked === 'failed')) return undefined;
	try {
		places.end();
		return undefined;
	} catch (e) {
		return hole(e, now, seen, [items[0], items.at(-1)]);
	}
}

/**
 * What was seen here and is not in the list: only an older event of a restore
 * explains it, so older ones are read until there is one.
 */
async function explain(
	context: Context,
	vault: Vault,
	places: Places,
	{ items, next }: Page,
	seen: SeenPlace | undefined,
): Promise<Places | CoffreError> {
	const safe = vault.keyring.safe;
	const ahead = new Places(safe, seen, places.state);
	let last = items;
	for (let at = next; at !== undefined && ahead.open; ) {
		const page = await readPage(context, vault, at);
		last = page.items;
		const error = page.error ?? last.find((i) => i.error)?.error;
		const wrong = error ?? inPlace(context, ahead, last, seen);
		if (wrong) return wrong;
		at = page.next;
	}
	if (ahead.open) return ended(context, ahead, last, seen) ?? ahead;
	return new Places(safe, seen, { ...places.state, gone: undefined, lost: ahead.lost });
}

/** The evidence: what was remembered, and the events on both sides, each with its proof. */
function hole(
	e: unknown,
	now: () => Date,
	seen: SeenPlace | undefined,
	around: readonly (JournalItem | undefined)[],
): CoffreError {
	const found = alarm(e);
	const evidence = {
		at: now().toISOString(),
		code: found.code,
		message: found.message,
		...(seen ? { seen } : {}),
		around: around.flatMap((i) => (i ? [i.proof] : [])),
	};
	return new CoffreError(found.code, { message: found.message, evidence });
}

function alarm(e: unknown): CoffreError {
	if (e instanceof CoffreError) return e;
	throw e;
}
