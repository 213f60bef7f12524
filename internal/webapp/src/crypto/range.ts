import { CoffreError } from '../errors.ts';
import { type Bytes, equal, fromBase64 } from './bytes.ts';
import { type Checkpoint, leafHash, nodeHash } from './log.ts';
import { array, base64, integer, object } from './shape.ts';

// SPEC.md §9: reading every entry between two places of the log, so that none is left out.

const rangeShape = object(
	{ from: integer(), size: integer(1), left: array(base64(32)), entries: array(base64(), 1, 1000) },
	{},
);
/** What `/log/entries` answers. */
export type Range = ReturnType<typeof rangeShape>;

function refuse(message: string): never {
	throw new CoffreError('leaf', { message });
}

/** The complete subtrees of a log that grows: what RFC 9162 §2.1.1 needs of the entries before. */
class Subtrees {
	/** The largest first: as many as the size has bits set. */
	readonly #hashes: Bytes[];
	#size: number;

	constructor(size: number, left: readonly Bytes[]) {
		if (left.length !== ones(size)) refuse('another number of subtrees than the size has');
		this.#size = size;
		this.#hashes = [...left];
	}

	get size(): number {
		return this.#size;
	}

	append(entry: Uint8Array): void {
		let hash = leafHash(entry);
		// Numbers above 2^31: no bit operators.
		for (let n = this.#size; n % 2 === 1; n = Math.floor(n / 2))
			hash = nodeHash(this.#hashes.pop() ?? refuse('no subtree'), hash);
		this.#hashes.push(hash);
		this.#size++;
	}

	root(): Bytes {
		return [...this.#hashes].reduceRight((right, left) => nodeHash(left, right));
	}
}

function ones(n: number): number {
	let count = 0;
	for (let m = n; m > 0; m = Math.floor(m / 2)) count += m % 2;
	return count;
}

/**
 * Reads every entry from an index on to the end of a tree whose checkpoint was accepted, and tells
 * each; 'leaf' unless together they give the tree's root. What was told counts only when this
 * resolves.
 */
export async function readRange(
	tree: Checkpoint,
	from: number,
	fetch: (from: number) => Promise<unknown>,
	tell: (entry: Bytes, index: number) => void,
): Promise<void> {
	if (!Number.isSafeInteger(from) || from < 0 || from >= tree.size) refuse('outside of the log');
	let grown: Subtrees | undefined;
	while (grown === undefined || grown.size < tree.size) {
		const at: number = grown?.size ?? from;
		const page = checkRange(await fetch(at), at, tree.size);
		grown ??= new Subtrees(from, page.left.map(fromBase64));
		for (const e of page.entries) {
			const entry = fromBase64(e);
			tell(entry, grown.size);
			grown.append(entry);
		}
	}
	if (!equal(grown.root(), tree.root)) refuse('an entry is left out or another one is put in');
}

function checkRange(v: unknown, from: number, size: number): Range {
	let page: Range;
	try {
		page = rangeShape(v);
	} catch {
		return refuse('not a range of the log');
	}
	if (page.from !== from || page.size !== size) refuse('another range than the one asked for');
	if (page.entries.length > size - from) refuse('more entries than the log has');
	return page;
}
