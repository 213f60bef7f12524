import type { Entry, Folder } from '../../../safe/types.ts';

// What the page shows of the contents: pure functions, no words.

export type Order = 'name' | 'newest' | 'largest';

export interface View {
	/** The folder that is open; undefined: the top. */
	readonly folder: string | undefined;
	/** Looks in every folder when it is not empty. */
	readonly search: string;
	readonly order: Order;
}

export interface Listing {
	readonly folders: readonly Folder[];
	readonly entries: readonly Entry[];
}

/** Small letters without accents: "Électricité" is found by "electricite". */
export function plain(text: string): string {
	return text
		.normalize('NFD')
		.replace(/\p{Mn}/gu, '')
		.toLowerCase();
}

export function listing(
	entries: readonly Entry[],
	folders: readonly Folder[],
	view: View,
): Listing {
	const wanted = plain(view.search).split(/\s+/).filter(Boolean);
	const named = (x: { readonly name: string }): boolean => {
		const name = plain(x.name);
		return wanted.every((w) => name.includes(w));
	};
	const searching = wanted.length > 0;
	return {
		folders: folders.filter((f) => (searching ? named(f) : f.parent === view.folder)).sort(byName),
		entries: entries
			.filter((e) => (searching ? named(e) : e.folder === view.folder))
			.sort(orders[view.order]),
	};
}

/** From the top down to the folder itself; empty for one that is not there. */
export function pathOf(folders: readonly Folder[], id: string | undefined): readonly Folder[] {
	const path: Folder[] = [];
	let at = folders.find((f) => f.id === id);
	// A cycle cannot be made here, but another client's mistake must not hang the page.
	while (at !== undefined && !path.includes(at)) {
		path.unshift(at);
		const { parent } = at;
		at = folders.find((f) => f.id === parent);
	}
	return path;
}

export interface Place {
	readonly folder: Folder;
	readonly depth: number;
}

/** Every folder, each under its parent. */
export function places(folders: readonly Folder[], parent?: string, depth = 0): readonly Place[] {
	if (depth > folders.length) return [];
	return folders
		.filter((f) => f.parent === parent)
		.sort(byName)
		.flatMap((folder) => [{ folder, depth }, ...places(folders, folder.id, depth + 1)]);
}

/** How many documents and folders lie directly in it. */
export function countIn(
	entries: readonly Entry[],
	folders: readonly Folder[],
	id: string,
): { readonly documents: number; readonly folders: number } {
	return {
		documents: entries.filter((e) => e.folder === id).length,
		folders: folders.filter((f) => f.parent === id).length,
	};
}

const collator = new Intl.Collator('fr', { numeric: true, sensitivity: 'base' });

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
	return collator.compare(a.name, b.name);
}

const orders: Readonly<Record<Order, (a: Entry, b: Entry) => number>> = {
	name: byName,
	newest: (a, b) => b.added.localeCompare(a.added) || byName(a, b),
	largest: (a, b) => b.size - a.size || byName(a, b),
};
