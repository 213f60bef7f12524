import { fingerprint, type Recipient } from '../crypto/age.ts';
import { toBase64, toTime } from '../crypto/bytes.ts';
import type { OwnGrant } from '../crypto/change.ts';
import type { ManifestDoc } from '../crypto/manifest.ts';
import type { Context } from './context.ts';
import type { Documents } from './documents.ts';
import { RESEAL_DOCUMENTS } from './limits.ts';
import type { Vault } from './vault.ts';

/** How far it has come, for one recipient of the vault. */
interface Mark {
	/** Fingerprint. */
	readonly recipient: string;
	/** What was added later is sealed to it anyway. */
	readonly since: string;
	/** Id of the last document that was done; documents are taken in the order of their ids. */
	readonly done: string;
	readonly whole: boolean;
}

/**
 * Seals the holder's own grants again after the vault's seed or the root was replaced (SPEC.md §11): in
 * parts and in the background. It stops quietly at the first trouble, and goes on when the safe is next
 * unlocked, or when a document is opened whose grant was left behind, by whichever device.
 */
export class Resealing {
	readonly #context: Context;
	readonly #vault: Vault;
	readonly #documents: Documents;
	#running: Promise<void> | undefined;

	constructor(context: Context, vault: Vault, documents: Documents) {
		this.#context = context;
		this.#vault = vault;
		this.#documents = documents;
		documents.onBehind = () => this.#again();
	}

	/** Before the vault has this recipient: whatever happens afterwards, the work is known. */
	plan(recipient: Recipient): void {
		const since = toTime(this.#context.now());
		this.#note({ recipient: fingerprint(recipient), since, done: '', whole: false });
	}

	/** Begins, or goes on; resolves when it has stopped. Nobody has to wait for it. */
	run(): Promise<void> {
		this.#running ??= this.#go()
			.catch(() => undefined)
			.finally(() => {
				this.#running = undefined;
				this.#vault.resealing = undefined;
			});
		return this.#running;
	}

	#again(): void {
		const known = this.#mark();
		if (known === undefined || known.whole) this.plan(this.#vault.keyring.recipient);
		void this.run();
	}

	async #go(): Promise<void> {
		for (let m = this.#mark(); m !== undefined && !m.whole; m = this.#mark()) {
			const { since, done } = m;
			const all = this.#vault.manifest.docs.filter((d) => d.added <= since);
			const left = all.filter((d) => d.id > done);
			const part = left.slice(0, RESEAL_DOCUMENTS);
			if (left.length > 0)
				this.#vault.resealing = { done: all.length - left.length, total: all.length };
			const reseal: OwnGrant[] = [];
			for (const d of part) reseal.push(...(await this.#one(d)));
			if (reseal.length > 0) await this.#vault.change({ edit: (c) => c, reseal });
			const last = part.at(-1)?.id;
			this.#note(last === undefined ? { ...m, whole: true } : { ...m, done: last });
		}
	}

	/** Nothing, when it was done before or is gone. */
	async #one(d: ManifestDoc): Promise<OwnGrant[]> {
		const { id: doc, version } = d;
		const { key, behind } = await this.#documents.ownKey(d);
		if (!behind) return [];
		const grant = toBase64(await this.#documents.ownGrant(d, key));
		return [{ doc, version, grant }];
	}

	/** Of the recipient in use. */
	#mark(): Mark | undefined {
		const kept = this.#context.memory.get(this.#key());
		const m = kept === undefined ? undefined : (JSON.parse(kept) as Mark);
		return m?.recipient === fingerprint(this.#vault.keyring.recipient) ? m : undefined;
	}
	#note(m: Mark): void {
		// Another seed may have come meanwhile: what was planned for it stays.
		const planned = m.done === '' && !m.whole;
		if (planned || this.#mark()?.recipient === m.recipient)
			this.#context.memory.set(this.#key(), JSON.stringify(m));
	}
	#key(): string {
		return `reseal:${this.#vault.keyring.safe}`;
	}
}
