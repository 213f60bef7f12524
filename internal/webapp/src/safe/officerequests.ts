import type { components } from '../api/schema.ts';
import { parseRecipient, type Recipient } from '../crypto/age.ts';
import { type Bytes, fromBase64, newId, toBase64, toTime } from '../crypto/bytes.ts';
import { type Made, type OfficeKey, openedBy } from '../crypto/officekeys.ts';
import {
	type DocumentRequest,
	type Note,
	openNote,
	openRequest,
	requestSeal,
	sealNote,
	signRequest,
} from '../crypto/request.ts';
import { CoffreError } from '../errors.ts';
import type { Agent } from './agent.ts';
import { type Context, withAny, withEvidence } from './context.ts';
import { keysOfOffice } from './issued.ts';
import type { Mark } from './logwatch.ts';
import type {
	ActArgs,
	Done,
	GrantsWanted,
	OfficeAct,
	OfficeActs,
	OfficeReplyView,
	OfficeRequestDetail,
	OfficeRequestView,
	Paged,
	RequestDraft,
	RequestsWanted,
	SideView,
} from './officerequesttypes.ts';
import { type DeclaredView, declareDeleted } from './retrieval.ts';
import type { GrantView } from './types.ts';

type Schemas = components['schemas'];
type Side = Schemas['ReplySide'];

const base = '/api/v1/administration/requests';
/** Lines of a list that come at once. */
const pageSize = 50;
const wholePage = 200;

/**
 * What an administration asks for, and what came of it. Lists are the server's word. A request, a
 * citizen's side of it and a document are shown only once their signatures have been found good.
 */
export class OfficeRequests implements OfficeActs {
	readonly #context: Context;
	readonly #agent: Agent;

	constructor(context: Context, agent: Agent) {
		this.#context = context;
		this.#agent = agent;
	}

	/** One of its acts, by name: what is asked for from another thread. */
	do<A extends OfficeAct>(act: A, args: ActArgs<A>): Promise<Done<A>> {
		return (this[act] as (...args: ActArgs<A>) => Promise<Done<A>>).apply(this, args);
	}

	async received(wanted: GrantsWanted): Promise<Paged<GrantView>> {
		const query = { limit: pageSize, ...wanted };
		const page = await this.#context.api.get('/api/v1/administration/grants', { query });
		return paged(page.items, page.next);
	}

	async list({ open, reference, after }: RequestsWanted): Promise<Paged<OfficeRequestView>> {
		const query = {
			...(open ? { open: 'true' } : {}),
			...(reference ? { reference } : {}),
			after,
			limit: pageSize,
		};
		const page = await this.#context.api.get(base, { query });
		return paged(page.items.map(withoutBytes), page.next);
	}

	async create({ address, ...draft }: RequestDraft): Promise<OfficeRequestDetail> {
		const { root, safe: administration } = this.#agent.keyring;
		const asked: DocumentRequest = {
			...draft,
			suite: 1,
			id: newId(),
			administration,
			created: toTime(this.#context.now()),
		};
		const signed = signRequest(asked, root);
		const body = { request: toBase64(signed), ...(address ? { address } : {}) };
		const { data } = await this.#context.api.call('post', base, { body });
		return { shown: withoutBytes(data), asked, seal: requestSeal(signed) };
	}

	async detail(id: string): Promise<OfficeRequestDetail> {
		const request = await this.#context.api.get(`${base}/{id}`, { path: { id } });
		return withEvidence({ request }, this.#context.now, async () => {
			if (request.id !== id) throw new CoffreError('mismatch', { message: 'another request' });
			const signed = fromBase64(request.request);
			const asked = await this.#opened(signed, id);
			return { shown: withoutBytes(request), asked, seal: requestSeal(signed) };
		});
	}

	/** Under the administration's key, or one that it had when the request was made. */
	async #opened(signed: Uint8Array, id: string): Promise<DocumentRequest> {
		const administration = this.#agent.keyring.safe;
		const keys = await keysOfOffice(this.#context, administration);
		const open = (vk: Bytes): Made<DocumentRequest> => {
			const value = openRequest(signed, vk, { id, administration });
			return { value, made: value.created };
		};
		return (await openedBy(keys, open)).value;
	}

	async close(id: string): Promise<void> {
		await this.#context.api.call('delete', `${base}/{id}`, { path: { id } });
	}

	async replies(id: string, waiting: boolean, after?: string): Promise<Paged<OfficeReplyView>> {
		const query = { ...(waiting ? { waiting: 'true' } : {}), after, limit: pageSize };
		const page = await this.#context.api.get(`${base}/{id}/replies`, { path: { id }, query });
		return paged(page.items, page.next);
	}

	async grants(id: string, after?: string): Promise<Paged<GrantView>> {
		const query = { after, limit: wholePage };
		const page = await this.#context.api.get(`${base}/{id}/grants`, { path: { id }, query });
		return paged(page.items, page.next);
	}

	async side(id: string, reply: string): Promise<SideView> {
		return (await this.#side(id, reply)).view;
	}

	async answer(id: string, reply: string, text: string): Promise<void> {
		const { keyring } = this.#agent;
		const { view, to } = await this.#side(id, reply);
		const note: Note = {
			suite: 1,
			id: newId(),
			request: id,
			safe: view.reply.safe ?? '',
			administration: keyring.safe,
			from: 'administration',
			about: 'answer',
			text,
			created: toTime(this.#context.now()),
		};
		const { forSafe, forAdministration } = await sealNote(
			note,
			keyring.root,
			to,
			keyring.recipient,
		);
		await this.#context.api.call('post', `${base}/{id}/replies/{reply}/answers`, {
			path: { id, reply },
			body: {
				note: {
					id: note.id,
					forSafe: toBase64(forSafe),
					forAdministration: toBase64(forAdministration),
				},
			},
		});
	}

	async #side(id: string, reply: string): Promise<{ view: SideView; to: Recipient }> {
		const mark = await this.#context.log.mark();
		const side = await this.#context.api.get(`${base}/{id}/replies/{reply}`, {
			path: { id, reply },
		});
		return withEvidence({ reply: side }, this.#context.now, () =>
			this.#believed(mark, id, reply, side),
		);
	}

	async #believed(
		mark: Mark,
		id: string,
		reply: string,
		side: Side,
	): Promise<{ view: SideView; to: Recipient }> {
		const safe = side.reply.safe ?? '';
		await this.#context.log.safeKey(mark, side.key, safe, side.vk, side.recipient);
		if (side.reply.id !== reply)
			throw new CoffreError('mismatch', { message: 'another citizen’s side' });
		for (const g of side.grants)
			if (g.request !== id || g.safe !== safe)
				throw new CoffreError('mismatch', { message: 'a share of another answer' });
		const notes: Note[] = [];
		const own = side.notes.some((n) => n.from === 'administration')
			? await keysOfOffice(this.#context, this.#agent.keyring.safe)
			: [];
		for (const n of side.notes) notes.push(await this.#note(mark, id, side, own, n));
		const { reply: shown, grants } = side;
		return { view: { reply: shown, grants, notes }, to: parseRecipient(side.recipient) };
	}

	async due(after?: string): Promise<Paged<GrantView>> {
		const query = { after, limit: pageSize };
		const page = await this.#context.api.get('/api/v1/administration/deletions', { query });
		return paged(page.items, page.next);
	}

	declareDeleted(grants: readonly GrantView[], note?: string): Promise<DeclaredView> {
		return declareDeleted(this.#context, this.#agent.keyring, grants, note);
	}

	/** `own`: the keys that the log shows for the administration itself. */
	async #note(
		mark: Mark,
		request: string,
		side: Side,
		own: readonly OfficeKey[],
		n: Schemas['SealedNote'],
	): Promise<Note> {
		const { vaults, safe: administration } = this.#agent.keyring;
		const safe = side.reply.safe ?? '';
		const { id, from, about } = n;
		const place = { id, request, safe, administration, from, about };
		const open = (vk: Uint8Array): Promise<Note> =>
			withAny(vaults, (v) => openNote(fromBase64(n.sealed), v.identity, vk, place));
		if (from === 'administration') {
			const { value } = await openedBy(own, async (vk) => {
				const note = await open(vk);
				return { value: note, made: note.created };
			});
			return value;
		}
		if (n.vk !== side.vk) await this.#context.log.safeKey(mark, n.key, safe, n.vk);
		return open(fromBase64(n.vk));
	}
}

function withoutBytes({ request: _, ...view }: Schemas['OfficeRequest']): OfficeRequestView {
	return view;
}

function paged<T>(items: readonly T[], next: string | undefined): Paged<T> {
	return next === undefined ? { items } : { items, next };
}
