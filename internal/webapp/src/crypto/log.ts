import { CoffreError } from '../errors.ts';
import { type Bytes, equal, fromBase64, fromHex, utf8 } from './bytes.ts';
import { parseCanonical } from './canonical.ts';
import { sha256 } from './derive.ts';
import { base64, hash, id, integer, object, oneOf, type Shape, string, time } from './shape.ts';
import { verify } from './sign.ts';

// SPEC.md §9; RFC 9162 §2.1; C2SP tlog-checkpoint and signed-note.

export interface Leaf {
	readonly index: number;
	readonly size: number;
	readonly path: readonly string[];
	readonly checkpoint: string;
	/** base64, public facts only. */
	readonly entry?: string;
}

export interface Checkpoint {
	readonly origin: string;
	readonly size: number;
	readonly root: Bytes;
}

const salted = 'coffre/v1/event';
const factMark = 'coffre/v1/fact\n';

export function commitment(event: Uint8Array, salt: Uint8Array): Bytes {
	return sha256(utf8(salted), new Uint8Array(1), salt, event);
}

export function leafHash(entry: Uint8Array): Bytes {
	return sha256(Uint8Array.of(0), entry);
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Bytes {
	return sha256(Uint8Array.of(1), left, right);
}

function refuse(message: string): never {
	throw new CoffreError('leaf', { message });
}

/** Reads a checkpoint that the log's key signed; 'leaf' otherwise. */
export function openCheckpoint(vkey: string, note: string): Checkpoint {
	const key = parseVkey(vkey);
	const split = note.lastIndexOf('\n\n');
	const body = note.slice(0, split + 1);
	const signatures = note.slice(split + 2);
	if (split < 0 || !signatures.endsWith('\n')) refuse('not a signed note');
	const signed = signatures
		.slice(0, -1)
		.split('\n')
		.some((line) => {
			const [, name, value] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? [];
			if (name !== key.name || value === undefined) return false;
			const b = decode(value);
			return equal(b.subarray(0, 4), key.hash) && verify(key.public, b.subarray(4), utf8(body));
		});
	if (!signed) refuse('the checkpoint is not signed by the log');
	const [origin = '', size = '', root = ''] = body.split('\n');
	if (origin !== key.name || !/^(0|[1-9]\d{0,15})$/.test(size))
		refuse('not a checkpoint of this log');
	const rootHash = decode(root);
	if (rootHash.length !== 32 || !Number.isSafeInteger(Number(size))) refuse('not a checkpoint');
	return { origin, size: Number(size), root: rootHash };
}

function parseVkey(vkey: string): { name: string; hash: Bytes; public: Bytes } {
	const [, name = '', hex = '', data = ''] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey) ?? [];
	const key = decode(data);
	const own = sha256(utf8(`${name}\n`), key).slice(0, 4);
	const said = fromHex(hex);
	if (name === '' || key.length !== 33 || key[0] !== 1 || !equal(own, said))
		refuse('not a key of a log');
	return { name, hash: own, public: key.slice(1) };
}

function decode(s: string): Bytes {
	try {
		return fromBase64(s);
	} catch {
		return refuse('not base64');
	}
}

/** RFC 9162 §2.1.3.2: the entry is at that index of the tree. */
export function verifyInclusion(
	entry: Uint8Array,
	index: number,
	path: readonly Uint8Array[],
	tree: Checkpoint,
): void {
	if (!Number.isSafeInteger(index) || index < 0 || index >= tree.size)
		refuse('index outside the tree');
	if (path.some((p) => p.length !== 32)) refuse('not a path');
	// Numbers above 2^31: no bit operators.
	let fn = index;
	let sn = tree.size - 1;
	let r = leafHash(entry);
	for (const p of path) {
		if (sn === 0) refuse('path too long');
		if (fn % 2 === 1 || fn === sn) {
			r = nodeHash(p, r);
			while (fn % 2 === 0 && fn !== 0) {
				fn = Math.floor(fn / 2);
				sn = Math.floor(sn / 2);
			}
		} else r = nodeHash(r, p);
		fn = Math.floor(fn / 2);
		sn = Math.floor(sn / 2);
	}
	if (sn !== 0 || !equal(r, tree.root)) refuse('the entry is not in the log');
}

/**
 * RFC 9162 §2.1.4.2: the newer tree begins with all of the older one, so that
 * nothing was rewritten in between.
 */
export function verifyConsistency(
	older: Checkpoint,
	newer: Checkpoint,
	path: readonly Uint8Array[],
): void {
	if (older.size < 1 || older.size > newer.size) refuse('no older tree');
	if (path.some((p) => p.length !== 32)) refuse('not a path');
	if (older.size === newer.size) {
		if (path.length !== 0 || !equal(older.root, newer.root)) refuse('the journal was rewritten');
		return;
	}
	let fn = older.size - 1;
	let sn = newer.size - 1;
	const whole = !hasOdd(older.size);
	const [first, ...rest] = whole ? [older.root, ...path] : path;
	if (first === undefined) refuse('path too short');
	while (fn % 2 === 1) {
		fn = Math.floor(fn / 2);
		sn = Math.floor(sn / 2);
	}
	let fr = first;
	let sr = first;
	for (const p of rest) {
		if (sn === 0) refuse('path too long');
		if (fn % 2 === 1 || fn === sn) {
			fr = nodeHash(p, fr);
			sr = nodeHash(p, sr);
			while (fn % 2 === 0 && fn !== 0) {
				fn = Math.floor(fn / 2);
				sn = Math.floor(sn / 2);
			}
		} else sr = nodeHash(sr, p);
		fn = Math.floor(fn / 2);
		sn = Math.floor(sn / 2);
	}
	if (sn !== 0 || !equal(fr, older.root) || !equal(sr, newer.root))
		refuse('the journal was rewritten');
}

/** Whether a number has an odd divisor: whether it is no power of two. */
function hasOdd(n: number): boolean {
	let m = n;
	while (m % 2 === 0) m /= 2;
	return m !== 1;
}

export function verifyLeaf(vkey: string, entry: Uint8Array, leaf: Leaf): Checkpoint {
	const tree = openCheckpoint(vkey, leaf.checkpoint);
	if (tree.size !== leaf.size) refuse('leaf and checkpoint disagree');
	verifyInclusion(entry, leaf.index, leaf.path.map(decode), tree);
	return tree;
}

const said = string(Number.MAX_SAFE_INTEGER, 1);
const who = object(
	{ kind: said },
	{ id: said, name: said, administration: said, administrationName: said, through: said },
);
const first: Shape<1> = (v) => (v === 1 ? 1 : refuse('an event of another version'));
const detail: Shape<Record<string, string>> = (v) => {
	if (typeof v !== 'object' || v === null || Array.isArray(v)) return refuse('not a detail');
	if (Object.keys(v).length === 0) return refuse('an empty detail is left out');
	for (const m of Object.values(v)) string(Number.MAX_SAFE_INTEGER)(m);
	return v as Record<string, string>;
};
const eventShape = object(
	{ v: first, id: said, time, what: said, result: said, who },
	{
		n: integer(1),
		reason: said,
		behalf: who,
		safe: said,
		doc: said,
		version: said,
		grant: said,
		address: said,
		administration: said,
		administrationName: said,
		service: said,
		purpose: said,
		procedure: said,
		door: said,
		detail,
	},
);

export type Event = ReturnType<typeof eventShape>;

export function parseEvent(event: string): Event {
	return eventShape(parseCanonical(utf8(event)));
}

/** The event, when its commitment is at that place of the log. */
export function verifyEvent(
	vkey: string,
	event: string,
	salt: string,
	leaf: Leaf,
): { event: Event; tree: Checkpoint } {
	return { tree: verifyLeaf(vkey, entryOf(event, salt), leaf), event: parseEvent(event) };
}

/** The log entry of an event. */
export function entryOf(event: string, salt: string): Bytes {
	const b = decode(salt);
	if (b.length !== 32) refuse('salt of another length');
	return commitment(utf8(event), b);
}

const factShape = object(
	{
		type: oneOf('key'),
		holder: oneOf('safe', 'administration'),
		id,
		epoch: integer(1),
		vk: base64(33),
		recipient: hash,
	},
	{ name: said, siret: said },
);
/** A public key that the log holds. */
export type KeyFact = ReturnType<typeof factShape>;

/** What a public fact says; undefined for an entry that is none. */
export function factOf(entry: Uint8Array): unknown {
	const mark = utf8(factMark);
	if (!equal(entry.subarray(0, mark.length), mark)) return undefined;
	return parseCanonical(entry.subarray(mark.length));
}

export function parseFact(entry: Uint8Array): KeyFact {
	return factShape(factOf(entry) ?? refuse('not a fact'));
}

/** The fact that a leaf carries, when it is in the log. */
export function verifyFact(vkey: string, leaf: Leaf): { fact: KeyFact; tree: Checkpoint } {
	const { entry, tree } = verifyEntry(vkey, leaf);
	return { fact: parseFact(entry), tree };
}

/** The entry that a leaf carries, when it is in the log. */
export function verifyEntry(vkey: string, leaf: Leaf): { entry: Bytes; tree: Checkpoint } {
	if (leaf.entry === undefined) return refuse('the leaf carries no fact');
	const entry = decode(leaf.entry);
	return { entry, tree: verifyLeaf(vkey, entry, leaf) };
}
