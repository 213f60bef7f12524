import type { Api } from '../api/client.ts';
import { fingerprint } from '../crypto/age.ts';
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
import { pinsOf, type SeenPlaces } from '../crypto/places.ts';
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

/** What was proven to this browser of a safe's journal. */
export function seenPlaces(memory: Memory, safe: string): SeenPlaces | undefined {
	const kept = memory.get(`places:${safe}`);
	return kept === undefined ? undefined : (JSON.parse(kept) as SeenPlaces);
}

/** What a list has shown to who remembered `before`; acts since then are remembered still. */
export function keepPlaces(
	memory: Memory,
	safe: string,
	found: SeenPlaces,
	before: SeenPlaces | undefined,
): void {
	const known = pinsOf(before);
	const now = seenPlaces(memory, safe);
	const acts = (now === undefined ? [] : [now, ...(now.owed ?? [])])
		.filter((p) => p.n !== found.n && !known.some((k) => k.n === p.n && k.entry === p.entry))
		.map(({ n, entry, time }) => ({ n, entry, time }));
	const newest = acts.find((p) => p.n > found.n);
	const owed = acts.filter((p) => p !== newest);
	const next = { ...found, ...newest, ...(owed.length > 0 ? { owed } : {}) };
	memory.set(`places:${safe}`, JSON.stringify(next));
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
		if (safe === undefined) return;
		if (n === undefined)
			throw new CoffreError('leaf', { message: 'the act has no place in the journal' });
		if (who.kind !== 'citizen') return;
		const seen = seenPlaces(this.#memory, safe);
		const entry = toHex(entryOf(proof.event, proof.salt));
		const known = pinsOf(seen).find((p) => p.n === n);
		if (known !== undefined && known.entry !== entry)
			throw new CoffreError('rollback', {
				message: `two events have place ${n} of the journal`,
				evidence: { seen: known, ...proof },
			});
		if (known !== undefined) return;
		const act = { n, entry, time };
		// One with an old place is owed: the list says whether that can be.
		const next =
			seen && n < seen.n ? { ...seen, owed: [...(seen.owed ?? []), act] } : { ...seen, ...act };
		this.#memory.set(`places:${safe}`, JSON.stringify(next));
	}

	async fact(mark: Mark, leaf: Leaf): Promise<KeyFact> {
		const { fact, tree } = verifyFact(mark.vkey, leaf);
		await this.#accept(mark, tree, leaf.checkpoint);
		return fact;
	}

	/** 'leaf' unless the log holds this key for this safe, and this recipient where one is given. */
	async safeKey(
		mark: Mark,
		leaf: Leaf | undefined,
		safe: string | undefined,
		vk: string | undefined,
		recipient?: string,
	): Promise<KeyFact> {
		if (!leaf || vk === undefined) throw new CoffreError('leaf', { message: 'no key of the safe' });
		const fact = await this.fact(mark, leaf);
		if (fact.holder !== 'safe' || fact.id !== safe || fact.vk !== vk)
			throw new CoffreError('leaf', { message: 'the log holds another key for this safe' });
		if (recipient !== undefined && fact.recipient !== fingerprint(recipient))
			throw new CoffreError('leaf', { message: 'the log holds another recipient for this safe' });
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
