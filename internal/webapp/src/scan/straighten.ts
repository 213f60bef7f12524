import { aspectOf, fromRectangle, type Quad, scaled } from './geometry.ts';
import type { Pixels } from './pixels.ts';

/** A sheet of A4 at 200 dots per inch: what administrations ask of a scanner. */
export const A4 = { width: 1654, height: 2339 };
const RATIO = A4.height / A4.width;

/**
 * The size of the straightened sheet: its own proportions, those of A4 where
 * it is so nearly, and no more pixels than the picture has of it or A4 needs.
 */
export function sheetSize(corners: Quad, p: Pixels): { width: number; height: number } {
	const q = scaled(corners, p.width, p.height);
	const aspect = properly(aspectOf(q, p.width, p.height));
	const sides = q.map((a, i) => {
		const b = q[((i + 1) % 4) as 0 | 1 | 2 | 3];
		return Math.hypot(a.x - b.x, a.y - b.y);
	});
	const [top = 0, right = 0, bottom = 0, left = 0] = sides;
	const wide = Math.max(top, bottom, Math.max(left, right) * aspect);
	const [mostWide, mostHigh] = aspect > 1 ? [A4.height, A4.width] : [A4.width, A4.height];
	const width = Math.min(wide, mostWide, mostHigh * aspect);
	return { width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(width / aspect)) };
}

function properly(aspect: number): number {
	for (const known of [RATIO, 1 / RATIO]) if (Math.abs(aspect / known - 1) < 0.08) return known;
	return aspect;
}

/** Pixels. */
const SPAN = 16;

/** The sheet as if the camera had looked straight at it. */
export function straightened(p: Pixels, corners: Quad): Pixels {
	const { width, height } = sheetSize(corners, p);
	const m = fromRectangle(width, height, scaled(corners, p.width, p.height));
	const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 1] = m;
	const out = new Uint8ClampedArray(width * height * 4);
	const from = new Uint32Array(p.data.buffer, p.data.byteOffset, p.width * p.height);
	const to = new Uint32Array(out.buffer);
	const [right, bottom] = [p.width - 1.01, p.height - 1.01];
	for (let y = 0, o = 0; y < height; y++) {
		let [x0, y0] = [0, 0];
		for (let x = 0; x < width; ) {
			// Between two exact places so near to each other the way is as good as straight.
			const span = Math.min(SPAN, width - x);
			const w = g * (x + span + 0.5) + h * (y + 0.5) + i;
			const x1 = (a * (x + span + 0.5) + b * (y + 0.5) + c) / w - 0.5;
			const y1 = (d * (x + span + 0.5) + e * (y + 0.5) + f) / w - 0.5;
			if (x === 0) {
				const first = g * 0.5 + h * (y + 0.5) + i;
				x0 = (a * 0.5 + b * (y + 0.5) + c) / first - 0.5;
				y0 = (d * 0.5 + e * (y + 0.5) + f) / first - 0.5;
			}
			const [dx, dy] = [(x1 - x0) / span, (y1 - y0) / span];
			for (const end = x + span; x < end; x++, o++) {
				const sx = x0 < 0 ? 0 : x0 > right ? right : x0;
				const sy = y0 < 0 ? 0 : y0 > bottom ? bottom : y0;
				const ix = sx | 0;
				const iy = sy | 0;
				const at = iy * p.width + ix;
				const fx = ((sx - ix) * 256) | 0;
				const fy = ((sy - iy) * 256) | 0;
				const top = between(from[at] as number, from[at + 1] as number, fx);
				const below = between(from[at + p.width] as number, from[at + p.width + 1] as number, fx);
				to[o] = between(top, below, fy) | 0xff000000;
				x0 += dx;
				y0 += dy;
			}
			x0 = x1;
			y0 = y1;
		}
	}
	return { width, height, data: out };
}

/** Two colours of four bytes each, mixed two bytes at a time; share in 256ths. */
function between(a: number, b: number, share: number): number {
	const even = a & 0xff00ff;
	const odd = (a >>> 8) & 0xff00ff;
	const e = even + ((((b & 0xff00ff) - even) * share) >> 8);
	const o = odd + (((((b >>> 8) & 0xff00ff) - odd) * share) >> 8);
	return (e & 0xff00ff) | ((o & 0xff00ff) << 8);
}
