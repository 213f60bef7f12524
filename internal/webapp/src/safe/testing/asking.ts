import { Api } from '../../api/client.ts';
import { parseRecipient } from '../../crypto/age.ts';
import { fromBase64, newId, toBase64, toTime } from '../../crypto/bytes.ts';
import { type Keyring, newKeyring } from '../../crypto/keyring.ts';
import {
	type DocumentRequest,
	type Note,
	openNote,
	sealNote,
	signRequest,
} from '../../crypto/request.ts';
import { unlockers } from '../secrets.ts';
import { browser } from './client.ts';
import type { FakeGateway, Json } from './gateway.ts';
import { found, Refusal } from './refusal.ts';

interface Kept {
	readonly said: DocumentRequest;
	signed: string;
	state: string;
	/** In the safe, and for nobody else. */
	readonly addressed: boolean;
	readonly reply: Json & { given: number; refused: string[]; refusedAll: boolean; state: string };
	readonly notes: (Json & { forAdministration: string })[];
	readonly grants: Json[];
	before: Json[];
}

/** The administration of a gateway in memory, that asks for documents, and the gateway's part in it. */
export class Asking {
	readonly gateway: FakeGateway;
	readonly kept = new Map<string, Kept>();
	/** Idempotency-Keys and what they gave. */
	readonly keys = new Map<string, { body: string; items: Json[] }>();
	keyring: Keyring | undefined;

	constructor(gateway: FakeGateway) {
		this.gateway = gateway;
	}

	async makeKey(): Promise<void> {
		const agent = browser(this.gateway, 'agent');
		const drafts = [await agent.newPassphrase('fr'), await agent.newPaper('fr')];
		const { keyring, container } = await newKeyring(
			this.gateway.administration,
			unlockers(drafts),
			new Date(),
		);
		this.keyring = keyring;
		await new Api({ fetch: this.gateway.as('agent') }).call(
			'put',
			'/api/v1/administration/keyring',
			{ headers: { 'If-None-Match': '*' }, body: container },
		);
	}

	ask(more: Partial<DocumentRequest> = {}, addressed = true): DocumentRequest {
		const said: DocumentRequest = {
			suite: 1,
			id: newId(),
			administration: this.gateway.administration,
			procedure: 'Inscription à l’école',
			basis: 'Code de l’éducation, article L131-5',
			purpose: 'Inscrire un enfant',
			wanted: [{ kind: 'identity', or: ['passport'] }, { kind: 'residence' }],
			created: '2026-11-26T10:00:00Z',
			notAfter: '2099-06-30T21:59:59Z',
			...more,
		};
		const reply = { id: newId(), state: 'asked', given: 0, refused: [], refusedAll: false };
		this.kept.set(said.id, {
			said,
			signed: toBase64(signRequest(said, found(this.keyring).root)),
			state: 'open',
			addressed,
			reply,
			notes: [],
			grants: [],
			before: [],
		});
		return said;
	}

	/** What the agent reads of a note of the citizen's. */
	read(request: string, at: number): Promise<Note> {
		const n = found(this.#of(request).notes[at]);
		const { id, from, about } = n as unknown as Note;
		const administration = this.gateway.administration;
		const place = { id, from, about, request, safe: this.gateway.safe, administration };
		const { identity } = found(this.keyring?.vaults[0]);
		const vk = fromBase64(String(n.vk));
		return openNote(fromBase64(n.forAdministration), identity, vk, place);
	}

	async reply(request: string, text: string): Promise<void> {
		const { root, recipient } = found(this.keyring);
		const to = parseRecipient(found(this.gateway.keyring).recipient);
		const note: Note = {
			suite: 1,
			id: newId(),
			request,
			safe: this.gateway.safe,
			administration: this.gateway.administration,
			from: 'administration',
			about: 'answer',
			text,
			created: toTime(new Date()),
		};
		const { forSafe, forAdministration } = await sealNote(note, root, to, recipient);
		this.#keep(request, note, toBase64(root.vk), {
			forSafe: toBase64(forSafe),
			forAdministration: toBase64(forAdministration),
		});
	}

	/** fetch of the citizen, requests included. */
	fetch(): typeof fetch {
		const inner = this.gateway.as('citizen');
		return async (input, init) => {
			const { pathname } = new URL(String(input), 'http://coffre.test');
			const match = /^\/api\/v1\/(safe\/)?requests(?:\/([a-z2-7]{26}))?(?:\/(\w+))?$/.exec(
				pathname,
			);
			if (match === null) return inner(input, init);
			const [, own, id, act] = match;
			const method = init?.method ?? 'GET';
			this.gateway.seen.push(`${method} ${pathname}`);
			await this.gateway.before?.(pathname, method);
			const body = typeof init?.body === 'string' ? (JSON.parse(init.body) as Json) : {};
			try {
				const answer = this.#serve(own !== undefined, id, act, body, new Headers(init?.headers));
				if (answer instanceof Response) return answer;
				const told = this.gateway.lie?.(pathname, method, structuredClone(answer)) ?? answer;
				return Response.json(told);
			} catch (e) {
				if (!(e instanceof Refusal)) throw e;
				const problem = { type: `/problems/${e.message}`, title: '', status: e.status, detail: '' };
				return Response.json(problem, {
					status: e.status,
					headers: { 'Content-Type': 'application/problem+json' },
				});
			}
		};
	}

	#serve(
		own: boolean,
		id: string | undefined,
		act: string | undefined,
		body: Json,
		headers: Headers,
	): Json | Response {
		if (id === undefined)
			return {
				items: [...this.kept].map(([of, k]) => ({
					request: { id: of, state: k.state },
					reply: k.reply,
				})),
			};
		const kept = this.#of(id);
		if (!own && kept.addressed) throw new Refusal(404, 'not-found');
		switch (act) {
			case undefined:
				return this.#view(id, own);
			case 'answers':
				return this.#answer(id, body, headers.get('Idempotency-Key') ?? '');
			case 'refusals':
				kept.reply.refused.push(...((body.kinds ?? []) as string[]));
				this.#take(id, 'refusal', body.note as Json, body.kinds as string[]);
				return new Response(null, { status: 204 });
			case 'questions':
				this.#take(id, 'question', body.note as Json);
				return new Response(null, { status: 204 });
			default:
				throw new Refusal(404, 'not-found');
		}
	}

	#view(id: string, own: boolean): Json {
		const { signed, state, reply, notes, grants, before } = this.#of(id);
		const administration = this.gateway.administrationView();
		const view = { id, state, request: signed, administration };
		return own ? { ...view, reply, notes, grants, before } : view;
	}

	#answer(id: string, body: Json, key: string): Json {
		const text = JSON.stringify(body);
		const earlier = this.keys.get(key);
		if (earlier !== undefined) {
			if (earlier.body !== text) throw new Refusal(422, 'key-reused');
			return { items: earlier.items };
		}
		if (body.vk !== found(this.gateway.keyring).vk) throw new Refusal(412, 'stale');
		const kept = this.#of(id);
		const items = (body.grants as Json[]).map((g) => ({
			...g,
			id: newId(),
			request: id,
			administration: this.gateway.administration,
			state: 'live',
		}));
		kept.grants.push(...items);
		kept.reply.given += items.length;
		kept.reply.state = 'given';
		if (body.note !== undefined) this.#take(id, 'note', body.note as Json);
		this.keys.set(key, { body: text, items });
		return { items };
	}

	#take(id: string, about: Note['about'], note: Json, kinds: string[] = []): void {
		const vk = found(this.gateway.keyring).vk;
		const { id: of, ...sealed } = note as {
			id: string;
			forSafe: string;
			forAdministration: string;
		};
		if (this.#of(id).notes.some((n) => n.id === of)) return;
		this.#keep(id, { id: of, from: 'safe', about, kinds }, vk, sealed);
	}

	#keep(
		request: string,
		{ id, from, about, kinds = [] }: Pick<Note, 'id' | 'from' | 'about' | 'kinds'>,
		vk: string,
		sealed: { forSafe: string; forAdministration: string },
	): void {
		this.#of(request).notes.push({
			id,
			from,
			about,
			kinds,
			vk,
			sealed: sealed.forSafe,
			forAdministration: sealed.forAdministration,
			created: toTime(new Date()),
		});
	}

	#of(id: string): Kept {
		return found(this.kept.get(id));
	}
}
