import { fromBase64, newId, toBase64, toHex } from '../../crypto/bytes.ts';
import { canonical } from '../../crypto/canonical.ts';
import { sha256 } from '../../crypto/derive.ts';
import { checkForm } from '../../crypto/form.ts';
import { type Container, checkContainer } from '../../crypto/keyring.ts';
import { Tree } from '../../crypto/testing/tree.ts';
import { signedChange } from './change.ts';
import { OfficeKeys } from './officekeys.ts';
import { type Json, listed, Records, released } from './records.ts';
import { found, Refusal } from './refusal.ts';

export type { Json };

// A gateway in memory that keeps the contract of openapi.yaml as far as
// src/safe uses it, for tests that make it lie. The real one is met in
// e2e/.

/** Changes an answer on its way; returns what is answered instead. */
export type Lie = (path: string, method: string, answer: Json) => Json | undefined;

interface Version {
	doc: string;
	version: string;
	sealed: number;
	sha256: string;
	state: 'reserved' | 'stored' | 'inbox' | 'kept';
	bytes: Uint8Array;
	grant: string;
	origin?: string;
}
interface Grant {
	id: string;
	body: Json & { doc: string; version: string; grant: string };
	ended: boolean;
	said: Json;
}
export class FakeGateway {
	/** Several safes may share one log. */
	readonly tree: Tree;
	readonly safe = newId();
	readonly administration = newId();
	readonly versions = new Map<string, Version>();
	readonly grants: Grant[] = [];
	readonly #log: Records;
	/** Every request, "PUT /api/v1/safe/manifest". */
	readonly seen: string[] = [];
	keyring: Container | undefined;
	manifest: { epoch: number; sealed: string } | undefined;
	administrationKeyring: Container | undefined;
	lie: Lie | undefined;
	/** Called before a request is served; may throw to break the line. */
	before: ((path: string, method: string) => void | Promise<void>) | undefined;
	#keyIndex = -1;
	readonly #officeKeys: OfficeKeys;

	constructor(tree = new Tree()) {
		this.tree = tree;
		this.#log = new Records(tree, this.safe);
		this.#officeKeys = new OfficeKeys(this.#log, this.administration);
	}

	/** Of the safe, to write in it what a gateway does by itself. */
	get journal(): Records {
		return this.#log;
	}

	get records(): Records['all'] {
		return this.#log.all;
	}

	/** fetch, as somebody who is logged in. */
	as(kind: 'citizen' | 'agent'): typeof fetch {
		return async (input, init) => {
			const url = new URL(String(input), 'http://coffre.test');
			const method = init?.method ?? 'GET';
			this.seen.push(`${method} ${url.pathname}`);
			await this.before?.(url.pathname, method);
			try {
				const headers = new Headers(init?.headers);
				const bytes =
					init?.body instanceof Blob ? new Uint8Array(await init.body.arrayBuffer()) : undefined;
				const body = typeof init?.body === 'string' ? (JSON.parse(init.body) as Json) : {};
				const answer =
					url.pathname === '/log/consistency'
						? this.#consistency(url.searchParams)
						: this.#serve(kind, method, url.pathname, headers, body, bytes);
				if (answer instanceof Response) return answer;
				const said = this.lie?.(url.pathname, method, structuredClone(answer)) ?? answer;
				const etag = url.pathname.endsWith('manifest')
					? this.#etag()
					: url.pathname.endsWith('safe/keyring')
						? this.#keyringTag()
						: '';
				return Response.json(said, { headers: { ETag: etag } });
			} catch (e) {
				if (!(e instanceof Refusal)) throw e;
				const problem = {
					type: `/problems/${e.message}`,
					title: e.message,
					status: e.status,
					detail: '',
				};
				return Response.json(problem, {
					status: e.status,
					headers: { 'Content-Type': 'application/problem+json' },
				});
			}
		};
	}

	/** Signed by the administration, of a grant. */
	say(id: string, member: 'acknowledgement' | 'deletion', signed: string): Response {
		this.#grant(id).said[member] = { signed, vk: found(this.administrationKeyring).vk };
		return new Response(null, { status: 204 });
	}

	#consistency(query: URLSearchParams): Json {
		const path = this.tree.consistency(Number(query.get('from')), Number(query.get('to')));
		return { path: path.map(toBase64) };
	}

	/** What an administration's system puts into the inbox. */
	deposit(v: { doc: string; version: string; bytes: Uint8Array; slip: string }): void {
		const sum = toHex(sha256(v.bytes));
		this.versions.set(v.doc, {
			doc: v.doc,
			version: v.version,
			sealed: v.bytes.length,
			sha256: sum,
			state: 'inbox',
			bytes: v.bytes,
			grant: v.slip,
			origin: this.administration,
		});
		this.#log.record({ what: 'deposit.received', doc: v.doc, version: v.version });
	}

	#serve(
		kind: string,
		method: string,
		path: string,
		headers: Headers,
		body: Json,
		bytes?: Uint8Array,
	): Json | Response {
		const at = path.replace('/api/v1/', '').split('/');
		const what = `${method} ${at.map((s) => (/^[a-z2-7]{26}$/.test(s) ? ':id' : s)).join('/')}`;
		const [id = '', second = ''] = at.filter((s) => /^[a-z2-7]{26}$/.test(s));
		switch (what) {
			case 'GET site':
				return { logKey: this.tree.vkey, mode: 'demo' };
			case 'GET me':
				return kind === 'citizen'
					? { kind, safe: { id: this.safe, state: this.keyring ? 'open' : 'absent' } }
					: { kind };
			case 'GET administrations':
				return { items: [this.administrationView()] };
			case 'GET administration':
				return this.administrationView();
			case 'GET administrations/:id/keys':
				return { items: id === this.administration ? this.#officeKeys.items() : [] };
			case 'GET administration/keyring':
				return { ...found(this.administrationKeyring) };
			case 'PUT administration/keyring':
				return this.#putAdministrationKeyring(body);
			case 'GET administration/grants':
			case 'GET safe/grants':
				return { items: this.grants.map(listed) };
			case 'POST administration/grants/:id/acknowledgements':
				return this.say(id, 'acknowledgement', body.acknowledgement as string);
			case 'POST administration/grants/:id/release':
				return this.#releaseGrant(id);
			case 'GET administration/grants/:id/content':
				return this.#content(this.#grant(id).body.doc);
			case 'GET safe':
				return this.#figures();
			case 'POST safe':
				return this.#create(body);
			case 'GET safe/keyring':
				return { ...found(this.keyring) };
			case 'PUT safe/keyring':
				return this.#putKeyring(headers, body);
			case 'POST safe/succession':
				return this.#succeed(headers, body);
			case 'GET safe/manifest':
				return { ...found(this.manifest) };
			case 'PUT safe/manifest':
				return this.#change(headers, body);
			case 'POST safe/uploads':
				return this.#reserve(Number(body.sealed));
			case 'PUT safe/documents/:id/versions/:id':
				return this.#store(id, second, headers, bytes ?? new Uint8Array());
			case 'GET safe/documents/:id':
				return { ...this.#version(id), grant: undefined, bytes: undefined };
			case 'POST safe/documents/:id/release':
				return this.#release(id);
			case 'GET safe/documents/:id/content':
				return this.#content(id);
			case 'POST safe/grants':
				return this.#share(body as Grant['body']);
			case 'DELETE safe/grants/:id':
				this.#grant(id).ended = true;
				return new Response(null, { status: 204 });
			case 'GET safe/inbox':
				return {
					items: [...this.versions.values()]
						.filter((v) => v.state === 'inbox')
						.map(({ bytes: _, grant: __, ...v }) => v),
				};
			case 'GET safe/journal':
				return this.#log.journal();
			default:
				throw new Refusal(404, 'not-found');
		}
	}

	administrationView(): Json {
		const view = {
			id: this.administration,
			name: 'Mairie de Valmont',
			siret: '21760001200014',
			services: [],
		};
		const k = this.administrationKeyring;
		if (!k) return view;
		return {
			...view,
			recipient: k.recipient,
			vk: k.vk,
			epoch: k.epoch,
			key: this.#officeKeys.leaf,
		};
	}
	#putAdministrationKeyring(body: Json): Response {
		const k = checkContainer(body);
		this.administrationKeyring = k;
		this.#officeKeys.put(k);
		return new Response(null, { status: 204 });
	}
	#create(body: Json): Json {
		if (this.keyring) throw new Refusal(409, 'already-exists');
		this.keyring = checkContainer(body.keyring);
		this.manifest = { epoch: 1, sealed: String(body.manifest) };
		this.#keyIndex = this.#log.fact('safe', this.safe, this.keyring);
		this.#log.record({ what: 'safe.opened' });
		return this.#figures();
	}
	#figures(): Json {
		const kept = [...this.versions.values()].filter((v) => v.state === 'kept');
		return {
			id: this.safe,
			state: 'open',
			documents: kept.length,
			used: kept.reduce((n, v) => n + v.sealed, 0),
			limits: { document: 1 << 20, safe: 4 << 20 },
			...(this.#keyIndex < 0 ? {} : { key: this.#log.factLeaf(this.#keyIndex) }),
		};
	}
	#putKeyring(headers: Headers, body: Json): Response {
		const [have, k] = [found(this.keyring), checkContainer(body)];
		if (headers.get('If-Match') !== this.#keyringTag()) throw new Refusal(412, 'stale');
		if (k.vk !== have.vk || k.epoch !== have.epoch + 1 || k.signature === undefined)
			throw new Refusal(422, 'invalid');
		this.keyring = k;
		this.#keyIndex = this.#log.fact('safe', this.safe, k);
		this.#log.record({ what: 'keyring.changed' });
		return new Response(null, { status: 204, headers: { ETag: this.#keyringTag() } });
	}
	/** Another root takes the place of the one that is there, with every grant in force. */
	#succeed(headers: Headers, body: Json): Response {
		const [have, k] = [found(this.keyring), checkContainer(body.keyring)];
		const grants = (body.grants ?? []) as { id: string; grant: string }[];
		const live = this.grants.filter((g) => !g.ended).map((g) => g.id);
		if (
			headers.get('If-Match') !== this.#keyringTag() ||
			body.match !== this.#etag().slice(1, -1) ||
			live.sort().join() !==
				grants
					.map((g) => g.id)
					.sort()
					.join()
		)
			throw new Refusal(412, 'stale');
		if (
			k.line?.at(-1)?.vk !== have.vk ||
			[k.epoch, k.line.at(-1)?.epoch].some((e) => e !== have.epoch + 1) ||
			k.signature === undefined ||
			body.epoch !== found(this.manifest).epoch + 1
		)
			throw new Refusal(422, 'invalid');
		this.keyring = k;
		this.manifest = { epoch: Number(body.epoch), sealed: String(body.manifest) };
		for (const g of grants) this.#grant(g.id).body.grant = g.grant;
		this.#keyIndex = this.#log.fact('safe', this.safe, k);
		this.#log.record({ what: 'root.changed' });
		return new Response(null, { status: 204, headers: { ETag: this.#keyringTag() } });
	}
	#keyringTag(): string {
		return `"${toHex(sha256(canonical(found(this.keyring))))}"`;
	}
	#etag(): string {
		return `"${toHex(sha256(fromBase64(this.manifest?.sealed ?? '')))}"`;
	}
	#change(headers: Headers, body: Json): Response {
		if (headers.get('If-Match') !== this.#etag()) throw new Refusal(412, 'stale');
		const [{ vk }, { epoch }] = [found(this.keyring), found(this.manifest)];
		const c = signedChange(body, { safe: this.safe, vk, epoch, match: this.#etag().slice(1, -1) });
		for (const a of c.adopt)
			if (!['stored', 'inbox'].includes(this.#version(a.doc).state))
				throw new Refusal(422, 'invalid');
		for (const a of c.reseal) {
			const { state, version } = this.#version(a.doc);
			if (state !== 'kept' || version !== a.version) throw new Refusal(422, 'invalid');
		}
		for (const doc of c.erase) this.#version(doc);
		for (const a of [...c.adopt, ...c.reseal])
			Object.assign(this.#version(a.doc), { state: 'kept', grant: a.grant });
		for (const doc of c.erase) this.versions.delete(doc);
		this.manifest = { epoch: c.epoch, sealed: String(body.sealed) };
		for (const a of c.adopt)
			this.#log.record({
				what: 'document.added',
				doc: a.doc,
				version: a.version,
				...(a.content === undefined ? {} : { detail: { content: a.content } }),
			});
		for (const doc of c.erase) this.#log.record({ what: 'document.erased', doc });
		if (c.adopt.length + c.erase.length === 0) this.#log.record({ what: 'safe.organised' });
		return new Response(null, { status: 204, headers: { ETag: this.#etag() } });
	}
	#reserve(sealed: number): Json {
		const v = { doc: newId(), version: newId(), expires: '2099-01-01T00:00:00Z' };
		this.versions.set(v.doc, {
			...v,
			sealed,
			sha256: '',
			state: 'reserved',
			bytes: new Uint8Array(),
			grant: '',
		});
		return v;
	}
	#store(doc: string, version: string, headers: Headers, bytes: Uint8Array): Json {
		const v = this.#version(doc);
		const sum = sha256(bytes);
		if (v.version !== version || v.sealed !== bytes.length) throw new Refusal(422, 'wrong-length');
		if (headers.get('Content-Digest') !== `sha-256=:${toBase64(sum)}:`)
			throw new Refusal(422, 'wrong-hash');
		checkForm(bytes);
		Object.assign(v, { state: 'stored', sha256: toHex(sum), bytes });
		return { doc, version };
	}
	#release(doc: string): Json {
		const { version, sealed, sha256: sum, grant } = this.#version(doc);
		const proof = this.#log.record({ what: 'document.opened', doc, version });
		return { doc, version, sealed, sha256: sum, grant, proof };
	}
	#share(body: Grant['body']): Json {
		const g = { id: newId(), body, ended: false, said: {} };
		this.grants.push(g);
		this.#log.record({ what: 'grant.created', grant: g.id, doc: body.doc, version: body.version });
		return { id: g.id, ...body };
	}
	#releaseGrant(id: string): Json {
		const g = this.#grant(id);
		const { doc, version, grant } = g.body;
		const event = released(g, this.administration);
		if (g.ended) {
			this.#log.record({ ...event, result: 'refused', reason: 'ended' });
			throw new Refusal(410, 'ended');
		}
		const { sealed, sha256: sum } = this.#version(doc);
		const proof = this.#log.record(event);
		return {
			doc,
			version,
			sealed,
			sha256: sum,
			grant,
			proof,
			vk: found(this.keyring).vk,
			key: this.#log.factLeaf(this.#keyIndex),
		};
	}
	#grant(id: string): Grant {
		return found(this.grants.find((g) => g.id === id));
	}
	#content(doc: string): Response {
		return new Response(new Blob([this.#version(doc).bytes as Uint8Array<ArrayBuffer>]));
	}
	#version(doc: string): Version {
		return found(this.versions.get(doc));
	}
}
