// What a document is, judged by what its depositor said of it. Nothing here is
// a promise about the bytes: whoever shows them decides again (Preview.svelte).

export type Kind = 'pdf' | 'image' | 'text' | 'office' | 'sound' | 'video' | 'archive' | 'other';

/** Decoded by every browser, and none of them can carry a script. SVG can. */
const pictures = new Set([
	'image/png',
	'image/jpeg',
	'image/gif',
	'image/webp',
	'image/avif',
	'image/bmp',
]);
const archives = /\b(zip|x-tar|gzip|x-7z-compressed|vnd\.rar|x-rar)\b/;
const offices =
	/\b(msword|rtf|vnd\.(ms-(excel|powerpoint)|openxmlformats-officedocument|oasis\.opendocument))/;
const textual = /^(application\/(json|xml|x-yaml)|message\/rfc822)$/;

export function kindOf(type: string): Kind {
	const media = mediaOf(type);
	if (media === 'application/pdf') return 'pdf';
	if (media.startsWith('image/')) return 'image';
	if (media.startsWith('text/') || textual.test(media)) return 'text';
	if (media.startsWith('audio/')) return 'sound';
	if (media.startsWith('video/')) return 'video';
	if (offices.test(media)) return 'office';
	if (archives.test(media)) return 'archive';
	return 'other';
}

/** How it can be shown on this page; 'none': it can only be downloaded. */
export function showingOf(type: string): 'picture' | 'text' | 'pdf' | 'none' {
	const media = mediaOf(type);
	if (pictures.has(media)) return 'picture';
	const kind = kindOf(media);
	return kind === 'pdf' || kind === 'text' ? kind : 'none';
}

/** The type alone, without parameters. */
export function mediaOf(type: string): string {
	return (type.split(';')[0] ?? '').trim().toLowerCase();
}

/** "PDF", "JPG": what stands on the little sheet; at most four characters. */
export function markOf(name: string): string {
	const [, ending] = /\.([a-z0-9]{1,4})$/i.exec(name) ?? [];
	return ending?.toUpperCase() ?? '';
}
