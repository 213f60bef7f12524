import { idempotencyKey } from '../api/client.ts';
import type { components } from '../api/schema.ts';
import type { Outcome } from '../crypto/acknowledge.ts';
import { fromBase64 } from '../crypto/bytes.ts';
import { canonical } from '../crypto/canonical.ts';
import { commitmentOf, contentOf, hashOfFile } from '../crypto/content.ts';
import { hashHex } from '../crypto/derive.ts';
import { openDocument } from '../crypto/document.ts';
import type { Grant } from '../crypto/grant.ts';
import {
	type Container,
	checkContainer,
	type Keyring,
	newKeyring,
	openKeyring,
} from '../crypto/keyring.ts';
import { parseEvent } from '../crypto/log.ts';
import { asCoffreError, CoffreError } from '../errors.ts';
import { type Context, checkEpoch, withEvidence } from './context.ts';
import type { Memory } from './core.ts';
import { checkRelease, checkWho, same } from './documents.ts';
import { judge } from './issued.ts';
import type { OpenedAnswer, ShownAs } from './officerequesttypes.ts';
import { makeReceipt } from './receipt.ts';
import { acknowledge } from './retrieval.ts';
import { unlockers } from './secrets.ts';
import { checkVKSeen, rememberPins } from './seen.ts';
import type { Draft, EventProof, OpenedGrantView } from './types.ts';
import { mediatorOf, type OpenedBy, openReleased } from './undermandate.ts';

export const keyringOfOffice = '/api/v1/administration/keyring';

/** The administration's side: its key, and what was shared with it. */
export class Agent {
	readonly #context: Context;
	readonly #keyring: Keyring;

	constructor(context: Context, keyring: Keyring) {
		this.#context = context;
		this.#keyring = keyring;
	}

	static async container(context: Context): Promise<Container> {
		return checkContainer(await context.api.get(keyringOfOffice));
	}

	/** Makes the administration's key; 'already-exists' or a 412 when it has one. */
	static async create(context: Context, drafts: readonly Draft[]): Promise<Agent> {
		const { id } = await context.api.get('/api/v1/administration');
		const { keyring, container } = await newKeyring(id, unlockers(drafts), context.now());
		await context.api.call('put', keyringOfOffice, {
			headers: { 'If-None-Match': '*' },
			body: container,
		});
		rememberContainer(context.memory, keyring, container);
		return new Agent(context, keyring);
	}

	static async unlock(context: Context, p: Uint8Array): Promise<Agent> {
		const [{ id }, container] = await Promise.all([
			context.api.get('/api/v1/administration'),
			Agent.container(context),
		]);
		return new Agent(context, await openContainer(context, container, id, p));
	}

	get keyring(): Keyring {
		return this.#keyring;
	}

	/** `as`: what the grant is shown as; one that was given for anything else is an alarm. */
	async open(id: string, signal?: AbortSignal, as?: ShownAs): Promise<OpenedAnswer> {
		const { grant, key, proof, log, mandate } = await this.#release(id, as);
		const sealed = await this.#context.api.blob('/api/v1/administration/grants/{id}/content', {
			path: { id },
			signal,
		});
		const { doc, version, sha256, sealed: length } = grant;
		const document = { doc, version, sha256, sealed: length };
		const release = parseEvent(proof.event).id;
		const retrieved = { grant: id, safe: grant.safe, doc, version, sha256, release };
		const say = (outcome: Outcome) => acknowledge(this.#context, this.#keyring, retrieved, outcome);
		const blob = await withEvidence({ document }, this.#context.now, () =>
			openDocument(sealed, grant, key, grant.type, { signal }),
		).catch(async (e: unknown) => {
			// Whether or not that can be said, this is what there is to show.
			if (e instanceof CoffreError && e.evidence) await say('altered').catch(() => undefined);
			throw e;
		});
		// What was opened is there to be seen, even where the line has broken since.
		const unsaid = await say('intact').then(() => undefined, asCoffreError);
		const plain = await hashOfFile(blob);
		const content = contentOf(key, plain, grant.size);
		const committed = parseEvent(proof.event).detail?.content;
		// The document is there all the same; its receipt tells the act alone.
		const told = commitmentOf(content) === committed ? content : undefined;
		const receipt = await makeReceipt(this.#context, log, proof, told, grant.name);
		const proven = {
			sealed: { sha256, size: length },
			content: { sha256: plain, size: grant.size },
			proof,
			log,
		};
		const mediator = mediatorOf(mandate);
		const { issue } = grant;
		const issued =
			issue === undefined ? undefined : await judge(this.#context, issue, proven.content);
		const seen = { ...view(grant), ...(mediator ? { mediator } : {}) };
		return {
			...{ blob, grant: seen, receipt, proven },
			...(unsaid ? { unsaid } : {}),
			...(issued ? { issued } : {}),
		};
	}

	async #release(id: string, as: ShownAs | undefined): Promise<Released> {
		const mark = await this.#context.log.mark();
		const release = await this.#ask(id);
		return withEvidence({ release }, this.#context.now, async () => {
			const { doc, version, sha256, sealed } = release;
			const event = await this.#context.log.event(mark, release.proof);
			const { vaults, safe: reader } = this.#keyring;
			const act = { grant: id, doc, version, administration: reader, behalf: undefined };
			checkRelease(event, 'grant.released', act);
			checkWho(event, ['agent', 'system'], reader);
			const fact = await this.#context.log.safeKey(mark, release.key, event.safe, release.vk);
			const vk = fromBase64(fact.vk);
			const by = { vaults, vk, reader };
			const opened = await openReleased(this.#context, mark, event, release, by);
			same('grant and release', opened.grant, { safe: fact.id, doc, version, sha256, sealed });
			// The citizen's journal says what for in the words that she has signed.
			const { purpose, procedure, service } = opened.grant;
			checkRelease(event, 'grant.released', { purpose, procedure, service });
			this.#checkEnd(opened.grant);
			if (as !== undefined) checkAnswer(id, opened.grant, as);
			return { ...opened, proof: release.proof, log: mark.vkey };
		});
	}

	/** Once more where the line broke: for the same key the same release comes, and counts once. */
	async #ask(id: string): Promise<components['schemas']['Release']> {
		const headers = { 'Idempotency-Key': idempotencyKey() };
		const path = '/api/v1/administration/grants/{id}/release';
		const ask = () => this.#context.api.call('post', path, { path: { id }, headers });
		const { data } = await ask().catch((e: unknown) => {
			if (e instanceof CoffreError && e.code === 'offline') return ask();
			throw e;
		});
		return data;
	}

	#checkEnd({ notAfter }: Grant): void {
		if (notAfter === undefined || new Date(notAfter) < this.#context.now())
			throw new CoffreError('expired');
	}
}

/** Given for this request, as this kind of document, by this citizen: by her own signature. */
function checkAnswer(id: string, { request, kind, safe }: Grant, shown: ShownAs): void {
	if (request === shown.request && kind === shown.kind && safe === shown.safe) return;
	throw new CoffreError('mismatch', {
		message: 'given for another request, as another kind of document or by somebody else',
		evidence: { grant: id, shown, signed: { request, kind, safe } },
	});
}

interface Released extends OpenedBy {
	readonly proof: EventProof;
	/** The key of the log that it is of. */
	readonly log: string;
}

/** What the memory calls the keyring of a safe or administration. */
export function keyringKey(id: string): string {
	return `keyring:${id}`;
}

/** Opens a keyring that must be this holder's, and not older than the last one seen. */
export async function openContainer(
	context: Context,
	container: Container,
	holder: string,
	p: Uint8Array,
): Promise<Keyring> {
	return withEvidence({ container }, context.now, async () => {
		if (container.safe !== holder)
			throw new CoffreError('mismatch', { message: 'keyring of another safe' });
		// First, so that another keyring in its place is not taken for a wrong key.
		const whole = nameOf(container);
		const seen = context.memory.get(`container:${holder}`);
		if (seen?.split(' ')[0] === String(container.epoch) && seen !== whole)
			throw new CoffreError('rollback', { message: 'another keyring than the one seen' });
		checkVKSeen(context.memory, container);
		const keyring = await openKeyring(container, p);
		rememberContainer(context.memory, keyring, container);
		return keyring;
	});
}

/** Refuses what is older than, or does not follow, what was seen; remembers the rest. */
export function rememberContainer(memory: Memory, keyring: Keyring, container: Container): void {
	const { safe, epoch, hash, payload } = keyring;
	checkEpoch(memory, keyringKey(safe), { epoch, hash, previous: payload.previous });
	memory.set(`container:${safe}`, nameOf(container));
	rememberPins(memory, container);
}

/** Whether it is the one that was opened, or made, here last. */
export function remembers(memory: Memory, container: Container): boolean {
	return memory.get(`container:${container.safe}`) === nameOf(container);
}

function nameOf(container: Container): string {
	return `${container.epoch} ${hashHex(canonical(container))}`;
}

function view(g: Grant): OpenedGrantView {
	const { safe, doc, version, name, type, size, created } = g;
	const { purpose, procedure, service, notAfter, request, kind } = g;
	return {
		safe,
		doc,
		version,
		name,
		type,
		size,
		created,
		...(purpose === undefined ? {} : { purpose }),
		...(procedure === undefined ? {} : { procedure }),
		...(service === undefined ? {} : { service }),
		...(notAfter === undefined ? {} : { notAfter }),
		...(request === undefined ? {} : { request }),
		...(kind === undefined ? {} : { kind }),
	};
}
