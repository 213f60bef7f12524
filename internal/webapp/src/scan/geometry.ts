// Points, lines and the plane seen in perspective. Coordinates of a picture
// run from 0 to 1 on both axes, so that they mean the same at every size.

export interface Point {
	readonly x: number;
	readonly y: number;
}

/** Corners in the order of reading: top left, top right, bottom right, bottom left. */
export type Quad = readonly [Point, Point, Point, Point];

export const whole: Quad = [
	{ x: 0, y: 0 },
	{ x: 1, y: 0 },
	{ x: 1, y: 1 },
	{ x: 0, y: 1 },
];

/** The points where x·nx + y·ny = d; (nx, ny) has length 1. */
export interface Line {
	readonly nx: number;
	readonly ny: number;
	readonly d: number;
}

export const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

export function crossing(a: Line, b: Line): Point | undefined {
	const det = a.nx * b.ny - b.nx * a.ny;
	if (Math.abs(det) < 1e-6) return undefined;
	return { x: (a.d * b.ny - b.d * a.ny) / det, y: (a.nx * b.d - b.nx * a.d) / det };
}

/** Twice the signed area at each corner has one sign: nothing is crossed or folded. */
export function isConvex(q: Quad): boolean {
	return q.every((p, i) => {
		const [b, c] = [at(q, i + 1), at(q, i + 2)];
		return (b.x - p.x) * (c.y - b.y) - (b.y - p.y) * (c.x - b.x) > 0;
	});
}

/** Positive when the corners turn as they are read. */
export function area(q: Quad): number {
	return q.reduce((sum, p, i) => sum + p.x * at(q, i + 1).y - at(q, i + 1).x * p.y, 0) / 2;
}

/** Its corners, whichever comes first, from the one nearest to the top left. */
export function inOrder(corners: Quad): Quad {
	const q = area(corners) < 0 ? ([...corners].reverse() as unknown as Quad) : corners;
	let first = 0;
	for (let i = 1; i < 4; i++)
		if (at(q, i).x + at(q, i).y < at(q, first).x + at(q, first).y) first = i;
	return [at(q, first), at(q, first + 1), at(q, first + 2), at(q, first + 3)];
}

export function at(q: Quad, i: number): Point {
	return q[(i % 4) as 0 | 1 | 2 | 3];
}

export function scaled(q: Quad, width: number, height: number): Quad {
	return q.map(({ x, y }) => ({ x: x * width, y: y * height })) as unknown as Quad;
}

/** Row by row; the last of the nine is 1. */
export type Homography = Float64Array;

/** Takes the corners of a rectangle of that size, at the origin, to those of the quadrilateral. */
export function fromRectangle(width: number, height: number, to: Quad): Homography {
	const [a, b, c, d] = to;
	// Heckbert: from the unit square first.
	const dx = [b.x - c.x, d.x - c.x, a.x - b.x + c.x - d.x] as const;
	const dy = [b.y - c.y, d.y - c.y, a.y - b.y + c.y - d.y] as const;
	const det = dx[0] * dy[1] - dx[1] * dy[0];
	const g = (dx[2] * dy[1] - dx[1] * dy[2]) / det;
	const h = (dx[0] * dy[2] - dx[2] * dy[0]) / det;
	const m = new Float64Array(9);
	m.set([(b.x - a.x + g * b.x) / width, (d.x - a.x + h * d.x) / height, a.x]);
	m.set([(b.y - a.y + g * b.y) / width, (d.y - a.y + h * d.y) / height, a.y], 3);
	m.set([g / width, h / height, 1], 6);
	return m;
}

export function apply(m: Homography, x: number, y: number): Point {
	const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 1] = m;
	const w = g * x + h * y + i;
	return { x: (a * x + b * y + c) / w, y: (d * x + e * y + f) / w };
}

/**
 * How much wider than high the sheet is, of which this is a view in pixels: a
 * camera whose axis goes through the middle of the picture sees right angles
 * as right angles for one focal length alone (Zhang and He, Whiteboard
 * scanning). Where the view is too flat to tell, the means of the sides.
 */
export function aspectOf(q: Quad, width: number, height: number): number {
	const [a, b, c, d] = q;
	const sides = (distance(a, b) + distance(d, c)) / (distance(a, d) + distance(b, c));
	const m = fromRectangle(1, 1, q);
	const [cx, cy] = [width / 2, height / 2];
	const [g = 0, h = 0] = [m[6], m[7]];
	const u = [(m[0] ?? 0) - cx * g, (m[3] ?? 0) - cy * g, g] as const;
	const v = [(m[1] ?? 0) - cx * h, (m[4] ?? 0) - cy * h, h] as const;
	const focal2 = -(u[0] * v[0] + u[1] * v[1]) / (g * h);
	const size = Math.max(width, height);
	// No camera of a phone is outside of these; NaN is not inside.
	if (!(focal2 > (0.4 * size) ** 2 && focal2 < (3 * size) ** 2)) return sides;
	const square = (w: typeof u): number => (w[0] ** 2 + w[1] ** 2) / focal2 + w[2] ** 2;
	const seen = Math.sqrt(square(u) / square(v));
	// Small errors at the corners are large ones of the focal length.
	return seen / sides > 1.35 || sides / seen > 1.35 ? sides : seen;
}
