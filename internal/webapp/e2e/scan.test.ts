import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Quad } from '../src/scan/geometry.ts';
import { type Scene, seenAt } from '../src/scan/testing/scene.ts';
import { during, launch, look, phone, type Visitor } from './harness/browser.ts';
import { leftovers } from './harness/leftovers.ts';
import { act, click, line, logIn, openSafe, said, saved } from './harness/people.ts';
import { filmOf, jpegOf, secret } from './harness/photographs.ts';
import { scene, server, visitor } from './harness/scene.ts';

// A paper at home becomes a document in the safe: photographs whose corners
// are known go in, and poppler reads what comes out.

scene();

const slanted = seenAt({ tilt: -0.55, lean: 0.15, turn: 0.08, away: 2.25 });
const upright = seenAt({ tilt: 0.2, lean: -0.1, turn: -0.05, away: 1.45, ratio: 3 / 4 });
const filmed = seenAt({ tilt: -0.4, turn: 0.06, away: 3, ratio: 16 / 9 });
const nowhere = quad(-3, -3, -2, -3, -2, -2, -3, -2);

const photos: Readonly<Record<string, Scene>> = {
	letter: { corners: slanted, clutter: true, exposure: 0.6 },
	onItsSide: { corners: upright, width: 900, height: 1200, table: 'dark', sheet: 'stamped' },
	table: { corners: nowhere, table: 'grey' },
};

let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'coffre-scan-'));
	const browser = await launch();
	for (const [name, drawn] of Object.entries(photos)) {
		const taken = name === 'onItsSide' ? { onItsSide: true } : { larger: 3.3 };
		writeFileSync(at(`${name}.jpg`), await jpegOf(browser, drawn, taken));
	}
	await browser.close();
	writeFileSync(at('texte.jpg'), 'Ceci n’est pas une image.');
	filmOf({ corners: filmed, width: 1280, height: 720, noise: 2 }, at('camera.y4m'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('photographs become one straight, clean PDF in the safe', () =>
	visitor(async ({ page }) => {
		await logIn(page, 'Angela DUBOIS', 'FranceConnect');
		await openSafe(page);
		await look(page, 'coffre-vide-numeriser');
		const dialog = await open(page);
		await look(page, 'numeriser');
		await choose(page, ['letter.jpg', 'onItsSide.jpg', 'table.jpg']);
		await ready(dialog, 3);
		await dialog.getByText(said('Bords à vérifier')).waitFor();
		await look(page, 'numeriser-pages');

		// As the camera was held: EXIF turned it upright before it was looked at.
		for (const [n, name] of ['letter', 'onItsSide'].entries()) {
			await click(page, `Ajuster la page ${n + 1}`);
			expect(await off(dialog, photos[name]?.corners ?? upright)).toBeLessThan(0.015);
			if (n === 0) await look(page, 'numeriser-coins');
			await click(page, 'Annuler');
		}
		await click(page, 'Retirer la page 3');
		await click(page, 'Avancer la page 2');
		expect(await focused(page)).toMatch(/^Avancer la page 1$/);
		await click(page, 'Tourner la page 2 d’un quart de tour');
		await dialog.getByLabel('Nom du document').fill('Facture : d’été / 2026');
		await look(page, 'numeriser-nommer');
		await click(page, 'Ajouter à mon coffre');
		await dialog.waitFor({ state: 'detached' });
		await line(page, 'Facture d’été 2026.pdf').waitFor();
		expect(await leftovers(page)).not.toMatch(/blob:|data:image|Facture : /);

		const { name, bytes } = await saved(page, () =>
			act(page, 'Facture d’été 2026.pdf', 'Télécharger'),
		);
		expect(name).toBe('Facture d’été 2026.pdf');
		expect(bytes.length).toBeLessThan(700_000);
		expect(bytes.includes(secret)).toBe(false);
		expect(bytes.includes('Exif')).toBe(false);
		writeFileSync(at('out.pdf'), bytes);
		const info = execFileSync('pdfinfo', ['-l', '2', at('out.pdf')], { encoding: 'utf8' });
		expect(info).toContain('Title:           Facture d’été 2026\n');
		expect(info).toMatch(/Pages: +2\n/);
		expect(info).toMatch(/Page +1 size: +595\.276 x 841\.89 pts \(A4\)/);
		expect(info).toMatch(/Page +2 size: +841\.89 x 595\.276 pts \(A4\)/);
		// The marks in the corners of the sheets: black, red, none, blue in the order of reading.
		expect(marks(1)).toEqual(['black', 'red', 'blue', 'white']);
		expect(marks(2)).toEqual(['white', 'black', 'red', 'blue']);
	}));

test('by touch, by keyboard: corners are put where they belong', () =>
	visitor(
		async ({ page }) => {
			await logIn(page, 'Fatou DIALLO', 'FranceConnect');
			await openSafe(page);
			const dialog = await open(page);
			await choose(page, ['table.jpg', 'texte.jpg']);
			await ready(dialog, 1);
			await dialog.getByText(said('Cette image ne peut pas être lue')).waitFor();
			await look(page, 'numeriser-illisible');
			await click(page, 'Retirer la page 2');

			await page.keyboard.press('Enter');
			const first = dialog.getByRole('button', { name: /^Coin en haut à gauche/ });
			await first.focus();
			for (const key of ['Shift+ArrowRight', 'Shift+ArrowDown', 'ArrowRight', 'ArrowDown'])
				await page.keyboard.press(key);
			await dialog
				.getByRole('button', { name: 'Coin en haut à gauche, à 6 % de la gauche, 6 % du haut' })
				.waitFor();
			// Touched, away from the corner: it comes there. Dragged: it follows.
			const box = await stage(dialog);
			await page.touchscreen.tap(box.x + box.width * 0.9, box.y + box.height * 0.1);
			await dialog
				.getByRole('button', { name: 'Coin en haut à droite, à 90 % de la gauche, 10 % du haut' })
				.waitFor();
			await page.mouse.move(box.x + box.width - 3, box.y + box.height - 3);
			await page.mouse.down();
			await page.mouse.move(box.x + box.width * 0.8, box.y + box.height * 0.85, { steps: 4 });
			await look(page, 'numeriser-loupe');
			await page.mouse.up();
			expect(await corner(dialog, 2)).toMatchObject({
				x: expect.closeTo(0.8, 1),
				y: expect.closeTo(0.85, 1),
			});
			await dialog.getByRole('radio', { name: /^Photo/ }).check();
			await click(page, 'Valider');
			await ready(dialog, 1);
			await dialog.getByText(said('Bords à vérifier')).waitFor({ state: 'detached' });

			// What is not in the safe yet is not lost by one key.
			await page.keyboard.press('Escape');
			await dialog.getByText(said('gardées nulle part')).waitFor();
			await look(page, 'numeriser-abandonner');
			await page.keyboard.press('Escape');
			await ready(dialog, 1);
			// Browsers close a dialog at the second Escape, whatever the page says.
			await page.keyboard.press('Escape');
			await click(page, 'Continuer');
			await ready(dialog, 1);
			await page.keyboard.press('Escape');
			await click(page, 'Abandonner');
			await dialog.waitFor({ state: 'detached' });
			await page.getByRole('button', { name: 'Photographier un papier' }).waitFor();
		},
		{ hasTouch: true },
	));

test('with the camera, in the page; several sheets in a row', async () => {
	const fake = `--use-file-for-fake-video-capture=${at('camera.y4m')}`;
	const browser = await launch(
		'--use-fake-device-for-media-stream',
		'--use-fake-ui-for-media-stream',
		fake,
	);
	await with_(browser, async ({ page }) => {
		await logIn(page, 'Marcel LEROY', 'FranceConnect');
		await openSafe(page);
		const dialog = await open(page);
		await click(page, 'Prendre une photo');
		const shutter = dialog.getByRole('button', { name: 'Prendre la photo' });
		await dialog.locator('button.shutter:not([aria-disabled])').waitFor();
		await look(page, 'numeriser-camera');
		await shutter.click();
		await dialog.getByText('1 page prise').waitFor();
		await dialog.locator('button.shutter:not([aria-disabled])').waitFor();
		await shutter.click();
		await dialog.getByText('2 pages prises').waitFor();
		await click(page, 'Terminé');
		await ready(dialog, 2);
		await look(page, 'numeriser-camera-pages');
		await click(page, 'Ajuster la page 1');
		expect(await off(dialog, filmed)).toBeLessThan(0.015);
		// The camera is off as soon as nobody looks through it.
		expect(await page.locator('video').count()).toBe(0);
	});
});

test('where the camera is refused, what else can be done is said', async () => {
	const browser = await launch('--use-fake-device-for-media-stream', '--deny-permission-prompts');
	await with_(browser, async ({ page }) => {
		await logIn(page, 'Minh TRAN', 'FranceConnect');
		await openSafe(page);
		const dialog = await open(page);
		await click(page, 'Prendre une photo');
		await dialog.getByText(said('n’est pas disponible')).waitFor();
		await look(page, 'numeriser-camera-refusee');
		await choose(page, ['onItsSide.jpg']);
		await ready(dialog, 1);
		// In the other language, the same.
		await page.setViewportSize(phone);
		await click(page, 'Ajouter à mon coffre');
		await line(page, await given(page)).waitFor();
	});
});

async function with_(browser: Browser, use: (v: Visitor) => Promise<void>): Promise<void> {
	try {
		await during(browser, server.url, use);
	} finally {
		await browser.close();
	}
}

async function open(page: Page): Promise<Locator> {
	await click(page, 'Photographier un papier');
	const dialog = page.getByRole('dialog');
	await dialog.getByRole('heading', { name: 'Photographier un papier' }).waitFor();
	return dialog;
}

async function choose(page: Page, names: readonly string[]): Promise<void> {
	const chooser = page.waitForEvent('filechooser');
	await click(page, 'Choisir des photos');
	await (await chooser).setFiles(names.map(at));
}

/** Each straightened, and seen as it will be. */
async function ready(dialog: Locator, pages: number): Promise<void> {
	const views = dialog.locator('button.view:not([aria-disabled]) img');
	await expect.poll(() => views.count(), { timeout: 60_000 }).toBe(pages);
}

async function corner(dialog: Locator, n: number): Promise<{ x: number; y: number }> {
	return dialog
		.locator('button.corner')
		.nth(n)
		.evaluate((e: HTMLElement) => ({
			x: Number.parseFloat(e.style.left) / 100,
			y: Number.parseFloat(e.style.top) / 100,
		}));
}

async function stage(
	dialog: Locator,
): Promise<{ x: number; y: number; width: number; height: number }> {
	await dialog.locator('.stage').scrollIntoViewIfNeeded();
	const box = await dialog.locator('.stage').boundingBox();
	if (box === null) throw new Error('there is no picture');
	return box;
}

/** The corner that is furthest off, in shares of the diagonal. */
async function off(dialog: Locator, want: Quad): Promise<number> {
	const { width, height } = await stage(dialog);
	const far = await Promise.all(
		want.map(async (p, i) => {
			const got = await corner(dialog, i);
			return Math.hypot((got.x - p.x) * width, (got.y - p.y) * height);
		}),
	);
	return Math.max(...far) / Math.hypot(width, height);
}

function marks(n: number): string[] {
	const to = at('page');
	const args = ['-r', '60', '-f', `${n}`, '-l', `${n}`, '-singlefile', at('out.pdf'), to];
	execFileSync('pdftoppm', args);
	const b = readFileSync(`${to}.ppm`);
	const head = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(b.toString('latin1', 0, 40));
	const [width, height] = [Number(head?.[1]), Number(head?.[2])];
	// 14 mm from the edges of A4.
	const [x, y] = width < height ? [0.0667, 0.0471] : [0.0471, 0.0667];
	return [
		[x, y],
		[1 - x, y],
		[1 - x, 1 - y],
		[x, 1 - y],
	].map(([px = 0, py = 0]) => {
		const i = (Math.floor(py * height) * width + Math.floor(px * width)) * 3;
		const [r = 0, g = 0, blue = 0] = b.subarray((head?.[0].length ?? 0) + i);
		if (Math.min(r, g, blue) > 200) return 'white';
		if (r > g + 60 && r > blue + 60) return 'red';
		if (blue > r + 40) return 'blue';
		return Math.max(r, g, blue) < 90 ? 'black' : `${r} ${g} ${blue}`;
	});
}

const focused = (page: Page): Promise<string> =>
	page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');

/** The name that is given to a document when nobody gives one. */
const given = (page: Page): Promise<string> =>
	page.evaluate(
		() =>
			`Document du ${new Intl.DateTimeFormat('fr-FR', { dateStyle: 'long' }).format(new Date())}.pdf`,
	);

function quad(...xy: readonly number[]): Quad {
	return [0, 2, 4, 6].map((i) => ({ x: xy[i] ?? 0, y: xy[i + 1] ?? 0 })) as unknown as Quad;
}
