import type { Line } from './geometry.ts';
import type { Plane } from './pixels.ts';

/** Which way it gets brighter, and how fast, in levels per pixel. */
export interface Slope {
	readonly width: number;
	readonly height: number;
	readonly dx: Float32Array;
	readonly dy: Float32Array;
	readonly size: Float32Array;
	/** Below it, what changes is grain. */
	readonly grain: number;
}

export function slopeOf(p: Plane): Slope {
	const { width, height, data } = p;
	const [dx, dy, size] = [0, 1, 2].map(() => new Float32Array(data.length)) as [
		Float32Array,
		Float32Array,
		Float32Array,
	];
	for (let y = 1; y < height - 1; y++)
		for (let x = 1; x < width - 1; x++) {
			const i = y * width + x;
			const read = (j: number): number => data[i + j] as number;
			const diagonal = read(width + 1) - read(-width - 1);
			const other = read(width - 1) - read(1 - width);
			const gx = (2 * (read(1) - read(-1)) + diagonal - other) / 8;
			const gy = (2 * (read(width) - read(-width)) + diagonal + other) / 8;
			dx[i] = gx;
			dy[i] = gy;
			size[i] = Math.sqrt(gx * gx + gy * gy);
		}
	return { width, height, dx, dy, size, grain: Math.max(1, 2.5 * quantile(size, 0.5)) };
}

export function quantile(values: Float32Array, share: number): number {
	const some = values.length > 20_000 ? values.filter((_, i) => i % 7 === 0) : values.slice();
	some.sort();
	return some[Math.min(some.length - 1, Math.floor(some.length * share))] ?? 0;
}

const degrees = 180;

/**
 * The straight edges of a picture, strongest first (Hough): every pixel on an
 * edge votes for the lines through it whose direction is about its own.
 */
export function straightEdges(s: Slope, most: number): Line[] {
	const reach = Math.ceil(Math.hypot(s.width, s.height));
	const distances = 2 * reach + 1;
	const votes = new Float32Array(degrees * distances);
	const [cos, sin] = [Math.cos, Math.sin].map((f) =>
		Float64Array.from({ length: degrees }, (_, i) => f((i * Math.PI) / degrees)),
	) as [Float64Array, Float64Array];
	for (let y = 1; y < s.height - 1; y++)
		for (let x = 1; x < s.width - 1; x++) {
			const i = y * s.width + x;
			const size = s.size[i] as number;
			if (size < s.grain) continue;
			// A faint edge counts nearly as much as one of black and white: paper on a pale table.
			const weight = Math.min(size, 3 * s.grain) / s.grain;
			const middle = Math.round(
				(Math.atan2(s.dy[i] as number, s.dx[i] as number) / Math.PI) * degrees,
			);
			for (let t = middle - 3; t <= middle + 3; t++) {
				const turn = (t + 2 * degrees) % degrees;
				const d = Math.round(x * (cos[turn] as number) + y * (sin[turn] as number)) + reach;
				const vote = turn * distances + d;
				votes[vote] = (votes[vote] as number) + weight;
			}
		}
	return peaks(votes, distances, reach, most).map(({ turn, d }) => ({
		nx: cos[turn] as number,
		ny: sin[turn] as number,
		d,
	}));
}

/** Of the lines of a checked cloth, as many; what lies on it at a slant is to be seen as well. */
const ALIKE = 10;

interface Peak {
	readonly turn: number;
	readonly d: number;
}

function peaks(votes: Float32Array, distances: number, reach: number, most: number): Peak[] {
	const found: Peak[] = [];
	const near = Math.max(3, Math.round(reach * 0.012));
	for (let strongest = 0; found.length < most; ) {
		let best = 0;
		let where = -1;
		for (let i = 0; i < votes.length; i++)
			if ((votes[i] as number) > best) {
				best = votes[i] as number;
				where = i;
			}
		if (found.length === 0) strongest = best;
		if (where < 0 || best < strongest * 0.12 || best < reach * 0.08) break;
		const turn = Math.floor(where / distances);
		const d = (where % distances) - reach;
		const alike = found.filter((f) => Math.abs(f.turn - turn) % (degrees - 2) <= 2).length;
		if (alike < ALIKE) found.push({ turn, d });
		forget(votes, distances, reach, turn, d, near);
	}
	return found;
}

/** The same edge has votes all around its peak; past the last degree it is written the other way. */
function forget(
	votes: Float32Array,
	distances: number,
	reach: number,
	turn: number,
	d: number,
	near: number,
): void {
	for (let t = turn - 4; t <= turn + 4; t++) {
		const turned = (t + degrees) % degrees;
		const middle = (t === turned ? d : -d) + reach;
		const from = Math.max(0, middle - near);
		const to = Math.min(distances - 1, middle + near);
		votes.fill(0, turned * distances + from, turned * distances + to + 1);
	}
}
