import { idempotencyKey } from '../api/client.ts';
import type { components } from '../api/schema.ts';
import { fingerprint, type Recipient } from '../crypto/age.ts';
import { type Bytes, fromBase64, newId, toBase64, toTime } from '../crypto/bytes.ts';
import {
	type DocumentRequest,
	type Note,
	openNote,
	openRequest,
	requestSeal,
	sealNote,
	wantedBy,
} from '../crypto/request.ts';
import { asCoffreError, CoffreError } from '../errors.ts';
import { type Context, isLost, isStatus, persist, withAny, withEvidence } from './context.ts';
import { checkAdministration } from './directory.ts';
import type { Documents } from './documents.ts';
import { openedByOffice } from './issued.ts';
import { MERGE_ATTEMPTS } from './limits.ts';
import type { Mark } from './logwatch.ts';
import type {
	AnswerOrder,
	AskedItem,
	AskedView,
	RefusalOrder,
	RequestView,
} from './requesttypes.ts';
import type { GrantView } from './types.ts';
import type { Vault } from './vault.ts';

type Schemas = components['schemas'];
type Shown = Schemas['Request'] & { readonly reply?: Schemas['Reply'] };
type NewNote = Schemas['NewNote'];

/** How many lines of the list are read at once, and how many of them are verified side by side. */
const page = 20;
const lanes = 4;

/** A request of which every check of SPEC.md §13 was made. */
export interface Opened {
	readonly view: RequestView;
	readonly said: DocumentRequest;
	/** Of the administration, as the log has them. */
	readonly vk: Bytes;
	readonly to: { readonly recipient: Recipient; readonly index: number };
	/** base64, as signed. */
	readonly signed: string;
}

/** What whoever has the link is shown, before anybody is logged in. */
export async function readPublic(context: Context, id: string, seal?: string) {
	const mark = await context.log.mark();
	const got = await context.api.get('/api/v1/requests/{id}', { path: { id } });
	return (await verify(context, mark, got, id, seal)).view;
}

/** The same for somebody who is logged in, whose safe is locked: one for her alone too. */
export async function readAsked(context: Context, id: string, seal?: string) {
	const mark = await context.log.mark();
	const got = await context.api.get('/api/v1/safe/requests/{id}', { path: { id } });
	return (await verify(context, mark, got, id, seal)).view;
}

/** The same for the mediator whose session's mandate names it. */
export async function readUnderMandate(context: Context, session: string, id: string) {
	const mark = await context.log.mark();
	const got = await context.api.get('/api/v1/mediation/delegations/{id}/asked/{request}', {
		path: { id: session, request: id },
	});
	return verify(context, mark, got, id, undefined);
}

/** The names in a list are the server's word: each of its requests is read and verified. */
export async function listAsked(
	context: Context,
	after?: string,
): Promise<{ items: readonly AskedItem[]; next?: string }> {
	const query = { after, limit: page };
	const { items, next } = await context.api.get('/api/v1/safe/requests', { query });
	const ids = items.map((i) => i.request.id);
	const read = async (id: string): Promise<AskedItem> => {
		try {
			return { id, request: await readAsked(context, id) };
		} catch (e) {
			return { id, error: asCoffreError(e) };
		}
	};
	const all: AskedItem[] = [];
	for (let at = 0; at < ids.length; at += lanes)
		all.push(...(await Promise.all(ids.slice(at, at + lanes).map(read))));
	return next === undefined ? { items: all } : { items: all, next };
}

function verify(
	context: Context,
	mark: Mark,
	got: Shown,
	id: string,
	seal: string | undefined,
): Promise<Opened> {
	const { request, administration, state, reply } = got;
	// What she gave to others before is nobody's business who is shown the evidence.
	const shown = { id: got.id, state, request, administration };
	return withEvidence({ request: shown }, context.now, async () => {
		const { recipient, index, name } = await checkAdministration(context, mark, administration);
		const vk = fromBase64(administration.vk ?? '');
		const signed = fromBase64(request);
		// Signed before the administration has replaced its key, maybe.
		const said = await openedByOffice(context, administration.id, vk, (key) => {
			const value = openRequest(signed, key, { id, administration: administration.id });
			return { value, made: value.created };
		});
		if (seal !== undefined && requestSeal(signed) !== seal)
			throw new CoffreError('seal', { message: 'another request than the link is for' });
		const { siret, logo } = administration;
		const who = { id: administration.id, name, siret };
		const from = logo === undefined ? who : { ...who, logo };
		const view = { id, from, state, sealed: seal !== undefined, said };
		return {
			view: reply === undefined ? view : { ...view, reply },
			said,
			vk,
			to: { recipient, index },
			signed: request,
		};
	});
}

/** What the holder of an open safe does about requests. */
export class Requests {
	readonly #context: Context;
	readonly #vault: Vault;
	readonly #documents: Documents;
	/** As they were shown: what is answered is what was read. */
	readonly #shown = new Map<string, Opened>();
	/** An answer whose fate the line did not tell: sent again as it was, it is given once. */
	#unsure: { readonly order: string; readonly key: string; readonly body: Body } | undefined;

	constructor(context: Context, vault: Vault, documents: Documents) {
		this.#context = context;
		this.#vault = vault;
		this.#documents = documents;
	}

	async open(id: string, seal?: string): Promise<AskedView> {
		const mark = await this.#context.log.mark();
		const got = await this.#context.api.get('/api/v1/safe/requests/{id}', { path: { id } });
		const opened = await verify(this.#context, mark, got, id, seal);
		this.#shown.set(id, opened);
		for (const g of got.grants) {
			const { id: grant, request, administration } = g;
			await withEvidence(
				{ grant: { id: grant, request, administration } },
				this.#context.now,
				async () => {
					if (request !== id || administration !== opened.view.from.id)
						throw new CoffreError('mismatch', { message: 'a share that answers another request' });
				},
			);
		}
		const notes: Note[] = [];
		for (const n of got.notes) notes.push(await this.#note(opened, n));
		return { ...opened.view, grants: got.grants, notes, before: got.before };
	}

	/** Gives all of the documents or none. */
	async answer(order: AnswerOrder): Promise<readonly GrantView[]> {
		const said = JSON.stringify(order);
		const again = this.#unsure?.order === said ? this.#unsure : undefined;
		for (let attempt = 1; ; attempt++) {
			const { key, body } =
				attempt === 1 && again ? again : { key: idempotencyKey(), body: await this.#body(order) };
			this.#unsure = { order: said, key, body };
			try {
				const path = { id: order.request };
				const headers = { 'Idempotency-Key': key };
				const { data } = await persist(() =>
					this.#context.api.call('post', '/api/v1/safe/requests/{id}/answers', {
						path,
						headers,
						body,
					}),
				);
				this.#unsure = undefined;
				return data.items;
			} catch (e) {
				if (!isLost(e)) this.#unsure = undefined;
				if (!isStatus(e, 412) || attempt >= MERGE_ATTEMPTS) throw e;
				await this.#again(order.request);
			}
		}
	}

	async refuse({ request: id, kinds, text }: RefusalOrder): Promise<void> {
		const note = await this.#write(await this.#held(id), {
			about: 'refusal',
			...(kinds.length > 0 ? { kinds: [...kinds] } : {}),
			...(text ? { text } : {}),
		});
		const body = { kinds: [...kinds], note };
		await persist(() =>
			this.#context.api.call('post', '/api/v1/safe/requests/{id}/refusals', { path: { id }, body }),
		);
	}

	async ask(id: string, text: string): Promise<void> {
		const note = await this.#write(await this.#held(id), { about: 'question', text });
		const body = { note };
		await persist(() =>
			this.#context.api.call('post', '/api/v1/safe/requests/{id}/questions', {
				path: { id },
				body,
			}),
		);
	}

	async #body(order: AnswerOrder): Promise<Body> {
		const { said, view, to } = await this.#held(order.request);
		// What a former root has signed is refused by whoever gets it.
		await this.#vault.checkKeys();
		const { root } = this.#vault.keyring;
		const notAfter = earlier(order.notAfter, said.notAfter);
		const { purpose, procedure, service } = said;
		const terms = { purpose, procedure, ...(service ? { service } : {}), notAfter };
		const grants: Body['grants'][number][] = [];
		for (const { doc, kind } of order.give) {
			if (wantedBy(said, kind) === undefined) throw new CoffreError('not-asked');
			const entry = this.#vault.manifest.docs.find((d) => d.id === doc);
			if (entry === undefined) throw new CoffreError('not-found');
			const { key } = await this.#documents.ownKey(entry);
			const whole = { ...terms, administration: view.from.id, request: view.id, kind };
			const grant = await this.#documents.grantFor(entry, key, whole, to, root);
			grants.push({ doc, version: entry.version, kind, notAfter, grant: toBase64(grant) });
		}
		const body = { grants, vk: toBase64(root.vk), recipient: fingerprint(to.recipient) };
		if (!order.text) return body;
		const note = await this.#write(await this.#held(order.request), {
			about: 'note',
			text: order.text,
		});
		return { ...body, note };
	}

	async #write(
		{ view, to }: Opened,
		what: Pick<Note, 'about' | 'kinds' | 'text'>,
	): Promise<NewNote> {
		const { safe, root, recipient } = this.#vault.keyring;
		const id = newId();
		const note: Note = {
			suite: 1,
			id,
			request: view.id,
			safe,
			administration: view.from.id,
			from: 'safe',
			created: toTime(this.#context.now()),
			...what,
		};
		const sealed = await sealNote(note, root, recipient, to.recipient);
		return {
			id,
			forSafe: toBase64(sealed.forSafe),
			forAdministration: toBase64(sealed.forAdministration),
		};
	}

	#note({ view, vk: office }: Opened, n: Schemas['SealedNote']): Promise<Note> {
		const { safe, vaults, vks } = this.#vault.keyring;
		const { id, from, about } = n;
		return withEvidence({ note: n }, this.#context.now, async () => {
			const own = vks.find((k) => toBase64(k) === n.vk);
			if (from === 'safe' && own === undefined)
				throw new CoffreError('signature', { message: 'a note of one’s own under another key' });
			const place = { id, from, about, request: view.id, safe, administration: view.from.id };
			const open = (vk: Uint8Array) =>
				withAny(vaults, (v) => openNote(fromBase64(n.sealed), v.identity, vk, place));
			if (from === 'safe') return open(own ?? office);
			return openedByOffice(this.#context, view.from.id, office, async (key) => {
				const value = await open(key);
				return { value, made: value.created };
			});
		});
	}

	async #held(id: string): Promise<Opened> {
		if (!this.#shown.has(id)) await this.open(id);
		const held = this.#shown.get(id);
		if (held === undefined) throw new CoffreError('not-found');
		return held;
	}

	/** After somebody's key was replaced: with the key of now, but for the very request that was shown. */
	async #again(id: string): Promise<void> {
		const before = await this.#held(id);
		await this.#vault.refresh();
		await this.open(id);
		if ((await this.#held(id)).signed === before.signed) return;
		throw new CoffreError('mismatch', {
			message: 'another request than the one that was shown',
			evidence: { shown: before.signed, received: this.#shown.get(id)?.signed },
		});
	}
}

type Body = Schemas['NewAnswer'];

/** Times of one form: their texts are in their order. */
export function earlier(wished: string | undefined, asked: string): string {
	if (wished === undefined) return asked;
	const until = toTime(new Date(wished));
	return until < asked ? until : asked;
}
