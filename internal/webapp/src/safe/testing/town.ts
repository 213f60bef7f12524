import { fromBase64, toBase64, toTime, utf8 } from '../../crypto/bytes.ts';
import { type Custody, openCustody } from '../../crypto/custody.ts';
import { hashHex } from '../../crypto/derive.ts';
import { factEntry, parseRequest, type RecoveryFact } from '../../crypto/recovery.ts';
import { Tree } from '../../crypto/testing/tree.ts';
import { browser } from './client.ts';
import { FakeGateway, type Json } from './gateway.ts';
import { found, Refusal } from './refusal.ts';

interface Part {
	agreement?: string;
	agreedAt?: string;
	sealed?: string;
	givenAt?: string;
}
interface Recovery {
	request: string;
	/** Of the fact in the log. */
	index: number;
	state: 'open' | 'ended';
	reason?: string;
	created: string;
	parts: Map<string, Part>;
}
type Kind = 'citizen' | 'agent';

/**
 * A gateway in memory with several safes and one administration, for tests of custodians that make it
 * lie: a holder at home, and relatives. What is not about custodians is answered as FakeGateway does.
 */
export class Town {
	readonly tree = new Tree();
	readonly home = new FakeGateway(this.tree);
	readonly relatives = [new FakeGateway(this.tree), new FakeGateway(this.tree)] as const;
	/** Everybody's clock. */
	now = new Date('2026-11-26T10:00:00Z');
	custody: { signed: string; shares: Map<string, string>; active: boolean } | undefined;
	recovery: Recovery | undefined;
	readonly cards = new Map<string, string>();
	/** Changes an answer on its way. */
	lie: ((what: string, answer: Json) => Json | undefined) | undefined;
	/** Every request about custodians, "POST /api/v1/custodies/{id}/share". */
	readonly seen: string[] = [];

	/** A browser of somebody's. */
	at(who: FakeGateway, kind: Kind = 'citizen', kept: Record<string, string> = {}) {
		return browser(who, kind, kept, this.fetch(who, kind), () => this.now);
	}
	later(seconds: number): void {
		this.now = new Date(this.now.getTime() + seconds * 1000);
	}
	get opened(): Custody {
		const c = found(this.custody);
		const vk = fromBase64(found(this.home.keyring).vk);
		const { hash: _, ...custody } = openCustody(fromBase64(c.signed), vk, this.home.safe);
		return custody;
	}

	fetch(who: FakeGateway, kind: Kind): typeof fetch {
		return async (input, init) => {
			const url = new URL(String(input), 'http://coffre.test');
			const what = `${init?.method ?? 'GET'} ${url.pathname}`;
			const body = typeof init?.body === 'string' ? (JSON.parse(init.body) as Json) : {};
			try {
				const answer = await this.#serve(who, kind, what, url.searchParams, body);
				if (answer === undefined) return this.#pass(who, kind, what, input, init);
				this.seen.push(what.replace(/[a-z2-7]{26}/, '{id}'));
				if (answer instanceof Response) return answer;
				return Response.json(this.lie?.(what, structuredClone(answer)) ?? answer);
			} catch (e) {
				if (!(e instanceof Refusal)) throw e;
				const problem = { type: `/problems/${e.message}`, title: '', status: e.status, detail: '' };
				return Response.json(problem, { status: e.status });
			}
		};
	}

	async #pass(
		who: FakeGateway,
		kind: Kind,
		what: string,
		...args: Parameters<typeof fetch>
	): Promise<Response> {
		const answer = await who.as(kind)(...args);
		if (what === 'PUT /api/v1/safe/keyring' && answer.ok && who === this.home && this.custody) {
			const there = this.home.keyring?.copies.some((c) => c.id === this.opened.unlocker);
			if (there) this.custody.active = true;
			else if (this.custody.active) {
				this.#end('completed');
				this.custody = undefined;
			}
		}
		const json = answer.headers.get('Content-Type')?.startsWith('application/json');
		if (!json || !this.lie) return answer;
		const said = (await answer.clone().json()) as Json;
		const other = this.lie(what, said);
		return other ? Response.json(other, { headers: answer.headers }) : answer;
	}

	async #serve(
		who: FakeGateway,
		kind: Kind,
		what: string,
		query: URLSearchParams,
		body: Json,
	): Promise<Json | Response | undefined> {
		const [, safe = '', act = ''] = /custodies\/([a-z2-7]{26})\/(\w+)$/.exec(what) ?? [];
		if (act !== '') return this.#custodian(this.#holder(who, kind), act, body);
		const [, card] = /cards\/([a-z2-7]{26})$/.exec(what) ?? [];
		if (card !== undefined) return this.#card(card);
		switch (what) {
			case 'GET /log/entries':
				return this.tree.range(Number(query.get('from')), Number(query.get('size')), 7);
			case 'GET /log/checkpoint':
				return new Response(this.tree.checkpoint());
			case 'GET /api/v1/safe/custody':
				return { custody: found(this.custody).signed, created: toTime(this.now) };
			case 'PUT /api/v1/safe/custody':
				return this.#name(body);
			case 'PUT /api/v1/safe/card':
				this.cards.set(who.safe, String(body.card));
				return new Response(null, { status: 204 });
			case 'GET /api/v1/safe/recovery':
				return this.#view();
			case 'POST /api/v1/safe/recovery':
				return this.#ask(String(body.request));
			case 'DELETE /api/v1/safe/recovery':
				this.#end('cancelled');
				return new Response(null, { status: 204 });
			case 'GET /api/v1/custodies':
				return { items: await this.#held(this.#holder(who, kind)) };
			default:
				return safe === '' ? undefined : this.#view();
		}
	}

	#holder(who: FakeGateway, kind: Kind): string {
		return kind === 'agent' ? this.home.administration : who.safe;
	}
	#card(safe: string): Json {
		const of = [this.home, ...this.relatives].find((g) => g.safe === safe);
		return { card: found(this.cards.get(safe)), vk: found(of?.keyring).vk };
	}
	#name(body: Json): Json {
		const shares = body.shares as { custodian: string; sealed: string }[];
		if (this.recovery?.state === 'open') this.#end('replaced');
		this.custody = {
			signed: String(body.custody),
			shares: new Map(shares.map((s) => [s.custodian, s.sealed])),
			active: false,
		};
		return { custody: this.custody.signed, created: toTime(this.now) };
	}
	#ask(request: string): Json {
		const { hash, safe } = parseRequest(fromBase64(request));
		const index = this.#fact({ type: 'recovery', safe, request: hash });
		const created = toTime(this.now);
		const parts = new Map<string, Part>();
		for (const { id } of this.opened.custodians) parts.set(id, {});
		this.recovery = { request, index, state: 'open', created, parts };
		return this.#view();
	}
	#end(reason: string): void {
		const r = this.recovery;
		if (r?.state !== 'open') return;
		Object.assign(r, { state: 'ended', reason });
		const request = hashHex(fromBase64(r.request));
		this.#fact({ type: 'recovery-ended', safe: this.home.safe, request });
	}
	#fact(f: RecoveryFact): number {
		const index = this.tree.append(factEntry(f));
		this.tree.append(utf8('an event that came meanwhile'));
		return index;
	}
	#view(): Json {
		const { request, state, reason, created, parts } = found(this.recovery);
		return {
			request,
			custody: found(this.custody).signed,
			state,
			created,
			...(reason === undefined ? {} : { reason, ended: toTime(this.now) }),
			parts: this.opened.custodians.map(({ id, name }) => {
				const { agreement: _, ...part } = found(parts.get(id));
				return { custodian: id, name, ...part };
			}),
		};
	}
	async #held(holder: string): Promise<Json[]> {
		const own = this.custody && this.opened.custodians.find((c) => c.holder === holder);
		if (!own || !this.custody) return [];
		const { key } = (await (await this.home.as('citizen')('/api/v1/safe')).json()) as Json;
		const r = this.recovery;
		const { agreement, agreedAt, givenAt } = r?.parts.get(own.id) ?? {};
		const entry = r && toBase64(this.tree.entries[r.index] ?? new Uint8Array());
		return [
			{
				safe: this.home.safe,
				custody: this.custody.signed,
				sealed: found(this.custody.shares.get(own.id)),
				custodian: own.id,
				vk: found(this.home.keyring).vk,
				key,
				...(r && {
					recovery: JSON.parse(
						JSON.stringify({
							request: r.request,
							leaf: { ...this.tree.leaf(r.index), entry },
							state: r.state,
							created: r.created,
							agreement,
							agreedAt,
							givenAt,
						}),
					),
				}),
			},
		];
	}
	#custodian(holder: string, act: string, body: Json): Json | Response {
		const own = found(this.opened.custodians.find((c) => c.holder === holder));
		const r = found(this.recovery);
		if (r.state !== 'open') throw new Refusal(410, 'recovery-ended');
		const part = found(r.parts.get(own.id));
		const at = toTime(this.now);
		if (act === 'check') {
			const detail = { nonce: String(body.nonce), request: hashHex(fromBase64(r.request)) };
			return this.home.journal.record({ what: 'recovery.checked', detail });
		}
		if (act === 'agreement') Object.assign(part, { agreement: body.agreement, agreedAt: at });
		else Object.assign(part, { sealed: body.sealed, givenAt: at });
		return new Response(null, { status: 204 });
	}
}
