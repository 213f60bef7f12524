import type { components } from '../api/schema.ts';
import { fromBase64 } from '../crypto/bytes.ts';
import { entryOf, parseEvent, verifyInclusion } from '../crypto/log.ts';
import { CoffreError } from '../errors.ts';
import type { Context } from './context.ts';
import { withEvidence } from './context.ts';
import type { JournalItem, JournalView } from './types.ts';
import type { Vault } from './vault.ts';

type Item = components['schemas']['JournalPage']['items'][number];
type Tree = Awaited<ReturnType<Context['log']['checkpoint']>>;

/** A page of the journal, each event looked for in the log. */
export async function readJournal(
	context: Context,
	vault: Vault,
	before: string | undefined,
): Promise<JournalView> {
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
	for (const item of page.items)
		items.push(await read(context, item, tree, page.checkpoint, names));
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
): Promise<JournalItem> {
	const event = parseEvent(item.event);
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

function alarm(e: unknown): CoffreError {
	if (e instanceof CoffreError) return e;
	throw e;
}
