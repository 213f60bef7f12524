import { decode, encode } from '../../src/scan/canvas.ts';
import { asDocument } from '../../src/scan/contrast.ts';
import { findSheet } from '../../src/scan/corners.ts';
import { straightened } from '../../src/scan/straighten.ts';

// Runs in a real browser, all of it in the page's own thread: it alone can be slowed.

/** Milliseconds of each part, and bytes of what comes out. */
export interface Timed {
	readonly decode: number;
	readonly find: number;
	readonly straighten: number;
	readonly contrast: number;
	readonly encode: number;
	readonly all: number;
	readonly bytes: number;
	readonly pixels: number;
	readonly sure: boolean;
}

Object.assign(globalThis, {
	async scanOnce(jpeg: string): Promise<Timed> {
		const text = atob(jpeg);
		const file = new Blob([Uint8Array.from(text, (c) => c.charCodeAt(0))]);
		const times = [performance.now()];
		const lap = (): void => {
			times.push(performance.now());
		};
		const picture = await decode(file);
		lap();
		const found = findSheet(picture);
		lap();
		const sheet = straightened(picture, found.corners);
		lap();
		asDocument(sheet);
		lap();
		const { jpeg: made } = await encode(sheet, 0.78, 480);
		lap();
		const [d = 0, f = 0, s = 0, c = 0, e = 0] = times.slice(1).map((t, i) => t - (times[i] ?? 0));
		return {
			decode: d,
			find: f,
			straighten: s,
			contrast: c,
			encode: e,
			all: d + f + s + c + e,
			bytes: made.size,
			pixels: picture.width * picture.height,
			sure: found.sure,
		};
	},
});
