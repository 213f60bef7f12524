import { asCoffreError, type CoffreError } from '../errors.ts';
import {
	Client,
	type Entry,
	type Folder,
	type Me,
	type OpenAdministration,
	type OpenSafe,
	type PaperDraft,
	type PassphraseDraft,
	type ResealingView,
	type Site,
	type UnlockerView,
	type Usage,
} from '../safe/index.ts';
import { lang } from './words.svelte.ts';

// What every page shares: who is there, what is unlocked, what is to be said.

/** What the open safe holds at this moment. */
export interface Contents {
	readonly id: string;
	readonly entries: readonly Entry[];
	readonly folders: readonly Folder[];
	readonly usage: Usage;
	readonly unlockers: readonly UnlockerView[];
	/** While the documents' own keys are sealed again. */
	readonly resealing: ResealingView | undefined;
}

export interface Drafts {
	readonly paper?: PaperDraft | undefined;
	readonly phrase?: PassphraseDraft | undefined;
}

/** For whom ways to unlock are being made. */
export type DraftOwner = 'safe' | 'office' | 'recovery';

export interface Notice {
	readonly id: number;
	readonly kind: 'success' | 'info' | 'error';
	/** In both languages where the language may change meanwhile: a function. */
	readonly text?: () => string;
	readonly error?: CoffreError;
}

/** How long a piece of good news stays. */
const noticeTime = 8000;
/** How often a session that is in use says so. */
const keepAlive = 4 * 60_000;
/** For how long a page may keep it although nobody touches anything. */
const patience = 60 * 60_000;

class App {
	readonly client = new Client();

	site = $state.raw<Site>();
	/** undefined: nobody, or not yet known (see ready). */
	me = $state.raw<Me>();
	/** The site and the account are known. */
	ready = $state(false);
	/** Why the site could not be reached at all. */
	unreachable = $state.raw<CoffreError>();

	#safe = $state.raw<OpenSafe>();
	#contents = $state.raw<Contents>();
	#office = $state.raw<OpenAdministration>();
	/** Since when somebody has been asking custodians for this safe. */
	liveRecovery = $state<string>();
	/** A safe or an office locked by itself, and nobody has unlocked since. */
	lockedItself = $state(false);
	/** Somebody else uses this browser for a while: in this tab nothing is asked with her log-in. */
	away = $state(false);
	notices = $state.raw<readonly Notice[]>([]);

	/**
	 * Ways to unlock that somebody has written down but not yet used: what is on
	 * paper must not become useless by a wrong turn in the pages.
	 */
	drafts: Partial<Record<DraftOwner, Drafts>> = {};

	#next = 1;
	#seen = Date.now();

	/** The open safe, to call. For what it holds, use contents: it is reactive. */
	get safe(): OpenSafe | undefined {
		return this.#safe;
	}
	get contents(): Contents | undefined {
		return this.#contents;
	}
	get office(): OpenAdministration | undefined {
		return this.#office;
	}

	async start(): Promise<void> {
		this.unreachable = undefined;
		try {
			const [site, me] = await Promise.all([Client.site(), this.client.me()]);
			this.site = site;
			this.me = me;
			this.ready = true;
		} catch (e) {
			this.unreachable = asCoffreError(e);
		}
	}
	/** Looks whether somebody asks for the safe back: whatever page its holder is on, she is told. */
	async watchRecovery(): Promise<void> {
		if (this.me?.safe?.state !== 'open') return;
		try {
			this.liveRecovery = await this.client.liveRecovery();
		} catch {
			// Whatever is wrong is said by the page itself; this is asked again soon.
		}
	}
	/** Asks again who is logged in, after something of it changed. */
	async refreshMe(): Promise<void> {
		this.me = await this.client.me();
		this.#seen = Date.now();
		if (this.me === undefined) this.lock();
	}

	hold(safe: OpenSafe): void {
		this.#safe = safe;
		this.lockedItself = false;
		const read = (): void => {
			if (safe.locked) {
				this.#dropSafe(safe);
				return;
			}
			const { id, entries, folders, usage, unlockers, resealing } = safe;
			this.#contents = { id, entries, folders, usage, unlockers, resealing };
		};
		safe.subscribe(read);
		read();
	}
	holdOffice(office: OpenAdministration): void {
		this.#office = office;
		this.lockedItself = false;
		office.subscribe(() => {
			if (this.#office === office) this.#office = undefined;
			this.lockedItself = true;
			this.#forget();
		});
	}
	#dropSafe(safe: OpenSafe): void {
		if (this.#safe !== safe) return;
		this.#safe = undefined;
		this.#contents = undefined;
		this.lockedItself = true;
		this.#forget();
	}
	/** News names documents: it goes with what it is about. */
	#forget(): void {
		this.notices = this.notices.filter((n) => n.error);
	}
	/** Drops every key. */
	lock(): void {
		this.drafts = {};
		this.#safe?.lock();
		this.#office?.lock();
		this.lockedItself = false;
	}
	/** Drops every key, then ends the session: the gateway answers with a page. */
	logOut(): void {
		this.lock();
		const form = document.createElement('form');
		form.method = 'post';
		form.action = '/logout';
		document.body.append(form);
		form.submit();
	}

	/** Somebody is there. */
	touch(): void {
		this.#safe?.touch();
		this.#office?.touch();
		if (this.away || this.me === undefined || Date.now() - this.#seen < keepAlive) return;
		this.refreshMe().catch(() => undefined);
	}
	/** Somebody is copying 24 words by hand, or fetching the printer: the session waits. Returns what stops it. */
	wait(): () => void {
		const until = Date.now() + patience;
		const timer = setInterval(() => {
			if (Date.now() < until) this.refreshMe().catch(() => undefined);
			else clearInterval(timer);
		}, keepAlive);
		return () => clearInterval(timer);
	}
	setHidden(hidden: boolean): void {
		this.#safe?.setHidden(hidden);
		this.#office?.setHidden(hidden);
	}

	/** Good or neutral news; goes away by itself. */
	notify(text: () => string, kind: 'success' | 'info' = 'success'): void {
		const notice = { id: this.#next++, kind, text };
		this.notices = [...this.notices.filter((n) => n.error), notice];
		setTimeout(() => this.dismiss(notice.id), noticeTime);
	}
	/** Whatever went wrong, said in words; stays until it is closed. 'cancelled' is not news. */
	report(thrown: unknown): void {
		const error = asCoffreError(thrown);
		if (error.code === 'cancelled' || error.code === 'locked') return;
		if (error.code === 'unauthenticated' || error.code === 'session-expired') {
			this.lock();
			this.me = undefined;
		}
		const others = this.notices.filter((n) => n.error?.code !== error.code || n.error.evidence);
		this.notices = [...others, { id: this.#next++, kind: 'error', error }];
	}
	dismiss(id: number): void {
		this.notices = this.notices.filter((n) => n.id !== id);
	}
}

export const app = new App();

/** What the page tells the open safe about the person; returns what stops it. */
export function watchPresence(): () => void {
	const touch = (): void => app.touch();
	const hidden = (): void => app.setHidden(document.visibilityState === 'hidden');
	// A page put aside by the browser keeps its memory: it must not keep keys.
	const aside = (): void => app.lock();
	addEventListener('pointerdown', touch, { passive: true });
	addEventListener('keydown', touch);
	addEventListener('pagehide', aside);
	document.addEventListener('visibilitychange', hidden);
	return () => {
		removeEventListener('pointerdown', touch);
		removeEventListener('keydown', touch);
		removeEventListener('pagehide', aside);
		document.removeEventListener('visibilitychange', hidden);
	};
}

/** <html lang>, and Intl with it, follow the switch. */
export function followLanguage(): void {
	document.documentElement.lang = lang.value;
}
