// What a mediator chooses at once, as the documents that it is likely to be: the
// pages of one paper together, in their order, under a name that says something.

/** A file, and the folder that it was found in. */
export interface Found {
	readonly file: File;
	/** Names of the folders that lead to it, the outermost first. */
	readonly folders: readonly string[];
}
export interface Draft {
	readonly name: string;
	/** Photographs become one PDF; anything else is one file as it is. */
	readonly pages: boolean;
	readonly files: readonly File[];
}

/** Pages of one document, as the scanner has them. */
export const MOST = 40;

const byName = new Intl.Collator('fr', { numeric: true, sensitivity: 'base' });
/** What systems leave in folders. */
const litter = /^(\.|thumbs\.db$|desktop\.ini$)/i;
/** What cameras and scanners call what they make, which tells nothing. */
const mute =
	/^(img|dsc[fn]?|dcim|pxl|mvimg|photo|image|scan(ned)?|numerisation|numérisation|document|page|capture|whatsapp image)?[\s_.\-()]*$/i;

export const isPicture = (f: File): boolean =>
	/^image\/(jpeg|png|webp|heic|heif|avif)$/.test(f.type);

/** Sorted by folder and name, each name with the numbers in it read as numbers. */
export function arrange(found: readonly Found[]): Draft[] {
	const wanted = found
		.filter(({ file }) => file.size > 0 && !litter.test(file.name))
		.map((f) => ({ ...f, path: f.folders.join('/') }))
		.sort((a, b) => byName.compare(a.path, b.path) || byName.compare(a.file.name, b.file.name));
	const drafts: Draft[] = [];
	/** Where the document of a group is that still takes pages. */
	const places = new Map<string, number>();
	for (const { file, folders, path } of wanted) {
		if (!isPicture(file)) {
			drafts.push({ name: file.name, pages: false, files: [file] });
			continue;
		}
		const { name, group } = called(file.name, folders, path);
		const place = group === undefined ? undefined : places.get(group);
		const to = drafts[place ?? -1];
		if (to && place !== undefined && to.files.length < MOST) {
			drafts[place] = { ...to, files: [...to.files, file] };
			continue;
		}
		if (group !== undefined) places.set(group, drafts.length);
		drafts.push({ name, pages: true, files: [file] });
	}
	return drafts;
}

/** The document that a photograph is a page of, when its name or its folder says so. */
function called(
	file: string,
	folders: readonly string[],
	path: string,
): { readonly name: string; readonly group?: string } {
	const whole = file.replace(/\.[^.]+$/, '');
	const stem = whole.replace(/[\s_.\-(]*(page|p)?[\s_.-]*\d+\)?$/i, '');
	const folder = folders.at(-1);
	if (!mute.test(stem.replace(/\d+/g, '')))
		return { name: tidy(stem), group: `${path}/${stem.toLowerCase()}` };
	if (folder !== undefined) return { name: tidy(folder), group: `${path}/` };
	return { name: tidy(whole) };
}
const tidy = (s: string): string => s.replace(/[\s_]+/g, ' ').trim();

/** Two that lie one after the other, as one. */
export function joined(drafts: readonly Draft[], at: number): Draft[] {
	const [a, b] = [drafts[at - 1], drafts[at]];
	if (!a?.pages || !b?.pages || a.files.length + b.files.length > MOST) return [...drafts];
	return [
		...drafts.slice(0, at - 1),
		{ ...a, files: [...a.files, ...b.files] },
		...drafts.slice(at + 1),
	];
}

/** Each page a document of its own. */
export function apart(drafts: readonly Draft[], at: number): Draft[] {
	const d = drafts[at];
	if (!d?.pages) return [...drafts];
	const own = d.files.map((file, i) => ({ ...d, name: `${d.name} ${i + 1}`, files: [file] }));
	return [...drafts.slice(0, at), ...own, ...drafts.slice(at + 1)];
}

/** The files of an input, with the folders that its browser tells. */
export function ofInput(files: Iterable<File>): Found[] {
	return [...files].map((file) => ({
		file,
		folders: (file.webkitRelativePath ?? '').split('/').slice(0, -1),
	}));
}

/** What was dropped, folders and all. */
export async function ofDrop(items: Iterable<DataTransferItem>): Promise<Found[]> {
	const entries = [...items].flatMap((i) => (i.kind === 'file' ? [i.webkitGetAsEntry()] : []));
	const found: Found[] = [];
	for (const e of entries) if (e) await walk(e, [], found);
	return found;
}
async function walk(
	entry: FileSystemEntry,
	folders: readonly string[],
	found: Found[],
): Promise<void> {
	if (entry.isFile) {
		const file = await new Promise<File>((resolve, reject) =>
			(entry as FileSystemFileEntry).file(resolve, reject),
		);
		found.push({ file, folders });
		return;
	}
	const reader = (entry as FileSystemDirectoryEntry).createReader();
	for (;;) {
		// Browsers give a hundred at a time.
		const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
			reader.readEntries(resolve, reject),
		);
		if (some.length === 0) return;
		for (const e of some) await walk(e, [...folders, entry.name], found);
	}
}
