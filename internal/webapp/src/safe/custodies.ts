import type { components } from '../api/schema.ts';
import { fingerprint, parseRecipient } from '../crypto/age.ts';
import { type Bytes, fromBase64, random, toBase64, toHex, toTime } from '../crypto/bytes.ts';
import {
	type Custody,
	type OpenedShare,
	openCustody,
	openShare,
	sealSigned,
} from '../crypto/custody.ts';
import { hashHex } from '../crypto/derive.ts';
import type { Keyring } from '../crypto/keyring.ts';
import type { Checkpoint } from '../crypto/log.ts';
import {
	type Agreement,
	openAgreement,
	parseRequest,
	type RecoveryFact,
	type Request,
	recoveryFact,
	requestWords,
	signAgreement,
} from '../crypto/recovery.ts';
import { asCoffreError, CoffreError } from '../errors.ts';
import { type Context, withAny, withEvidence } from './context.ts';
import type { HeldRequest, HeldView, SixWords } from './custodytypes.ts';
import type { Mark } from './logwatch.ts';

type Held = components['schemas']['HeldCustody'];
type Asked = NonNullable<Held['recovery']>;

/** A custody of which every check of SPEC.md §10 was made. */
interface Checked {
	readonly custody: Custody & { readonly hash: string };
	readonly share: OpenedShare;
	readonly asked?: CheckedRequest;
}
interface CheckedRequest {
	readonly request: Request & { readonly hash: string };
	readonly bytes: Bytes;
	/** Of the fact in the log. */
	readonly index: number;
	readonly agreement?: Agreement;
}

/** The custodian's side: a holder, or an administration, whose key is in memory. */
export class Custodies {
	readonly #context: Context;
	readonly #keyring: () => Keyring;

	constructor(context: Context, keyring: () => Keyring) {
		this.#context = context;
		this.#keyring = keyring;
	}

	async list(): Promise<readonly HeldView[]> {
		const views: HeldView[] = [];
		for await (const [mark, held] of this.#all()) views.push(await this.#view(mark, held));
		return views;
	}

	/** To be called once the person has said that the six words are those that she was told. */
	async agree(safe: string, hash: string): Promise<void> {
		const { held, asked } = await this.#live(safe, hash);
		await this.#stillOpen(held, asked);
		const root = this.#keyring().root;
		const seen = toTime(this.#context.now());
		const custodian = held.custodian;
		const { index } = asked;
		const a = asked.agreement ?? { suite: 1, safe, request: hash, custodian, index, seen };
		await this.#context.api.call('post', '/api/v1/custodies/{safe}/agreement', {
			path: { safe },
			body: { agreement: toBase64(signAgreement(a, root)) },
		});
	}

	/** The delay is over by one's own clock, and the log, read whole since the request, knows no end. */
	async give(safe: string, hash: string): Promise<void> {
		const { held, checked, asked } = await this.#live(safe, hash);
		if (asked.agreement === undefined) throw new CoffreError('not-agreed');
		const ready = readyAt(asked.agreement, checked.custody);
		if (this.#context.now() < ready) throw new CoffreError('too-early');
		await this.#notEnded(held, asked);
		const to = parseRecipient(asked.request.recipient);
		const sealed = await sealSigned(checked.share.signed, to);
		await this.#context.api.call('post', '/api/v1/custodies/{safe}/share', {
			path: { safe },
			body: { sealed: toBase64(sealed) },
		});
	}

	async *#all(): AsyncGenerator<[Mark, Held]> {
		for (let after: string | undefined, more = true; more; more = after !== undefined) {
			const mark = await this.#context.log.mark();
			const page = await this.#context.api.get('/api/v1/custodies', { query: { after } });
			for (const held of page.items) yield [mark, held];
			after = page.next;
		}
	}

	async #view(mark: Mark, held: Held): Promise<HeldView> {
		const { safe, key, recovery, ...rest } = held;
		const waiting = !key || (recovery && !recovery.leaf) || false;
		const none = { safe, holder: '', since: '', delay: 0, waiting };
		if (!key) return none;
		try {
			// What was just written is published within a second.
			const now = waiting || !recovery ? { ...rest, safe, key } : held;
			const { custody, asked } = await this.#check(mark, now);
			const { holder, created: since, delay } = custody;
			const view = { safe, holder, since, delay, waiting };
			if (!recovery || asked === undefined) return view;
			return { ...view, request: requestView(recovery, asked, custody) };
		} catch (e) {
			return { ...none, error: asCoffreError(e) };
		}
	}

	/** What may be acted on: that very request, still open. */
	async #live(safe: string, hash: string) {
		for await (const [mark, held] of this.#all()) {
			if (held.safe !== safe) continue;
			const checked = await this.#check(mark, held);
			const { asked } = checked;
			if (asked === undefined || asked.request.hash !== hash || held.recovery?.state !== 'open')
				throw new CoffreError('recovery-ended');
			return { held, checked, asked };
		}
		throw new CoffreError('not-found');
	}

	#check(mark: Mark, held: Held): Promise<Checked> {
		return withEvidence({ held }, this.#context.now, async () => {
			const custody = await this.#custody(mark, held);
			const share = await this.#share(held, custody);
			if (!held.recovery) return { custody, share };
			return { custody, share, asked: await this.#asked(mark, held, held.recovery, custody) };
		});
	}

	async #custody(mark: Mark, held: Held): Promise<Custody & { readonly hash: string }> {
		const { safe, key, vk } = held;
		if (!key) throw new CoffreError('waiting');
		await this.#context.log.safeKey(mark, key, safe, vk);
		return openCustody(fromBase64(held.custody), fromBase64(vk), safe);
	}

	async #share(held: Held, custody: Custody): Promise<OpenedShare> {
		const { safe: holder, vaults } = this.#keyring();
		const own = custody.custodians.find((c) => c.id === held.custodian);
		if (own?.holder !== holder || !vaults.some((v) => fingerprint(v.recipient) === own.recipient))
			throw new CoffreError('mismatch', { message: 'the custody does not name this custodian' });
		const sealed = fromBase64(held.sealed);
		if (hashHex(sealed) !== own.share)
			throw new CoffreError('hash', { message: 'another share than the one that was signed' });
		const vk = fromBase64(held.vk);
		return withAny(vaults, (v) => openShare(sealed, v.identity, vk, custody, own.id));
	}

	async #asked(
		mark: Mark,
		held: Held,
		recovery: Asked,
		custody: Custody & { readonly hash: string },
	): Promise<CheckedRequest> {
		const bytes = fromBase64(recovery.request);
		const request = parseRequest(bytes);
		if (request.safe !== held.safe || request.custody !== custody.hash)
			throw new CoffreError('mismatch', { message: 'a request for another custody' });
		if (!recovery.leaf) throw new CoffreError('waiting');
		const entry = await this.#context.log.entry(mark, recovery.leaf);
		const fact = recoveryFact(entry);
		if (fact?.type !== 'recovery' || fact.safe !== held.safe || fact.request !== request.hash)
			throw new CoffreError('leaf', { message: 'the log does not know this request' });
		const { index } = recovery.leaf;
		if (recovery.agreement === undefined) return { request, bytes, index };
		const agreement = openAgreement(fromBase64(recovery.agreement), this.#keyring().root.vk);
		const { safe, request: to, custodian } = agreement;
		if (safe !== held.safe || to !== request.hash || custodian !== held.custodian)
			throw new CoffreError('mismatch', { message: 'one’s own agreement to something else' });
		return { request, bytes, index, agreement };
	}

	/**
	 * Has a nonce written into the log, and reads everything from where one agreed up to it: a log that
	 * is shown from before the end cannot have the nonce.
	 */
	async #notEnded(held: Held, { request, agreement }: CheckedRequest): Promise<void> {
		const { log, api, now } = this.#context;
		const from = agreement?.index ?? 0;
		const nonce = toHex(random(32));
		const mark = await log.mark();
		const { data: proof } = await api.call('post', '/api/v1/custodies/{safe}/check', {
			path: { safe: held.safe },
			body: { nonce },
		});
		await withEvidence({ held, nonce, proof }, now, async () => {
			const { what, result, safe, detail } = await log.event(mark, proof);
			const own = detail?.nonce === nonce && detail.request === request.hash;
			if (what !== 'recovery.checked' || result !== 'done' || safe !== held.safe || !own)
				throw new CoffreError('leaf', { message: 'the proof is of another check' });
			const { checkpoint, index } = proof.leaf ?? { checkpoint: '', index: -1 };
			const tree = await log.checkpoint(mark, checkpoint);
			const said = await this.#facts(tree, from, request.hash);
			if (said.first?.type !== 'recovery' || said.first.request !== request.hash)
				throw new CoffreError('leaf', { message: 'the log does not know this request' });
			if (said.end === undefined) return;
			// A gateway that goes on after the end denies its own log; at this very moment it may just end.
			if (said.end > index) throw new CoffreError('recovery-ended');
			throw new CoffreError('leaf', { message: 'the log says that this recovery has ended' });
		});
	}

	/** A request that has ended is not shown as an open one. */
	async #stillOpen(held: Held, { request, index }: CheckedRequest): Promise<void> {
		const { log, now } = this.#context;
		const mark = await log.mark();
		await withEvidence({ held }, now, async () => {
			const said = await this.#facts(await log.newest(mark), index, request.hash);
			if (said.end !== undefined)
				throw new CoffreError('leaf', { message: 'the log says that this recovery has ended' });
		});
	}

	/** What every entry from there to that checkpoint says of a request. */
	async #facts(tree: Checkpoint, from: number, request: string) {
		let at = from;
		let first: RecoveryFact | undefined;
		let end: number | undefined;
		await this.#context.log.read(tree, from, (entry) => {
			const fact = recoveryFact(entry);
			if (at === from) first = fact;
			if (fact?.type === 'recovery-ended' && fact.request === request) end ??= at;
			at++;
		});
		return { first, end };
	}
}

export function sixWords(request: Uint8Array): SixWords {
	return { fr: requestWords(request, 'fr'), en: requestWords(request, 'en') };
}

function requestView(recovery: Asked, asked: CheckedRequest, custody: Custody): HeldRequest {
	const { state, created, givenAt } = recovery;
	const { agreement, bytes, request } = asked;
	return {
		hash: request.hash,
		created,
		state,
		words: sixWords(bytes),
		...(agreement === undefined
			? {}
			: { agreed: agreement.seen, ready: toTime(readyAt(agreement, custody)) }),
		...(givenAt === undefined ? {} : { given: givenAt }),
	};
}

function readyAt(a: Agreement, { delay }: Custody): Date {
	return new Date(new Date(a.seen).getTime() + delay * 1000);
}
