import type { components } from '../api/schema.ts';
import { fromBase64, toHex, toTime, utf8 } from '../crypto/bytes.ts';
import { hashHex } from '../crypto/derive.ts';
import { entryOf, parseEvent, verifyInclusion } from '../crypto/log.ts';
import { Places, type PlacesState, type SeenPlaces } from '../crypto/places.ts';
import { CoffreError } from '../errors.ts';
import type { Context } from './context.ts';
import { withEvidence } from './context.ts';
import { keepPlaces, seenPlaces } from './logwatch.ts';
import type { JournalEvent, JournalItem, JournalView } from './types.ts';
import type { Vault } from './vault.ts';
import { withWaits } from './waits.ts';

type Item = components['schemas']['JournalPage']['items'][number];
type Tree = Awaited<ReturnType<Context['log']['checkpoint']>>;
type Page = Omit<JournalView, 'places'>;

/** Where a list goes on, and what was found up to there: `next` as text. */
interface Onward {
	readonly cursor: string;
	readonly seen?: SeenPlaces | undefined;
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
	const seen = from === undefined ? seenPlaces(context.memory, safe) : from.seen;
	const page = await readPage(context, vault, from?.cursor);
	let places = new Places(safe, seen, context.now(), from?.state);
	let error = page.error ?? inPlace(context, places, page.items, seen);
	const proven = page.items.every((i) => i.checked !== 'failed');
	let { top } = places;
	if (!error && proven && places.open) {
		const ahead = await lookAhead(context, vault, places, page, seen);
		if (ahead instanceof CoffreError) error = ahead;
		else {
			top = ahead.top;
			places = places.with(ahead);
		}
	}
	if (!error && page.next === undefined) error = ended(context, places, page.items, seen);
	const { lost, pruned, state } = places;
	if (!error && proven && top) keepPlaces(context.memory, safe, top, seen);
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
	const size = tree === undefined || tree instanceof CoffreError ? undefined : tree.size;
	return {
		items: size === undefined ? items : withWaits(context, size, items),
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
	seen: SeenPlaces | undefined,
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
	seen: SeenPlaces | undefined,
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
 * What was seen here and does not come in this page: it is looked for in the older ones. Where it is
 * not in the list, or another one is, only an older event of a restore explains it.
 */
async function lookAhead(
	context: Context,
	vault: Vault,
	places: Places,
	{ items, next }: Page,
	seen: SeenPlaces | undefined,
): Promise<Places | CoffreError> {
	const ahead = new Places(vault.keyring.safe, seen, context.now(), places.state);
	let last = items;
	let at = next;
	while (at !== undefined && ahead.open) {
		const page = await readPage(context, vault, at);
		last = page.items;
		const error = page.error ?? last.find((i) => i.error)?.error;
		const wrong = error ?? inPlace(context, ahead, last, seen);
		if (wrong) return wrong;
		at = page.next === at ? undefined : page.next;
	}
	return (ahead.open ? ended(context, ahead, last, seen) : undefined) ?? ahead;
}

/** The evidence: what was remembered, and the events on both sides, each with its proof. */
function hole(
	e: unknown,
	now: () => Date,
	seen: SeenPlaces | undefined,
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
