import type { Manifest, ManifestDoc, ManifestFolder } from '../crypto/manifest.ts';
import { checkName } from '../crypto/shape.ts';
import { CoffreError } from '../errors.ts';

/** What a manifest lists, and what changes in it. Sorting is done when it is sealed. */
export type Contents = Pick<Manifest, 'folders' | 'docs' | 'gone'>;
/** Applied again to newer contents when another device was faster. */
export type Edit = (c: Contents) => Contents;

export const addDoc =
	(doc: ManifestDoc): Edit =>
	(c) => ({ ...c, docs: [...c.docs.filter((d) => d.id !== doc.id), inKnownFolder(c, doc)] });

export const renameDoc =
	(id: string, name: string, time: string): Edit =>
	(c) => {
		named(name);
		return editDocs(c, [id], (d) => ({ ...d, name, changed: time }));
	};

export const moveDocs =
	(ids: readonly string[], folder: string | undefined, time: string): Edit =>
	(c) => {
		if (folder !== undefined) known(c, folder);
		return editDocs(c, ids, ({ folder: _, ...d }) =>
			folder === undefined ? { ...d, changed: time } : { ...d, folder, changed: time },
		);
	};

/** Documents that another device erased already are left out; `names` are for those never listed. */
export const eraseDocs =
	(ids: readonly string[], time: string, names: ReadonlyMap<string, string> = new Map()): Edit =>
	(c) => {
		const erased = new Map([
			...names,
			...c.docs.filter((d) => ids.includes(d.id)).map((d) => [d.id, d.name] as const),
		]);
		const gone = [...erased].filter(([id]) => !c.gone.some((g) => g.id === id));
		return {
			...c,
			docs: c.docs.filter((d) => !ids.includes(d.id)),
			gone: [...c.gone, ...gone.map(([id, name]) => ({ id, name, time }))],
		};
	};

/** Only what still waits: another device may have made it a document of the safe. */
export const refuseDeposit =
	(id: string, time: string, names: ReadonlyMap<string, string>): Edit =>
	(c) => {
		if (c.docs.some((d) => d.id === id)) throw new CoffreError('not-found');
		return eraseDocs([id], time, names)(c);
	};

export const addFolder =
	(folder: ManifestFolder): Edit =>
	(c) => {
		named(folder.name);
		if (folder.parent !== undefined) known(c, folder.parent);
		return { ...c, folders: [...c.folders, folder] };
	};

export const renameFolder =
	(id: string, name: string): Edit =>
	(c) => {
		named(name);
		known(c, id);
		return { ...c, folders: c.folders.map((f) => (f.id === id ? { ...f, name } : f)) };
	};

/** What it held goes to its parent. */
export const removeFolder =
	(id: string): Edit =>
	(c) => {
		const up = known(c, id).parent;
		const place = <T extends { parent?: string } | { folder?: string }>(
			x: T,
			key: 'parent' | 'folder',
		): T => {
			const { [key]: at, ...rest } = x as T & Record<string, string | undefined>;
			if (at !== id) return x;
			return (up === undefined ? rest : { ...rest, [key]: up }) as T;
		};
		return {
			...c,
			folders: c.folders.filter((f) => f.id !== id).map((f) => place(f, 'parent')),
			docs: c.docs.map((d) => place(d, 'folder')),
		};
	};

export function sorted(c: Contents): Contents {
	const by = <T extends { id: string }>(list: readonly T[]): T[] =>
		[...list].sort((a, b) => (a.id < b.id ? -1 : 1));
	return { folders: by(c.folders), docs: by(c.docs), gone: by(c.gone) };
}

function editDocs(
	c: Contents,
	ids: readonly string[],
	edit: (d: ManifestDoc) => ManifestDoc,
): Contents {
	for (const id of ids) if (!c.docs.some((d) => d.id === id)) throw new CoffreError('not-found');
	return { ...c, docs: c.docs.map((d) => (ids.includes(d.id) ? edit(d) : d)) };
}

function known(c: Contents, folder: string): ManifestFolder {
	const found = c.folders.find((f) => f.id === folder);
	if (!found) throw new CoffreError('not-found', { message: 'no such folder' });
	return found;
}

// A folder that was removed while the file was on its way: the document goes to the top.
function inKnownFolder(c: Contents, doc: ManifestDoc): ManifestDoc {
	if (doc.folder === undefined || c.folders.some((f) => f.id === doc.folder)) return doc;
	const { folder: _, ...rest } = doc;
	return rest;
}

function named(name: string): void {
	if (!checkName(name)) throw new CoffreError('name');
}
