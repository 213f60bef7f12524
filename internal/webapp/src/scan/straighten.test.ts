import { expect, test } from 'vitest';
import { asDocument } from './contrast.ts';
import { findSheet } from './corners.ts';
import { type Quad, whole } from './geometry.ts';
import type { Pixels } from './pixels.ts';
import { A4, sheetSize, straightened } from './straighten.ts';
import { sheetSize as drawn, ink, photograph, type Scene, seenAt } from './testing/scene.ts';

// What comes out is the sheet that was drawn, and not its photograph.

const slanted: Quad = [
	{ x: 0.3, y: 0.12 },
	{ x: 0.72, y: 0.16 },
	{ x: 0.86, y: 0.93 },
	{ x: 0.12, y: 0.86 },
];

test('every mark is where it was on the sheet', () => {
	const picture = photograph({ corners: slanted, noise: 3, light: 1 });
	const sheet = straightened(picture, findSheet(picture).corners);
	let [same, all] = [0, 0];
	for (let y = 30; y < drawn.height; y += 60)
		for (let x = 30; x < drawn.width; x += 60) {
			const want = ink('letter', x, y);
			// Of marks alone, and of paper around them: writing is finer than the pixels are.
			if (y > 400 && y < 2520) continue;
			const got = colourAt(sheet, x / drawn.width, y / drawn.height);
			all++;
			if (want.every((v, c) => Math.abs(v - (got[c] ?? 0)) < 40)) same++;
		}
	expect(all).toBeGreaterThan(400);
	expect(same / all).toBeGreaterThan(0.985);
});

test('a photograph taken straight comes out as it was', () => {
	const picture = photograph({ corners: whole, noise: 8, width: 827, height: 1170 });
	const out = straightened(picture, whole);
	expect([out.width, out.height]).toEqual([827, 1170]);
	const off = out.data.map((v, i) => Math.abs(v - (picture.data[i] ?? 0)));
	expect(Math.max(...off.subarray(0, 100_000))).toBeLessThanOrEqual(1);
});

test('proportions are those of the sheet, and A4 is exactly A4', () => {
	// Seen by a camera whose focal length is the width of the picture, from many sides.
	for (const [tilt, lean] of [
		[0, 0.25],
		[0.3, 0],
		[0.35, 0.3],
		[-0.4, 0.2],
		[0.02, 0.01],
	] as const) {
		const p = { width: 4000, height: 3000, data: new Uint8ClampedArray() };
		const a4 = sheetSize(seenAt({ wide: 1, high: Math.SQRT2, tilt, lean }), p);
		expect(a4.height / a4.width).toBeCloseTo(Math.SQRT2, 2);
		const card = sheetSize(seenAt({ wide: 1.586, high: 1, tilt, lean }), p);
		expect(Math.abs(card.width / card.height / 1.586 - 1)).toBeLessThan(0.06);
	}
});

test('no more pixels than A4 needs at 200 dots per inch, and no more than the picture has', () => {
	const large = { width: 4000, height: 3000, data: new Uint8ClampedArray() };
	expect(sheetSize(whole, large).width * sheetSize(whole, large).height).toBeLessThanOrEqual(
		A4.width * A4.height,
	);
	const small = { width: 400, height: 566, data: new Uint8ClampedArray() };
	expect(sheetSize(whole, small)).toEqual({ width: 400, height: 566 });
});

const gloomy: readonly Scene[] = [
	{ corners: whole, width: 827, height: 1170, exposure: 0.35, light: 0.5, noise: 5 },
	{ corners: whole, width: 827, height: 1170, exposure: 0.7, light: 0.8, noise: 8, shadow: true },
	{ corners: whole, width: 827, height: 1170, exposure: 1, light: 1, noise: 2, sheet: 'stamped' },
];
test.each(gloomy)('grey paper gets white and ink dark: %o', (scene) => {
	const picture = photograph(scene);
	asDocument(picture);
	const paper: number[] = [];
	const letters: number[] = [];
	for (let y = 40; y < 2920; y += 7)
		for (let x = 40; x < 2060; x += 7) {
			const kind = scene.sheet ?? 'letter';
			const around = [-6, 0, 6].flatMap((o) => [ink(kind, x + o, y)[0], ink(kind, x, y + o)[0]]);
			const got = colourAt(picture, x / drawn.width, y / drawn.height)[0] ?? 0;
			if (around.every((v) => v > 200)) paper.push(got);
			if (around.every((v) => v < 60)) letters.push(got);
		}
	expect(quantile(paper, 0.04)).toBeGreaterThan(215);
	expect(quantile(paper, 0.2)).toBe(255);
	expect(letters.length).toBeGreaterThan(100);
	expect(quantile(letters, 0.9)).toBeLessThan(110);
});

test('stamps and signatures keep their colour', () => {
	const picture = photograph({
		corners: whole,
		width: 827,
		height: 1170,
		exposure: 0.6,
		sheet: 'stamped',
	});
	asDocument(picture);
	const [r = 0, g = 0, b = 0] = colourAt(picture, 1500 / drawn.width, 2300 / drawn.height);
	expect(r).toBeGreaterThan(Math.max(g, b) + 80);
	const corner = colourAt(picture, 1960 / drawn.width, 2830 / drawn.height);
	expect(corner[2] ?? 0).toBeGreaterThan((corner[0] ?? 0) + 60);
});

test('the portrait on a card is still a portrait', () => {
	const picture = photograph({ corners: whole, sheet: 'card', width: 1000, height: 630 });
	asDocument(picture);
	const face = colourAt(picture, 300 / 1586, 0.5);
	expect(Math.max(...face)).toBeLessThan(190);
});

function quantile(values: readonly number[], share: number): number {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
}

function colourAt(p: Pixels, x: number, y: number): number[] {
	const i = (Math.floor(y * p.height) * p.width + Math.floor(x * p.width)) * 4;
	return [...p.data.subarray(i, i + 3)];
}
