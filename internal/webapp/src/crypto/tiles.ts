import { CoffreError } from '../errors.ts';
import type { Bytes } from './bytes.ts';
import { nodeHash } from './log.ts';

// C2SP tlog-tiles: the public files of a log, from which anybody computes a proof for himself. What
// they hold is believed by nobody: a proof made of them has to give a root that the log has signed.

/** Hashes in a full tile, and levels of the tree that a tile spans. */
const width = 256;
const height = 8;

/** A path under the log's address, "tile/0/x001/234". */
export type ReadTile = (path: string) => Promise<Uint8Array>;

/** The proofs of one tree, read from its tiles. */
export class Tiles {
	readonly #size: number;
	readonly #read: ReadTile;
	readonly #tiles = new Map<string, Promise<Uint8Array>>();

	constructor(size: number, read: ReadTile) {
		this.#size = size;
		this.#read = read;
	}

	/** RFC 9162 §2.1.3.1: from the leaf to the root, for verifyInclusion. */
	async inclusion(index: number): Promise<Bytes[]> {
		if (!Number.isSafeInteger(index) || index < 0 || index >= this.#size)
			throw new CoffreError('leaf', { message: 'index outside the tree' });
		const path: Promise<Bytes>[] = [];
		let [from, to] = [0, this.#size];
		while (to - from > 1) {
			const middle = from + largestBelow(to - from);
			const left = index < middle;
			path.push(left ? this.#root(middle, to) : this.#root(from, middle));
			if (left) to = middle;
			else from = middle;
		}
		return (await Promise.all(path)).reverse();
	}

	/** RFC 9162 §2.1.4.1: that the tree began with so many entries, for verifyConsistency. */
	async consistency(older: number): Promise<Bytes[]> {
		if (!Number.isSafeInteger(older) || older < 1 || older > this.#size)
			throw new CoffreError('leaf', { message: 'no older tree' });
		const path: Promise<Bytes>[] = [];
		let [from, to] = [0, this.#size];
		while (older < to) {
			const middle = from + largestBelow(to - from);
			if (older <= middle) {
				path.push(this.#root(middle, to));
				to = middle;
			} else {
				path.push(this.#root(from, middle));
				from = middle;
			}
		}
		// The older tree itself, when it is whole, is known to whoever asks.
		if (from > 0) path.push(this.#root(from, to));
		return (await Promise.all(path)).reverse();
	}

	/** The root of the entries between two places, the first of them at the start of a subtree that holds all. */
	async #root(from: number, to: number): Promise<Bytes> {
		const count = to - from;
		const level = Math.log2(count);
		if (Number.isInteger(level)) return this.#node(level, from / count);
		const middle = from + largestBelow(count);
		const [left, right] = await Promise.all([this.#root(from, middle), this.#root(middle, to)]);
		return nodeHash(left, right);
	}

	/** The root of the `index`-th complete subtree of 2^level entries. */
	async #node(level: number, index: number): Promise<Bytes> {
		const over = level % height;
		const tileLevel = (level - over) / height;
		// As many hashes of that tile are under it.
		const count = 2 ** over;
		const first = index * count;
		const tile = await this.#tile(tileLevel, Math.floor(first / width));
		let hashes = Array.from({ length: count }, (_, i) => hashAt(tile, (first % width) + i));
		while (hashes.length > 1) {
			const below = hashes;
			hashes = Array.from({ length: below.length / 2 }, (_, i) =>
				nodeHash(below[2 * i] as Bytes, below[2 * i + 1] as Bytes),
			);
		}
		return hashes[0] as Bytes;
	}

	#tile(level: number, index: number): Promise<Uint8Array> {
		const hashes = Math.floor(this.#size / width ** level);
		const path = tilePath(level, index, Math.min(width, hashes - index * width));
		const known = this.#tiles.get(path);
		if (known !== undefined) return known;
		const read = this.#read(path);
		this.#tiles.set(path, read);
		return read;
	}
}

/** "tile/0/x001/234.p/17"; a full tile has no width in its path. */
export function tilePath(level: number, index: number, hashes: number): string {
	const groups = [String(index % 1000).padStart(3, '0')];
	for (let n = Math.floor(index / 1000); n > 0; n = Math.floor(n / 1000))
		groups.unshift(`x${String(n % 1000).padStart(3, '0')}`);
	const partial = hashes < width ? `.p/${hashes}` : '';
	return `tile/${level}/${groups.join('/')}${partial}`;
}

function hashAt(tile: Uint8Array, at: number): Bytes {
	const hash = tile.slice(at * 32, at * 32 + 32);
	if (hash.length !== 32) throw new CoffreError('leaf', { message: 'a tile is too short' });
	return hash as Bytes;
}

/** The largest power of two below a number that is above 1. */
function largestBelow(n: number): number {
	let k = 1;
	while (k * 2 < n) k *= 2;
	return k;
}
