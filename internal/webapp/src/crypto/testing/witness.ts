import { ed25519 } from '@noble/curves/ed25519.js';
import { concat, random, toBase64, toHex, utf8 } from '../bytes.ts';
import { sha256 } from '../derive.ts';

/** A witness that cosigns whatever it is given, for tests. */
export class Witness {
	readonly name: string;
	readonly vkey: string;
	readonly #seed = random(32);
	readonly #hash: Uint8Array;

	constructor(name: string) {
		this.name = name;
		const key = concat(Uint8Array.of(4), ed25519.getPublicKey(this.#seed));
		this.#hash = sha256(utf8(`${name}\n`), key).slice(0, 4);
		this.vkey = `${name}+${toHex(this.#hash)}+${toBase64(key)}`;
	}

	/** The note with one more line. */
	cosign(note: string, at = 1772359200): string {
		const body = note.slice(0, note.lastIndexOf('\n\n') + 1);
		const time = new Uint8Array(8);
		new DataView(time.buffer).setBigUint64(0, BigInt(at));
		const signature = ed25519.sign(utf8(`cosignature/v1\ntime ${at}\n${body}`), this.#seed);
		return `${note}\u2014 ${this.name} ${toBase64(concat(this.#hash, time, signature))}\n`;
	}
}

/** Lines of a policy that name these witnesses a, b, c… */
export function linesOf(...all: readonly Witness[]): string {
	return all.map((w, i) => `witness ${String.fromCharCode(97 + i)} ${w.vkey}\n`).join('');
}
