import { fromBase64, newId, toTime, utf8 } from '../../crypto/bytes.ts';
import { canonical } from '../../crypto/canonical.ts';
import { openMandate } from '../../crypto/mandate.ts';
import type { FakeGateway, Json, Lie } from './gateway.ts';
import { found } from './refusal.ts';

// The routes of mediation in front of a FakeGateway, for one session and its mandate; they keep the
// contract of openapi.yaml as far as src/safe uses it, and lie when they are told to.

const minute = 60_000;

interface Approved {
	readonly mandate: string;
	readonly binding?: string;
	readonly grants: readonly {
		readonly doc: string;
		readonly version: string;
		readonly grant: string;
	}[];
}

export class FakeMediation {
	readonly structure = { id: newId(), siret: '13002526500013', name: 'France Services de Valmont' };
	readonly mediator = newId();
	/** As openapi.yaml has a delegation; undefined before anybody asked. */
	delegation: Json | undefined;
	/** As it has a MandateRow. */
	row: Json | undefined;
	approved: Approved | undefined;
	lie: Lie | undefined;
	/** Called before a request is served; may throw, or answer in its place. */
	before: ((path: string, method: string) => Response | undefined) | undefined;
	readonly seen: string[] = [];
	readonly #gateway: FakeGateway;
	#structureLeaf: number;

	constructor(gateway: FakeGateway) {
		this.#gateway = gateway;
		this.#structureLeaf = this.habilitate({});
	}

	/** Writes in the log who the structure is, from now on. */
	habilitate(more: Json): number {
		const at = (ms: number) => toTime(new Date(Date.now() + ms));
		const fact = {
			type: 'structure',
			...this.structure,
			from: at(-minute),
			until: at(1000 * minute),
			time: at(-minute),
			...more,
		};
		const entry = utf8(`coffre/v1/fact\n${new TextDecoder().decode(canonical(fact))}`);
		this.#structureLeaf = this.#gateway.tree.append(entry);
		return this.#structureLeaf;
	}

	/** fetch, of either of the two; what is not mediation is the gateway's. */
	as(kind: 'citizen' | 'mediator'): typeof fetch {
		const rest = this.#gateway.as('citizen');
		return async (input, init) => {
			const { pathname } = new URL(String(input), 'http://coffre.test');
			const method = init?.method ?? 'GET';
			this.seen.push(`${kind} ${method} ${pathname}`);
			const instead = this.before?.(pathname, method);
			if (instead) return instead;
			const body = typeof init?.body === 'string' ? (JSON.parse(init.body) as Json) : {};
			const answer = await this.#serve(method, pathname, body, rest);
			if (answer === undefined) return rest(input, init);
			if (answer instanceof Response) return answer;
			return Response.json(this.lie?.(pathname, method, structuredClone(answer)) ?? answer);
		};
	}

	async #serve(
		method: string,
		path: string,
		body: Json,
		rest: typeof fetch,
	): Promise<Json | Response | undefined> {
		const at = path.replace('/api/v1/', '').split('/');
		const ids = at.filter((s) => /^[a-z2-7]{26}$/.test(s));
		const doc = ids.at(-1) ?? '';
		switch (`${method} ${at.map((s) => (ids.includes(s) ? ':id' : s)).join('/')}`) {
			case 'POST mediation/delegations':
				return this.#ask(body);
			case 'GET mediation/delegations/:id':
				return { ...found(this.delegation) };
			case 'DELETE mediation/delegations/:id':
				return this.#ended('mediator');
			case 'POST delegations':
				Object.assign(found(this.delegation), { state: 'claimed' });
				return this.#asked();
			case 'POST safe/delegations/:id/approval':
				return this.#approve(body as unknown as Approved);
			case 'POST mediation/delegations/:id/collection':
				return this.#collect(await (await rest('/api/v1/safe')).json());
			case 'POST mediation/delegations/:id/documents/:id/release':
				return this.#release(doc);
			case 'GET mediation/delegations/:id/documents/:id/content':
				return new Response(new Blob([this.#bytes(doc)]));
			case 'GET safe/delegations':
				return { items: this.delegation ? [this.delegation] : [] };
			case 'GET safe/mandates':
				return { items: this.row ? [this.row] : [] };
			case 'DELETE safe/delegations/:id':
			case 'DELETE safe/mandates/:id':
				return this.#ended('citizen');
			case 'PUT safe/mandates/:id/revocation':
				Object.assign(found(this.row), { revocation: body.revocation });
				return new Response(null, { status: 204 });
			default:
				return undefined;
		}
	}

	#ask(body: Json): Json {
		const now = Date.now();
		this.delegation = {
			...body,
			id: newId(),
			state: 'pending',
			mediator: this.mediator,
			mediatorName: 'Nadia Haddad',
			structure: this.structure.id,
			structureName: this.structure.name,
			created: toTime(new Date(now)),
			until: toTime(new Date(now + 10 * minute)),
		};
		return { ...this.delegation, code: 'BCDFGHJK' };
	}
	#asked(): Json {
		const { recipient, vk, ...delegation } = found(this.delegation);
		const leaf = {
			...this.#gateway.tree.leaf(this.#structureLeaf),
			entry: this.#gateway.journal.factLeaf(this.#structureLeaf).entry,
		};
		return {
			...delegation,
			session: { recipient, vk },
			habilitated: { ...this.structure, from: '', until: '', leaf },
		};
	}
	#approve(a: Approved): Json {
		this.approved = a;
		const m = openMandate(fromBase64(a.mandate), fromBase64(String(this.#gateway.keyring?.vk)));
		const d = Object.assign(found(this.delegation), { state: 'approved', mandate: m.id });
		this.row = {
			...{ id: m.id, kind: 'session', mediator: m.mediator, structure: m.structure },
			...{ mediatorName: m.mediatorName, structureName: m.structureName, acts: m.acts },
			...{ purpose: m.purpose, created: m.created, notAfter: m.notAfter, state: 'current' },
			...{ signed: a.mandate, session: d },
		};
		this.#gateway.journal.record({ what: 'mediation.approved', detail: { mandate: m.id } });
		return { ...d };
	}
	#collect(safe: Json): Json {
		const { mandate, binding, grants } = found(this.approved);
		const d = Object.assign(found(this.delegation), { state: 'active', citizen: 'Angela Dubois' });
		const { vk, recipient } = found(this.#gateway.keyring);
		return {
			...d,
			...{ signed: mandate, ...(binding === undefined ? {} : { binding }) },
			...{ safe: this.#gateway.safe, vk, recipient, key: safe.key },
			documents: grants.map((g) => g.doc),
		};
	}
	#release(doc: string): Json {
		const { version, sealed, sha256 } = found(this.#gateway.versions.get(doc));
		const given = found(found(this.approved).grants.find((g) => g.doc === doc));
		const proof = this.#gateway.journal.record({
			...{ what: 'document.opened', doc, version },
			...{ who: { kind: 'mediator', name: 'Nadia Haddad' } },
			detail: { mandate: found(this.delegation).mandate },
		});
		return { doc, version, sealed, sha256, grant: given.grant, proof };
	}
	#bytes(doc: string): Uint8Array<ArrayBuffer> {
		return found(this.#gateway.versions.get(doc)).bytes as Uint8Array<ArrayBuffer>;
	}
	#ended(by: string): Response {
		if (this.delegation) Object.assign(this.delegation, { state: 'ended', by });
		if (this.row) Object.assign(this.row, { state: 'ended', by, ended: toTime(new Date()) });
		return new Response(null, { status: 204 });
	}
}
