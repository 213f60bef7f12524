import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jpegHead } from './jpeg.ts';
import { PictureError, pdf, type Sheet } from './pdf.ts';
import { tall } from './testing/jpegs.ts';

// What comes out is read by poppler: other people's software.

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'coffre-pdf-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function written(title: string, sheets: readonly Sheet[]): Promise<string> {
	const path = join(folder, 'scan.pdf');
	writeFileSync(path, new Uint8Array(await pdf(title, sheets).arrayBuffer()));
	return path;
}
const run = (tool: string, ...args: readonly string[]): string =>
	execFileSync(tool, [...args], { encoding: 'utf8' });

test('sheets of A4, upright or on their side, with a title in any letters', async () => {
	const title = 'Justificatif d’été (n° 3) — Łódź 🏠 <&>';
	const sheets = ([0, 1, 2, 3] as const).map((turns) => ({ jpeg: tall(), turns }));
	const path = await written(title, sheets);
	const info = run('pdfinfo', '-l', '4', path);
	expect(info).toContain(`Title:           ${title}`);
	expect(info).toMatch(/Pages: +4\n/);
	expect(info).toMatch(/PDF version: +1\.7/);
	expect(info).toMatch(/Encrypted: +no/);
	expect(info).toMatch(/JavaScript: +no/);
	expect(info).not.toMatch(/Creat|ModDate|Author/);
	expect(info).toMatch(/Page +1 size: +595\.276 x 841\.89 pts \(A4\)/);
	expect(info).toMatch(/Page +2 size: +841\.89 x 595\.276 pts \(A4\)/);
	expect(info).toMatch(/Page +3 size: +595\.276 x 841\.89 pts \(A4\)/);
	expect(info).toMatch(/Page +4 size: +841\.89 x 595\.276 pts \(A4\)/);
	const meta = run('pdfinfo', '-meta', path);
	expect(meta).toContain('<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>');
	expect(meta).toContain('Łódź 🏠 &lt;&amp;&gt;');
	expect(readFileSync(path, 'latin1')).toContain('/Lang(fr-FR)');
	expect(run('pdftotext', path, '-').trim()).toBe('');
	expect(run('pdfimages', '-list', path).match(/jpeg/g)).toHaveLength(4);
});

test('each is turned as it was asked: the dark corner goes round', async () => {
	const sheets = ([0, 1, 2, 3] as const).map((turns) => ({ jpeg: tall(), turns }));
	const path = await written('Tour', sheets);
	const corners = [1, 2, 3, 4].map((n) => {
		run('pdftoppm', '-r', '36', '-f', `${n}`, '-l', `${n}`, '-singlefile', path, join(folder, 'p'));
		const { width, height, at } = ppm(readFileSync(join(folder, 'p.ppm')));
		const places = [
			[0.1, 0.1],
			[0.9, 0.1],
			[0.9, 0.9],
			[0.1, 0.9],
		] as const;
		return places.findIndex(([x, y]) => at(x * width, y * height) < 90);
	});
	expect(corners).toEqual([0, 1, 2, 3]);
});

test('the file is sound, to the last offset', async () => {
	const path = await written('Page', [{ jpeg: tall(), turns: 0 }]);
	expect(
		execFileSync('pdftoppm', ['-r', '20', path, join(folder, 'q')], { stdio: 'pipe' }),
	).toHaveLength(0);
	const text = readFileSync(path, 'latin1');
	const table = text.slice(text.indexOf('xref\n')).split('\n').slice(3);
	const rows = table.slice(
		0,
		table.findIndex((row) => row.startsWith('trailer')),
	);
	expect(rows).toHaveLength(8);
	for (const [i, row] of rows.entries())
		expect(text.slice(Number.parseInt(row, 10))).toMatch(new RegExp(`^${i + 1} 0 obj\n`));
	expect(Number(/startxref\n(\d+)/.exec(text)?.[1])).toBe(text.indexOf('xref\n'));
});

test('a picture that says where it was taken is refused, and so is what is no JPEG', () => {
	const exif = new TextEncoder().encode('Exif\0\0GPS 45.1,5.7');
	const app1 = Uint8Array.of(0xff, 0xe1, 0, exif.length + 2, ...exif);
	const told = Uint8Array.of(...tall().subarray(0, 2), ...app1, ...tall().subarray(2));
	expect(jpegHead(told)).toMatchObject({ talks: true, width: 62, height: 88 });
	expect(jpegHead(tall())).toMatchObject({ talks: false, width: 62, height: 88 });
	for (const jpeg of [told, new Uint8Array(40), tall().subarray(0, 30), new Uint8Array()])
		expect(() => pdf('x', [{ jpeg, turns: 0 }])).toThrow(PictureError);
});

function ppm(b: Buffer): { width: number; height: number; at(x: number, y: number): number } {
	const head = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(b.toString('latin1', 0, 40));
	const [width, height] = [Number(head?.[1]), Number(head?.[2])];
	const start = head?.[0].length ?? 0;
	const at = (x: number, y: number): number =>
		b[start + (Math.floor(y) * width + Math.floor(x)) * 3] ?? 0;
	return { width, height, at };
}
