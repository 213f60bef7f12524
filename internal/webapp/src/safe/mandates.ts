import type { components } from '../api/schema.ts';
import { fingerprint, parseRecipient } from '../crypto/age.ts';
import { parseAttestation, verifyAttestation, writeAttestation } from '../crypto/attestation.ts';
import { fromBase64, newId, toBase64, toTime } from '../crypto/bytes.ts';
import { sealGrant } from '../crypto/grant.ts';
import { type Mandate, openMandate, signMandate, signRevocation } from '../crypto/mandate.ts';
import {
	bindingOf,
	checkPrint,
	checkSession,
	type Session,
	sessionWords,
} from '../crypto/session.ts';
import { parseStructureFact } from '../crypto/structure.ts';
import { asCoffreError, CoffreError } from '../errors.ts';
import { type Context, persist, withEvidence } from './context.ts';
import type { Documents } from './documents.ts';
import { readJournal } from './journal.ts';
import { wordsOfSafe } from './linked.ts';
import type {
	ApprovalOrder,
	Approved,
	AskedSession,
	AttestationView,
	KnownMediator,
	MandateActs,
	MandateView,
	PageOrder,
	ProposalView,
	SeenScreen,
	SessionState,
	StandingOrder,
} from './mandatetypes.ts';
import { viewOfRow } from './mandateview.ts';
import { type Destination, sendPage } from './pages.ts';
import { readProposals } from './proposals.ts';
import { giveStanding, knownMediators } from './standing.ts';
import type { EventProof } from './types.ts';
import type { Vault } from './vault.ts';

type Schemas = components['schemas'];
type Row = Schemas['MandateRow'];

/** How long the log may take to show what was just done. */
const patience = 15_000;
const pause = 400;

interface Asked {
	readonly view: AskedSession;
	readonly session: Session;
	readonly seen: SeenScreen | undefined;
	readonly of: Schemas['AskedDelegation'];
	readonly index: number;
}

/** What the holder of an open safe lets mediators do. */
export class Mandates implements MandateActs {
	readonly #context: Context;
	readonly #vault: Vault;
	readonly #documents: Documents;
	/** As they were shown: what is signed is what was read. */
	readonly #asked = new Map<string, Asked>();
	/** Where pages of hers may go. */
	readonly #approved = new Map<string, Destination>();

	constructor(context: Context, vault: Vault, documents: Documents) {
		this.#context = context;
		this.#vault = vault;
		this.#documents = documents;
	}

	async claim(code: string, seen?: SeenScreen): Promise<AskedSession> {
		const { api, log, now } = this.#context;
		const mark = await log.mark();
		const { data } = await api.call('post', '/api/v1/delegations', { body: { code } });
		return withEvidence({ delegation: data }, now, async () => {
			const session = checkSession(data.session);
			// The keys of the screen that was photographed, whatever the server says.
			if (seen) checkPrint(session, seen.print);
			const { leaf, id, name } = data.habilitated;
			if (!leaf) throw new CoffreError('leaf', { message: 'the structure is not in the log' });
			const fact = parseStructureFact(await log.entry(mark, leaf));
			const at = toTime(now());
			const current = fact.ended === undefined && fact.from <= at && at < fact.until;
			const same = fact.id === id && fact.name === name && id === data.structure;
			if (!same || !current || fact.name !== data.structureName)
				throw new CoffreError('leaf', { message: 'the log says something else of the structure' });
			const { mediatorName: mediator, acts, purpose, minutes, until } = data;
			const view: AskedSession = {
				id: data.id,
				mediator,
				structure: fact.name,
				siret: fact.siret,
				acts,
				purpose,
				minutes,
				until,
				matched: seen !== undefined,
				words: { fr: sessionWords(session, 'fr'), en: sessionWords(session, 'en') },
			};
			this.#asked.set(data.id, { view, session, seen, of: data, index: leaf.index });
			return view;
		});
	}

	async approve(order: ApprovalOrder): Promise<Approved> {
		const asked = this.#asked.get(order.id);
		if (!asked) throw new CoffreError('not-found');
		// Nothing is sealed to keys that nobody has looked at.
		if (!asked.view.matched && !order.compared) throw new CoffreError('not-compared');
		await this.#vault.checkKeys();
		const mandate = this.#mandate(order, asked);
		const { root, safe } = this.#vault.keyring;
		const signed = signMandate(mandate, root);
		const { session, seen } = asked;
		// The tab takes nobody else for her, whoever the server puts behind the session.
		const bound = seen ? { binding: toBase64(bindingOf(seen.secret, signed)) } : {};
		const grants = [];
		for (const doc of mandate.documents ?? []) grants.push(await this.#grant(mandate, doc, asked));
		await this.#context.api.call('post', '/api/v1/safe/delegations/{id}/approval', {
			path: { id: order.id },
			body: { number: order.number, mandate: toBase64(signed), ...bound, grants },
		});
		this.#asked.delete(order.id);
		const { recipient } = session;
		this.#approved.set(order.id, { safe: mandate.safe, mandate: mandate.id, recipient });
		if (seen) return {};
		return { words: wordsOfSafe(session, safe, root.vk) };
	}

	async sendPage(order: PageOrder): Promise<void> {
		const to = this.#approved.get(order.session);
		if (!to) throw new CoffreError('not-found');
		await sendPage(this.#context, this.#vault.keyring.root, to, order);
	}
	async session(id: string): Promise<SessionState> {
		const path = { id };
		const { state } = await this.#context.api.get('/api/v1/safe/delegations/{id}', { path });
		return state;
	}

	async deny(id: string): Promise<void> {
		await this.#context.api.call('post', '/api/v1/safe/delegations/{id}/denial', { path: { id } });
		this.#asked.delete(id);
	}

	/** The stop comes first; the signed word follows, for whoever verifies later. */
	async stop(mandate: string): Promise<void> {
		const request = { path: { id: mandate } };
		await persist(() => this.#context.api.call('delete', '/api/v1/safe/mandates/{id}', request));
		await this.#sign(mandate);
	}

	/** What was stopped while her safe was locked gets its signed word as soon as it is read with the key. */
	async list(after?: string): Promise<{ items: readonly MandateView[]; next?: string }> {
		const page = await this.#context.api.get('/api/v1/safe/mandates', { query: { after } });
		const items = await Promise.all(page.items.map((row) => this.#view(row)));
		for (const row of page.items) if (this.#unsigned(row)) await this.#sign(row.id);
		return page.next === undefined ? { items } : { items, next: page.next };
	}

	/** Stopped by her, as the gateway says, and nothing of hers says so yet. */
	#unsigned(row: Row): boolean {
		if (row.by !== 'citizen' || row.revocation !== undefined || row.signed === undefined)
			return false;
		try {
			return this.#signed(row).safe === this.#vault.keyring.safe;
		} catch {
			// Of a root of before, or none of hers: `list` tells it.
			return false;
		}
	}
	async #sign(mandate: string): Promise<void> {
		const { api, now } = this.#context;
		const { root, safe } = this.#vault.keyring;
		const revocation = signRevocation({ suite: 1, safe, mandate, at: toTime(now()) }, root);
		const body = { revocation: toBase64(revocation) };
		try {
			await persist(() =>
				api.call('put', '/api/v1/safe/mandates/{id}/revocation', { path: { id: mandate }, body }),
			);
		} catch {
			// It is over all the same, and is signed when it is read the next time.
		}
	}

	/** Of the mandate with that id: its acts as the journal has them, and what it was signed as. */
	async attestation(mandate: string): Promise<AttestationView> {
		const { api, log } = this.#context;
		const { vkey } = await log.mark();
		const row = await this.#row(mandate);
		if (row.signed === undefined) throw new CoffreError('not-found');
		const safe = await api.get('/api/v1/safe');
		if (!safe.key) throw new CoffreError('leaf', { message: 'its key is not in the log' });
		const acts = await this.#acts(mandate);
		const { entry = '', ...at } = safe.key;
		const revocation = row.revocation === undefined ? {} : { revocation: row.revocation };
		const file = writeAttestation({
			log: vkey,
			vk: toBase64(this.#vault.keyring.root.vk),
			key: { ...at, path: [...at.path], entry },
			mandate: row.signed,
			...revocation,
			acts: acts.map(({ event, salt, leaf }) => {
				if (!leaf) throw new CoffreError('leaf', { message: 'no proof' });
				const { index, size, path, checkpoint } = leaf;
				return { event, salt, leaf: { index, size, path: [...path], checkpoint } };
			}),
		});
		const attested = await withEvidence({ mandate: row }, this.#context.now, async () =>
			verifyAttestation(parseAttestation(file)),
		);
		const { docs, gone } = this.#vault.manifest;
		const names = [...gone, ...docs].map(({ id, name }) => [id, name] as const);
		return { file, attested, names };
	}

	known(): Promise<readonly KnownMediator[]> {
		return knownMediators(this.#context);
	}

	giveStanding(order: StandingOrder): Promise<void> {
		return giveStanding(this.#context, this.#vault, order);
	}

	proposals(): Promise<readonly ProposalView[]> {
		return readProposals(this.#context, this.#vault);
	}

	async settle(proposal: string): Promise<void> {
		const request = { path: { id: proposal } };
		await persist(() => this.#context.api.call('delete', '/api/v1/safe/proposals/{id}', request));
	}

	#mandate(order: ApprovalOrder, { of, view, index, session }: Asked): Mandate {
		const { now } = this.#context;
		const acts = [...order.acts].sort();
		const gives = acts.includes('share') || acts.includes('answer');
		const opens = acts.includes('read') || acts.includes('organise') || gives;
		const some = (ids: readonly string[], when: boolean) =>
			when && ids.length > 0 ? [...new Set(ids)].sort() : undefined;
		const lists = {
			documents: some(order.documents, opens),
			administrations: some(order.administrations, acts.includes('share')),
			requests: some(order.requests, acts.includes('answer')),
			grantsUntil: gives ? order.grantsUntil : undefined,
			standing: of.standing,
		};
		const there = Object.fromEntries(Object.entries(lists).filter(([, v]) => v !== undefined));
		const minutes = Math.min(order.minutes, view.minutes);
		return {
			suite: 1,
			id: newId(),
			safe: this.#vault.keyring.safe,
			structure: of.structure,
			structureName: view.structure,
			index,
			mediator: of.mediator,
			mediatorName: view.mediator,
			acts,
			purpose: view.purpose,
			session,
			...there,
			created: toTime(now()),
			notAfter: toTime(new Date(now().getTime() + minutes * 60_000)),
		};
	}

	async #grant(m: Mandate, doc: string, { session }: Asked) {
		const entry = this.#vault.manifest.docs.find((d) => d.id === doc);
		if (!entry) throw new CoffreError('not-found');
		const { key } = await this.#documents.ownKey(entry);
		const to = parseRecipient(session.recipient);
		const { id: _, folder: _f, added: _a, changed: _c, origin: _o, ...about } = entry;
		const grant = await sealGrant(
			{
				...about,
				suite: 1,
				safe: m.safe,
				doc,
				created: m.created,
				reader: m.id,
				recipient: fingerprint(to),
				mandate: m.id,
				notAfter: m.notAfter,
			},
			this.#vault.keyring.root,
			key,
			to,
		);
		return { doc, version: entry.version, grant: toBase64(grant) };
	}

	async #view(row: Row): Promise<MandateView> {
		const shown = viewOfRow(row);
		if (row.signed === undefined) return shown;
		try {
			const m = await withEvidence({ mandate: row }, this.#context.now, async () =>
				this.#signed(row),
			);
			return { ...shown, acts: m.acts, documents: m.documents ?? [], purpose: m.purpose };
		} catch (e) {
			// Signed by a root of before: over, and shown as the server tells it.
			const error = asCoffreError(e);
			return row.state === 'current' ? { ...shown, error } : shown;
		}
	}

	/** What she has signed herself, and not what the server has written beside it. */
	#signed(row: Row): Mandate {
		const m = openMandate(fromBase64(row.signed ?? ''), this.#vault.keyring.root.vk);
		const same =
			m.id === row.id &&
			m.mediatorName === row.mediatorName &&
			m.structureName === row.structureName &&
			m.notAfter === toTime(new Date(row.notAfter));
		if (!same) throw new CoffreError('mismatch', { message: 'another mandate than was signed' });
		return m;
	}

	async #row(id: string): Promise<Row> {
		for (let after: string | undefined; ; ) {
			const page = await this.#context.api.get('/api/v1/safe/mandates', { query: { after } });
			const found = page.items.find((r) => r.id === id);
			if (found) return found;
			if (page.next === undefined) throw new CoffreError('not-found');
			after = page.next;
		}
	}

	/** All events under a mandate, the earliest first; none of them may wait. */
	async #acts(mandate: string): Promise<EventProof[]> {
		for (const until = Date.now() + patience; ; ) {
			const found = await this.#read(mandate);
			if (found.length > 0 && found.every((p) => p.leaf)) return found.reverse();
			if (Date.now() > until)
				throw new CoffreError('unavailable', { message: 'no checkpoint yet' });
			await new Promise((done) => setTimeout(done, pause));
		}
	}

	async #read(mandate: string): Promise<EventProof[]> {
		const found: EventProof[] = [];
		for (let before: string | undefined, begun = false; ; ) {
			const page = await readJournal(this.#context, this.#vault, before);
			if (page.error) throw page.error;
			for (const { event, proof, error } of page.items) {
				if (event.detail?.mandate !== mandate) continue;
				if (error) throw error;
				found.push(proof);
				begun ||= event.what === 'mediation.approved' || event.what === 'mandate.given';
			}
			before = page.next;
			if (begun || before === undefined) return found;
		}
	}
}
