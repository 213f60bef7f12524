import { type Content, contentOf, hashOfFile } from '../crypto/content.ts';
import { parseEvent } from '../crypto/log.ts';
import { parseReceipt, verifyReceipt, writeReceipt, writeShort } from '../crypto/receipt.ts';
import { CoffreError } from '../errors.ts';
import { type Context, withEvidence } from './context.ts';
import type { Documents } from './documents.ts';
import { readJournal } from './journal.ts';
import type { ReceiptOrder, ReceiptView } from './receipttypes.ts';
import type { EventProof, JournalEvent } from './types.ts';
import type { Vault } from './vault.ts';

/** A receipt waits so long for the checkpoint that its event is to be under, looking that often. */
const patience = 15_000;
const pause = 400;

/** What the holder keeps of an act, for anybody to check (SPEC.md §9). */
export async function receiptOf(
	context: Context,
	vault: Vault,
	documents: Documents,
	order: ReceiptOrder,
): Promise<ReceiptView> {
	const { vkey } = await context.log.mark();
	const proof = 'proof' in order ? order.proof : await find(context, vault, order);
	const event = parseEvent(proof.event);
	const content = await contentFor(vault, documents, event);
	const name = nameOf(vault, event);
	return makeReceipt(context, vkey, proof, content, name);
}

/** Verified before it is given: a receipt that proves nothing is an alarm now, and not a surprise later. */
export async function makeReceipt(
	context: Context,
	log: string,
	{ event, salt, leaf }: EventProof,
	content: Content | undefined,
	name: string | undefined,
): Promise<ReceiptView> {
	if (!leaf) throw new CoffreError('leaf', { message: 'no proof' });
	const parts = { log, event, salt, leaf, content };
	const file = writeReceipt(parts);
	const shown = await withEvidence(
		{ receipt: { event, salt, leaf, content } },
		context.now,
		async () => verifyReceipt(parseReceipt(file)),
	);
	return {
		file,
		// Browsers of before 2023 have nothing to squeeze it with: their receipts have no QR code.
		short: typeof CompressionStream === 'undefined' ? '' : await writeShort(parts),
		event: shown.event,
		index: shown.index,
		log: shown.tree.origin,
		...(content ? { content } : {}),
		...(name === undefined ? {} : { name }),
	};
}

type Wanted = Exclude<ReceiptOrder, { proof: EventProof }>;

/** The newest event of that kind, once it is found in the log. */
async function find(context: Context, vault: Vault, wanted: Wanted): Promise<EventProof> {
	const wants = matcher(vault, wanted);
	const until = Date.now() + patience;
	for (;;) {
		let waits = false;
		for (let before: string | undefined; ; ) {
			const page = await readJournal(context, vault, before);
			if (page.error) throw page.error;
			const found = page.items.find((i) => wants(i.event));
			if (found?.error) throw found.error;
			if (found?.proof.leaf) return found.proof;
			waits ||= found !== undefined;
			before = page.next;
			if (found !== undefined || before === undefined) break;
		}
		if (!waits) throw new CoffreError('not-found');
		if (Date.now() > until) throw new CoffreError('unavailable', { message: 'no checkpoint yet' });
		await new Promise((done) => setTimeout(done, pause));
	}
}

function matcher(vault: Vault, wanted: Wanted): (e: JournalEvent) => boolean {
	const done = (e: JournalEvent, ...whats: readonly string[]): boolean =>
		e.result === 'done' && whats.includes(e.what);
	if ('grant' in wanted) return (e) => done(e, 'grant.created') && e.grant === wanted.grant;
	if ('deposit' in wanted) return (e) => done(e, 'deposit.received') && e.doc === wanted.deposit;
	const version = vault.manifest.docs.find((d) => d.id === wanted.doc)?.version;
	if (version === undefined) throw new CoffreError('not-found');
	return (e) =>
		done(e, 'document.added', 'maintenance.migrated') &&
		e.doc === wanted.doc &&
		e.version === version;
}

/**
 * Which bytes the event is about: known since they were sent, else read again, which the journal tells.
 * undefined where the event commits to none, or its version is no longer in the safe.
 */
async function contentFor(
	vault: Vault,
	documents: Documents,
	event: JournalEvent,
): Promise<Content | undefined> {
	if (event.detail?.content === undefined || event.version === undefined) return undefined;
	const known = documents.contents.get(event.version);
	if (known) return known;
	const held = vault.manifest.docs.find((d) => d.id === event.doc && d.version === event.version);
	if (!held) return undefined;
	const { blob } = await documents.open(held.id);
	const { key } = await documents.ownKey(held);
	const content = contentOf(key, await hashOfFile(blob), held.size);
	documents.contents.set(held.version, content);
	return content;
}

function nameOf(vault: Vault, event: JournalEvent): string | undefined {
	const { docs, gone } = vault.manifest;
	return [...docs, ...gone].find((d) => d.id === event.doc)?.name;
}
