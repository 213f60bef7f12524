import { fingerprint, type Identity } from '../crypto/age.ts';
import { fromBase64, toBase64, toTime } from '../crypto/bytes.ts';
import { type OwnGrant, signChange } from '../crypto/change.ts';
import { hashHex } from '../crypto/derive.ts';
import { type Container, checkContainer, type Keyring } from '../crypto/keyring.ts';
import { type Manifest, openManifest, sealManifest } from '../crypto/manifest.ts';
import { CoffreError } from '../errors.ts';
import { type Contents, type Edit, sorted } from './contents.ts';
import { type Context, checkEpoch, isStatus, withAny, withEvidence } from './context.ts';
import type { SafeState } from './core.ts';
import { CHANGE_DOCUMENTS, KEY_PATIENCE_MS, MERGE_ATTEMPTS } from './limits.ts';
import { follows, untried } from './seen.ts';
import type { ResealingView, SafeFigures, Usage } from './types.ts';

export interface Change {
	readonly edit: Edit;
	readonly adopt?: readonly OwnGrant[];
	/** Own grants that replace those of versions in the safe. */
	readonly reseal?: readonly OwnGrant[];
	readonly erase?: readonly string[];
}

interface Queued extends Change {
	resolve(): void;
	reject(e: unknown): void;
}

interface Held {
	readonly manifest: Manifest;
	/** Of the sealed bytes. */
	readonly hash: string;
	readonly etag: string;
}

/**
 * The open safe's manifest and keys. Changes wait in a queue; those that wait
 * together are made by one request, all or nothing, and made again on top of
 * what another device wrote.
 */
export class Vault {
	readonly #context: Context;
	#keyring: Keyring;
	#container: Container;
	/** Keys of versions met since the safe was opened. */
	readonly keys = new Map<string, Identity>();
	/** What issuers have signed of versions met, unverified, in base64: it goes along wherever one is sealed. */
	readonly issues = new Map<string, string>();
	#held: Held;
	#usage: Usage;
	#queue: Queued[] = [];
	#running = false;
	#lastSent = '';
	#resealing: ResealingView | undefined;
	#turn: Promise<unknown> = Promise.resolve();

	private constructor(
		context: Context,
		keyring: Keyring,
		container: Container,
		held: Held,
		usage: Usage,
	) {
		this.#context = context;
		this.#keyring = keyring;
		this.#container = container;
		this.#held = held;
		this.#usage = usage;
	}

	static async open(context: Context, keyring: Keyring, container: Container): Promise<Vault> {
		const [held, usage] = await Promise.all([
			fetchManifest(context, keyring),
			fetchUsage(context, keyring),
		]);
		return new Vault(context, keyring, container, held, usage);
	}

	get keyring(): Keyring {
		return this.#keyring;
	}
	/** What the server keeps of the keyring. */
	get container(): Container {
		return this.#container;
	}
	/** The keyring that has just replaced the one in use. */
	take(keyring: Keyring, container: Container): void {
		this.#keyring = keyring;
		this.#container = container;
		this.#context.onState(this.state());
	}

	/** How far the sealing again of the holder's own grants has come. */
	set resealing(r: ResealingView | undefined) {
		this.#resealing = r;
		this.#context.onState(this.state());
	}

	get manifest(): Manifest {
		return this.#held.manifest;
	}
	/** Of the sealed manifest. */
	get manifestHash(): string {
		return this.#held.hash;
	}
	get usage(): Usage {
		return this.#usage;
	}

	state(): SafeState {
		const { docs, folders } = this.manifest;
		const behind = untried(this.#context.memory, this.#container);
		return {
			id: this.keyring.safe,
			entries: docs,
			folders,
			usage: this.#usage,
			unlockers: this.keyring.payload.unlockers.map(({ id, kind, label, created }) => ({
				id,
				kind,
				label,
				created,
				untried: behind.has(id),
			})),
			...(this.#resealing === undefined ? {} : { resealing: this.#resealing }),
		};
	}

	refresh(): Promise<void> {
		return this.alone(() => this.read());
	}

	/** For who has its turn already. */
	async read(): Promise<void> {
		const [held, usage] = await this.unlessChanged(() =>
			Promise.all([
				fetchManifest(this.#context, this.keyring),
				fetchUsage(this.#context, this.keyring),
			]),
		);
		if (held.manifest.epoch >= this.manifest.epoch) this.#held = held;
		this.#usage = usage;
		this.#context.onState(this.state());
	}

	/** One at a time of those who change the manifest or the keys. */
	alone<T>(work: () => Promise<T>): Promise<T> {
		const mine = this.#turn.then(work);
		this.#turn = mine.catch(() => undefined);
		return mine;
	}

	/** 'keys-changed' when another device has replaced the keyring in hand. */
	async checkKeys(): Promise<void> {
		const there = checkContainer(await this.#context.api.get('/api/v1/safe/keyring'));
		if (follows(there, this.#container)) throw new CoffreError('keys-changed');
	}

	/** What is in the safe, as another root and vault of it would have it next. */
	async next(keyring: Keyring): Promise<{ sealed: Uint8Array; epoch: number; match: string }> {
		const { manifest, hash } = this.#held;
		const next = { ...manifest, epoch: manifest.epoch + 1, previous: hash };
		const sealed = await sealManifest(
			{ ...next, time: toTime(this.#context.now()) },
			keyring.root,
			keyring.recipient,
		);
		return { sealed, epoch: next.epoch, match: hash };
	}

	/**
	 * What another device sealed to a newer keyring of the holder's looks like a lie to the keyring in
	 * hand: then it is to be unlocked again, and nobody is accused.
	 */
	async unlessChanged<T>(read: () => Promise<T>): Promise<T> {
		try {
			return await read();
		} catch (e) {
			if (!(e instanceof CoffreError) || !['mismatch', 'leaf'].includes(e.code)) throw e;
			await this.checkKeys();
			throw e;
		}
	}

	change(c: Change): Promise<void> {
		return new Promise((resolve, reject) => {
			this.#queue.push({ ...c, resolve, reject });
			if (!this.#running) void this.#run();
		});
	}

	async #run(): Promise<void> {
		this.#running = true;
		// One turn, so that what is asked for together goes together.
		await Promise.resolve();
		while (this.#queue.length > 0) {
			const batch = this.#take();
			await this.alone(() => this.#make(batch)).catch(async (e: unknown) => {
				if (batch.length === 1 || isStatus(e, 401)) for (const q of batch) q.reject(e);
				// One that is refused does not take the others with it.
				else
					for (const q of batch)
						await this.alone(() => this.#make([q])).catch((own: unknown) => q.reject(own));
			});
		}
		this.#running = false;
	}

	/** As many of those that wait as one request may hold. */
	#take(): Queued[] {
		let weight = 0;
		const over = this.#queue.findIndex((q, i) => {
			weight += (q.adopt?.length ?? 0) + (q.reseal?.length ?? 0) + (q.erase?.length ?? 0);
			return i > 0 && weight > CHANGE_DOCUMENTS;
		});
		return this.#queue.splice(0, over < 0 ? this.#queue.length : over);
	}

	async #make(batch: readonly Queued[]): Promise<void> {
		for (let attempt = 1; ; attempt++) {
			const { manifest, alive } = this.#next(batch);
			if (alive.length === 0) return;
			try {
				await this.#put(manifest, alive);
				return this.#done(alive);
			} catch (e) {
				const again = isStatus(e, 412) || (e instanceof CoffreError && e.code === 'offline');
				if (!again || attempt >= MERGE_ATTEMPTS) throw e;
				this.#held = await this.unlessChanged(() => fetchManifest(this.#context, this.keyring));
				// The answer was lost, not the change.
				if (this.#held.hash === this.#lastSent) return this.#done(alive);
			}
		}
	}

	#next(batch: readonly Queued[]): { manifest: Manifest; alive: Queued[] } {
		const { folders, docs, gone, epoch } = this.manifest;
		let contents: Contents = { folders, docs, gone };
		const alive: Queued[] = [];
		for (const q of batch) {
			try {
				contents = q.edit(contents);
				alive.push(q);
			} catch (e) {
				q.reject(e);
			}
		}
		const time = toTime(this.#context.now());
		const manifest: Manifest = {
			suite: 1,
			safe: this.keyring.safe,
			epoch: epoch + 1,
			previous: this.#held.hash,
			time,
			...sorted(contents),
		};
		return { manifest, alive };
	}

	async #put(manifest: Manifest, batch: readonly Queued[]): Promise<void> {
		const { safe, root, recipient } = this.keyring;
		const { epoch, previous } = manifest;
		const sealed = await sealManifest(manifest, root, recipient);
		const hash = hashHex(sealed);
		this.#lastSent = hash;
		const what = this.#brought(batch);
		const signed = { safe, epoch, match: this.#held.hash, manifest: sealed, ...what };
		const { etag } = await this.#context.api.call('put', '/api/v1/safe/manifest', {
			headers: { 'If-Match': this.#held.etag },
			body: { epoch, sealed: toBase64(sealed), ...what, signature: signChange(signed, root) },
		});
		checkEpoch(this.#context.memory, manifestKey(safe), { epoch, hash, previous });
		this.#held = { manifest, hash, etag };
	}

	/** What another device erased in between has its tombstone already. */
	#brought(batch: readonly Queued[]) {
		const gone = new Set(this.manifest.gone.map((g) => g.id));
		const there = new Set(this.manifest.docs.map((d) => d.version));
		return {
			adopt: batch.flatMap((q) => q.adopt ?? []),
			reseal: batch.flatMap((q) => q.reseal ?? []).filter((g) => there.has(g.version)),
			erase: batch.flatMap((q) => q.erase ?? []).filter((id) => !gone.has(id)),
		};
	}
	/** Who asked finds the change in the state already; the figures follow. */
	#done(batch: readonly Queued[]): void {
		this.#context.onState(this.state());
		for (const q of batch) q.resolve();
		void this.#count();
	}

	async #count(): Promise<void> {
		try {
			this.#usage = await fetchUsage(this.#context, this.keyring);
			this.#context.onState(this.state());
		} catch {
			// The change is done; whatever is wrong is said by the next act.
		}
	}
}

/** What the memory calls the manifest of a safe. */
export function manifestKey(safe: string): string {
	return `manifest:${safe}`;
}

async function fetchManifest(context: Context, keyring: Keyring): Promise<Held> {
	const { data, etag } = await context.api.call('get', '/api/v1/safe/manifest');
	const sealed = fromBase64(data.sealed);
	const hash = hashHex(sealed);
	const manifest = await withEvidence({ manifest: data }, context.now, async () => {
		const m = await withAny(keyring.vaults, (v) =>
			openManifest(sealed, v.identity, keyring.root.vk, keyring.safe),
		);
		if (m.epoch !== data.epoch)
			throw new CoffreError('mismatch', { message: 'another epoch than announced' });
		checkEpoch(context.memory, manifestKey(keyring.safe), {
			epoch: m.epoch,
			hash,
			previous: m.previous,
		});
		return m;
	});
	return { manifest, hash, etag };
}

async function fetchUsage(context: Context, keyring: Keyring): Promise<Usage> {
	const mark = await context.log.mark();
	const safe = await fetchPublished(context);
	await withEvidence({ safe }, context.now, async () => {
		if (!safe.key) throw new CoffreError('leaf', { message: 'its key is not in the log' });
		const fact = await context.log.fact(mark, safe.key);
		const own =
			fact.holder === 'safe' && fact.id === keyring.safe && fact.vk === toBase64(keyring.root.vk);
		// The recipient in the log may be one epoch behind for a moment; it is never anybody else's.
		const ours = keyring.vaults.some((v) => fingerprint(v.recipient) === fact.recipient);
		if (!own || !ours)
			throw new CoffreError('leaf', { message: 'the log holds another key for this safe' });
	});
	return {
		used: safe.used,
		documents: safe.documents,
		inbox: safe.inbox ?? 0,
		limits: { document: safe.limits.document, safe: safe.limits.safe },
	};
}

/** Asks again while a new key waits for its leaf: the log publishes within a second. */
async function fetchPublished(context: Context): Promise<SafeFigures> {
	for (let pause = 50; ; pause *= 2) {
		const safe = await context.api.get('/api/v1/safe');
		if (safe.key || pause > KEY_PATIENCE_MS) return safe;
		await new Promise((done) => setTimeout(done, pause));
	}
}
