import { idempotencyKey } from '../api/client.ts';
import {
	fingerprint,
	newIdentity,
	parseRecipient,
	type Recipient,
	recipientOf,
} from '../crypto/age.ts';
import { fromBase64, fromHex, random, toBase64, toTime } from '../crypto/bytes.ts';
import { commitmentOf, contentOf } from '../crypto/content.ts';
import { openDocument, sealDocument } from '../crypto/document.ts';
import { sealedSize } from '../crypto/form.ts';
import { type Grant, openGrant, type Slip, sealSlip } from '../crypto/grant.ts';
import {
	checkHolds,
	checkRead,
	type Mandate,
	openMandate,
	sealGrantUnderMandate,
} from '../crypto/mandate.ts';
import { wantedBy } from '../crypto/request.ts';
import {
	newLinkSecret,
	newSessionKey,
	type SessionKey,
	sessionPrint,
	sessionWords,
} from '../crypto/session.ts';
import { checkName } from '../crypto/shape.ts';
import { CoffreError } from '../errors.ts';
import { type Context, withEvidence } from './context.ts';
import { propose, useMandate } from './deskuse.ts';
import type { Directory } from './directory.ts';
import { checkRelease, same } from './documents.ts';
import { hadLink, wordsOfSafe } from './linked.ts';
import type {
	DeskActs,
	DeskAnswer,
	GiveOrder,
	OpenedSession,
	SentPage,
	SessionOrder,
	SessionStatus,
	WorkDocument,
	WorkView,
} from './mandatetypes.ts';
import { takePages } from './pages.ts';
import { earlier, type Opened, readUnderMandate } from './requests.ts';
import type { RequestView } from './requesttypes.ts';

export interface Work {
	readonly mandate: Mandate;
	/** Of the citizen's safe, as the log has it. */
	readonly vk: Uint8Array;
	readonly vault: Recipient;
	readonly safe: string;
	readonly structure: string;
}

const noLink: { readonly secret: string; readonly way: SessionOrder['way'] } = {
	secret: '',
	way: 'phone',
};

/** A document of the session with its key. */
type Held = Omit<Slip, 'origin' | 'door' | 'mandate' | 'folder' | 'reader' | 'recipient'> & {
	readonly key: Awaited<ReturnType<typeof openGrant>>['key'];
	readonly deposited: boolean;
};

/**
 * A mediator's tab: the keys of one session at a time, in this memory and nowhere else (SPEC.md §16).
 * Whatever is opened here was sealed to them by the citizen's client; whatever is given is signed by them.
 */
export class Desk implements DeskActs {
	readonly #context: Context;
	readonly #directory: Directory;
	#key: SessionKey | undefined;
	#link = noLink;
	/** The code was typed, and nobody has said yet that both screens show the same words. */
	#strange = false;
	#id = '';
	#work: Work | undefined;
	readonly #held = new Map<string, Held>();
	/** Ids of those that came. */
	readonly #pages = new Set<string>();
	/** As they were shown: what is answered is what was read. */
	readonly #asked = new Map<string, Opened>();

	constructor(context: Context, directory: Directory) {
		this.#context = context;
		this.#directory = directory;
	}

	async ask(order: SessionOrder): Promise<OpenedSession> {
		this.#forget();
		const key = await newSessionKey(random(32));
		const { data } = await this.#context.api.call('post', '/api/v1/mediation/delegations', {
			body: { ...key.public, ...order, acts: [...order.acts].sort() },
		});
		if (data.code === undefined) throw new CoffreError('internal', { message: 'no code' });
		this.#key = key;
		this.#id = data.id;
		this.#link = { secret: newLinkSecret(), way: order.way };
		return {
			id: data.id,
			code: data.code,
			print: sessionPrint(key.public),
			secret: this.#link.secret,
			words: { fr: sessionWords(key.public, 'fr'), en: sessionWords(key.public, 'en') },
			until: data.until,
			...(data.number === undefined ? {} : { number: data.number }),
		};
	}

	async lock(): Promise<void> {
		await this.#context.api.call('post', '/api/v1/mediation/delegations/{id}/lock', {
			path: { id: this.#id },
		});
	}

	async resume(): Promise<void> {
		await this.#context.api.call('post', '/api/v1/mediation/delegations/{id}/resumption', {
			path: { id: this.#id },
		});
	}

	async look(): Promise<SessionStatus> {
		const { state, until, number, citizen, by } = await this.#context.api.get(
			'/api/v1/mediation/delegations/{id}',
			{ path: { id: this.#id } },
		);
		return {
			state,
			until,
			...(number === undefined ? {} : { number }),
			...(citizen === undefined ? {} : { citizen }),
			...(by === undefined ? {} : { by }),
		};
	}

	async collect(): Promise<WorkView> {
		const key = this.#session();
		const { api, log, now } = this.#context;
		const mark = await log.mark();
		const { data } = await api.call('post', '/api/v1/mediation/delegations/{id}/collection', {
			path: { id: this.#id },
		});
		return withEvidence({ session: data }, now, async () => {
			await log.safeKey(mark, data.key, data.safe, data.vk, data.recipient);
			const vault = parseRecipient(data.recipient);
			const vk = fromBase64(data.vk);
			const signed = fromBase64(data.signed ?? '');
			const mandate = openMandate(signed, vk);
			checkHolds(mandate, key);
			const linked = hadLink(this.#link, signed, data.binding);
			if (mandate.safe !== data.safe || mandate.mediator !== data.mediator)
				throw new CoffreError('mismatch', { message: 'a mandate for somebody else' });
			this.#work = { mandate, vk, vault, safe: data.safe, structure: mandate.structure };
			this.#strange = !linked;
			const { acts, documents = [], administrations = [], requests = [] } = mandate;
			const { purpose, notAfter, grantsUntil } = mandate;
			return {
				citizen: data.citizen ?? '',
				acts,
				documents,
				administrations,
				requests,
				purpose,
				notAfter,
				...(grantsUntil === undefined ? {} : { grantsUntil }),
				...(linked ? {} : { words: wordsOfSafe(key.public, data.safe, vk) }),
			};
		});
	}

	async compared(): Promise<void> {
		this.#strange = false;
	}

	async use(mandate: string): Promise<WorkView> {
		this.#forget();
		const { id, work, view } = await useMandate(this.#context, mandate);
		this.#id = id;
		this.#work = work;
		return view;
	}

	async end(): Promise<void> {
		const id = this.#id;
		this.#forget();
		if (id === '') return;
		await this.#context.api.call('delete', '/api/v1/mediation/delegations/{id}', { path: { id } });
	}

	async read(doc: string): Promise<WorkDocument & { readonly blob: Blob }> {
		const held = this.#held.get(doc) ?? (await this.#release(doc));
		const sealed = await this.#context.api.blob(
			'/api/v1/mediation/delegations/{id}/documents/{doc}/content',
			{ path: { id: this.#id, doc } },
		);
		const { version, sha256, sealed: length, key } = held;
		const document = { doc, version, sha256, sealed: length };
		const blob = await withEvidence({ document }, this.#context.now, () =>
			openDocument(sealed, held, key, held.type),
		);
		return { ...shown(held), blob };
	}

	async deposit(file: File, folder?: string): Promise<WorkDocument> {
		const { mandate, vault, safe, structure } = this.#working();
		const { api, now, log } = this.#context;
		const id = this.#id;
		const name = file.name.normalize('NFC');
		if (file.size === 0) throw new CoffreError('empty');
		if (!checkName(name)) throw new CoffreError('name');
		const key = newIdentity();
		const { data } = await api.call('post', '/api/v1/mediation/delegations/{id}/uploads', {
			path: { id },
			headers: { 'Idempotency-Key': idempotencyKey() },
			body: { sealed: sealedSize(file.size) },
		});
		const { doc, version } = data;
		const { sealed, sha256, plain } = await sealDocument(file, await recipientOf(key));
		await api.upload('/api/v1/mediation/delegations/{id}/documents/{doc}/versions/{version}', {
			path: { id, doc, version },
			headers: { 'Content-Digest': `sha-256=:${toBase64(fromHex(sha256))}:` },
			body: sealed,
		});
		const about = {
			suite: 1,
			safe,
			doc,
			version,
			sha256,
			sealed: sealed.size,
			size: file.size,
			name,
			type: file.type || 'application/octet-stream',
			created: toTime(now()),
		} as const;
		const slip = await sealSlip(
			{
				...about,
				reader: safe,
				recipient: fingerprint(vault),
				origin: structure,
				door: 'client',
				mandate: mandate.id,
				...(folder ? { folder } : {}),
			},
			key,
			vault,
		);
		const content = commitmentOf(contentOf(key, plain, file.size));
		const mark = await log.mark();
		const { data: done } = await api.call(
			'post',
			'/api/v1/mediation/delegations/{id}/documents/{doc}/versions/{version}/deposit',
			{ path: { id, doc, version }, body: { slip: toBase64(slip), content } },
		);
		await withEvidence({ deposit: done }, now, async () => {
			const event = await log.event(mark, done.proof);
			checkRelease(event, 'deposit.received', { safe, doc, version });
			this.#checkTold(event.detail?.mandate);
		});
		const held = { ...about, key, deposited: true };
		this.#held.set(doc, held);
		return shown(held);
	}

	async pages(): Promise<readonly SentPage[]> {
		const { mandate, vk } = this.#working();
		const key = this.#session();
		return takePages(this.#context, { id: this.#id, key, mandate, vk, seen: this.#pages });
	}

	async give(order: GiveOrder): Promise<void> {
		const { purpose } = this.#working().mandate;
		const to = await this.#directory.recipient(order.administration);
		const notAfter = toTime(new Date(order.notAfter));
		await this.#give(order.doc, order.administration, to, { purpose, notAfter });
	}

	async propose(doc: string, name?: string, folder?: string): Promise<void> {
		await propose(this.#context, this.#id, this.#working(), doc, { name, folder });
	}

	async request(id: string): Promise<RequestView> {
		const opened = await readUnderMandate(this.#context, this.#id, id);
		this.#asked.set(id, opened);
		return opened.view;
	}

	async answer({ request, doc, kind }: DeskAnswer): Promise<void> {
		const { mandate } = this.#working();
		const asked = this.#asked.get(request);
		if (!asked) throw new CoffreError('not-found');
		const { said, view, to } = asked;
		if (wantedBy(said, kind) === undefined) throw new CoffreError('not-asked');
		const { purpose, procedure, service } = said;
		const notAfter = earlier(mandate.grantsUntil, said.notAfter);
		const terms = { purpose, procedure, ...(service ? { service } : {}), notAfter };
		await this.#give(doc, view.from.id, to, { ...terms, request, kind });
	}

	/** Sealed to an administration as its key is in the log, under the mandate, signed by this tab. */
	async #give(
		doc: string,
		administration: string,
		to: Opened['to'],
		terms: Pick<Grant, 'service' | 'procedure' | 'request' | 'kind'> & {
			readonly purpose: string;
			readonly notAfter: string;
		},
	): Promise<void> {
		const key = this.#session();
		const { mandate } = this.#working();
		const held = this.#held.get(doc) ?? (await this.#release(doc));
		const { key: of, deposited, ...about } = held;
		const recipient = fingerprint(to.recipient);
		const created = toTime(this.#context.now());
		const grant = await sealGrantUnderMandate(
			{ ...about, created, reader: administration, recipient, index: to.index, ...terms },
			mandate,
			key,
			of,
			to.recipient,
			deposited ? [doc] : [],
		);
		const body = { doc, version: about.version, administration, ...terms, recipient };
		await this.#context.api.call('post', '/api/v1/mediation/delegations/{id}/grants', {
			path: { id: this.#id },
			headers: { 'Idempotency-Key': idempotencyKey() },
			body: { ...body, grant: toBase64(grant) },
		});
	}

	/** What the citizen has sealed to this tab; her journal tells that it was opened. */
	async #release(doc: string): Promise<Held> {
		const { identity, recipient } = this.#session();
		const { mandate, vk, safe } = this.#working();
		const { api, log, now } = this.#context;
		const mark = await log.mark();
		const { data } = await api.call(
			'post',
			'/api/v1/mediation/delegations/{id}/documents/{doc}/release',
			{ path: { id: this.#id, doc } },
		);
		return withEvidence({ release: data }, now, async () => {
			const event = await log.event(mark, data.proof);
			const { version, sha256, sealed } = data;
			checkRelease(event, 'document.opened', { safe, doc, version });
			this.#checkTold(event.detail?.mandate);
			const sealedGrant = fromBase64(data.grant);
			const { grant, key } = await openGrant(sealedGrant, identity, recipient, vk, mandate.id);
			checkRead(mandate, grant);
			same('grant and release', grant, { safe, doc, version, sha256, sealed });
			const { size, name, type, created } = grant;
			const about = { suite: 1, safe, doc, version, sha256, sealed, size, name, type } as const;
			const held = { ...about, created, key, deposited: false };
			this.#held.set(doc, held);
			return held;
		});
	}

	/** Whoever reads the journal reads under which mandate it was. */
	#checkTold(mandate: string | undefined): void {
		if (mandate !== this.#working().mandate.id)
			throw new CoffreError('leaf', { message: 'the proof is of another mandate' });
	}

	#session(): SessionKey {
		if (!this.#key) throw new CoffreError('locked');
		return this.#key;
	}
	#working(): Work {
		if (!this.#work) throw new CoffreError('locked');
		if (this.#strange) throw new CoffreError('not-compared');
		return this.#work;
	}
	#forget(): void {
		this.#key = undefined;
		this.#work = undefined;
		this.#id = '';
		this.#link = noLink;
		this.#strange = false;
		this.#held.clear();
		this.#asked.clear();
		this.#pages.clear();
	}
}

function shown({ doc, name, type, size }: Held): WorkDocument {
	return { doc, name, type, size };
}
