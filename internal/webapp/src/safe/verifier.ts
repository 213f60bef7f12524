import type { Api, PathWith } from '../api/client.ts';
import { type Attested, parseAttestation, verifyAttestation } from '../crypto/attestation.ts';
import { toBase64 } from '../crypto/bytes.ts';
import type { Content } from '../crypto/content.ts';
import {
	type Checkpoint,
	type Event,
	entryOf,
	openCheckpoint,
	verifyConsistency,
	verifyInclusion,
} from '../crypto/log.ts';
import { Policy } from '../crypto/policy.ts';
import {
	eventOf,
	type Parts,
	parseLink,
	parseReceipt,
	type Receipt,
	readDeposit,
	type Short,
	verifyReceipt,
	writeReceipt,
	writeShort,
} from '../crypto/receipt.ts';
import { Tiles } from '../crypto/tiles.ts';
import { CoffreError } from '../errors.ts';
import { withEvidence } from './context.ts';
import type { Memory } from './core.ts';
import { LogWatch } from './logwatch.ts';

/** What is known of a log that has signed. */
export interface Standing {
	/** False: a log of another key than this site's, and nobody here vouches for it. */
	readonly known: boolean;
	/** The public log of this moment holds it too, and nothing in it was rewritten since. */
	readonly today: boolean;
	/** Who else has signed that state of the log, by the names of the policy that this browser knows. */
	readonly witnesses: readonly string[];
	/** This browser knew that policy from an earlier visit; else the site has just named them itself. */
	readonly witnessesMet: boolean;
}

/** What was found of a receipt that proves its event. */
export interface Checked extends Standing {
	readonly event: Event;
	/** Place in the log. */
	readonly index: number;
	readonly content?: Content;
	/** The log's name, and how many entries it has in the state that was checked. */
	readonly log: string;
	readonly size: number;
	/** The whole receipt, to be kept; what comes after `/verifier#`, '' where it cannot be made. */
	readonly file: string;
	readonly short: string;
}

/** What was found of an attestation that proves its acts. */
export interface CheckedAttestation extends Attested, Standing {
	/** As it was given. */
	readonly file: string;
}

type Told = Readonly<Record<string, unknown>>;

export interface VerifierOptions {
	readonly api: Api;
	readonly memory: Memory;
	/** Origin of the page. */
	readonly base: string;
	readonly now?: () => Date;
}

/**
 * Checks receipts for anybody (SPEC.md §9). Asks the server for nothing but what is public of its
 * log, and tells it nothing of the receipt but which tiles its place is in.
 */
export class Verifier {
	readonly #api: Api;
	readonly #memory: Memory;
	readonly #log: LogWatch;
	readonly #base: string;
	readonly #now: () => Date;
	/** The policy of witnesses as an earlier visit has left it. */
	readonly #met: string | undefined;

	constructor({ api, memory, base, now }: VerifierOptions) {
		this.#api = api;
		this.#memory = memory;
		this.#log = new LogWatch(api, memory);
		this.#base = base;
		this.#now = now ?? (() => new Date());
		this.#met = memory.get('log-policy');
	}

	/**
	 * A file's text, or a link. 'form': neither; 'other-site': a link of another one, which only that one
	 * can check; 'offline': a link without the log; any other code: it proves nothing.
	 */
	async check(text: string): Promise<Checked> {
		const given = text.trim();
		if (!/^https?:/.test(given)) {
			// It does not say of which log it is: of this site's, or of none.
			const { vkey } = isDeposit(given) ? await this.#log.mark() : { vkey: '' };
			return this.#file(readDeposit(given, vkey) ?? parseReceipt(given));
		}
		const { base, short } = await parseLink(given);
		if (base !== this.#base) throw new CoffreError('other-site', { message: `a link of ${base}` });
		return this.#short(short);
	}

	async #file(receipt: Receipt): Promise<Checked> {
		const { index, content, event, tree } = await withEvidence({ receipt }, this.#now, async () =>
			verifyReceipt(receipt),
		);
		const about = { event, index, log: tree.origin, size: tree.size };
		const found = { ...about, ...written(receipt, content), short: await shortOf(receipt) };
		const standing = await this.#standing(receipt.log, receipt.leaf.checkpoint, { receipt });
		return { ...found, ...standing };
	}

	/** What a mediator did under a mandate; refused as a receipt is. */
	async attestation(file: string): Promise<CheckedAttestation> {
		const attestation = parseAttestation(file);
		const told = { attestation };
		const proven = await withEvidence(told, this.#now, async () => verifyAttestation(attestation));
		const standing = await this.#standing(attestation.log, proven.checkpoint, told);
		return { ...proven, ...standing, file };
	}

	/** What is known of the log that has signed this state of it. */
	async #standing(log: string, checkpoint: string, told: Told): Promise<Standing> {
		const none = { witnesses: [], witnessesMet: false };
		let mark: Awaited<ReturnType<LogWatch['mark']>>;
		try {
			mark = await this.#log.mark();
		} catch (e) {
			if (!unreached(e)) throw e;
			// Met on an earlier visit.
			return { ...none, known: this.#memory.get('log-key') === log, today: false };
		}
		if (mark.vkey !== log) return { ...none, known: false, today: false };
		try {
			const now = await this.#newest(mark);
			await this.#goesOn(log, checkpoint, told, now);
			return { ...this.#witnesses(log, now.note), known: true, today: true };
		} catch (e) {
			if (!unreached(e)) throw e;
			return { ...none, known: true, today: false };
		}
	}

	async #short(short: Short): Promise<Checked> {
		const mark = await this.#log.mark();
		const { note, tree } = await this.#newest(mark);
		const { e: event, s: salt, i: index, c: content } = short;
		const told = { logKey: mark.vkey, checkpoint: note, short };
		const path = await this.#tiles(tree, told).inclusion(index);
		const read = await withEvidence(told, this.#now, async () => {
			verifyInclusion(entryOf(event, salt), index, path, tree);
			return eventOf(short);
		});
		const leaf = { index, size: tree.size, path: path.map(toBase64), checkpoint: note };
		const parts = { log: mark.vkey, event, salt, leaf, content };
		return {
			event: read,
			index,
			log: tree.origin,
			size: tree.size,
			...this.#witnesses(mark.vkey, note),
			known: true,
			today: true,
			...written(parts, content),
			short: await shortOf(parts),
		};
	}

	/** The policy has let it through: these are the names. */
	#witnesses(vkey: string, note: string): Pick<Checked, 'witnesses' | 'witnessesMet'> {
		const policy = this.#memory.get('log-policy');
		if (policy === undefined) return { witnesses: [], witnessesMet: false };
		const witnesses = new Policy(policy).check(vkey, note).map((s) => s.witness);
		return { witnesses, witnessesMet: policy === this.#met };
	}

	async #newest(
		mark: Awaited<ReturnType<LogWatch['mark']>>,
	): Promise<{ note: string; tree: Checkpoint }> {
		const note = await (await this.#api.blob('/log/checkpoint')).text();
		return { note, tree: await this.#log.checkpoint(mark, note) };
	}

	/** The log of today begins with all that it was then. */
	async #goesOn(
		log: string,
		checkpoint: string,
		shown: Told,
		now: { note: string; tree: Checkpoint },
	): Promise<void> {
		const then = openCheckpoint(log, checkpoint);
		const told = { ...shown, received: now.note };
		if (then.size > now.tree.size)
			throw this.#accused(
				'rollback',
				`the journal has ${now.tree.size} entries after ${then.size}`,
				told,
			);
		const path = await this.#tiles(now.tree, told).consistency(then.size);
		try {
			verifyConsistency(then, now.tree, path);
		} catch (e) {
			throw this.#accused('rollback', e instanceof Error ? e.message : String(e), told);
		}
	}

	#accused(code: 'rollback' | 'hole', message: string, told: Told): CoffreError {
		const evidence = { at: this.#now().toISOString(), ...told };
		return new CoffreError(code, { message, evidence });
	}

	/** Of a signed tree: what is not shown of it is missing, and no fault of the line. */
	#tiles(tree: Checkpoint, told: Told): Tiles {
		return new Tiles(tree.size, async (path) => {
			const [whole = path, hashes = '256'] = path.split('.p/');
			// A partial tile may go once the full one is there (C2SP tlog-tiles).
			const tile = (await this.#shown(path)) ?? (await this.#shown(whole));
			if (tile === undefined || tile.length < Number(hashes) * 32)
				throw this.#accused('hole', `the journal does not show ${path}`, { ...told, path });
			return tile;
		});
	}

	async #shown(path: string): Promise<Uint8Array | undefined> {
		try {
			const tile = await this.#api.blob(`/log/${path}` as PathWith<'get'>);
			return new Uint8Array(await tile.arrayBuffer());
		} catch (e) {
			if (e instanceof CoffreError && e.problem?.status === 404) return undefined;
			throw e;
		}
	}
}

function written(
	{ log, event, salt, leaf }: Omit<Parts, 'content'>,
	content: Content | undefined,
): Pick<Checked, 'file' | 'content'> {
	const file = writeReceipt({ log, event, salt, leaf, content });
	return { file, ...(content ? { content } : {}) };
}

async function shortOf(parts: Parts): Promise<string> {
	return typeof CompressionStream === 'undefined' ? '' : writeShort(parts);
}

function isDeposit(given: string): boolean {
	return given.includes('"contentSha256"');
}

/** The log could not be looked at, which says nothing about the receipt. */
function unreached(e: unknown): boolean {
	if (!(e instanceof CoffreError)) return false;
	return e.code === 'offline' || (e.problem !== undefined && e.evidence === undefined);
}
