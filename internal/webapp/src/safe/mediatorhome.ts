import type { Api } from '../api/client.ts';
import type { components } from '../api/schema.ts';

type Schemas = components['schemas'];

/** A standing mandate or a paper that names the mediator; nobody has verified it before it is used. */
export type HeldMandate = Schemas['MandateRow'];
/** A session of the mediator's, as it stands now. */
export type SessionLine = Schemas['Delegation'];
export type PaperOrder = Schemas['NewPaper'];

/** More than these are on no desk. */
const mostPages = 10;

/** What a mediator finds on his desk before anybody sits down: it needs no key. */
export class MediatorHome {
	readonly #api: Api;

	constructor(api: Api) {
		this.#api = api;
	}

	/** Those that began at that time or later, newest first. */
	async sessions(since: Date): Promise<readonly SessionLine[]> {
		const all: SessionLine[] = [];
		for (let after: string | undefined, pages = 0; pages < mostPages; pages++) {
			const query = { limit: 100, ...(after === undefined ? {} : { after }) };
			const page = await this.#api.get('/api/v1/mediation/delegations', { query });
			const young = page.items.filter((s) => Date.parse(s.created) >= since.getTime());
			all.push(...young);
			if (page.next === undefined || young.length < page.items.length) break;
			after = page.next;
		}
		return all;
	}

	/** Those that can be used, or wait to be. */
	async mandates(): Promise<readonly HeldMandate[]> {
		const all = await this.#all('/api/v1/mediation/mandates');
		return all.filter((m) => m.state === 'current' || m.state === 'waiting');
	}

	/** Papers of the structure that wait for a second mediator. */
	papers(): Promise<readonly HeldMandate[]> {
		return this.#all('/api/v1/mediation/papers');
	}

	async keepPaper(order: PaperOrder): Promise<HeldMandate> {
		return (await this.#api.call('post', '/api/v1/mediation/papers', { body: order })).data;
	}

	async confirmPaper(id: string): Promise<HeldMandate> {
		const path = '/api/v1/mediation/papers/{id}/confirmation';
		return (await this.#api.call('post', path, { path: { id } })).data;
	}

	async #all(
		path: '/api/v1/mediation/mandates' | '/api/v1/mediation/papers',
	): Promise<readonly HeldMandate[]> {
		const all: HeldMandate[] = [];
		for (let after: string | undefined, pages = 0; pages < mostPages; pages++) {
			const query = { limit: 100, ...(after === undefined ? {} : { after }) };
			const page = await this.#api.get(path, { query });
			all.push(...page.items);
			if (page.next === undefined) break;
			after = page.next;
		}
		return all;
	}
}
