import { expect, test } from 'vitest';
import { findSheet } from './corners.ts';
import { at, distance, type Quad, scaled, whole } from './geometry.ts';
import { photograph, random, type Scene } from './testing/scene.ts';

// Pictures whose corners are known. Error: the corner that is furthest off, in
// shares of the picture's diagonal.

function quad(...xy: readonly number[]): Quad {
	return [0, 2, 4, 6].map((i) => ({ x: xy[i] ?? 0, y: xy[i + 1] ?? 0 })) as unknown as Quad;
}

const upright = quad(0.28, 0.06, 0.74, 0.08, 0.77, 0.94, 0.24, 0.92);
const slanted = quad(0.3, 0.12, 0.72, 0.16, 0.86, 0.93, 0.12, 0.86);
const turned = quad(0.44, 0.05, 0.86, 0.34, 0.55, 0.96, 0.13, 0.64);

const scenes: Readonly<Record<string, Scene>> = {
	'on wood': { corners: upright },
	'on wood, at a slant': { corners: slanted },
	'in a film, very much at a slant': { corners: slanted, width: 1280, height: 720 },
	'turned by a third of a right angle': { corners: turned },
	'among things': { corners: slanted, clutter: true },
	'among things, turned': { corners: turned, clutter: true, seed: 5 },
	'on a white table': { corners: upright, table: 'white' },
	'on a grey table, slanted, clutter': { corners: slanted, table: 'grey', clutter: true, seed: 3 },
	'on a checked cloth': { corners: slanted, table: 'cloth' },
	'on a dark table, in the dark': { corners: slanted, table: 'dark', exposure: 0.35, noise: 9 },
	'in the dark on wood': { corners: upright, exposure: 0.3, noise: 8 },
	'half in the shadow of a hand': { corners: slanted, shadow: true },
	'very noisy': { corners: slanted, noise: 22 },
	'full of tables': { corners: slanted, sheet: 'table' },
	'with nothing on it': { corners: turned, sheet: 'blank', clutter: true, seed: 9 },
	'a card': { corners: quad(0.2, 0.2, 0.78, 0.26, 0.8, 0.78, 0.16, 0.7), sheet: 'card' },
	'a card on a dark table': {
		corners: quad(0.22, 0.24, 0.76, 0.22, 0.8, 0.76, 0.2, 0.74),
		sheet: 'card',
		table: 'dark',
	},
	'at a slant on a checked cloth': { corners: turned, table: 'cloth', sheet: 'stamped' },
	'held upright': {
		width: 900,
		height: 1200,
		corners: quad(0.1, 0.14, 0.88, 0.1, 0.94, 0.9, 0.06, 0.86),
	},
};

test.each(Object.entries(scenes))('a sheet %s is found', (_, scene) => {
	const found = findSheet(photograph(scene));
	expect(found.sure).toBe(true);
	expect(worst(found.corners, scene)).toBeLessThan(0.015);
});

test('of forty others, most are found, and those well', () => {
	const draw = random(2026);
	const tables = ['wood', 'white', 'grey', 'cloth', 'dark'] as const;
	const off: number[] = [];
	for (let i = 0; i < 40; i++) {
		const scene: Scene = {
			width: 800,
			height: 600,
			corners: anyhow(draw),
			table: tables[i % 5] ?? 'wood',
			clutter: i % 3 !== 0,
			exposure: 0.35 + 0.7 * draw(),
			light: 0.5 + 0.5 * draw(),
			noise: 3 + 9 * draw(),
			shadow: i % 7 === 0,
			sheet: (['letter', 'table', 'stamped', 'blank'] as const)[i % 4] ?? 'letter',
			seed: i,
		};
		const found = findSheet(photograph(scene));
		off.push(found.sure ? worst(found.corners, scene) : 1);
	}
	off.sort((a, b) => a - b);
	expect(off[19]).toBeLessThan(0.005);
	expect(off.filter((o) => o <= 0.015).length).toBeGreaterThanOrEqual(39);
});

/** A sheet of A4 seen by a camera that somebody holds above it. */
function anyhow(draw: () => number): Quad {
	const turn = (draw() - 0.5) * 1.4;
	const size = 0.27 + 0.1 * draw();
	const [mx, my] = [0.45 + 0.1 * draw(), 0.46 + 0.08 * draw()];
	const [tiltX, tiltY] = [(draw() - 0.5) * 0.5, (draw() - 0.5) * 0.5];
	return [
		[-1, -Math.SQRT2],
		[1, -Math.SQRT2],
		[1, Math.SQRT2],
		[-1, Math.SQRT2],
	].map(([u = 0, v = 0]) => {
		const x = size * (u * Math.cos(turn) - v * Math.sin(turn));
		const y = size * (u * Math.sin(turn) + v * Math.cos(turn));
		const away = 1 + tiltX * x + tiltY * y;
		const in_ = (n: number): number => Math.min(0.985, Math.max(0.015, n));
		return { x: in_(mx + (0.75 * x) / away), y: in_(my + y / away) };
	}) as unknown as Quad;
}

test('where there is no sheet, the whole picture is kept', () => {
	const nowhere = quad(-3, -3, -2, -3, -2, -2, -3, -2);
	for (const table of ['wood', 'white', 'grey', 'dark'] as const)
		for (const clutter of [false, true]) {
			const found = findSheet(photograph({ corners: nowhere, table, clutter }));
			expect([table, clutter, found.sure]).toEqual([table, clutter, false]);
			expect(found.corners).toEqual(whole);
		}
});

function worst(found: Quad, { width = 1200, height = 900, corners }: Scene): number {
	const [a, b] = [scaled(found, width, height), scaled(corners, width, height)];
	const turns = [0, 1, 2, 3].map((t) => Math.max(...a.map((p, i) => distance(p, at(b, i + t)))));
	return Math.min(...turns) / Math.hypot(width, height);
}
