import { tick } from 'svelte';

// Paths are pages: the gateway serves the same document for each.

export interface Route {
	/** Without a slash at the end. */
	readonly path: string;
	readonly query: URLSearchParams;
}

/** What stood in the place of {name} in the path. */
export type Params = Readonly<Record<string, string>>;

export interface GoOptions {
	/** Take the place of the present page in the history. */
	readonly replace?: boolean;
}

let current = $state.raw<Route>(read());
let params = $state.raw<Params>({});
let moved = $state(false);

export const route = {
	get path(): string {
		return current.path;
	},
	get query(): URLSearchParams {
		return current.query;
	},
	get params(): Params {
		return params;
	},
	/** False on the page the visit began with: its heading is not focused. */
	get moved(): boolean {
		return moved;
	},
};

function read(): Route {
	const { pathname, search } = globalThis.location;
	return { path: trimmed(pathname), query: new URLSearchParams(search) };
}

function trimmed(path: string): string {
	return path.length > 1 ? path.replace(/\/+$/, '') || '/' : path;
}

/** The values in `path` of the {names} in `pattern`; undefined when it is another path. */
export function match(pattern: string, path: string): Params | undefined {
	const wanted = pattern.split('/');
	const given = path.split('/');
	if (wanted.length !== given.length) return undefined;
	const found: Record<string, string> = {};
	for (const [i, part] of wanted.entries()) {
		const value = given[i] ?? '';
		if (part.startsWith('{') && value !== '') found[part.slice(1, -1)] = decoded(value);
		else if (part !== value) return undefined;
	}
	return found;
}
function decoded(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		return part;
	}
}

/** For App, before it shows a page: what its path says, and whether another one was there. */
export function arrive(found: Params, first: boolean): void {
	params = found;
	if (!first) moved = true;
}

/** Shows another page of the application. */
export function go(path: string, options: GoOptions = {}): void {
	history[options.replace ? 'replaceState' : 'pushState'](null, '', path);
	moved = true;
	current = read();
	globalThis.scrollTo(0, 0);
}

/** Leaves for a page that the gateway itself answers. */
export function leave(path: string): void {
	globalThis.location.assign(path);
}

/** Where to log in and come back to this page, or to another one. */
export function loginURL(provider: string, back = current.path + search()): string {
	return `/login/${encodeURIComponent(provider)}?return=${encodeURIComponent(back)}`;
}
/** The same at a level that an act asks for, in place of the present log-in. */
export function stepUpURL(provider: string, level: number, back?: string): string {
	return `${loginURL(provider, back)}&level=${level}`;
}
function search(): string {
	const s = current.query.toString();
	return s === '' ? '' : `?${s}`;
}

/** Answered by the gateway, not by a page. */
const gateways = /^\/(api|login|logout|callback|oauth|oidc|log|simulateur|\.well-known)(\/|$)/;

/** Follows history and the links of this origin; returns what stops it. */
export function startRouter(): () => void {
	const back = (): void => {
		moved = true;
		current = read();
	};
	const click = (e: MouseEvent): void => {
		const target = e.target instanceof Element ? e.target.closest('a') : null;
		if (target === null || e.defaultPrevented || e.button !== 0) return;
		if (e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
		if (target.target !== '' || target.hasAttribute('download') || target.href === '') return;
		const url = new URL(target.href);
		if (url.origin !== location.origin || gateways.test(url.pathname)) return;
		if (url.hash !== '' && url.pathname === location.pathname) return;
		e.preventDefault();
		go(url.pathname + url.search + url.hash);
	};
	addEventListener('popstate', back);
	document.addEventListener('click', click);
	return () => {
		removeEventListener('popstate', back);
		document.removeEventListener('click', click);
	};
}

/** An action for the heading of a page that has just been shown. */
export function focusHeading(heading: HTMLElement): void {
	if (moved) void tick().then(() => heading.focus({ preventScroll: true }));
}
