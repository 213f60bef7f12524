import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { crcOf, Zip } from './zip.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'coffre-zip-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const env = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' };
const at = new Date(2026, 10, 26, 14, 5, 8);
const entry = (name: string, content: BlobPart) => ({
	name,
	content: new Blob([content]),
	changed: at,
});

async function unpacked(zip: Zip): Promise<string> {
	const file = join(folder, 'a.zip');
	writeFileSync(file, new Uint8Array(await zip.end().arrayBuffer()));
	execFileSync('unzip', ['-tq', file]);
	execFileSync('unzip', ['-q', file, '-d', join(folder, 'out')], { env });
	return file;
}

test('unzip gets every file back byte for byte, under its name', async () => {
	const zip = new Zip();
	const big = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) >>> 3);
	await zip.add(entry('Dossier de Fatou/été.txt', 'été comme hiver\n'));
	await zip.add(entry('vide', ''));
	await zip.add(entry('grand.bin', big));
	const file = await unpacked(zip);
	const read = (name: string) => readFileSync(join(folder, 'out', name));
	expect(read('Dossier de Fatou/été.txt').toString()).toBe('été comme hiver\n');
	expect(read('vide')).toHaveLength(0);
	expect(read('grand.bin').equals(Buffer.from(big))).toBe(true);
	const listed = execFileSync('unzip', ['-Z', '-T', file], { encoding: 'utf8' });
	expect(listed).toContain('20261126.140508');
});

test('more files than an old ZIP counts are all there', async () => {
	const zip = new Zip();
	const nothing = entry('', '');
	for (let i = 0; i < 66_000; i++) await zip.add({ ...nothing, name: String(i) });
	const file = join(folder, 'many.zip');
	writeFileSync(file, new Uint8Array(await zip.end().arrayBuffer()));
	const said = execFileSync('unzip', ['-Zt', file], { encoding: 'utf8' });
	expect(said).toMatch(/^66000 files/);
});

test('the checksum is the one that everybody knows', async () => {
	expect((await crcOf(new Blob(['123456789']))).toString(16)).toBe('cbf43926');
});
