import { fromRectangle, type Quad, scaled } from '../geometry.ts';
import type { Pixels } from '../pixels.ts';

// Photographs of a sheet of paper that nobody took: where its corners are is
// known. Always the same for the same description.

export interface Scene {
	readonly width?: number;
	readonly height?: number;
	/** In shares of the picture, from the sheet's own top left corner. */
	readonly corners: Quad;
	readonly table?: 'wood' | 'white' | 'grey' | 'cloth' | 'dark';
	/** Things lying about. */
	readonly clutter?: boolean;
	/** What a lamp at one side leaves at the other: 1 is even light. */
	readonly light?: number;
	/** The whole of it darker. */
	readonly exposure?: number;
	/** Levels of noise. */
	readonly noise?: number;
	/** Half of the sheet in the shadow of a hand. */
	readonly shadow?: boolean;
	readonly sheet?: 'letter' | 'table' | 'blank' | 'card' | 'stamped';
	readonly seed?: number;
}

export type Colour = readonly [number, number, number];

/** The sheet has the proportions of A4, or of a card. */
export const sheetSize = { width: 2100, height: 2970 };
export const cardSize = { width: 1586, height: 1000 };

export interface View {
	readonly wide?: number;
	readonly high?: number;
	/** In radians: how the sheet leans backwards, sideways, and is turned. */
	readonly tilt?: number;
	readonly lean?: number;
	readonly turn?: number;
	/** In widths of the picture: the focal length of a telephone is about one. */
	readonly away?: number;
	/** Of the picture: width by height. */
	readonly ratio?: number;
}

/** Where the corners of a sheet are that somebody photographs by hand. */
export function seenAt(view: View): Quad {
	const {
		wide = 1,
		high = Math.SQRT2,
		tilt = 0,
		lean = 0,
		turn = 0,
		away = 2.2,
		ratio = 4 / 3,
	} = view;
	return [
		[-1, -1],
		[1, -1],
		[1, 1],
		[-1, 1],
	].map(([u = 0, v = 0]) => {
		const [a, b] = [(u * wide) / 2, (v * high) / 2];
		const x = a * Math.cos(turn) - b * Math.sin(turn);
		const y = a * Math.sin(turn) + b * Math.cos(turn);
		const z = y * Math.sin(tilt);
		const depth = away + z * Math.cos(lean) - x * Math.sin(lean);
		return {
			x: 0.5 + (x * Math.cos(lean) + z * Math.sin(lean)) / depth,
			y: 0.5 + (ratio * (y * Math.cos(tilt))) / depth,
		};
	}) as unknown as Quad;
}

export function random(seed: number): () => number {
	let state = (seed + 1) * 0x9e3779b9;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

export function photograph(scene: Scene): Pixels {
	const { width = 1200, height = 900, noise = 6, exposure = 1, light = 0.75, seed = 1 } = scene;
	const paper = scene.sheet === 'card' ? cardSize : sheetSize;
	const inverse = inverted(
		fromRectangle(paper.width, paper.height, scaled(scene.corners, width, height)),
	);
	const draw = random(seed);
	const things = scene.clutter ? scattered(draw, width, height) : [];
	const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 1] = inverse;
	const look = (x: number, y: number): Colour => {
		const w = g * x + h * y + i;
		const [u, v] = [(a * x + b * y + c) / w, (d * x + e * y + f) / w];
		const on = u >= 0 && v >= 0 && u < paper.width && v < paper.height;
		return on ? ink(scene.sheet ?? 'letter', u, v) : ground(scene.table ?? 'wood', x, y, things);
	};
	const data = new Uint8ClampedArray(width * height * 4);
	for (let y = 0; y < height; y++)
		for (let x = 0; x < width; x++) {
			// Two looks at each pixel: edges are not stairs.
			const [one, other] = [look(x + 0.25, y + 0.3), look(x + 0.75, y + 0.7)];
			const lamp = 1 - (1 - light) * ((0.7 * x) / width + (0.3 * y) / height);
			const shade = scene.shadow && x + 0.4 * y > 0.62 * width ? 0.62 : 1;
			const all = (lamp * shade * exposure) / 2;
			const grain = (draw() + draw() - 1) * 2.4 * noise;
			const at = (y * width + x) * 4;
			data[at] = (one[0] + other[0]) * all + grain;
			data[at + 1] = (one[1] + other[1]) * all + 0.8 * grain;
			data[at + 2] = (one[2] + other[2]) * all + grain;
			data[at + 3] = 255;
		}
	return { width, height, data };
}

const white: Colour = [238, 235, 228];
const black: Colour = [40, 40, 46];
const blue: Colour = [52, 70, 160];
const red: Colour = [190, 40, 50];

/** What is on the sheet at a place; in units of a tenth of a millimetre for A4. */
export function ink(kind: NonNullable<Scene['sheet']>, x: number, y: number): Colour {
	if (kind === 'blank') return white;
	if (kind === 'card') return cardInk(x, y);
	// A mark in each corner, by which a straightened sheet is known: only the first is black.
	const [left, top] = [x < 200, y < 200];
	if (x >= 80 && y >= 80 && left && top) return black;
	if (x >= 1900 && x < 2020 && y >= 80 && top) return red;
	if (x >= 1900 && x < 2020 && y >= 2770 && y < 2890) return blue;
	if (kind === 'stamped') {
		const r = Math.hypot(x - 1500, y - 2300);
		if ((r > 250 && r < 275) || r < 60) return red;
		if (Math.abs(y - 2300 - 60 * Math.sin(x / 60)) < 9 && x > 400 && x < 1000) return blue;
	}
	if (kind === 'table' && y > 500 && y < 2500 && x > 200 && x < 1900) {
		if ((y - 500) % 200 < 8 || (x - 200) % 340 < 8) return black;
		return letters(x, y, 50, 200) ? black : white;
	}
	const inside = x > 240 && x < 1860 && y > 420 && y < 2500;
	return inside && letters(x, y, 34, 60) ? black : white;
}

/** Strokes that are as dense as writing, in lines, with gaps between words. */
function letters(x: number, y: number, high: number, line: number): boolean {
	const row = Math.floor(y / line);
	if (y % line > high || row % 9 === 8) return false;
	const word = Math.floor(x / 17 + row * 7.3);
	if (hash(Math.floor(word / 6), row) < 0.18) return false;
	return hash(word, row * 3 + Math.floor((y % line) / 11)) < 0.5;
}

function cardInk(x: number, y: number): Colour {
	if (x > 90 && x < 480 && y > 260 && y < 780) return [110 - y / 20, 90, 84];
	if (y < 170) return [120, 150, 196];
	const wave = 8 * Math.sin(x / 40) + 8 * Math.sin(y / 30);
	if (x > 560 && y > 260 && y < 800 && letters(x, y, 30, 80)) return black;
	return [206 + wave, 216 + wave, 226 + wave];
}

function hash(a: number, b: number): number {
	let h = Math.imul(a | 0, 374761393) + Math.imul(b | 0, 668265263);
	h = Math.imul(h ^ (h >>> 13), 1274126177);
	return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

/** A rectangle, turned, of one colour. */
interface Thing {
	readonly x: number;
	readonly y: number;
	readonly long: number;
	readonly high: number;
	readonly cos: number;
	readonly sin: number;
	readonly colour: Colour;
}

function scattered(draw: () => number, width: number, height: number): Thing[] {
	const turned = (turn: number) => ({ cos: Math.cos(turn), sin: Math.sin(turn) });
	return Array.from({ length: 9 }, (_, i) => ({
		x: draw() * width,
		y: draw() * height,
		// Pens, a telephone, another sheet, a book.
		long: width * (i < 4 ? 0.06 + 0.1 * draw() : 0.12 + 0.12 * draw()),
		high: width * (i < 4 ? 0.006 + 0.006 * draw() : 0.05 + 0.12 * draw()),
		...turned(draw() * Math.PI),
		colour: [40 + 190 * draw(), 40 + 190 * draw(), 40 + 190 * draw()] as const,
	}));
}

function ground(
	table: NonNullable<Scene['table']>,
	x: number,
	y: number,
	things: readonly Thing[],
): Colour {
	for (const t of things) {
		const [dx, dy] = [x - t.x, y - t.y];
		if (Math.abs(dx * t.cos + dy * t.sin) > t.long) continue;
		if (Math.abs(dy * t.cos - dx * t.sin) < t.high) return t.colour;
	}
	if (table === 'white') return [204, 203, 200];
	if (table === 'grey') return [168, 170, 172];
	if (table === 'dark') return [48, 46, 50];
	if (table === 'cloth') {
		const check = (Math.floor(x / 55) + Math.floor(y / 55)) % 2 === 0;
		return check ? [176, 66, 60] : [196, 176, 164];
	}
	const grainy = 14 * Math.sin(y / 5 + 3 * Math.sin(x / 170)) + 9 * Math.sin(y / 23 + x / 400);
	const plank = y % 260 < 4 ? -46 : 0;
	return [158 + grainy + plank, 112 + grainy + plank, 70 + 0.7 * grainy + plank];
}

/** Of nine numbers. */
function inverted(m: Float64Array): Float64Array {
	const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 1] = m;
	return Float64Array.from([
		e * i - f * h,
		c * h - b * i,
		b * f - c * e,
		f * g - d * i,
		a * i - c * g,
		c * d - a * f,
		d * h - e * g,
		b * g - a * h,
		a * e - b * d,
	]);
}
