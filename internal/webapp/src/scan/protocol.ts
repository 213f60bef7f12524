import type { Quad } from './geometry.ts';
import type { Pixels } from './pixels.ts';

/** How a sheet is to look: white paper and dark ink, or as the camera saw it. */
export type Look = 'document' | 'photo';

export interface Ask {
	readonly ask: number;
	/** Handed over: who asks has it no more. */
	readonly picture: Pixels;
	/** Absent: they are to be found. */
	readonly corners?: Quad;
	readonly look: Look;
}

export interface Scanned {
	readonly corners: Quad;
	/** False: nothing looked like a sheet, and all of the picture was kept. */
	readonly sure: boolean;
	readonly sheet: Pixels;
}

export type Said = Scanned & { readonly ask: number };
