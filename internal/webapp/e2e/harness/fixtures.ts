import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import type { Browser } from 'playwright-core';

/** Files somebody could have: made here, so that nothing personal lies in the repository. */
export interface Fixtures {
	readonly photo: Fixture;
	readonly pdf: Fixture;
	readonly png: Fixture;
	readonly text: Fixture;
	remove(): void;
}

export interface Fixture {
	readonly path: string;
	readonly name: string;
	readonly bytes: Buffer;
	readonly sha256: string;
}

export async function makeFixtures(browser: Browser): Promise<Fixtures> {
	const folder = mkdtempSync(join(tmpdir(), 'coffre-files-'));
	const put = (name: string, bytes: Buffer): Fixture => {
		const path = join(folder, name);
		writeFileSync(path, bytes);
		return { path, name, bytes, sha256: sha256(bytes) };
	};
	return {
		photo: put('Photo d’été à Valmont.jpg', await photo(browser)),
		pdf: put('Acte de naissance.pdf', pdf('Acte de naissance - copie integrale')),
		png: put('Carte grise.png', png(64, 48)),
		text: put(
			'Déclaration sur l’honneur.txt',
			Buffer.from('Je déclare vivre à Valmont, été comme hiver.\n'),
		),
		remove: () => rmSync(folder, { recursive: true, force: true }),
	};
}

export function sha256(bytes: Buffer): string {
	return createHash('sha256').update(bytes).digest('hex');
}

export function read(path: string): Buffer {
	return readFileSync(path);
}

/** A JPEG of about 5 MB: grain over a sky, always the same. The browser has the encoder. */
async function photo(browser: Browser): Promise<Buffer> {
	const page = await browser.newPage();
	const base64 = await page.evaluate(async () => {
		const width = 2688;
		const height = 2016;
		const canvas = new OffscreenCanvas(width, height);
		const context = canvas.getContext('2d');
		if (context === null) throw new Error('no canvas');
		const image = context.createImageData(width, height);
		const pixels = new Uint32Array(image.data.buffer);
		let seed = 0x9e3779b9;
		for (let i = 0; i < pixels.length; i++) {
			seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
			const grain = seed >>> 25;
			const sky = ((i / pixels.length) * 100) | 0;
			const [red, green, blue] = [20 + sky + grain, 60 + grain, 127 - sky + grain];
			pixels[i] = 0xff000000 | (blue << 16) | (green << 8) | red;
		}
		context.putImageData(image, 0, 0);
		const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.985 });
		const bytes = new Uint8Array(await blob.arrayBuffer());
		let text = '';
		for (let i = 0; i < bytes.length; i += 0x8000)
			text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
		return btoa(text);
	});
	await page.close();
	const bytes = Buffer.from(base64, 'base64');
	if (bytes.length < 4.5e6 || bytes.length > 6e6)
		throw new Error(`the photo has ${bytes.length} bytes`);
	return bytes;
}

function pdf(line: string): Buffer {
	const text = `BT /F1 24 Tf 72 700 Td (${line}) Tj ET`;
	const objects = [
		'<</Type/Catalog/Pages 2 0 R>>',
		'<</Type/Pages/Kids[3 0 R]/Count 1>>',
		'<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
		`<</Length ${text.length}>>stream\n${text}\nendstream`,
		'<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
	];
	let out = '%PDF-1.4\n';
	const offsets = objects.map((o, i) => {
		const at = out.length;
		out += `${i + 1} 0 obj${o}endobj\n`;
		return at;
	});
	const start = out.length;
	const rows = offsets.map((o) => `${String(o).padStart(10, '0')} 00000 n \n`).join('');
	out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`;
	out += `trailer<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${start}\n%%EOF\n`;
	return Buffer.from(out, 'latin1');
}

function png(width: number, height: number): Buffer {
	const row = (y: number): Buffer =>
		Buffer.from([0, ...Array.from({ length: width * 3 }, (_, i) => (i * 5 + y * 3) & 255)]);
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	header.set([8, 2], 8); // 8 bits, RGB
	const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, (_, y) => row(y))));
	return Buffer.concat([
		Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
		chunk('IHDR', header),
		chunk('IDAT', pixels),
		chunk('IEND', Buffer.alloc(0)),
	]);
}

function chunk(kind: string, body: Buffer): Buffer {
	const typed = Buffer.concat([Buffer.from(kind, 'latin1'), body]);
	const around = Buffer.alloc(8);
	around.writeUInt32BE(body.length, 0);
	around.writeUInt32BE(crc32(typed), 4);
	return Buffer.concat([around.subarray(0, 4), typed, around.subarray(4)]);
}
