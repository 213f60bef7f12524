import { plain } from '../documents/listing.ts';

// The names under which an agent keeps what was given. A document's name comes from anybody, and so does a
// citizen's: whatever they are, what comes out is one file name, on every system that a town hall has.

export const fields = ['reference', 'kind', 'name', 'citizen', 'date'] as const;
export type Field = (typeof fields)[number];
export type Named = Readonly<Record<Field, string>>;

export const usual = '{reference}_{kind}_{name}_{date}';

/** In bytes, ending included: what comes after it in the folder of a file still fits. */
const longest = 120;

/** The parts of a template that are no field: "{nom}" for instance. */
export function unknownFields(template: string): string[] {
	return [...template.matchAll(/\{([^{}]*)\}/g)]
		.map(([, name = '']) => name)
		.filter((name) => !(fields as readonly string[]).includes(name));
}

/**
 * One name for each document, in their order; no two of them are the same where capitals or accents do not
 * count. `name` has its ending in it; the ending stays at the end.
 */
export function namesOf(template: string, all: readonly Named[]): string[] {
	const taken = new Set<string>();
	return all.map((one) => {
		const { stem, ending } = parted(one.name);
		const said = fill(template, { ...one, name: stem });
		for (let n = 1; ; n++) {
			const name = fileName(said, n === 1 ? ending : ` (${n})${ending}`);
			if (taken.has(plain(name))) continue;
			taken.add(plain(name));
			return name;
		}
	});
}

/** Any text as one name, with this ending whatever its length. */
export function fileName(text: string, ending = ''): string {
	const tidy = safe(text).replace(/^[\s._~-]+|[\s._-]+$/gu, '');
	const short = cut(tidy, longest - bytes(ending)).replace(/[\s._-]+$/u, '');
	const name = `${short === '' ? 'document' : short}${ending}`;
	return reserved.test(name) ? `_${name}` : name;
}

/** Windows keeps these for devices, whatever comes after a dot. */
const reserved = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)/iu;

function fill(template: string, values: Named): string {
	const text = template.replace(/\{([^{}]*)\}/g, (whole, name: string) =>
		(fields as readonly string[]).includes(name) ? values[name as Field].trim() : whole,
	);
	// What is not known leaves no gap: "_residence" for a request without a reference.
	return text.replace(/([_-])[\s_-]*(?=\1)/g, '');
}

/** The ending is only what an ending can be; anything else stays part of the name. */
function parted(name: string): { stem: string; ending: string } {
	const [, stem = name, ending = ''] = /^(.+?)(\.[a-z0-9]{1,8})$/isu.exec(name) ?? [];
	return { stem, ending };
}

function safe(text: string): string {
	return (
		text
			.normalize('NFC')
			// Half a character, and what is not seen: controls, turning marks, invisible spaces.
			.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, '')
			.replace(/[/\\:*?"<>|∕⁄⧵＼／：]/gu, '-')
			.replace(/\p{Zs}+/gu, ' ')
			.replace(/\.{2,}/g, '.')
	);
}

function bytes(text: string): number {
	return new TextEncoder().encode(text).length;
}

/** No longer than that in bytes, by whole characters as they are seen. */
function cut(text: string, most: number): string {
	if (bytes(text) <= most) return text;
	let out = '';
	for (const { segment } of new Intl.Segmenter().segment(text)) {
		if (bytes(out + segment) > most) break;
		out += segment;
	}
	return out;
}
