import { go, route } from '../../router.svelte.ts';

// What a list is narrowed to stands in the address: who opens a line and comes back finds the list as it was.

export function asked(name: string): string {
	return route.query.get(name) ?? '';
}

/** The path of this list with other members; empty ones are left out. */
export function withAsked(change: Readonly<Record<string, string | undefined>>): string {
	const query = new URLSearchParams(route.query);
	for (const [name, value] of Object.entries(change)) {
		if (value) query.set(name, value);
		else query.delete(name);
	}
	return query.size > 0 ? `${route.path}?${query}` : route.path;
}

/** Another narrowing begins at the first page. */
export function ask(change: Readonly<Record<string, string | undefined>>): void {
	const next = withAsked({ ...change, apres: undefined });
	if (next !== withAsked({})) go(next, { replace: true });
}
