import { ed25519 } from '@noble/curves/ed25519.js';
import { concat, random, toBase64, toHex, utf8 } from '../bytes.ts';
import { sha256 } from '../derive.ts';
import { leafHash } from '../log.ts';

/** A log as simple as RFC 9162 §2.1 writes it, for tests. */
export class Tree {
	readonly name: string;
	readonly vkey: string;
	readonly entries: Uint8Array[] = [];
	readonly #seed = random(32);
	readonly #hash: Uint8Array;

	constructor(name = 'coffre.test/log') {
		this.name = name;
		const key = concat(Uint8Array.of(1), ed25519.getPublicKey(this.#seed));
		this.#hash = sha256(utf8(`${name}\n`), key).slice(0, 4);
		this.vkey = `${name}+${toHex(this.#hash)}+${toBase64(key)}`;
	}

	append(entry: Uint8Array): number {
		return this.entries.push(entry) - 1;
	}

	checkpoint(size = this.entries.length): string {
		const body = `${this.name}\n${size}\n${toBase64(root(this.entries.slice(0, size)))}\n`;
		const signature = concat(this.#hash, ed25519.sign(utf8(body), this.#seed));
		return `${body}\n\u2014 ${this.name} ${toBase64(signature)}\n`;
	}

	path(index: number, size = this.entries.length): string[] {
		return path(index, this.entries.slice(0, size)).map(toBase64);
	}

	/** That the first `from` entries are the first of the first `to`. */
	consistency(from: number, to = this.entries.length): Uint8Array[] {
		return from === to ? [] : subproof(from, this.entries.slice(0, to), true);
	}

	/** What `/log/entries` answers, at most `most` entries of it. */
	range(from: number, size = this.entries.length, most = 1000) {
		const entries = this.entries.slice(from, Math.min(size, from + most)).map(toBase64);
		return { from, size, left: left(this.entries.slice(0, from)).map(toBase64), entries };
	}

	/** A C2SP tlog-tiles tile of that tree, as it is published under its path. */
	tile(path: string, size = this.entries.length): Uint8Array {
		const [, level = '', place = '', partial] =
			/^tile\/(\d+)\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d+))?$/.exec(path) ?? [];
		const index = Number(place.replaceAll(/[x/]/g, ''));
		const under = 256 ** Number(level);
		const have = Math.min(256, Math.floor(size / under) - index * 256);
		if (have < 1 || have !== Number(partial ?? 256)) throw new Error(`no tile ${path} of ${size}`);
		const hashes = Array.from({ length: have }, (_, i) => {
			const from = (index * 256 + i) * under;
			return root(this.entries.slice(from, from + under));
		});
		return concat(...hashes);
	}

	leaf(index: number, size = this.entries.length) {
		return { index, size, path: this.path(index, size), checkpoint: this.checkpoint(size) };
	}
}

function split(n: number): number {
	let k = 1;
	while (k * 2 < n) k *= 2;
	return k;
}

/** The roots of the complete subtrees, the largest first. */
function left(d: readonly Uint8Array[]): Uint8Array[] {
	if (d.length === 0) return [];
	let k = 1;
	while (k * 2 <= d.length) k *= 2;
	return [root(d.slice(0, k)), ...left(d.slice(k))];
}

export function root(d: readonly Uint8Array[]): Uint8Array {
	const [only] = d;
	if (only === undefined) return sha256();
	if (d.length === 1) return leafHash(only);
	const k = split(d.length);
	return sha256(Uint8Array.of(1), root(d.slice(0, k)), root(d.slice(k)));
}

export function path(m: number, d: readonly Uint8Array[]): Uint8Array[] {
	if (d.length <= 1) return [];
	const k = split(d.length);
	return m < k
		? [...path(m, d.slice(0, k)), root(d.slice(k))]
		: [...path(m - k, d.slice(k)), root(d.slice(0, k))];
}

/** RFC 9162 §2.1.4.1. */
function subproof(m: number, d: readonly Uint8Array[], whole: boolean): Uint8Array[] {
	if (m === d.length) return whole ? [] : [root(d)];
	const k = split(d.length);
	return m <= k
		? [...subproof(m, d.slice(0, k), whole), root(d.slice(k))]
		: [...subproof(m - k, d.slice(k), false), root(d.slice(0, k))];
}
