// A link to a mediator's session carries everything behind #, where no server is
// told: the code, the print of the keys of his screen, and its secret. A log-in leaves this
// page and comes back without it: it waits in this tab, and no longer than that.

export interface SessionLink {
	/** Eight letters. */
	readonly code: string;
	/** Of the keys of the mediator's screen, and the secret that his tab knows its reader by. */
	readonly print: string;
	readonly secret: string;
}

const key = 'coffre.aide';

/** What stands behind #; undefined for anything else. */
export function linkIn(hash: string): SessionLink | undefined {
	const match = /^#([A-Z]{8})\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{22})$/.exec(hash);
	const [, code, print, secret] = match ?? [];
	if (code === undefined || print === undefined || secret === undefined) return undefined;
	return { code, print, secret };
}
export function hashOf({ code, print, secret }: SessionLink): string {
	return `#${code}.${print}.${secret}`;
}
export function linkOf(origin: string, link: SessionLink): string {
	return `${origin}/aide${hashOf(link)}`;
}
/** As people type it: in small letters, with a dash or spaces; undefined when it is none. */
export function codeOf(typed: string): string | undefined {
	const code = typed.toUpperCase().replace(/[\s-]/g, '');
	return /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/.test(code) ? code : undefined;
}
/** Two groups, to be read aloud. */
export function grouped(code: string): string {
	return `${code.slice(0, 4)}-${code.slice(4)}`;
}

export function keepLink(link: SessionLink): void {
	try {
		sessionStorage.setItem(key, hashOf(link));
	} catch {
		// Then the code is typed.
	}
}
/** The one that was kept; it is kept no more. */
export function takeLink(): SessionLink | undefined {
	try {
		const kept = sessionStorage.getItem(key) ?? '';
		sessionStorage.removeItem(key);
		return linkIn(kept);
	} catch {
		return undefined;
	}
}

/** Where the citizen decides at the counter, in a tab beside the mediator's. */
export function atCounter({ id, ...link }: SessionLink & { readonly id: string }): string {
	return `${counterPath(id)}${hashOf(link)}`;
}
export function counterPath(id: string): string {
	return `/aide?seance=${encodeURIComponent(id)}`;
}
/** The session that the machine was lent for; undefined on a device of one's own. */
export function counterIn(query: URLSearchParams): string | undefined {
	const id = query.get('seance') ?? '';
	return /^[a-z2-7]{26}$/.test(id) ? id : undefined;
}

// Between the tabs of one machine, and to no server.
const channel = 'coffre.seance';

/** Tells the mediator's tab that he is back. */
export function tell(id: string): void {
	const to = new BroadcastChannel(channel);
	to.postMessage(id);
	to.close();
}
/** Returns what stops it. */
export function heard(back: (id: unknown) => void): () => void {
	const from = new BroadcastChannel(channel);
	from.onmessage = (e: MessageEvent<unknown>) => back(e.data);
	return () => from.close();
}
