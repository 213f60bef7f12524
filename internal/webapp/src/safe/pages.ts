import { parseRecipient } from '../crypto/age.ts';
import { type Bytes, fromHex, newId, toBase64, toTime } from '../crypto/bytes.ts';
import { openPage, sealPage } from '../crypto/page.ts';
import type { SessionKey } from '../crypto/session.ts';
import { checkName } from '../crypto/shape.ts';
import type { RootKey } from '../crypto/sign.ts';
import { asCoffreError, CoffreError } from '../errors.ts';
import { type Context, isStatus, persist, withEvidence } from './context.ts';
import type { PageOrder, SentPage } from './mandatetypes.ts';

/** Where a page goes: what its sender has signed, and the keys that she has looked at. */
export interface Destination {
	readonly safe: string;
	readonly mandate: string;
	readonly recipient: string;
}

/** By the citizen's client, to the session that she has approved, while it goes on. */
export async function sendPage(
	{ api, now }: Context,
	root: RootKey,
	{ safe, mandate, recipient }: Destination,
	order: PageOrder,
): Promise<void> {
	const { session, document, number, of, turns } = order;
	const name = order.name.normalize('NFC');
	if (!checkName(name)) throw new CoffreError('name');
	const page = newId();
	const about = { suite: 1, safe, mandate, id: page, document, name, number, of, turns } as const;
	const jpeg = new Uint8Array(await order.jpeg.arrayBuffer());
	const created = toTime(now());
	const to = parseRecipient(recipient);
	const { sealed, sha256 } = await sealPage({ ...about, created }, jpeg, root, to);
	await persist(() =>
		api.upload('/api/v1/safe/delegations/{id}/pages/{page}', {
			path: { id: session, page },
			headers: { 'Content-Digest': `sha-256=:${toBase64(fromHex(sha256))}:` },
			body: sealed,
		}),
	);
}

/** What the tab has to have of its session, to read what is sent to it. */
export interface Receiver {
	readonly id: string;
	readonly key: SessionKey;
	readonly mandate: { readonly id: string; readonly safe: string };
	readonly vk: Uint8Array;
	/** Ids of pages that it has: one that comes again is no second page. */
	readonly seen: Set<string>;
}

/** By the mediator's tab: what has come since it looked last. The gateway keeps none of it. */
export async function takePages(context: Context, to: Receiver): Promise<readonly SentPage[]> {
	const { api } = context;
	const path = { id: to.id };
	const { items } = await api.get('/api/v1/mediation/delegations/{id}/pages', { path });
	const pages: SentPage[] = [];
	for (const { id: page } of items) {
		const one = { path: { ...path, page } };
		if (!to.seen.has(page)) {
			const sealed = await api.blob('/api/v1/mediation/delegations/{id}/pages/{page}', one);
			to.seen.add(page);
			pages.push(await read(context, to, page, sealed));
		}
		try {
			await api.call('delete', '/api/v1/mediation/delegations/{id}/pages/{page}', one);
		} catch (e) {
			// Gone already; or told next time.
			if (!isStatus(e, 404) && asCoffreError(e).code !== 'offline') throw e;
		}
	}
	return pages;
}

/** A page that is not what the citizen has signed is an alarm in its place. */
async function read({ now }: Context, to: Receiver, id: string, sealed: Blob): Promise<SentPage> {
	try {
		return await withEvidence({ page: id }, now, async () => {
			const bytes = new Uint8Array(await sealed.arrayBuffer()) as Bytes;
			const { page, jpeg } = await openPage(bytes, to.key.identity, to.vk);
			if (page.id !== id || page.mandate !== to.mandate.id || page.safe !== to.mandate.safe)
				throw new CoffreError('mismatch', { message: 'a page for another session' });
			const { document, name, number, of, turns } = page;
			return {
				id,
				document,
				name,
				number,
				of,
				turns,
				jpeg: new Blob([jpeg], { type: 'image/jpeg' }),
			};
		});
	} catch (e) {
		return { id, error: asCoffreError(e) };
	}
}
