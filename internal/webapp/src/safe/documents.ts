import { idempotencyKey } from '../api/client.ts';
import type { components } from '../api/schema.ts';
import { fingerprint, type Identity, type Recipient } from '../crypto/age.ts';
import { fromBase64, newId, toBase64, toTime } from '../crypto/bytes.ts';
import { type Content, hashOfFile } from '../crypto/content.ts';
import { openDocument } from '../crypto/document.ts';
import {
	type Grant,
	type Opened,
	openOwnGrant,
	openSlip,
	type Slip,
	sealGrant,
} from '../crypto/grant.ts';
import type { Event } from '../crypto/log.ts';
import type { ManifestDoc } from '../crypto/manifest.ts';
import type { RootKey } from '../crypto/sign.ts';
import { CoffreError } from '../errors.ts';
import {
	addDoc,
	addFolder,
	eraseDocs,
	moveDocs,
	refuseDeposit,
	removeFolder,
	renameDoc,
	renameFolder,
} from './contents.ts';
import { type Context, withAny, withEvidence } from './context.ts';
import type { ShareOrder } from './core.ts';
import type { Directory } from './directory.ts';
import { type IssuedView, judge } from './issued.ts';
import { CHANGE_DOCUMENTS } from './limits.ts';
import type { DepositView, Entry, GrantView, OpenedDocument } from './types.ts';
import type { Vault } from './vault.ts';

type Release = components['schemas']['Release'];

/** What the holder does with the documents of an open safe. */
export class Documents {
	readonly #context: Context;
	readonly #vault: Vault;
	readonly #slips = new Map<string, Opened<Slip>>();
	/** Which bytes versions have that were sent or read since the safe was opened; for receipts. */
	readonly contents = new Map<string, Content>();
	/** Told of a document whose own grant is sealed to a former vault, or signed by a former root. */
	onBehind: (() => void) | undefined;

	constructor(context: Context, vault: Vault) {
		this.#context = context;
		this.#vault = vault;
	}

	/** `issued`: what its issuer's mark is worth, when it has one. */
	async open(id: string, signal?: AbortSignal): Promise<OpenedDocument> {
		const entry = this.#entry(id);
		// The release is asked for each time: it is what the journal tells.
		const { key, behind } = await this.#releaseOwn(entry);
		if (behind) this.onBehind?.();
		const sealed = await this.#context.api.blob('/api/v1/safe/documents/{doc}/content', {
			path: { doc: id },
			signal,
		});
		const blob = await withEvidence({ document: identified(entry) }, this.#context.now, () =>
			openDocument(sealed, entry, key, entry.type, { signal }),
		);
		const issue = this.#vault.issues.get(entry.version);
		if (issue === undefined) return { blob, entry };
		const content = { sha256: await hashOfFile(blob), size: entry.size };
		return { blob, entry, issued: await judge(this.#context, issue, content) };
	}

	rename(id: string, name: string): Promise<void> {
		return this.#vault.change({ edit: renameDoc(id, name, this.#time()) });
	}
	move(ids: readonly string[], folder: string | undefined): Promise<void> {
		return this.#vault.change({ edit: moveDocs(ids, folder, this.#time()) });
	}
	async createFolder(name: string, parent: string | undefined): Promise<string> {
		const id = newId();
		await this.#vault.change({
			edit: addFolder(parent === undefined ? { id, name } : { id, name, parent }),
		});
		return id;
	}
	renameFolder(id: string, name: string): Promise<void> {
		return this.#vault.change({ edit: renameFolder(id, name) });
	}
	removeFolder(id: string): Promise<void> {
		return this.#vault.change({ edit: removeFolder(id) });
	}
	async erase(ids: readonly string[]): Promise<void> {
		for (const id of ids) this.#entry(id);
		for (let at = 0; at < ids.length; at += CHANGE_DOCUMENTS) {
			const part = ids.slice(at, at + CHANGE_DOCUMENTS);
			await this.#vault.change({ edit: eraseDocs(part, this.#time()), erase: part });
		}
	}

	/** Seals the document's key to an administration whose key is in the log. */
	async share(order: ShareOrder, directory: Directory): Promise<GrantView> {
		try {
			return await this.#share(order, directory);
		} catch (e) {
			// The key in hand is one of a while ago.
			if (!(e instanceof CoffreError) || e.code !== 'key-rotated') throw e;
			directory.forget(order.administration);
			return this.#share(order, directory);
		}
	}

	async #share(order: ShareOrder, directory: Directory): Promise<GrantView> {
		const entry = this.#entry(order.doc);
		const to = await directory.recipient(order.administration);
		// A grant that a former root has signed is refused by whoever gets it.
		await this.#vault.checkKeys();
		const { key } = await this.ownKey(entry);
		const said = saidOf({ ...order, notAfter: toTime(new Date(order.notAfter)) });
		const { root } = this.#vault.keyring;
		const grant = await this.grantFor(entry, key, { ...order, ...said }, to, root);
		const { data } = await this.#context.api.call('post', '/api/v1/safe/grants', {
			headers: { 'Idempotency-Key': idempotencyKey() },
			body: {
				doc: entry.id,
				version: entry.version,
				administration: order.administration,
				...said,
				grant: toBase64(grant),
				recipient: fingerprint(to.recipient),
			},
		});
		return data;
	}

	/** For an administration: the document's key, signed for by this root. */
	grantFor(
		entry: ManifestDoc | Entry,
		key: Identity,
		order: Terms & { readonly administration: string },
		to: { readonly recipient: Recipient; readonly index: number },
		root: RootKey,
	): Promise<Uint8Array> {
		const reader = order.administration;
		const { recipient, index } = to;
		const grant = { reader, recipient: fingerprint(recipient), index, ...saidOf(order) };
		return sealGrant({ ...this.#about(entry), ...grant }, root, key, recipient);
	}

	/** What the slip says of a deposit. Read once: the journal notes each release. */
	async deposit(d: components['schemas']['DepositPage']['items'][number]): Promise<DepositView> {
		try {
			const { grant } = await this.#slip(d.doc);
			const { version, sha256, sealed, origin } = d;
			await withEvidence({ deposit: d }, this.#context.now, async () =>
				same('slip and inbox', grant, { version, sha256, sealed, origin }),
			);
			const { name, type, size, issue, folder } = grant;
			const proposed = folder === undefined ? {} : { folder };
			return { ...d, name, type, size, marked: issue !== undefined, ...proposed };
		} catch (e) {
			if (!(e instanceof CoffreError)) throw e;
			return { ...d, error: e };
		}
	}

	/** What the mark of a deposit's issuer is worth: the document is opened, and nothing of it kept. */
	async checkDeposit(doc: string, signal?: AbortSignal): Promise<IssuedView | undefined> {
		const { grant, key } = await this.#slip(doc);
		if (grant.issue === undefined) return undefined;
		const sealed = await this.#context.api.blob('/api/v1/safe/documents/{doc}/content', {
			path: { doc },
			signal,
		});
		const { version, sha256, sealed: length, size } = grant;
		const document = { doc, version, sha256, sealed: length };
		const blob = await withEvidence({ document }, this.#context.now, () =>
			openDocument(sealed, grant, key, grant.type, { signal }),
		);
		return judge(this.#context, grant.issue, { sha256: await hashOfFile(blob), size });
	}

	/** Takes a deposit into the safe, with a grant of the holder's own in place of the slip. */
	async adopt(doc: string, folder: string | undefined): Promise<void> {
		const { grant: slip, key } = await this.#slip(doc);
		const now = this.#time();
		const { id, version, sha256, sealed, size, name, type, origin } = { ...slip, id: slip.doc };
		const entry: ManifestDoc = {
			id,
			version,
			sha256,
			sealed,
			size,
			name,
			type,
			added: now,
			changed: now,
			origin,
		};
		// Whoever is given it later can tell who has issued it.
		if (slip.issue !== undefined) this.#vault.issues.set(version, slip.issue);
		const grant = await this.ownGrant(entry, key);
		await this.#vault.change({
			edit: addDoc(folder === undefined ? entry : { ...entry, folder }),
			adopt: [{ doc, version, grant: toBase64(grant) }],
		});
		this.#vault.keys.set(version, key);
		this.#slips.delete(doc);
	}

	/** 'not-found' when another device has taken it in: the document stays. */
	async refuse(doc: string): Promise<void> {
		const known = await this.#slip(doc).catch(() => undefined);
		const names = new Map(known ? [[doc, known.grant.name]] : []);
		await this.#vault.change({ edit: refuseDeposit(doc, this.#time(), names), erase: [doc] });
		this.#slips.delete(doc);
	}

	/** The holder's own grant of a version. */
	ownGrant(entry: ManifestDoc, key: Identity): Promise<Uint8Array> {
		const { recipient, root, safe } = this.#vault.keyring;
		const own: Grant = { ...this.#about(entry), reader: safe, recipient: fingerprint(recipient) };
		return sealGrant(own, root, key, recipient);
	}

	/** The key of a version; behind: its own grant is to be sealed again. Unknown of those met before. */
	async ownKey(entry: Entry): Promise<{ key: Identity; behind: boolean }> {
		const key = this.#vault.keys.get(entry.version);
		return key === undefined ? this.#releaseOwn(entry) : { key, behind: true };
	}

	#about(e: ManifestDoc | Entry): Omit<Grant, 'reader' | 'recipient'> {
		const issue = this.#vault.issues.get(e.version);
		return {
			...(issue === undefined ? {} : { issue }),
			suite: 1,
			safe: this.#vault.keyring.safe,
			doc: e.id,
			version: e.version,
			sha256: e.sha256,
			sealed: e.sealed,
			size: e.size,
			name: e.name,
			type: e.type,
			created: this.#time(),
		};
	}

	async #releaseOwn(entry: Entry): Promise<{ key: Identity; behind: boolean }> {
		const { safe, vks, vaults } = this.#vault.keyring;
		const release = await this.#release(entry.id);
		return this.#ours({ release, document: identified(entry) }, async () => {
			const sealed = fromBase64(release.grant);
			const { grant, key, former } = await withAny(vaults, (v) =>
				openOwnGrant(sealed, v.identity, v.recipient, vks, safe),
			);
			same('grant and manifest', grant, {
				safe,
				doc: entry.id,
				version: entry.version,
				sha256: entry.sha256,
				sealed: entry.sealed,
				size: entry.size,
			});
			this.#vault.keys.set(entry.version, key);
			if (grant.issue !== undefined) this.#vault.issues.set(entry.version, grant.issue);
			const { recipient } = this.#vault.keyring;
			return { key, behind: former || grant.recipient !== fingerprint(recipient) };
		});
	}

	async #slip(doc: string): Promise<Opened<Slip>> {
		const known = this.#slips.get(doc);
		if (known) return known;
		const { safe } = this.#vault.keyring;
		const release = await this.#release(doc);
		const slip = await this.#ours({ release }, async () => {
			const opened = await withAny(this.#vault.keyring.vaults, (v) =>
				openSlip(fromBase64(release.grant), v.identity, v.recipient, safe),
			);
			const { version, sha256, sealed } = release;
			same('slip and deposit', opened.grant, { safe, doc, version, sha256, sealed });
			return opened;
		});
		this.#slips.set(doc, slip);
		return slip;
	}

	/** What only the keyring in use opens: that it does not may be another device's doing. */
	#ours<T>(received: Readonly<Record<string, unknown>>, open: () => Promise<T>): Promise<T> {
		return this.#vault.unlessChanged(() => withEvidence(received, this.#context.now, open));
	}

	/** No leaf, no key: a release that the journal does not tell is refused. */
	async #release(doc: string): Promise<Release> {
		const mark = await this.#context.log.mark();
		const { data } = await this.#context.api.call('post', '/api/v1/safe/documents/{doc}/release', {
			path: { doc },
		});
		await withEvidence({ release: data }, this.#context.now, async () => {
			const { safe } = this.#vault.keyring;
			const event = await this.#context.log.event(mark, data.proof);
			const { version } = data;
			const act = { safe, doc, version, behalf: undefined, administration: undefined };
			checkRelease(event, 'document.opened', act);
			checkWho(event, ['citizen']);
		});
		return data;
	}

	#entry(id: string): Entry {
		const found = this.#vault.manifest.docs.find((d) => d.id === id);
		if (!found) throw new CoffreError('not-found');
		return found;
	}
	#time(): string {
		return toTime(this.#context.now());
	}
}

interface Terms {
	readonly purpose: string;
	readonly service?: string;
	readonly procedure?: string;
	/** RFC 3339. */
	readonly notAfter: string;
	/** That it answers, and the kind of document that it is given as. */
	readonly request?: string;
	readonly kind?: string;
}

/** What a grant says besides the document; what is empty is left out. */
function saidOf({ purpose, service, procedure, notAfter, request, kind }: Terms): Terms {
	return {
		purpose,
		...(service ? { service } : {}),
		...(procedure ? { procedure } : {}),
		notAfter,
		...(request ? { request } : {}),
		...(kind ? { kind } : {}),
	};
}

/** What evidence says of a document: whoever is shown it learns no name, type or folder. */
function identified({ id, version, sha256, sealed }: Entry): Record<string, unknown> {
	return { doc: id, version, sha256, sealed };
}

/** The event that the proof shows is this very release. */
export function checkRelease(event: Event, what: string, about: Expected<Event>): void {
	if (event.what !== what || event.result !== 'done') {
		throw new CoffreError('leaf', { message: `the proof is of ${event.what}, ${event.result}` });
	}
	try {
		same('event and release', event, about);
	} catch {
		throw new CoffreError('leaf', { message: 'the proof is of another act' });
	}
}

/** Whoever reads in the journal who has opened a document reads that it was this reader. */
export function checkWho({ who }: Event, kinds: readonly string[], administration?: string): void {
	if (!kinds.includes(who.kind) || who.administration !== administration)
		throw new CoffreError('leaf', { message: 'the proof says that somebody else did it' });
}

/** What a member has to be; undefined is that it is not there. */
type Expected<T> = { readonly [K in keyof T]?: T[K] | undefined };

export function same<T extends object>(what: string, got: T, expected: Expected<T>): void {
	for (const [k, v] of Object.entries(expected)) {
		if (got[k as keyof T] !== v)
			throw new CoffreError('mismatch', { message: `${what}: another ${k}` });
	}
}
