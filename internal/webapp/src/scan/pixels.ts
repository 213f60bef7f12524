import type { Point } from './geometry.ts';

/** Four bytes for each pixel: red, green, blue, and one that is not read. */
export interface Pixels {
	readonly width: number;
	readonly height: number;
	readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** One number for each pixel. */
export interface Plane {
	readonly width: number;
	readonly height: number;
	readonly data: Float32Array;
}

export function plane(width: number, height: number): Plane {
	return { width, height, data: new Float32Array(width * height) };
}

/**
 * How bright and how white: paper stands out on a white table by the one and
 * on a wooden one by the other. Made small, so that its longer side is that
 * many pixels.
 */
export function brightness(p: Pixels, longest: number): Plane {
	const scale = Math.max(1, Math.max(p.width, p.height) / longest);
	const small = plane(Math.round(p.width / scale), Math.round(p.height / scale));
	// Some of the pixels of a large block are as good as all of them.
	const step = Math.max(1, Math.floor(scale / 2.5));
	for (let y = 0; y < small.height; y++) {
		const y0 = Math.floor((y * p.height) / small.height);
		const y1 = Math.max(y0 + 1, Math.floor(((y + 1) * p.height) / small.height));
		for (let x = 0; x < small.width; x++) {
			const x0 = Math.floor((x * p.width) / small.width);
			const x1 = Math.max(x0 + 1, Math.floor(((x + 1) * p.width) / small.width));
			let sum = 0;
			let n = 0;
			for (let sy = y0; sy < y1; sy += step)
				for (let sx = x0; sx < x1; sx += step) {
					const i = (sy * p.width + sx) * 4;
					const [r, g, b] = [p.data[i] as number, p.data[i + 1] as number, p.data[i + 2] as number];
					sum += 0.15 * r + 0.3 * g + 0.05 * b + 0.5 * (r < g ? (r < b ? r : b) : g < b ? g : b);
					n++;
				}
			small.data[y * small.width + x] = sum / n;
		}
	}
	return small;
}

/** Lines of text, rules and boxes go; the edge of the sheet stays where it is. */
export function withoutWriting(p: Plane, radius: number): Plane {
	return extreme(extreme(p, radius, Math.max), radius, Math.min);
}

export function extreme(p: Plane, radius: number, of: (a: number, b: number) => number): Plane {
	const rows = plane(p.width, p.height);
	const out = plane(p.width, p.height);
	along(p.data, rows.data, p.width, p.height, 1, p.width, radius, of === Math.max);
	along(rows.data, out.data, p.height, p.width, p.width, 1, radius, of === Math.max);
	return out;
}

function along(
	from: Float32Array,
	to: Float32Array,
	length: number,
	lines: number,
	step: number,
	stride: number,
	radius: number,
	highest: boolean,
): void {
	for (let l = 0; l < lines; l++)
		for (let i = 0; i < length; i++) {
			const end = Math.min(length - 1, i + radius);
			let best = from[l * stride + Math.max(0, i - radius) * step] as number;
			for (let j = Math.max(0, i - radius) + 1; j <= end; j++) {
				const v = from[l * stride + j * step] as number;
				if (highest ? v > best : v < best) best = v;
			}
			to[l * stride + i * step] = best;
		}
}

/** Means over squares of that radius: twice is nearly a Gaussian. */
export function blurred(p: Plane, radius: number, times = 1): Plane {
	let now = p;
	for (let t = 0; t < times; t++) {
		const rows = plane(p.width, p.height);
		const out = plane(p.width, p.height);
		means(now.data, rows.data, p.width, p.height, 1, p.width, radius);
		means(rows.data, out.data, p.height, p.width, p.width, 1, radius);
		now = out;
	}
	return now;
}

function means(
	from: Float32Array,
	to: Float32Array,
	length: number,
	lines: number,
	step: number,
	stride: number,
	radius: number,
): void {
	for (let l = 0; l < lines; l++) {
		const first = l * stride;
		const last = first + (length - 1) * step;
		let sum = (radius + 1) * (from[first] as number);
		for (let i = 1; i <= radius; i++) sum += from[Math.min(last, first + i * step)] as number;
		for (let i = 0; i < length; i++) {
			const here = first + i * step;
			to[here] = sum / (2 * radius + 1);
			sum += from[Math.min(last, here + (radius + 1) * step)] as number;
			sum -= from[Math.max(first, here - radius * step)] as number;
		}
	}
}

/** Between four pixels; outside, the nearest. */
export function valueAt(p: Plane, { x, y }: Point): number {
	const cx = Math.min(p.width - 1.001, Math.max(0, x));
	const cy = Math.min(p.height - 1.001, Math.max(0, y));
	const [ix, iy] = [Math.floor(cx), Math.floor(cy)];
	const [fx, fy] = [cx - ix, cy - iy];
	const i = iy * p.width + ix;
	const read = (j: number): number => p.data[j] ?? 0;
	const top = read(i) * (1 - fx) + read(i + 1) * fx;
	const below = read(i + p.width) * (1 - fx) + read(i + p.width + 1) * fx;
	return top * (1 - fy) + below * fy;
}
