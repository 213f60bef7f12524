import { writeFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import type { Pixels } from '../../src/scan/pixels.ts';
import { photograph, type Scene } from '../../src/scan/testing/scene.ts';

// Files that a telephone could have made, of sheets whose corners are known.

/** What EXIF of these photographs tells, and nothing else may. */
export const secret = 'TELEPHONE-DE-ROSE';

export interface Taken {
	/** Pixels of the file for each that was drawn: 12 million take long to draw. */
	readonly larger?: number;
	/** Held on its side: the pixels lie, and EXIF says how to turn them. */
	readonly onItsSide?: boolean;
}

export async function jpegOf(browser: Browser, scene: Scene, taken: Taken = {}): Promise<Buffer> {
	const upright = photograph(scene);
	const { width, height, data } = taken.onItsSide ? lying(upright) : upright;
	const page = await browser.newPage();
	try {
		const base64 = await page.evaluate(draw, {
			width,
			height,
			larger: taken.larger ?? 1,
			pixels: Buffer.from(data.buffer).toString('base64'),
		});
		return withExif(Buffer.from(base64, 'base64'), taken.onItsSide ? 6 : 1);
	} finally {
		await page.close();
	}
}

interface Drawn {
	readonly width: number;
	readonly height: number;
	readonly larger: number;
	readonly pixels: string;
}

/** Runs in the browser, which has the encoder. */
async function draw({ width, height, larger, pixels }: Drawn): Promise<string> {
	const text = atob(pixels);
	const data = Uint8ClampedArray.from({ length: text.length }, (_, i) => text.charCodeAt(i));
	const small = new OffscreenCanvas(width, height);
	small.getContext('2d')?.putImageData(new ImageData(data, width, height), 0, 0);
	const canvas = new OffscreenCanvas(width * larger, height * larger);
	canvas.getContext('2d')?.drawImage(small, 0, 0, canvas.width, canvas.height);
	const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
	const bytes = new Uint8Array(await blob.arrayBuffer());
	let binary = '';
	for (let i = 0; i < bytes.length; i += 0x8000)
		binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
	return btoa(binary);
}

/** A quarter turn against the clock: what a camera stores whose top is at the left. */
function lying(p: Pixels): Pixels {
	const from = new Uint32Array(p.data.buffer);
	const to = new Uint32Array(from.length);
	for (let y = 0; y < p.height; y++)
		for (let x = 0; x < p.width; x++)
			to[(p.width - 1 - x) * p.height + y] = from[y * p.width + x] ?? 0;
	return { width: p.height, height: p.width, data: new Uint8ClampedArray(to.buffer) };
}

function withExif(jpeg: Buffer, orientation: number): Buffer {
	const make = Buffer.from(`${secret}\0`);
	const tiff = Buffer.alloc(128);
	tiff.write('II*\0', 0, 'latin1');
	tiff.writeUInt32LE(8, 4);
	tiff.writeUInt16LE(3, 8);
	entry(tiff, 10, 0x010f, 2, make.length, 56);
	entry(tiff, 22, 0x0112, 3, 1, orientation);
	entry(tiff, 34, 0x8825, 4, 1, 90);
	make.copy(tiff, 56);
	// The place: one reference, north.
	tiff.writeUInt16LE(1, 90);
	entry(tiff, 92, 1, 2, 2, 'N'.charCodeAt(0));
	const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
	const head = Buffer.from([0xff, 0xe1, 0, body.length + 2]);
	return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
}

function entry(b: Buffer, at: number, tag: number, kind: number, n: number, value: number): void {
	b.writeUInt16LE(tag, at);
	b.writeUInt16LE(kind, at + 2);
	b.writeUInt32LE(n, at + 4);
	b.writeUInt32LE(value, at + 8);
}

/** What Chromium's fake camera shows: the same frame for ever. */
export function filmOf(scene: Scene, path: string): void {
	const { width, height, data } = photograph(scene);
	const luma = Buffer.alloc(width * height);
	const [blue, red] = [0, 1].map(() => Buffer.alloc((width * height) / 4)) as [Buffer, Buffer];
	for (let y = 0; y < height; y++)
		for (let x = 0; x < width; x++) {
			const i = (y * width + x) * 4;
			const [r = 0, g = 0, b = 0] = data.subarray(i, i + 3);
			luma[y * width + x] = 16 + 0.257 * r + 0.504 * g + 0.098 * b;
			const c = (y >> 1) * (width >> 1) + (x >> 1);
			blue[c] = 128 - 0.148 * r - 0.291 * g + 0.439 * b;
			red[c] = 128 + 0.439 * r - 0.368 * g - 0.071 * b;
		}
	const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`);
	const frame = [Buffer.from('FRAME\n'), luma, blue, red];
	writeFileSync(path, Buffer.concat([head, ...frame, ...frame]));
}
