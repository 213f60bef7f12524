/** What a JPEG says of itself before its pixels. */
export interface JPEGHead {
	readonly width: number;
	readonly height: number;
	/** 1 grey, 3 colours. */
	readonly components: number;
	/** It tells of more than pixels: EXIF, a place, a camera, a thumbnail, a comment. */
	readonly talks: boolean;
}

/** Undefined when it is no JPEG that readers of PDF know. */
export function jpegHead(b: Uint8Array): JPEGHead | undefined {
	if (b[0] !== 0xff || b[1] !== 0xd8) return undefined;
	let talks = false;
	for (let at = 2; at + 9 < b.length; ) {
		if (b[at] !== 0xff) return undefined;
		const marker = b[at + 1] ?? 0;
		const length = two(b, at + 2);
		// APP0 is JFIF, APP2 a colour profile, APP14 Adobe's word on colours.
		const said = marker >= 0xe0 && marker <= 0xef && ![0xe0, 0xe2, 0xee].includes(marker);
		talks ||= said || marker === 0xfe;
		if (marker >= 0xc0 && marker <= 0xc2)
			return { height: two(b, at + 5), width: two(b, at + 7), components: b[at + 9] ?? 0, talks };
		if (marker === 0xda || length < 2) return undefined;
		at += 2 + length;
	}
	return undefined;
}

function two(b: Uint8Array, at: number): number {
	return ((b[at] ?? 0) << 8) | (b[at + 1] ?? 0);
}
