import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { look } from './harness/browser.ts';
import { withPasskeys } from './harness/passkeys.ts';
import {
	acceptTerms,
	addFiles,
	click,
	giveWords,
	line,
	logIn,
	makePaper,
	makePassphrase,
	openSafe,
	said,
	unlock,
	whole,
} from './harness/people.ts';
import { documents, files, scene, visitor, withFiles } from './harness/scene.ts';
import { row, within } from './harness/ways.ts';

// What somebody does who has lost one key, or all of them without guardians; custodians.test.ts has the rest.

scene();
withFiles();

/** By the links: the keys are in memory, and a new page would not have them. */
async function menu(page: Page, name: string): Promise<void> {
	await page.getByRole('button', { name: said('Mon compte') }).click();
	await page.getByRole('link', { name: whole(name) }).click();
	await page.getByRole('heading', { level: 1, name: whole(name) }).waitFor();
}
async function keep(page: Page): Promise<void> {
	await addFiles(page, [files.pdf.path]);
	await line(page, files.pdf.name).waitFor();
}
async function remove(page: Page, kind: string): Promise<void> {
	await row(page, kind)
		.first()
		.getByRole('button', { name: /^Retirer/ })
		.click();
	await within(page, 'Retirer cette clé');
	await page.getByText(said("Cette clé n'ouvre plus votre coffre")).waitFor();
}

test('the passkey is lost with the phone: the paper opens, another way takes its place', () =>
	visitor(async ({ page }) => {
		const device = await withPasskeys(page);
		await logIn(page, 'Marcel LEROY', 'FranceConnect');
		await page.getByRole('link', { name: whole('Ouvrir mon coffre') }).click();
		await acceptTerms(page);
		const paper = await makePaper(page);
		await click(page, "Faire une clé d'accès");
		await click(page, "Faire ma clé d'accès");
		await click(page, "Essayer ma clé d'accès");
		await documents(page);
		await keep(page);
		await click(page, 'Verrouiller');

		await device.lose();
		await look(page, 'perte-1-cle-d-acces');
		await unlock(page, 'Clé papier', paper);
		await documents(page);
		await menu(page, "Moyens d'ouverture");
		await click(page, 'Ajouter une phrase de passe');
		const phrase = await makePassphrase(page);
		await page.getByText(said('Ce moyen ouvre maintenant votre coffre')).waitFor();
		await remove(page, "Clé d'accès");
		expect(await row(page, "Clé d'accès").count()).toBe(0);
		await click(page, 'Verrouiller');
		await page.goto('/coffre');
		await unlock(page, 'Phrase de passe', phrase);
		await line(page, files.pdf.name).waitFor();
	}));

test('the paper is lost: the passphrase opens, a new sheet takes its place, the old one opens nothing', () =>
	visitor(async ({ page }) => {
		await logIn(page, 'Fatou DIALLO', 'FranceConnect');
		const keys = await openSafe(page);
		await keep(page);
		await menu(page, "Moyens d'ouverture");
		await click(page, 'Ajouter une clé papier');
		const sheet = page.getByRole('article', { name: said('Clé papier') });
		await sheet.waitFor();
		const words = await sheet.locator('ol').getByRole('listitem').allInnerTexts();
		await click(page, "C'est fait, je continue");
		await giveWords(page, words.join(' '), 'Essayer');
		await page.getByText(said('Ce moyen ouvre maintenant votre coffre')).waitFor();
		await remove(page, 'Clé papier');
		await click(page, 'Verrouiller');
		await page.goto('/coffre');
		await unlock(page, 'Clé papier', keys.paper);
		await page.getByText(said("n'ouvre pas")).first().waitFor();
		await click(page, 'Tout effacer');
		await giveWords(page, words.join(' '), 'Déverrouiller');
		await line(page, files.pdf.name).waitFor();
	}));

test('all is lost without guardians: it is said plainly, and where to search', () =>
	visitor(async ({ page }) => {
		await logIn(page, 'Fatou DIALLO', 'FranceConnect');
		await page.goto('/coffre');
		await page.getByRole('link', { name: said("Je n'ai plus aucune de mes clés") }).click();
		await page.getByText(said("Vous n'avez pas de gardiens")).waitFor();
		await page.getByText(said('ne peut pas être rouvert')).waitFor();
		await look(page, 'perte-tout-sans-gardiens');
		expect(await page.getByRole('button', { name: said('Commencer') }).count()).toBe(0);
		await page.getByRole('link', { name: whole('Essayer une clé') }).click();
		await page.getByRole('heading', { name: said('Déverrouiller mon coffre') }).waitFor();
	}));
