import type { Candidate } from './corners.ts';
import { at, crossing, distance, type Line, type Point, type Quad } from './geometry.ts';
import type { Slope } from './lines.ts';

// Lines of the Hough transform are right to a degree and a pixel. Here each
// side is laid again through the very places where it is steepest.

const REACH = 6;

export function refined(c: Candidate, s: Slope): Quad {
	const sides = c.sides.map((side, i) =>
		side.frame ? side : (fitted(at(c.corners, i), at(c.corners, i + 1), c.inside, s) ?? side),
	);
	const corners = c.corners.map((p, i) => {
		const [before, after] = [sides[(i + 3) % 4], sides[i]];
		const exact = before && after && crossing(before, after);
		// What leads elsewhere was no better edge.
		return exact && distance(exact, p) < 3 * REACH ? exact : p;
	});
	return corners as unknown as Quad;
}

function fitted(a: Point, b: Point, inside: 1 | -1, s: Slope): Line | undefined {
	const long = distance(a, b);
	const [ux, uy] = [(b.x - a.x) / long, (b.y - a.y) / long];
	const n = { x: -uy * inside, y: ux * inside };
	const places: Point[] = [];
	for (let t = 0.04 * long; t <= 0.96 * long; t += Math.max(1, long / 120)) {
		const place = edgeNear({ x: a.x + ux * t, y: a.y + uy * t }, n, s);
		if (place) places.push(place);
	}
	return places.length < 12 ? undefined : through(places);
}

function edgeNear(p: Point, n: Point, s: Slope): Point | undefined {
	const steep: number[] = [];
	for (let o = -REACH; o <= REACH; o++) steep.push(across(p.x + n.x * o, p.y + n.y * o, n, s));
	const top = Math.max(...steep);
	if (top < s.grain) return undefined;
	const i = steep.indexOf(top);
	const [before, after] = [steep[i - 1], steep[i + 1]];
	if (before === undefined || after === undefined) return undefined;
	const bend = before - 2 * top + after;
	const o = i - REACH + (bend < 0 ? (before - after) / (2 * bend) : 0);
	return { x: p.x + n.x * o, y: p.y + n.y * o };
}

function across(x: number, y: number, n: Point, s: Slope): number {
	const [ix, iy] = [Math.floor(x), Math.floor(y)];
	if (ix < 1 || iy < 1 || ix > s.width - 3 || iy > s.height - 3) return 0;
	const [fx, fy] = [x - ix, y - iy];
	const i = iy * s.width + ix;
	const v = (j: number): number => (s.dx[j] as number) * n.x + (s.dy[j] as number) * n.y;
	return (
		(v(i) * (1 - fx) + v(i + 1) * fx) * (1 - fy) +
		(v(i + s.width) * (1 - fx) + v(i + s.width + 1) * fx) * fy
	);
}

/** The line nearest to most of the places: those far off (a thumb, a pen) lose their say. */
function through(places: readonly Point[]): Line | undefined {
	let weights = places.map(() => 1);
	let line: Line | undefined;
	for (let round = 0; round < 8; round++) {
		line = nearest(places, weights);
		if (line === undefined) return undefined;
		const { nx, ny, d } = line;
		const off = places.map((p) => Math.abs(p.x * nx + p.y * ny - d));
		const usual = [...off].sort((x, y) => x - y)[off.length >> 1] ?? 0;
		const limit = Math.max(0.6, 3.5 * usual);
		weights = off.map((o) => (o >= limit ? 0 : (1 - (o / limit) ** 2) ** 2));
	}
	return line;
}

function nearest(places: readonly Point[], weights: readonly number[]): Line | undefined {
	let [sum, x, y] = [0, 0, 0];
	for (const [i, p] of places.entries()) {
		const w = weights[i] ?? 0;
		sum += w;
		x += w * p.x;
		y += w * p.y;
	}
	if (sum < 4) return undefined;
	x /= sum;
	y /= sum;
	let [xx, xy, yy] = [0, 0, 0];
	for (const [i, p] of places.entries()) {
		const w = weights[i] ?? 0;
		xx += w * (p.x - x) ** 2;
		xy += w * (p.x - x) * (p.y - y);
		yy += w * (p.y - y) ** 2;
	}
	const turn = Math.atan2(2 * xy, xx - yy) / 2;
	const [nx, ny] = [-Math.sin(turn), Math.cos(turn)];
	return { nx, ny, d: nx * x + ny * y };
}
