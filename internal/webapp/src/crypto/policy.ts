import { CoffreError } from '../errors.ts';
import { equal, fromBase64, fromHex, toBase64, utf8 } from './bytes.ts';
import { type Cosigner, cosignatureOf, readCosigner } from './cosign.ts';
import { sha256 } from './derive.ts';

// C2SP tlog-policy; SPEC.md §9. The same rules as internal/journal/policy.go.

/** Asks for no witness. */
export const noPolicy = 'quorum none\n';

const maxPolicy = 64 << 10;
const maxPlayers = 32;
/** Every set of witnesses is looked at when two policies are compared. */
const maxCompared = 16;

interface Group {
	readonly k: number;
	readonly members: readonly Member[];
}
type Member = Cosigner | Group;

/** Who has cosigned: the name in the policy, and when, in seconds since 1970. */
export interface Said {
	readonly witness: string;
	readonly at: number;
}

function refuse(message: string): never {
	throw new CoffreError('witnesses', { message });
}

/** Which witnesses have to have cosigned a checkpoint. */
export class Policy {
	readonly text: string;
	readonly #logs: string[] = [];
	readonly #witnesses = new Map<string, Cosigner>();
	readonly #named = new Map<string, Member>();
	readonly #taken = new Set<string>();
	/** undefined until its line is read; null for none. */
	#quorum: Member | null | undefined;

	/** 'witnesses' for what cannot be read. */
	constructor(text: string) {
		this.text = text;
		if (utf8(text).length > maxPolicy) refuse('a policy of too many bytes');
		// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
		if (/[\x00-\x08\x0b-\x1f\x7f]/.test(text)) refuse('a control character in a policy');
		for (const line of text.split('\n')) {
			const words = line.split(/[ \t]+/).filter((w) => w !== '');
			if (words[0] !== undefined && !words[0].startsWith('#')) this.#line(words);
		}
		if (this.#quorum === undefined) refuse('a policy without a quorum');
	}

	#line(words: readonly string[]): void {
		const [kind, name = '', more = '', ...rest] = words;
		const n = words.length;
		if (kind === 'log' && (n === 2 || n === 3)) this.#addLog(name);
		else if (kind === 'witness' && (n === 3 || n === 4)) this.#addWitness(name, more);
		else if (kind === 'group' && n >= 4) this.#addGroup(name, more, rest);
		else if (kind === 'quorum' && n === 2 && this.#quorum === undefined)
			this.#quorum = name === 'none' ? null : this.#find(name);
		else refuse('not a line of a policy');
	}

	#addLog(vkey: string): void {
		const key = checkLogKey(vkey);
		if (this.#logs.some((l) => checkLogKey(l) === key)) refuse('a log twice');
		if (this.#logs.push(vkey) > maxPlayers) refuse('too many logs');
	}

	#addWitness(name: string, vkey: string): void {
		const key = readCosigner(vkey) ?? refuse('not the key of a witness');
		for (const w of this.#witnesses.values()) {
			if (equal(w.public, key.public)) refuse('a witness twice');
			if (w.name === key.name && equal(w.hash, key.hash)) refuse('two witnesses like one');
		}
		this.#name(name, key);
		if (this.#witnesses.set(name, key).size > maxPlayers) refuse('too many witnesses');
	}

	#addGroup(name: string, least: string, names: readonly string[]): void {
		const members = names.map((m) => {
			if (this.#taken.has(m)) refuse('a member twice');
			this.#taken.add(m);
			return this.#find(m);
		});
		const all = members.length;
		const k = least === 'any' ? 1 : least === 'all' ? all : Number(least);
		if (!(k >= 1 && k <= all) || !/^(any|all|[1-9]\d*)$/.test(least)) refuse('not a group');
		this.#name(name, { k, members });
		if (this.#named.size - this.#witnesses.size > maxPlayers) refuse('too many groups');
	}

	#name(name: string, what: Member): void {
		if (name === 'none' || this.#named.has(name)) refuse('a name twice');
		this.#named.set(name, what);
	}

	#find(name: string): Member {
		return this.#named.get(name) ?? refuse('a name of nobody');
	}

	/** Whether any cosignature is asked for. */
	get asks(): boolean {
		return this.#quorum !== null;
	}

	/** Whether this log is among those of the policy; one that lists none is about any. */
	knows(vkey: string): boolean {
		return this.#logs.length === 0 || this.#logs.includes(vkey);
	}

	/**
	 * Who has cosigned a checkpoint, whose own signature openCheckpoint verifies: 'leaf' when a
	 * cosignature is false, 'witnesses' when there are too few, or when it is of another log.
	 */
	check(vkey: string, note: string): Said[] {
		if (!this.knows(vkey)) refuse('this log is not of the policy');
		const said: Said[] = [];
		const signed = new Set<Cosigner>();
		for (const [witness, key] of this.#witnesses) {
			const line = cosignatureOf(key, note);
			if (line === undefined) continue;
			said.push({ witness, at: line.at });
			signed.add(key);
		}
		if (!this.#met((w) => signed.has(w))) {
			const who = said.map((s) => s.witness).join(', ');
			refuse(`the checkpoint is cosigned by ${who === '' ? 'no witness' : `${who} alone`}`);
		}
		return said;
	}

	#met(has: (w: Cosigner) => boolean): boolean {
		return this.#quorum === null || (this.#quorum !== undefined && holds(this.#quorum, has));
	}

	/**
	 * Whether this policy is no weaker than another: whatever meets this one meets that one, and the
	 * logs are the same or fewer. Of more than 16 witnesses, only for the very same text.
	 */
	keeps(other: Policy): boolean {
		if (this.text === other.text) return true;
		if (other.#logs.length > 0) {
			if (this.#logs.length === 0 || this.#logs.some((l) => !other.#logs.includes(l))) return false;
		}
		const all = [...new Set([...counting(this.#quorum), ...counting(other.#quorum)].map(idOf))];
		if (all.length > maxCompared) return false;
		for (let set = 0; set < 2 ** all.length; set++) {
			const has = (w: Cosigner) => ((set >> all.indexOf(idOf(w))) & 1) === 1;
			if (this.#met(has) && !other.#met(has)) return false;
		}
		return true;
	}
}

function holds(m: Member, has: (w: Cosigner) => boolean): boolean {
	if (!('k' in m)) return has(m);
	return m.members.filter((x) => holds(x, has)).length >= m.k;
}

/** The witnesses that a quorum depends on. */
function counting(m: Member | null | undefined): Cosigner[] {
	if (m === null || m === undefined) return [];
	return 'k' in m ? m.members.flatMap(counting) : [m];
}

function idOf(w: Cosigner): string {
	return `${w.name}+${toBase64(w.public)}`;
}

/** The public key of a log's verifier key (C2SP signed-note, Ed25519), in base64. */
function checkLogKey(vkey: string): string {
	const [, name = '', hex = '', data = ''] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey) ?? [];
	const key = name === '' ? new Uint8Array() : bytesOf(data);
	const hash = sha256(utf8(`${name}\n`), key).slice(0, 4);
	const said = fromHex(hex);
	if (key.length !== 33 || key[0] !== 1 || !equal(hash, said)) refuse('not the key of a log');
	return data;
}

function bytesOf(s: string): Uint8Array {
	try {
		return fromBase64(s);
	} catch {
		return new Uint8Array();
	}
}
