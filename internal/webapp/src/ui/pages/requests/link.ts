// A link to a request carries behind # what no server is told. A log-in leaves
// this page and comes back without it: it waits in this tab, and no longer than
// that.

export interface Link {
	readonly id: string;
	readonly seal?: string;
}

const key = 'coffre.demande';

/** What stands behind # in the address; undefined: nothing. */
export function sealIn(hash: string): string | undefined {
	return hash.length > 1 ? hash.slice(1) : undefined;
}
/** 16 bytes in base64url: anything else was cut, or belongs to the page. */
export function isSeal(text: string): boolean {
	return /^[A-Za-z0-9_-]{22}$/.test(text);
}
export function pathOf({ id, seal }: Link): string {
	return `/demande/${encodeURIComponent(id)}${seal === undefined ? '' : `#${seal}`}`;
}

export function keepLink(link: Link): void {
	try {
		sessionStorage.setItem(key, JSON.stringify(link));
	} catch {
		// Then the page says that the link was cut.
	}
}
/** The one that was kept; it is kept no more. */
export function takeLink(): Link | undefined {
	try {
		const kept = sessionStorage.getItem(key);
		sessionStorage.removeItem(key);
		return kept === null ? undefined : (JSON.parse(kept) as Link);
	} catch {
		return undefined;
	}
}

/** Those to which the list of one's own requests has led since the page was loaded: it knows no seal. */
const led = new Set<string>();

export function leadTo(id: string): void {
	led.add(id);
}
/** Whoever came by a link came by one that has lost its end. What the server says of it is no matter. */
export function isCut(id: string, sealed: boolean): boolean {
	return !sealed && !led.has(id);
}
