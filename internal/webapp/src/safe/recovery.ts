import type { components } from '../api/schema.ts';
import { recipientOf, unlockIdentity } from '../crypto/age.ts';
import { type Bytes, fromBase64, toBase64, toTime } from '../crypto/bytes.ts';
import { type Container, checkContainer } from '../crypto/container.ts';
import { type OpenedShare, openCustody, openShare } from '../crypto/custody.ts';
import { hashHex } from '../crypto/derive.ts';
import type { Keyring } from '../crypto/keyring.ts';
import { combineShares, parseRequest, recoveryFact, writeRequest } from '../crypto/recovery.ts';
import { CoffreError } from '../errors.ts';
import { openContainer } from './agent.ts';
import { type Context, isStatus, withEvidence } from './context.ts';
import { sixWords } from './custodies.ts';
import type { RecoveryPart, RecoveryView } from './custodytypes.ts';
import { KEY_PATIENCE_MS } from './limits.ts';
import type { UnlockerView } from './types.ts';

type Recovery = components['schemas']['Recovery'];

const path = '/api/v1/safe/recovery';

/** What came out of two shares. */
export interface Recovered {
	readonly keyring: Keyring;
	readonly container: Container;
}

/** The side of a holder who has lost every key: she has a session, and soon a new sheet of paper. */
export class Recoveries {
	readonly #context: Context;
	readonly #holder: () => Promise<string>;

	constructor(context: Context, holder: () => Promise<string>) {
		this.#context = context;
		this.#holder = holder;
	}

	/** The newest one; undefined when none was ever asked for. */
	async view(): Promise<RecoveryView | undefined> {
		const there = await this.#read();
		return there && this.#view(there);
	}

	/** Whether there are custodians at all. */
	async possible(): Promise<boolean> {
		return (await this.#custody()) !== undefined;
	}

	/** Asks for the shares, to be sealed to this new paper key. */
	async ask(paper: Uint8Array): Promise<RecoveryView> {
		const safe = await this.#holder();
		const custody = await this.#custody();
		if (custody === undefined) throw new CoffreError('no-custody');
		const { hash } = await this.#openCustody(custody, safe);
		const request = writeRequest({
			suite: 1,
			safe,
			custody: hash,
			recipient: await recipientOf(unlockIdentity(paper)),
			created: toTime(this.#context.now()),
		});
		const { data } = await this.#context.api.call('post', path, {
			body: { request: toBase64(request) },
		});
		return withEvidence({ recovery: data }, this.#context.now, async () => {
			if (data.request !== toBase64(request))
				throw new CoffreError('mismatch', { message: 'another request than the one made here' });
			return this.#view(data);
		});
	}

	/**
	 * Ends it, and finds the end in the log: from then on every custodian's device finds it too, or is
	 * shown another log than this one.
	 */
	async cancel(): Promise<void> {
		const { log, api, now } = this.#context;
		const there = await this.#read();
		if (there === undefined) throw new CoffreError('recovery-ended');
		const request = hashHex(fromBase64(there.request));
		const mark = await log.mark();
		const before = await log.newest(mark);
		await api.call('delete', path, {});
		await withEvidence({ recovery: there }, now, async () => {
			for (let from = before.size, pause = 50; ; pause *= 2) {
				const tree = await log.newest(mark);
				let found = false;
				if (tree.size > from)
					await log.read(tree, from, (entry) => {
						const fact = recoveryFact(entry);
						found ||= fact?.type === 'recovery-ended' && fact.request === request;
					});
				if (found) return;
				if (pause > KEY_PATIENCE_MS)
					throw new CoffreError('leaf', { message: 'the log does not know this end' });
				from = tree.size;
				await new Promise((done) => setTimeout(done, pause));
			}
		});
	}

	/** Two of the shares that came, opened with the paper key of the request. */
	async combine(paper: Uint8Array): Promise<Recovered> {
		const there = await this.#read();
		if (there?.state !== 'open') throw new CoffreError('recovery-ended');
		const safe = await this.#holder();
		const container = checkContainer(await this.#context.api.get('/api/v1/safe/keyring'));
		const identity = unlockIdentity(paper);
		return withEvidence({ recovery: there, container }, this.#context.now, async () => {
			const request = parseRequest(fromBase64(there.request));
			if (request.recipient !== (await recipientOf(identity))) throw new CoffreError('wrong-key');
			const vk = fromBase64(container.vk);
			const { hash, ...custody } = openCustody(fromBase64(there.custody), vk, safe);
			if (request.safe !== safe || request.custody !== hash)
				throw new CoffreError('mismatch', { message: 'a request for another custody' });
			const shares: OpenedShare[] = [];
			const failed: unknown[] = [];
			for (const { custodian, sealed } of there.parts) {
				if (sealed === undefined) continue;
				await openShare(fromBase64(sealed), identity, vk, custody, custodian).then(
					(s) => shares.push(s),
					(e: unknown) => failed.push(e),
				);
			}
			if (shares.length < 2 && failed.length > 0) throw notOurs(failed[0]);
			const { p } = await combineShares(container, shares).catch((e: unknown) => {
				throw notOurs(e);
			});
			return { container, keyring: await openContainer(this.#context, container, safe, p) };
		});
	}

	async #read(): Promise<Recovery | undefined> {
		try {
			return await this.#context.api.get(path);
		} catch (e) {
			if (isStatus(e, 404)) return undefined;
			throw e;
		}
	}

	async #custody() {
		try {
			const { custody } = await this.#context.api.get('/api/v1/safe/custody');
			return fromBase64(custody);
		} catch (e) {
			if (isStatus(e, 404)) return undefined;
			throw e;
		}
	}

	/** Under the root that the gateway shows; what vouches for it is the pin, when two shares came. */
	#openCustody(custody: Bytes, safe: string): Promise<ReturnType<typeof openCustody>> {
		return withEvidence({ custody: toBase64(custody) }, this.#context.now, async () => {
			const { vk } = checkContainer(await this.#context.api.get('/api/v1/safe/keyring'));
			return openCustody(custody, fromBase64(vk), safe);
		});
	}

	#view(there: Recovery): Promise<RecoveryView> {
		return withEvidence({ recovery: there }, this.#context.now, async () => {
			const bytes = fromBase64(there.request);
			const signed = fromBase64(there.custody);
			const safe = await this.#holder();
			const request = parseRequest(bytes);
			if (request.safe !== safe || request.custody !== hashHex(signed))
				throw new CoffreError('mismatch', { message: 'a request for another custody' });
			const { state, created, reason, ended, ready } = there;
			const view = {
				state,
				created,
				...(reason === undefined ? {} : { reason }),
				...(ended === undefined ? {} : { ended }),
				...(ready === undefined ? {} : { ready }),
				words: sixWords(bytes),
			};
			// The root may be another one since.
			if (state === 'ended') return { ...view, delay: 0, parts: [] };
			const { delay, custodians } = await this.#openCustody(signed, safe);
			const parts = custodians.map(({ id, name }) => partOf(id, name, there.parts));
			return { ...view, delay, parts };
		});
	}
}

function partOf(id: string, name: string, parts: Recovery['parts']): RecoveryPart {
	const said = parts.find((p) => p.custodian === id);
	return {
		custodian: id,
		name,
		...(said?.agreedAt === undefined ? {} : { agreed: said.agreedAt }),
		...(said?.givenAt === undefined ? {} : { given: said.givenAt }),
	};
}

/** What does not open for the key that it was asked for is the gateway's doing, not a wrong key. */
function notOurs(e: unknown): unknown {
	if (!(e instanceof CoffreError) || e.code !== 'wrong-key') return e;
	return new CoffreError('mismatch', { message: 'shares of something else' });
}

/** The ways that the holder had in hand. */
export function waysOf({ payload }: Keyring): UnlockerView[] {
	return payload.unlockers
		.filter((u) => u.kind !== 'custodians')
		.map(({ id, kind, label, created }) => ({ id, kind, label, created }));
}
