import {
	area,
	at,
	crossing,
	distance,
	inOrder,
	isConvex,
	type Line,
	type Point,
	type Quad,
	whole,
} from './geometry.ts';
import { type Slope, slopeOf, straightEdges } from './lines.ts';
import { blurred, brightness, type Pixels, withoutWriting } from './pixels.ts';
import { refined } from './refine.ts';

// Where the sheet of paper is on a photograph. Its four sides are straight
// edges; of all the quadrilaterals that the straight edges of the picture
// make, it is the one whose sides are edges from end to end, no further, all
// brighter on the same side, and that is large.

export interface Found {
	readonly corners: Quad;
	/** False: nothing looked like a sheet, and the corners are those of the picture. */
	readonly sure: boolean;
}

/** The longer side of what is looked at. */
const LONGEST = 400;
const LINES = 36;
const ENOUGH = 0.62;

export function findSheet(p: Pixels): Found {
	const small = brightness(p, LONGEST);
	const plain = blurred(withoutWriting(small, Math.round(LONGEST / 110)), 1, 2);
	const slope = slopeOf(plain);
	const best = bestQuad(slope);
	if (best === undefined) return { corners: whole, sure: false };
	const exact = refined(best, slope);
	return { corners: inOrder(shares(exact, slope)), sure: true };
}

/** Sides that are the picture's own are no edge that could be looked at. */
export interface Candidate {
	readonly corners: Quad;
	/** The line from corner i to the next. */
	readonly sides: readonly [Side, Side, Side, Side];
	/** 1 when it is brighter inside, -1 when it is darker. */
	readonly inside: 1 | -1;
	readonly score: number;
}
interface Side extends Line {
	readonly frame?: boolean;
}

function bestQuad(s: Slope): Candidate | undefined {
	const lines: Side[] = [...straightEdges(s, LINES), ...frame(s)];
	const pairs: (readonly [Side, Side])[] = [];
	for (const [i, a] of lines.entries())
		for (const b of lines.slice(i + 1)) if (mayFace(a, b, s)) pairs.push([a, b]);
	let best: Candidate | undefined;
	for (const [i, [a, c]] of pairs.entries())
		for (const [b, d] of pairs.slice(i + 1)) {
			// The two pairs cross each other, more or less squarely.
			if (Math.abs(a.nx * b.nx + a.ny * b.ny) > 0.75) continue;
			if ([a, b, c, d].filter((l) => l.frame).length > 2) continue;
			const quad = quadOf(a, b, c, d, s);
			best = (quad && judge(quad.corners, quad.sides, s, best?.score ?? ENOUGH)) ?? best;
		}
	return best;
}

function frame(s: Slope): Side[] {
	return [
		{ nx: 1, ny: 0, d: 0, frame: true },
		{ nx: 0, ny: 1, d: 0, frame: true },
		{ nx: 1, ny: 0, d: s.width - 1, frame: true },
		{ nx: 0, ny: 1, d: s.height - 1, frame: true },
	];
}

/** Opposite sides of a sheet seen at a slant are not parallel, but nearly; and not close. */
function mayFace(a: Line, b: Line, s: Slope): boolean {
	const same = a.nx * b.nx + a.ny * b.ny;
	if (Math.abs(same) < 0.7) return false;
	const middle = { x: s.width / 2, y: s.height / 2 };
	const to = (l: Line): number => l.nx * middle.x + l.ny * middle.y - l.d;
	const apart = Math.abs(to(a) - Math.sign(same) * to(b));
	return apart > 0.15 * Math.min(s.width, s.height);
}

function quadOf(
	a: Side,
	b: Side,
	c: Side,
	d: Side,
	s: Slope,
): Pick<Candidate, 'corners' | 'sides'> | undefined {
	const corners = [crossing(d, a), crossing(a, b), crossing(b, c), crossing(c, d)];
	const margin = 0.04 * Math.max(s.width, s.height);
	for (const p of corners)
		if (!p || p.x < -margin || p.y < -margin || p.x > s.width + margin || p.y > s.height + margin)
			return undefined;
	const q = corners as unknown as Quad;
	const turned = area(q) < 0;
	const corners_: Quad = turned ? [q[0], q[3], q[2], q[1]] : q;
	if (!isConvex(corners_) || area(corners_) < 0.08 * s.width * s.height) return undefined;
	return { corners: corners_, sides: turned ? [d, c, b, a] : [a, b, c, d] };
}

/** How much of a side is an edge, by which side is brighter; and of what lies just beyond its ends. */
interface Seen {
	readonly bright: number;
	readonly dark: number;
	readonly beyond: number;
}

const frameSide: Seen = { bright: 0.45, dark: 0.45, beyond: 0 };

/** Undefined when it is no better than what there is. */
function judge(
	q: Quad,
	sides: Candidate['sides'],
	s: Slope,
	atLeast: number,
): Candidate | undefined {
	const shape = (0.72 + 0.28 * Math.sqrt(area(q) / (s.width * s.height))) * squareness(q);
	const seen: Seen[] = [];
	let [bright, dark, worst] = [0, 0, 1];
	for (const [i, side] of sides.entries()) {
		const of = side.frame ? frameSide : look(at(q, i), at(q, i + 1), s);
		seen.push(of);
		bright += of.bright;
		dark += of.dark;
		worst = Math.min(worst, Math.max(of.bright, of.dark));
		// With all that is left to look at perfect, it would still not do.
		if (worst < 0.3 || shape * (0.55 * ((3 + worst) / 4) + 0.45 * worst) <= atLeast)
			return undefined;
	}
	const inside = bright >= dark ? 1 : -1;
	// A sheet lying half on something white has a side that is brighter outside.
	const along = seen.map((of) =>
		inside === 1 ? Math.max(of.bright, 0.92 * of.dark) : Math.max(of.dark, 0.92 * of.bright),
	);
	const mean = along.reduce((all, v) => all + v, 0) / 4;
	const beyond = seen.reduce((all, of) => all + of.beyond, 0) / 4;
	const sides_ = 0.55 * mean + 0.45 * Math.min(...along);
	const score = shape * sides_ - 0.35 * beyond - (inside === 1 ? 0 : 0.04);
	return score > atLeast ? { corners: q, sides, inside, score } : undefined;
}

function look(a: Point, b: Point, s: Slope): Seen {
	const long = distance(a, b);
	const [ux, uy] = [(b.x - a.x) / long, (b.y - a.y) / long];
	// Towards the inside: the corners turn as they are read.
	const [nx, ny] = [-uy, ux];
	const out = Math.max(6, 0.08 * long);
	const step = Math.max(2, long / 32);
	let [bright, dark, n, beyond, nBeyond] = [0, 0, 0, 0, 0];
	for (let t = -out; t <= long + out; t += step) {
		const outside = t < 0 || t > long;
		// The very corner is round, in a blurred picture.
		if (Math.min(Math.abs(t), Math.abs(long - t)) < 4) continue;
		const steep = steepest(a.x + ux * t, a.y + uy * t, nx, ny, s);
		if (steep === undefined) {
			// Out of the picture, nothing is known of it, and little is lost.
			if (!outside) n += 0.25;
			continue;
		}
		const strength = Math.max(0, Math.min(1, Math.abs(steep) / s.grain - 0.4));
		if (outside) {
			nBeyond++;
			beyond += strength;
		} else {
			n++;
			if (steep > 0) bright += strength;
			else dark += strength;
		}
	}
	if (n === 0) return { bright: 0, dark: 0, beyond: 0 };
	return { bright: bright / n, dark: dark / n, beyond: nBeyond === 0 ? 0 : beyond / nBeyond };
}

/** The slope along n, where it is steepest within two pixels. */
function steepest(x: number, y: number, nx: number, ny: number, s: Slope): number | undefined {
	let best: number | undefined;
	for (let o = -2; o <= 2; o++) {
		const [px, py] = [Math.round(x + nx * o), Math.round(y + ny * o)];
		if (px < 1 || py < 1 || px > s.width - 2 || py > s.height - 2) continue;
		const i = py * s.width + px;
		const v = (s.dx[i] as number) * nx + (s.dy[i] as number) * ny;
		if (best === undefined || Math.abs(v) > Math.abs(best)) best = v;
	}
	return best;
}

/** 1 for right angles; less where a corner is sharper than a slant would make it. */
function squareness(q: Quad): number {
	let worst = 0;
	for (let i = 0; i < 4; i++) {
		const [p, n, l] = [at(q, i), at(q, i + 1), at(q, i + 3)];
		const dot = (n.x - p.x) * (l.x - p.x) + (n.y - p.y) * (l.y - p.y);
		worst = Math.max(worst, Math.abs(dot) / (distance(p, n) * distance(p, l)));
	}
	return worst < 0.5 ? 1 : Math.max(0, 1 - 2 * (worst - 0.5));
}

function shares(q: Quad, s: Slope): Quad {
	const clamp = (v: number): number => Math.min(1, Math.max(0, v));
	// Pixel 0 reaches from 0 to 1: its middle is where it was looked at.
	return q.map(({ x, y }) => ({
		x: clamp((x + 0.5) / s.width),
		y: clamp((y + 0.5) / s.height),
	})) as unknown as Quad;
}
