import { Api } from '../api/client.ts';
import { toBase64 } from '../crypto/bytes.ts';
import type { Core, CoreLink, KeyringKind } from './core.ts';
import type { Completion } from './custodycore.ts';
import type { RecoveryView } from './custodytypes.ts';
import { MediatorHome } from './mediatorhome.ts';
import { OpenAdministration } from './openadministration.ts';
import { OpenDesk } from './opendesk.ts';
import { OpenSafe } from './opensafe.ts';
import type { Counter } from './paperdoor.ts';
import { createPasskey, keyOf } from './passkey.ts';
import type { AskedItem, RequestView } from './requesttypes.ts';
import {
	type ActivityView,
	type AdministrationView,
	type AgentView,
	type Appointment,
	CoffreError,
	type DeviceView,
	type Draft,
	type Language,
	type Me,
	type MediatorAppointment,
	type MediatorView,
	type PaperDraft,
	type PasskeyDraft,
	type PassphraseDraft,
	type Secret,
	type SessionView,
	type Site,
	type Terms,
	type TerritoryView,
	type UnlockerView,
} from './types.ts';

export interface ClientOptions {
	readonly api?: Api;
	/** Makes a core; by default in a worker of its own. */
	readonly connect?: () => Promise<CoreLink>;
}

const connectWorker = async (): Promise<CoreLink> =>
	(await import('../worker/link.ts')).connectWorker();

/**
 * One per tab. What needs no key is answered by the site; the rest goes to a
 * core that is started when it is first needed.
 */
export class Client {
	readonly #api: Api;
	readonly #connect: () => Promise<CoreLink>;
	#idle: Promise<CoreLink> | undefined;

	constructor(options: ClientOptions = {}) {
		this.#api = options.api ?? new Api();
		this.#connect = options.connect ?? connectWorker;
	}

	static site(): Promise<Site> {
		return new Api().get('/api/v1/site');
	}
	/** undefined: nobody is logged in. */
	async me(): Promise<Me | undefined> {
		try {
			return await this.#api.get('/api/v1/me');
		} catch (e) {
			if (e instanceof CoffreError && e.problem?.status === 401) return undefined;
			throw e;
		}
	}
	terms(): Promise<Terms> {
		return this.#api.get('/api/v1/terms');
	}
	/** Whether a paper key may stand for a log-in at a mediator's counter. */
	paperChoice(): Promise<{ readonly allowed: boolean; readonly until?: string }> {
		return this.#api.get('/api/v1/safe/paper');
	}
	async choosePaper(allowed: boolean): Promise<void> {
		await this.#api.call('put', '/api/v1/safe/paper', { body: { allowed } });
	}
	async acceptTerms(version: string): Promise<void> {
		await this.#api.call('put', '/api/v1/me/terms', { body: { version } });
	}

	newPaper(lang: Language): Promise<PaperDraft> {
		return this.#core((c) => c.newPaper(lang));
	}
	newPassphrase(lang: Language): Promise<PassphraseDraft> {
		return this.#core((c) => c.newPassphrase(lang));
	}
	/** For somebody who types words: those of the list that begin like this. */
	completeWord(start: string, lang: Language): Promise<readonly string[]> {
		return this.#core((c) => c.completeWord(start, lang));
	}
	/** Needs a gesture of the user. 'no-prf' when this browser or device cannot do it. */
	newPasskey(name: string): Promise<PasskeyDraft> {
		return createPasskey(name);
	}
	/**
	 * A real opening: a keyring is sealed to the draft and opened with what was
	 * typed ('words', 'word-unknown', 'wrong-key') or with the passkey.
	 */
	async proveDraft(draft: Draft, secret: Secret): Promise<void> {
		const key = await keyOf(
			secret,
			draft.credential === undefined
				? []
				: [{ id: '', kind: draft.kind, credential: draft.credential }],
		);
		await this.#core((c) => c.proveDraft(draft, key));
	}
	/** Two drafts at least. */
	async createSafe(drafts: readonly Draft[]): Promise<OpenSafe> {
		const link = await this.#take();
		return this.#orPutBack(
			link,
			async () => new OpenSafe(link, await link.core.createSafe(drafts)),
		);
	}
	/** Which ways to unlock there are, before unlocking. */
	keyringKinds(): Promise<readonly KeyringKind[]> {
		return this.#core((c) => c.keyringKinds());
	}
	/** At a counter with a paper key alone, it logs in as well. */
	async unlock(secret: Secret, counter?: Counter): Promise<OpenSafe> {
		const key = await keyOf(secret, secret.kind === 'passkey' ? await this.keyringKinds() : []);
		const link = await this.#take();
		return this.#orPutBack(
			link,
			async () => new OpenSafe(link, await link.core.unlock(key, counter)),
		);
	}

	/** Since when somebody has been asking for this safe back; cheap, for every page. */
	async liveRecovery(): Promise<string | undefined> {
		try {
			const { state, created } = await this.#api.get('/api/v1/safe/recovery');
			return state === 'open' ? created : undefined;
		} catch (e) {
			if (e instanceof CoffreError && e.problem?.status === 404) return undefined;
			throw e;
		}
	}
	/** The newest one. */
	recovery(): Promise<RecoveryView | undefined> {
		return this.#core((c) => c.recovery());
	}
	/** Whether the safe has custodians. */
	recoveryPossible(): Promise<boolean> {
		return this.#core((c) => c.recoveryPossible());
	}
	/** Asks the custodians for their shares, sealed to this paper key. */
	askRecovery(paper: PaperDraft): Promise<RecoveryView> {
		return this.#core((c) => c.askRecovery(paper.p));
	}
	/** Resolves once the end was found in the log. */
	cancelRecovery(): Promise<void> {
		return this.#core((c) => c.cancelRecovery());
	}
	/** With the words of the new paper key: the ways that the safe had. */
	combineRecovery(text: string): Promise<readonly UnlockerView[]> {
		return this.#core((c) => c.combineRecovery({ kind: 'paper', text }));
	}
	/** 'locked' when this page did not combine: then the paper key is asked for again. */
	async completeRecovery(completion: Completion): Promise<OpenSafe> {
		const link = await this.#take();
		return this.#orPutBack(
			link,
			async () => new OpenSafe(link, await link.core.completeRecovery(completion)),
		);
	}

	/** With `checked` true once its key was found in the log by this client. */
	administrations(q = ''): Promise<readonly AdministrationView[]> {
		return this.#core((c) => c.administrations(q));
	}
	/** For whoever has the link: verified, before anybody is logged in. */
	publicRequest(id: string, seal?: string): Promise<RequestView> {
		return this.#core((c) => c.publicRequest(id, seal));
	}
	/** For who is logged in, whatever is open: one that is for her alone too. */
	askedRequest(id: string, seal?: string): Promise<RequestView> {
		return this.#core((c) => c.askedRequest(id, seal));
	}
	/** Newest first, each verified. */
	askedRequests(after?: string): Promise<{ items: readonly AskedItem[]; next?: string }> {
		return this.#core((c) => c.askedRequests(after));
	}
	/** How many wait for an answer, as the server says: cheap, for a figure on a page. */
	async waitingRequests(): Promise<number> {
		const { items } = await this.#api.get('/api/v1/safe/requests', { query: { limit: 100 } });
		return items.filter((i) => i.request.state === 'open' && i.reply.state === 'asked').length;
	}
	/** Where the bytes are, checked against the journal. */
	territory(): Promise<TerritoryView> {
		return this.#core((c) => c.territory());
	}
	async sessions(): Promise<readonly SessionView[]> {
		return (await this.#api.get('/api/v1/sessions')).items;
	}
	async endSession(id: string): Promise<void> {
		await this.#api.call('delete', '/api/v1/sessions/{id}', { path: { id } });
	}
	device(code: string): Promise<DeviceView> {
		return this.#api.get('/api/v1/devices/{code}', { path: { code } });
	}
	async answerDevice(code: string, allow: boolean): Promise<void> {
		await this.#api.call('post', '/api/v1/devices/{code}', { path: { code }, body: { allow } });
	}
	/** For a link with `download`. */
	exportURL(): string {
		return '/api/v1/safe/export';
	}

	/** The agent's own administration; without `recipient` its key is still to be made. */
	administration(): Promise<NonNullable<Me['administration']>> {
		return this.#api.get('/api/v1/administration');
	}
	/** Everybody who came in for it; for its referents. */
	async agents(): Promise<readonly AgentView[]> {
		const all: AgentView[] = [];
		for (let after: string | undefined; ; ) {
			const query = after === undefined ? { limit: 200 } : { limit: 200, after };
			const page = await this.#api.get('/api/v1/administration/agents', { query });
			all.push(...page.items);
			if (page.next === undefined) return all;
			after = page.next;
		}
	}
	/** Says what an agent may do; the role "" cuts him off. */
	async appoint(id: string, to: Appointment): Promise<AgentView> {
		const path = '/api/v1/administration/agents/{id}';
		return (await this.#api.call('put', path, { path: { id }, body: to })).data;
	}
	/** Replaces the administration's services; for its referents. */
	async setServices(services: readonly { id: string; name: string }[]): Promise<void> {
		await this.#api.call('put', '/api/v1/administration/services', { body: { services } });
	}
	/** Replaces the administration's logo by this PNG; for its referents. */
	async setLogo(png: Uint8Array): Promise<void> {
		const body = { png: toBase64(png) };
		await this.#api.call('put', '/api/v1/administration/logo', { body });
	}
	async removeLogo(): Promise<void> {
		await this.#api.call('delete', '/api/v1/administration/logo');
	}
	administrationKinds(): Promise<readonly KeyringKind[]> {
		return this.#core((c) => c.administrationKinds());
	}
	createAdministrationKey(drafts: readonly Draft[]): Promise<OpenAdministration> {
		return this.#administration((c) => c.createAdministrationKey(drafts));
	}
	async unlockAdministration(secret: Secret): Promise<OpenAdministration> {
		const key = await keyOf(
			secret,
			secret.kind === 'passkey' ? await this.administrationKinds() : [],
		);
		return this.#administration((c) => c.unlockAdministration(key));
	}

	/** Everybody who came in for the mediator's structure; for its referents. */
	async mediators(): Promise<readonly MediatorView[]> {
		const all: MediatorView[] = [];
		for (let after: string | undefined; ; ) {
			const query = after === undefined ? { limit: 200 } : { limit: 200, after };
			const page = await this.#api.get('/api/v1/mediation/mediators', { query });
			all.push(...page.items);
			if (page.next === undefined) return all;
			after = page.next;
		}
	}
	/** Says what a mediator may do and until when; the role "" cuts her off. */
	async appointMediator(id: string, to: MediatorAppointment): Promise<MediatorView> {
		const path = '/api/v1/mediation/mediators/{id}';
		return (await this.#api.call('put', path, { path: { id }, body: to })).data;
	}
	/** What the structure may show of its work in a year. */
	activity(year: number): Promise<ActivityView> {
		return this.#api.get('/api/v1/mediation/activity', { query: { year } });
	}
	/** A worker of its own for one session of a mediator's. */
	async desk(): Promise<OpenDesk> {
		return new OpenDesk(await this.#connect());
	}

	/** What a mediator finds on his desk before anybody sits down. */
	mediator(): MediatorHome {
		return new MediatorHome(this.#api);
	}

	async #administration(open: (c: Core) => Promise<void>): Promise<OpenAdministration> {
		const link = await this.#take();
		return this.#orPutBack(link, async () => {
			await open(link.core);
			return new OpenAdministration(link);
		});
	}
	async #core<T>(use: (c: Core) => Promise<T>): Promise<T> {
		this.#idle ??= this.#connect();
		return use((await this.#idle).core);
	}
	/** The core that was waiting, for an opened safe to keep; the next call starts another. */
	async #take(): Promise<CoreLink> {
		const link = this.#idle ?? this.#connect();
		this.#idle = undefined;
		return link;
	}
	async #orPutBack<T>(link: CoreLink, use: () => Promise<T>): Promise<T> {
		try {
			return await use();
		} catch (e) {
			// It holds no key: the same core serves the next try.
			if (this.#idle === undefined) this.#idle = Promise.resolve(link);
			else link.close();
			throw e;
		}
	}
}
