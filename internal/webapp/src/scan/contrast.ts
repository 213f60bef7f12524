import { blurred, extreme, type Pixels, type Plane, plane } from './pixels.ts';

// What a lamp, a shadow and a dark room do to white paper is undone: each
// place is compared with the paper around it. Stamps and signatures keep their
// colour, and what is left of the paper is one even white, which takes next to
// no room in a JPEG.

const BLOCK = 32;
/** A picture on the sheet is not a shadow: no more than this much light is missing. */
const DARKEST_SHADE = 0.58;

/** Changes the pixels in place. */
export function asDocument(p: Pixels): void {
	const papers = [0, 1, 2].map((channel) => paperOf(p, channel));
	const curve = curveOf(p, papers);
	const [reds, greens, blues] = papers.map(() => new Int32Array(p.width)) as [
		Int32Array,
		Int32Array,
		Int32Array,
	];
	// Unclamped, as nothing in the curve needs it: this is where the time goes.
	const data = new Uint8Array(p.data.buffer, p.data.byteOffset, p.data.length);
	for (let y = 0, at = 0; y < p.height; y++) {
		for (const [i, row] of [reds, greens, blues].entries()) acrossRow(papers[i] as Plane, y, row);
		for (let x = 0; x < p.width; x++, at += 4) {
			data[at] = curve[((data[at] as number) * (reds[x] as number)) >> 6] as number;
			data[at + 1] = curve[((data[at + 1] as number) * (greens[x] as number)) >> 6] as number;
			data[at + 2] = curve[((data[at + 2] as number) * (blues[x] as number)) >> 6] as number;
		}
	}
}

/** 1023 at the white of the paper. */
const STEPS = 1024;

/** For each block, what makes its paper 1023 out of its own level. */
function paperOf(p: Pixels, channel: number): Plane {
	const map = plane(Math.ceil(p.width / BLOCK), Math.ceil(p.height / BLOCK));
	const counts = new Uint16Array(64);
	for (let by = 0; by < map.height; by++)
		for (let bx = 0; bx < map.width; bx++) {
			counts.fill(0);
			const right = Math.min(p.width, (bx + 1) * BLOCK);
			const bottom = Math.min(p.height, (by + 1) * BLOCK);
			let n = 0;
			for (let y = by * BLOCK; y < bottom; y += 3)
				for (let x = bx * BLOCK; x < right; x += 3, n++) {
					const level = (p.data[(y * p.width + x) * 4 + channel] as number) >> 2;
					counts[level] = (counts[level] as number) + 1;
				}
			let left = Math.floor(n * 0.2);
			let level = 63;
			while (level > 0 && left >= (counts[level] as number)) left -= counts[level--] as number;
			map.data[by * map.width + bx] = level * 4 + 2;
		}
	// Paper shows between the letters of one block or the next.
	const near = extreme(extreme(map, 2, Math.max), 2, Math.min);
	const wide = blurred(
		extreme(map, Math.ceil(map.width / 5), Math.max),
		Math.ceil(map.width / 8),
		2,
	);
	const paper = blurred(near, 1, 2);
	for (let i = 0; i < paper.data.length; i++) {
		const level = Math.max(paper.data[i] as number, DARKEST_SHADE * (wide.data[i] as number), 12);
		paper.data[i] = (STEPS - 1) / level;
	}
	return paper;
}

/** Between the middles of the blocks; in 64ths. */
function acrossRow(paper: Plane, y: number, row: Int32Array): void {
	const v = Math.min(paper.height - 1, Math.max(0, (y + 0.5) / BLOCK - 0.5));
	const above = Math.floor(v);
	const below = Math.min(paper.height - 1, above + 1);
	const at = (bx: number): number => {
		const x = Math.min(paper.width - 1, Math.max(0, bx));
		const top = paper.data[above * paper.width + x] as number;
		return top + (v - above) * ((paper.data[below * paper.width + x] as number) - top);
	};
	for (let bx = -1, x = 0; x < row.length; bx++) {
		const [a, b] = [at(bx), at(bx + 1)];
		const start = (bx + 0.5) * BLOCK;
		const end = Math.min(row.length, start + BLOCK);
		for (; x < end; x++) row[x] = 64 * (a + ((b - a) * (x + 0.5 - start)) / BLOCK);
	}
}

/** From a share of the paper's white to a level: ink gets dark, grain on white goes. */
function curveOf(p: Pixels, papers: readonly Plane[]): Uint8Array {
	const { ink, blank } = levelsOf(p, papers[1] as Plane);
	// Above 1023 as well: what is brighter than the paper is white.
	const curve = new Uint8Array(STEPS * 24);
	for (let i = 0; i < curve.length; i++) {
		const t = Math.min(1, Math.max(0, (i / (STEPS - 1) - ink) / (blank - ink)));
		curve[i] = Math.round(255 * t ** 1.25);
	}
	return curve;
}

/** In shares of the paper's white: how dark its ink is, and down to where it is grain on paper. */
function levelsOf(p: Pixels, paper: Plane): { readonly ink: number; readonly blank: number } {
	const shares = new Uint32Array(101);
	const steps = new Uint32Array(101);
	let [all, bright] = [0, 0];
	for (let y = 2; y < p.height; y += 5)
		for (let x = 2; x < p.width - 3; x += 5, all++) {
			const by = Math.min(paper.height - 1, Math.floor(y / BLOCK));
			const gain = paper.data[by * paper.width + Math.floor(x / BLOCK)] as number;
			const at = (y * p.width + x) * 4 + 1;
			const here = ((p.data[at] as number) * gain) / (STEPS - 1);
			const there = ((p.data[at + 12] as number) * gain) / (STEPS - 1);
			count(shares, here * 100);
			if (here < 0.6 || there < 0.6) continue;
			count(steps, Math.abs(here - there) * 200);
			bright++;
		}
	// Half of the steps between neighbours on blank paper are smaller than the grain is usually.
	const grain = above(steps, bright * 0.5) / 200;
	return {
		// The darkest hundredth; a sheet without ink has no dark to look for.
		ink: 0.9 * Math.min(0.45, Math.max(0.05, above(shares, all * 0.01) / 100)),
		blank: Math.min(0.92, Math.max(0.68, 1 - 3.2 * grain)),
	};
}

function count(counts: Uint32Array, value: number): void {
	const i = Math.min(counts.length - 1, Math.floor(value));
	counts[i] = (counts[i] as number) + 1;
}

/** The value that so many are below. */
function above(counts: Uint32Array, n: number): number {
	let i = 0;
	for (let left = n; i < counts.length - 1 && left >= (counts[i] as number); i++)
		left -= counts[i] as number;
	return i;
}
