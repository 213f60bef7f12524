import type { Api } from '../api/client.ts';
import { type Bytes, fromBase64, toBase64, toHex } from '../crypto/bytes.ts';
import {
	type Checkpoint,
	type Event,
	entryOf,
	type KeyFact,
	type Leaf,
	openCheckpoint,
	verifyConsistency,
	verifyEntry,
	verifyEvent,
	verifyFact,
} from '../crypto/log.ts';
import type { SeenPlace } from '../crypto/places.ts';
import { readRange } from '../crypto/range.ts';
import { CoffreError } from '../errors.ts';
import type { Memory } from './core.ts';
import { checkWitnesses, meetLog } from './policywatch.ts';

/** The log as it was seen before a request: what answers it may not be older. */
export interface Mark {
	readonly vkey: string;
	readonly size: number;
}

interface Seen {
	readonly size: number;
	readonly root: string;
	/** The signed note: with a contradicting one, the proof of a forked log. */
	readonly checkpoint: string;
}

/** The event of a safe with the highest place that was proven to this browser. */
export function seenPlace(memory: Memory, safe: string): SeenPlace | undefined {
	const kept = memory.get(`places:${safe}`);
	return kept === undefined ? undefined : (JSON.parse(kept) as SeenPlace);
}

export function keepPlace(memory: Memory, safe: string, seen: SeenPlace): void {
	memory.set(`places:${safe}`, JSON.stringify(seen));
}

const nothing: Seen = { size: 0, root: '', checkpoint: '' };

/** Verifies proofs, and remembers the newest checkpoint from one visit to the next. */
export class LogWatch {
	readonly #api: Api;
	readonly #memory: Memory;
	#vkey: Promise<string> | undefined;

	constructor(api: Api, memory: Memory) {
		this.#api = api;
		this.#memory = memory;
	}

	/** To be taken before the request whose proofs are then checked. */
	async mark(): Promise<Mark> {
		this.#vkey ??= meetLog(this.#api, this.#memory).catch((e: unknown) => {
			this.#vkey = undefined;
			throw e;
		});
		const vkey = await this.#vkey;
		return { vkey, size: this.#seen(vkey).size };
	}

	/**
	 * The event that an act has just made. Its place is after everything that was
	 * seen before the act: an old event of the same kind proves nothing.
	 */
	async event(
		mark: Mark,
		proof: { readonly event: string; readonly salt: string; readonly leaf?: Leaf | undefined },
	): Promise<Event> {
		if (!proof.leaf) throw new CoffreError('leaf', { message: 'no proof' });
		const { event, tree } = verifyEvent(mark.vkey, proof.event, proof.salt, proof.leaf);
		await this.#accept(mark, tree, proof.leaf.checkpoint);
		if (proof.leaf.index < mark.size)
			throw new CoffreError('leaf', { message: 'the proof is of an earlier act' });
		this.#place(event, proof);
		return event;
	}

	/** A citizen's own act: her journal has to list it. Two events in one place are two journals. */
	#place(event: Event, proof: { readonly event: string; readonly salt: string }): void {
		const { n, safe, time, who } = event;
		if (n === undefined || safe === undefined || who.kind !== 'citizen') return;
		const seen = seenPlace(this.#memory, safe);
		const entry = toHex(entryOf(proof.event, proof.salt));
		if (seen && n === seen.n && entry !== seen.entry)
			throw new CoffreError('rollback', {
				message: `two events have place ${n} of the journal`,
				evidence: { seen, ...proof },
			});
		if (!seen || n > seen.n) keepPlace(this.#memory, safe, { n, entry, time });
	}

	async fact(mark: Mark, leaf: Leaf): Promise<KeyFact> {
		const { fact, tree } = verifyFact(mark.vkey, leaf);
		await this.#accept(mark, tree, leaf.checkpoint);
		return fact;
	}

	/** The entry that a leaf carries, of any public fact. */
	async entry(mark: Mark, leaf: Leaf): Promise<Bytes> {
		const { entry, tree } = verifyEntry(mark.vkey, leaf);
		await this.#accept(mark, tree, leaf.checkpoint);
		return entry;
	}

	/** The newest checkpoint that the gateway shows. */
	async newest(mark: Mark): Promise<Checkpoint> {
		const note = await (await this.#api.blob('/log/checkpoint')).text();
		return this.checkpoint(mark, note);
	}

	/** Tells every entry from an index to the end of that tree: none is left out. */
	async read(tree: Checkpoint, from: number, tell: (entry: Bytes) => void): Promise<void> {
		const { size } = tree;
		const page = (at: number) => this.#api.get('/log/entries', { query: { from: at, size } });
		await readRange(tree, from, page, tell);
	}

	async checkpoint(mark: Mark, note: string): Promise<Checkpoint> {
		const tree = openCheckpoint(mark.vkey, note);
		await this.#accept(mark, tree, note);
		return tree;
	}

	/**
	 * A checkpoint that continues the newest one seen, which is proven to us and
	 * not believed: a log that forks is found out here.
	 */
	async #accept(mark: Mark, tree: Checkpoint, checkpoint: string): Promise<void> {
		checkWitnesses(this.#memory, mark.vkey, checkpoint);
		const seen = this.#seen(mark.vkey);
		const root = toBase64(tree.root);
		if (tree.size < mark.size || (tree.size === seen.size && root !== seen.root)) {
			throw new CoffreError('rollback', {
				message: `the journal has ${tree.size} entries after ${seen.size}`,
				evidence: { logKey: mark.vkey, seen: seen.checkpoint, received: checkpoint },
			});
		}
		if (tree.size === seen.size) return;
		if (seen.size > 0) await this.#continues(mark, seen, tree, checkpoint);
		// Others may have been accepted meanwhile.
		if (tree.size > this.#seen(mark.vkey).size) {
			const next: Seen = { size: tree.size, root, checkpoint };
			this.#memory.set(`log:${mark.vkey}`, JSON.stringify(next));
		}
	}

	async #continues(mark: Mark, seen: Seen, tree: Checkpoint, checkpoint: string): Promise<void> {
		const known = openCheckpoint(mark.vkey, seen.checkpoint);
		const [older, newer] = tree.size < known.size ? [tree, known] : [known, tree];
		const { path } = await this.#api.get('/log/consistency', {
			query: { from: older.size, to: newer.size },
		});
		try {
			verifyConsistency(older, newer, path.map(fromBase64));
		} catch (e) {
			throw new CoffreError('rollback', {
				message: e instanceof Error ? e.message : String(e),
				evidence: { logKey: mark.vkey, seen: seen.checkpoint, received: checkpoint, proof: path },
			});
		}
	}

	#seen(vkey: string): Seen {
		const kept = this.#memory.get(`log:${vkey}`);
		return kept === undefined ? nothing : (JSON.parse(kept) as Seen);
	}
}
