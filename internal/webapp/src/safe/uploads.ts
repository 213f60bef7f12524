import { idempotencyKey } from '../api/client.ts';
import { newIdentity, recipientOf } from '../crypto/age.ts';
import { fromHex, toBase64, toTime } from '../crypto/bytes.ts';
import { commitmentOf, contentOf } from '../crypto/content.ts';
import { sealDocument } from '../crypto/document.ts';
import { sealedSize } from '../crypto/form.ts';
import type { ManifestDoc } from '../crypto/manifest.ts';
import { checkName } from '../crypto/shape.ts';
import { asCoffreError, CoffreError } from '../errors.ts';
import { addDoc } from './contents.ts';
import { type Context, persist } from './context.ts';
import type { OnProgress } from './core.ts';
import type { Documents } from './documents.ts';
import { PARALLEL_UPLOADS } from './limits.ts';
import type { Progress } from './types.ts';
import type { Vault } from './vault.ts';

type Step = Omit<Progress, 'index' | 'name' | 'total'>;

/** Seals and sends files: one is sealed while others are on the line. */
export class Uploads {
	readonly #context: Context;
	readonly #vault: Vault;
	readonly #documents: Documents;
	#sealing: Promise<unknown> = Promise.resolve();

	constructor(context: Context, vault: Vault, documents: Documents) {
		this.#context = context;
		this.#vault = vault;
		this.#documents = documents;
	}

	async add(
		files: readonly File[],
		folder: string | undefined,
		onProgress: OnProgress,
		signal: AbortSignal | undefined,
	): Promise<void> {
		const waiting = files.map((file, index) => ({ file, index }));
		const lane = async (): Promise<void> => {
			for (let next = waiting.shift(); next; next = waiting.shift()) {
				const { file, index } = next;
				let last: Step = { phase: 'sealing', done: 0 };
				const tell = (step: Step): void => {
					last = { ...last, ...step };
					onProgress({ ...last, index, name: file.name, total: file.size });
				};
				tell(last);
				await this.#one(file, folder, tell, signal).catch((e: unknown) =>
					tell({ ...last, phase: 'failed', error: asCoffreError(e) }),
				);
			}
		};
		await Promise.all(Array.from({ length: PARALLEL_UPLOADS }, lane));
	}

	async #one(
		file: File,
		folder: string | undefined,
		tell: (s: Step) => void,
		signal: AbortSignal | undefined,
	): Promise<void> {
		const name = file.name.normalize('NFC');
		this.#check(name, file.size, signal);
		const key = newIdentity();
		const announced = sealedSize(file.size);
		const { data } = await this.#context.api.call('post', '/api/v1/safe/uploads', {
			headers: { 'Idempotency-Key': idempotencyKey() },
			body: { sealed: announced },
			signal,
		});
		const { doc, version } = data;
		const to = await recipientOf(key);
		const { sealed, sha256, plain } = await this.#turn(() =>
			sealDocument(file, to, {
				signal,
				onProgress: (done) => tell({ doc, phase: 'sealing', done }),
			}),
		);
		await this.#send(
			{ doc, version, sealed, sha256 },
			(done) => tell({ doc, phase: 'sending', done }),
			file.size,
			signal,
		);
		const now = toTime(this.#context.now());
		const entry: ManifestDoc = {
			id: doc,
			version,
			sha256,
			sealed: sealed.size,
			size: file.size,
			name,
			type: file.type || 'application/octet-stream',
			added: now,
			changed: now,
		};
		const grant = await this.#documents.ownGrant(entry, key);
		const content = contentOf(key, plain, file.size);
		if (signal?.aborted) throw new CoffreError('cancelled');
		await this.#vault.change({
			edit: addDoc(folder === undefined ? entry : { ...entry, folder }),
			adopt: [{ doc, version, grant: toBase64(grant), content: commitmentOf(content) }],
		});
		this.#vault.keys.set(version, key);
		this.#documents.contents.set(version, content);
		tell({ doc, phase: 'done', done: file.size });
	}

	#check(name: string, size: number, signal: AbortSignal | undefined): void {
		const { limits, used } = this.#vault.usage;
		if (signal?.aborted) throw new CoffreError('cancelled');
		if (size === 0) throw new CoffreError('empty');
		if (!checkName(name)) throw new CoffreError('name');
		if (size > limits.document) throw new CoffreError('too-large', { limit: limits.document });
		if (used + sealedSize(size) > limits.safe)
			throw new CoffreError('safe-full', { limit: limits.safe });
	}

	async #send(
		what: { doc: string; version: string; sealed: Blob; sha256: string },
		onSent: (done: number) => void,
		size: number,
		signal: AbortSignal | undefined,
	): Promise<void> {
		const { doc, version, sealed, sha256 } = what;
		onSent(0);
		const digest = toBase64(fromHex(sha256));
		// Where the answer was lost, sending the same again is a success. Asking first would be written in
		// the journal as a refused opening.
		await persist(() =>
			this.#context.api.upload('/api/v1/safe/documents/{doc}/versions/{version}', {
				path: { doc, version },
				headers: { 'Content-Digest': `sha-256=:${digest}:` },
				body: sealed,
				// Of the document, so that sealing and sending count the same.
				onProgress: (sent) => onSent(Math.min(size, Math.round((sent * size) / sealed.size))),
				signal,
			}),
		);
	}

	/** One at a time: sealing is work for one core. */
	#turn<T>(work: () => Promise<T>): Promise<T> {
		const mine = this.#sealing.then(work, work);
		this.#sealing = mine.catch(() => undefined);
		return mine;
	}
}
