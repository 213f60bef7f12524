import { Api } from '../api/client.ts';
import type { components } from '../api/schema.ts';
import { isStatus, persist } from './context.ts';
import type { MandateView, SessionState } from './mandatetypes.ts';
import { viewOfRow } from './mandateview.ts';

type Schemas = components['schemas'];

/** What a mediator does in a session, as far as somebody is told of it while it goes on. */
export type HelpAct = 'opened' | 'deposited' | 'shared' | 'proposed';

/** Somebody acts for her at this moment, or is about to. */
export interface LiveHelp {
	readonly id: string;
	readonly state: Extract<SessionState, 'claimed' | 'approved' | 'active'>;
	readonly mediator: string;
	readonly structure: string;
	readonly purpose: string;
	/** RFC 3339; when it is over by itself. */
	readonly until: string;
	readonly mandate?: string;
	/** What was done last, and about what. */
	readonly last?: {
		readonly act: HelpAct;
		readonly at: string;
		readonly doc?: string;
		readonly administration?: string;
	};
}

const told: Readonly<Record<string, HelpAct>> = {
	'document.opened': 'opened',
	'deposit.received': 'deposited',
	'grant.created': 'shared',
	'mediation.proposed': 'proposed',
};
/** Of the newest events; a session in which more than these have happened since tells its last act all the same. */
const newest = 20;

/**
 * What a citizen sees of mediators, and stops, without any key: nobody who is in doubt has to find
 * the paper first. All of it is the gateway's word; `Mandates` verifies it with an open safe.
 */
export class OwnHelp {
	readonly #api: Api;

	constructor(api = new Api()) {
		this.#api = api;
	}

	async list(after?: string): Promise<{ items: readonly MandateView[]; next?: string }> {
		const page = await this.#api.get('/api/v1/safe/mandates', { query: { after } });
		const items = page.items.map(viewOfRow);
		return page.next === undefined ? { items } : { items, next: page.next };
	}

	/** Ends a mandate and whatever uses it, at once. */
	async stop(mandate: string): Promise<void> {
		const request = { path: { id: mandate } };
		await persist(() => this.#api.call('delete', '/api/v1/safe/mandates/{id}', request));
	}

	/** The session that goes on, if there is one; cheap, for every page. */
	async live(): Promise<LiveHelp | undefined> {
		const { items } = await this.#api.get('/api/v1/safe/delegations');
		// One that acts is told of before one that only asks.
		const on = items.filter(isLive).sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
		const [of] = on;
		if (!of) return undefined;
		const { id, state, mediatorName, structureName, purpose, until, mandate } = of;
		const last =
			state === 'active' && mandate !== undefined ? await this.#last(mandate) : undefined;
		return {
			id,
			state,
			mediator: mediatorName,
			structure: structureName,
			purpose,
			until,
			...(mandate === undefined ? {} : { mandate }),
			...(last ? { last } : {}),
		};
	}

	/** Ends the session: with its mandate, once there is one. */
	async end({ id, mandate }: LiveHelp): Promise<void> {
		if (mandate !== undefined) return this.stop(mandate);
		const request = { path: { id } };
		await persist(() => this.#api.call('delete', '/api/v1/safe/delegations/{id}', request));
	}

	/** When a key of the safe, as they still are, was last used on a mediator's machine. */
	async exposed(): Promise<string | undefined> {
		return (await this.#api.get('/api/v1/safe')).exposed;
	}

	async #last(mandate: string): Promise<LiveHelp['last']> {
		try {
			const query = { limit: newest };
			const { items } = await this.#api.get('/api/v1/safe/journal', { query });
			for (const { event } of items) {
				const last = lastOf(event, mandate);
				if (last) return last;
			}
		} catch (e) {
			// Who acts is told all the same.
			if (isStatus(e, 401)) throw e;
		}
		return undefined;
	}
}

const order: readonly SessionState[] = ['active', 'approved', 'claimed'];
type Live = Schemas['Delegation'] & { readonly state: LiveHelp['state'] };

function isLive(d: Schemas['Delegation']): d is Live {
	return order.includes(d.state);
}

interface Told {
	readonly what?: string;
	readonly result?: string;
	readonly time?: string;
	readonly doc?: string;
	readonly administrationName?: string;
	readonly who?: { readonly kind?: string };
	readonly detail?: Readonly<Record<string, string>>;
}

function lastOf(event: string, mandate: string): LiveHelp['last'] {
	const e = parsed(event);
	const act = told[e.what ?? ''];
	const his = e.who?.kind === 'mediator' && e.detail?.mandate === mandate && e.result === 'done';
	if (!act || !his || e.time === undefined) return undefined;
	const { doc, administrationName: administration } = e;
	return {
		act,
		at: e.time,
		...(doc === undefined ? {} : { doc }),
		...(administration === undefined ? {} : { administration }),
	};
}

function parsed(event: string): Told {
	try {
		return JSON.parse(event) as Told;
	} catch {
		return {};
	}
}
