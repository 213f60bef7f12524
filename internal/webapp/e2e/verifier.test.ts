import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { desktop, look } from './harness/browser.ts';
import {
	addFiles,
	click,
	line,
	logIn,
	openSafe,
	said,
	saved,
	share,
	whole,
} from './harness/people.ts';
import { files, scene, server, visitor, withFiles } from './harness/scene.ts';
import { screensFolder } from './harness/server.ts';
import { weigh } from './harness/weight.ts';

// A citizen takes receipts; somebody without an account checks them, by file and by photograph.

scene();
withFiles();

const folder = mkdtempSync(join(tmpdir(), 'coffre-receipts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What somebody else was given of Angela's document and of her share. */
let receipt: string;
let other: string;
let link: string;
/** The register before any of it. */
let early: string;

const sheet = (page: Page) => page.getByRole('article', { name: 'Reçu' });
const receiptOf = (page: Page) => page.getByRole('dialog', { name: 'Reçu de cet acte' });
/** Into the field for a file that stands for this one. */
async function give(
	page: Page,
	label: string,
	name: string,
	content: string | Buffer,
): Promise<void> {
	const path = join(folder, name);
	writeFileSync(path, content);
	await page.getByLabel(said(label)).setInputFiles(path);
}
const proven = (page: Page) => page.getByText(said('Ce reçu est vrai')).waitFor();

beforeAll(async () => {
	await visitor(async ({ page, context }) => {
		early = await (await context.request.get('/log/checkpoint')).text();
		await logIn(page, 'Angela DUBOIS', 'FranceConnect');
		await openSafe(page);
		await addFiles(page, [files.pdf.path]);
		await line(page, files.pdf.name)
			.getByRole('button', { name: files.pdf.name, exact: true })
			.click();
		await page.getByRole('dialog').getByRole('button', { name: 'Reçu', exact: true }).click();
		await look(page, 'recu-pourquoi');
		await click(page, 'Faire le reçu');
		await receiptOf(page).getByText(said('Votre reçu est prêt')).waitFor();
		await look(page, 'recu');
		await onOneSheet(page, 'recu');
		receipt = await download(page);
		link = readQr(
			await sheet(page)
				.getByRole('img', { name: said('Code QR') })
				.screenshot(),
		);
		await closeAll(page);

		await share(page, {
			document: files.pdf.name,
			administration: 'Mairie de Valmont',
			service: 'CCAS',
			purpose: "Demande d'aide sociale",
		});
		await page.getByRole('link', { name: 'Partages', exact: true }).click();
		await page.getByRole('button', { name: said(`Reçu de ${files.pdf.name}`) }).click();
		await click(page, 'Faire le reçu');
		await receiptOf(page).getByText(said('Votre reçu est prêt')).waitFor();
		other = await download(page);
	});
}, 240_000);

async function download(page: Page): Promise<string> {
	const got = await saved(page, () => click(page, 'Télécharger le reçu'));
	expect(got.name).toMatch(/^recu-(document-added|grant-created)-\d{4}-\d\d-\d\d\.json$/);
	return got.bytes.toString('utf8');
}
async function closeAll(page: Page): Promise<void> {
	for (let open = 2; open > 0; open--) await page.keyboard.press('Escape');
	await page.locator('dialog[open]').waitFor({ state: 'detached' });
}
/** What comes out of the printer: the receipt, and nothing of the page around it. */
async function onOneSheet(page: Page, name: string): Promise<void> {
	const path = join(screensFolder, `${name}.pdf`);
	const pdf = await page.pdf({ format: 'A4', path });
	expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
	await page.emulateMedia({ media: 'print' });
	expect(await sheet(page).filter({ visible: true }).count()).toBe(1);
	for (const other of ['banner', 'contentinfo'] as const)
		expect(await page.getByRole(other).filter({ visible: true }).count()).toBe(0);
	await page.emulateMedia({ media: 'screen' });
}
/** As the camera of a phone does. */
function readQr(picture: Buffer): string {
	const path = join(folder, 'qr.png');
	writeFileSync(path, picture);
	return execFileSync('zbarimg', ['--raw', '-q', path], { encoding: 'utf8' }).trim();
}

test('a receipt holds no name of a document, and its code is a link to the public page', () => {
	expect(receipt).not.toContain(files.pdf.name);
	expect(JSON.parse(receipt)).toMatchObject({
		type: 'receipt',
		content: { sha256: files.pdf.sha256, size: files.pdf.bytes.length },
	});
	expect(link).toMatch(new RegExp(`^${server.url}/verifier#1\\.`));
});

test('somebody without an account checks a file, and compares a document with it', () =>
	visitor(async ({ page, guard }) => {
		const asked: string[] = [];
		page.on('request', (r) => asked.push(`${r.method()} ${new URL(r.url()).pathname}`));
		await page.goto('/verifier');
		await page.getByRole('heading', { level: 1, name: whole('Vérifier un reçu') }).waitFor();
		await look(page, 'verifier');
		asked.length = 0;
		await give(page, 'Choisir le fichier du reçu', 'recu.json', receipt);
		await proven(page);
		await page.getByText(said('le contient toujours aujourd’hui')).waitFor();
		await sheet(page).getByText(said('DUBOIS a mis un document dans son coffre')).waitFor();
		await sheet(page).getByText(files.pdf.sha256).waitFor();
		await look(page, 'verifier-vrai');
		expect(
			asked.filter(
				(a) => !/^GET \/(api\/v1\/site|log\/(checkpoint|consistency|tile\/.+)|assets\/.+)$/.test(a),
			),
		).toEqual([]);

		await give(page, 'Choisir le document', files.pdf.name, files.pdf.bytes);
		await page.getByText(said('est exactement le document du reçu')).waitFor();
		await look(page, 'verifier-meme-document');
		await give(
			page,
			'Choisir le document',
			'Autre.pdf',
			Buffer.concat([files.pdf.bytes, Buffer.from('\n')]),
		);
		await page.getByText(said('n’est pas le document du reçu')).waitFor();
		await look(page, 'verifier-autre-document');
		// The same as a link makes, of what is in the file: the sheet can be printed again.
		expect(readQr(await sheet(page).getByRole('img').screenshot())).toBe(link);
		guard.check();
	}));

test('a photograph of the code is enough, and gives the whole receipt back', () =>
	visitor(async ({ page }) => {
		await page.goto(link);
		await proven(page);
		await sheet(page).getByText(files.pdf.sha256).waitFor();
		const kept = await saved(page, () => click(page, 'Enregistrer le reçu complet'));
		await click(page, 'Vérifier un autre reçu');
		expect(new URL(page.url()).hash).toBe('');
		await page.getByLabel(said('Ou coller le contenu du reçu')).fill(kept.bytes.toString('utf8'));
		await click(page, 'Vérifier');
		await proven(page);
	}));

test('a share says to whom and why, and that it is about bytes it does not hold', () =>
	visitor(
		async ({ page }) => {
			await page.goto('/verifier');
			await page.getByLabel(said('Ou coller le contenu du reçu')).fill(other);
			await click(page, 'Vérifier');
			await proven(page);
			await sheet(page)
				.getByText(
					said(
						'a partagé un document avec Mairie de Valmont (CCAS), pour : Demande d’aide sociale',
					),
				)
				.waitFor();
			await page.getByRole('button', { name: 'English' }).click();
			await page.getByText(said('This receipt is true')).waitFor();
			await look(page, 'verifier-anglais');
		},
		{ viewport: desktop },
	));

test('a receipt that was touched is red, and says what to do', () =>
	visitor(async ({ page }) => {
		await page.goto('/verifier');
		await give(
			page,
			'Choisir le fichier du reçu',
			'faux.json',
			receipt.replace('DUBOIS', 'DUBOIT'),
		);
		await page.getByText(said('Ce reçu ne prouve rien')).waitFor();
		await look(page, 'verifier-faux');
		const proof = await saved(page, () => click(page, 'Enregistrer les preuves'));
		expect(proof.bytes.toString('utf8')).toContain('DUBOIT');
		// It can be mended without loading the page again.
		await give(page, 'Choisir le fichier du reçu', 'vrai.json', receipt);
		await proven(page);
	}));

test('a register that was rewritten since is accused, not who holds the receipt', () =>
	visitor(async ({ page, context }) => {
		// The gateway shows a part of what it has signed, as if there had never been more.
		await context.route('**/log/checkpoint', (route) => route.fulfill({ body: early }));
		await page.goto('/verifier');
		await give(page, 'Choisir le fichier du reçu', 'recu.json', receipt);
		await page.getByText(said('Le registre public n’est pas comme il devrait')).waitFor();
		await page.getByText(said('La personne qui vous a donné ce reçu n’y est pour rien')).waitFor();
		await look(page, 'verifier-registre-reecrit');
	}));

test('what is no receipt, another site’s link and an empty field are told apart, with the keyboard alone', () =>
	visitor(async ({ page }) => {
		await page.goto('/verifier');
		const field = page.getByLabel(said('Ou coller le contenu du reçu'));
		await page.getByRole('heading', { level: 1 }).waitFor();
		await page.getByLabel(said('Choisir le fichier du reçu')).focus();
		await page.keyboard.press('Tab');
		expect(await field.evaluate((e) => e === document.activeElement)).toBe(true);
		await page.keyboard.press('Tab');
		await page.keyboard.press('Enter');
		await page.getByText(said('Choisissez un fichier, ou collez')).waitFor();
		await field.focus();
		await page.keyboard.type('bonjour');
		await page.keyboard.press('Tab');
		await page.keyboard.press('Enter');
		await page.getByText(said("Ce n'est pas un reçu")).waitFor();
		await look(page, 'verifier-pas-un-recu');
		await field.fill(link.replace(server.url, 'https://coffre.exemple'));
		await click(page, 'Vérifier');
		await page.getByText(said('Seul le site https://coffre.exemple')).waitFor();
		await look(page, 'verifier-autre-site');
	}));

test('the page is light', () =>
	visitor(async ({ page }) => {
		const { bytes, requests } = await weigh(page, '/verifier');
		expect(bytes).toBeLessThanOrEqual(150_000);
		expect(requests.length, requests.join('\n')).toBeLessThanOrEqual(30);
	}));
