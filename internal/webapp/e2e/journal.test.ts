import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { desktop, look, screenshot } from './harness/browser.ts';
import { CommandLine } from './harness/commandline.ts';
import {
	act,
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

// The journal as its holder reads it, looks something up in it, takes it away on paper and in files, and is
// told when it is not what it was.

scene();
withFiles();

const events = (page: Page) => page.getByRole('main').locator('li:has(> details)');
const shown = (page: Page): Promise<string[]> => events(page).locator('.said').allInnerTexts();

/** A citizen with something to tell: her document, a share of it, a deposit of a town hall's software. */
async function live(page: Page, who: string): Promise<void> {
	await logIn(page, who, 'FranceConnect');
	await openSafe(page);
	await addFiles(page, [files.pdf.path, files.text.path]);
	await line(page, files.pdf.name).waitFor();
	await line(page, files.text.name).waitFor();
	await share(page, {
		document: files.pdf.name,
		administration: 'Mairie de Valmont',
		service: 'CCAS',
		purpose: "Demande d'aide sociale",
	});
	await page.getByRole('link', { name: 'Dépôts', exact: true }).click();
	await click(page, 'Autoriser une administration à déposer');
	const allow = page.getByRole('dialog', { name: said('Autoriser une administration') });
	await allow.getByRole('radio', { name: 'Université de Valmont' }).check();
	await allow.getByRole('button', { name: 'Autoriser', exact: true }).click();
	const allowed = page.getByRole('listitem').filter({ hasText: 'Université de Valmont' });
	const address = await allowed.getByText(/^[a-z2-7]{26}$/).innerText();
	const software = new CommandLine(server.url);
	const key = join(server.data, 'demo', 'systems', 'universite-de-valmont.jwk');
	const flags = ['--server', server.url, '--key', key, '--address', address];
	expect(await software.run(['deposit', ...flags, files.png.path]).ended).toMatchObject({
		status: 0,
	});
	software.remove();
	await page.getByRole('link', { name: 'Documents', exact: true }).click();
	await act(page, files.text.name, 'Télécharger');
	await page.getByText(said('est téléchargé sur votre appareil')).waitFor();
	await page.getByRole('button', { name: 'Fermer' }).click();
}

/** Until no event waits for its place in the log; the page looks again by itself. */
async function journal(page: Page): Promise<void> {
	await page.getByRole('link', { name: 'Journal', exact: true }).click();
	await page.getByText(said('vérifiés par votre navigateur, aucun ne manque')).waitFor();
	await page.getByText(said('dans un instant')).waitFor({ state: 'detached' });
}

/** From the dialog that is open. */
async function receipt(page: Page): Promise<void> {
	await click(page, 'Faire le reçu');
	await page.getByText(said('Votre reçu est prêt')).waitFor();
	await page.keyboard.press('Escape');
	await page.locator('dialog[open]').waitFor({ state: 'detached' });
}

test('is told to be whole, is searched, and is taken away on paper and in files', () =>
	visitor(async ({ page }) => {
		await live(page, 'Angela DUBOIS');
		await journal(page);
		const all = await shown(page);
		expect(await events(page).filter({ hasText: 'Vérifié' }).count()).toBe(all.length);
		await page.getByText(`${all.length} événements vérifiés`).waitFor();
		await look(page, 'journal-entier');

		await page.getByText(said('Chercher dans le journal')).click();
		await page.getByLabel('Qui a agi').selectOption({ label: 'Tous les logiciels' });
		expect(await shown(page)).toEqual([expect.stringMatching(said('a déposé'))]);
		expect((await shown(page))[0]).toMatch(/Logiciel\s*$/);
		await page.getByText(`1 événement sur ${all.length} est montré`).waitFor();
		await events(page).locator('summary').click();
		await click(page, 'Faire un reçu');
		await receipt(page);
		await page.getByLabel('Qui a agi').selectOption({ label: 'Tout le monde' });
		await page.getByLabel('Document', { exact: true }).selectOption({ label: files.pdf.name });
		expect(await shown(page)).toHaveLength(2);
		await page.getByLabel('Montrer').selectOption({ label: 'Partages' });
		expect(await shown(page)).toEqual([expect.stringMatching(said('Vous avez partagé'))]);
		await look(page, 'journal-cherche');
		await page.getByLabel('Période').selectOption({ label: 'Entre deux dates…' });
		await page.getByLabel('Au', { exact: true }).fill('2020-01-01');
		await page.getByText(said('Rien de tel')).waitFor();
		await click(page, 'Tout voir');
		expect(await shown(page)).toEqual(all);

		await click(page, 'Emporter le journal');
		await screenshot(page, 'journal-emporter-phone-light');
		const table = await saved(page, () => click(page, 'Tableau (CSV, pour un tableur)'));
		expect(table.name).toMatch(/^journal-\d{4}-\d\d-\d\d\.csv$/);
		const lines = table.bytes.toString('utf8').split('\r\n');
		expect(lines[0]).toMatch(/^\ufeff"Numéro";"Date et heure";/);
		expect(lines).toHaveLength(all.length + 2);
		expect(table.bytes.toString('utf8')).toContain(`"${files.pdf.name}"`);

		await click(page, 'Emporter le journal');
		const proofs = await saved(page, () => click(page, 'Preuves (JSON, à revérifier ailleurs)'));
		expect(proofs.bytes.toString('utf8')).not.toContain(files.pdf.name);
		expect(JSON.parse(proofs.bytes.toString('utf8')).events).toHaveLength(all.length);
		const file = join(server.data, proofs.name);
		const auditor = new CommandLine(server.url);
		writeFileSync(file, proofs.bytes);
		const sound = await auditor.run(['verify', 'export', file]).ended;
		expect(sound.said).toMatch(said(`aucun ne manque du n° 1 au n° ${all.length}`));
		expect(sound.status).toBe(0);
		writeFileSync(file, proofs.bytes.toString('utf8').replace('DUBOIS', 'DUBOIT'));
		expect(await auditor.run(['verify', 'export', file]).ended).toMatchObject({ status: 3 });
		auditor.remove();

		await page.getByRole('link', { name: 'Dépôts', exact: true }).click();
		await page.getByRole('button', { name: said(`Reçu de ${files.png.name}`) }).click();
		await receipt(page);
	}));

test('is printed as a sheet that says what it is and how to check it', () =>
	visitor(
		async ({ page }) => {
			await live(page, 'Fatou DIALLO');
			await journal(page);
			const all = await shown(page);
			await click(page, 'Emporter le journal');
			await click(page, 'Imprimer ou enregistrer en PDF');
			const sheet = page.getByRole('article', { name: 'Journal du coffre' });
			await sheet.waitFor();
			expect(await sheet.locator('tbody tr').count()).toBe(all.length);
			for (const part of ['Titulaire', 'aucun ne manque', 'Clé du registre', '/verifier'])
				await sheet.getByText(said(part)).first().waitFor();
			await look(page, 'journal-imprimer');
			await page.emulateMedia({ media: 'print' });
			expect(await page.getByRole('banner').isVisible()).toBe(false);
			expect(await page.getByRole('button', { name: 'Imprimer' }).isVisible()).toBe(false);
			mkdirSync(screensFolder, { recursive: true });
			const path = join(screensFolder, 'journal.pdf');
			const pdf = await page.pdf({ preferCSSPageSize: true, format: 'A4', path });
			expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)).toHaveLength(2);
			await page.emulateMedia({ media: 'screen' });
			await click(page, 'Revenir au journal');
			await page.getByRole('heading', { level: 1, name: whole('Mon journal') }).waitFor();
		},
		{ viewport: desktop },
	));

interface Told {
	items: { event: string }[];
}
/** The journal on its way to the page, as a gateway that lies would give it. */
async function told(page: Page, lie: (journal: Told) => void): Promise<void> {
	await page.context().route('**/api/v1/safe/journal*', async (route) => {
		const answer = await route.fetch();
		const journal = (await answer.json()) as Told;
		lie(journal);
		await route.fulfill({ response: answer, json: journal });
	});
}

test('says what to do, and keeps the evidence, when a line was changed or left out', () =>
	visitor(async ({ page }) => {
		await logIn(page, 'Minh TRAN', 'FranceConnect');
		await openSafe(page);
		await journal(page);
		await told(page, ({ items }) => {
			const [, second] = items;
			if (second) second.event = second.event.replace('"time":"20', '"time":"19');
		});
		await click(page, 'Actualiser');
		await page.getByText(said("Un événement n'est pas prouvé")).waitFor();
		await page.getByRole('heading', { name: said('Que faire maintenant') }).waitFor();
		expect(await events(page).filter({ hasText: 'Non prouvé' }).count()).toBe(1);
		await look(page, 'journal-faux');
		const changed = await saved(page, () => click(page, 'Enregistrer toutes les preuves'));
		expect(JSON.parse(changed.bytes.toString('utf8')).alarms).toMatchObject([{ code: 'leaf' }]);

		await page.context().unroute('**/api/v1/safe/journal*');
		await told(page, ({ items }) => void items.splice(1, 1));
		await click(page, 'Actualiser');
		await page.getByText(said('il manque des lignes au journal')).waitFor();
		await look(page, 'journal-incomplet');
		const hole = await saved(page, () => click(page, 'Enregistrer toutes les preuves'));
		expect(JSON.parse(hole.bytes.toString('utf8')).alarms).toMatchObject([{ code: 'hole' }]);

		await page.context().unroute('**/api/v1/safe/journal*');
		await click(page, 'Actualiser');
		await page.getByText(said('vérifiés par votre navigateur, aucun ne manque')).waitFor();
	}));
