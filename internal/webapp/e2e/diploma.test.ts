import { afterAll, beforeAll, expect, test } from 'vitest';
import { during, look, type Visitor, visit } from './harness/browser.ts';
import { forge } from './harness/forge.ts';
import {
	addFiles,
	click,
	follow,
	giveWords,
	type Keys,
	line,
	logIn,
	openSafe,
	said,
	share,
} from './harness/people.ts';
import { browser, files, scene, server, withFiles } from './harness/scene.ts';

// A diploma: issued by a university at its counter, taken in by whom it is about, shared on to an
// employer, who checks where it comes from. One that was changed is noticed.

scene();
withFiles();

const issued = said('Émis par Université de Valmont, inchangé');
let fatou: Visitor;
let keys: Keys;
let link: string;

beforeAll(async () => {
	fatou = await visit(browser, server.url);
	await logIn(fatou.page, 'Fatou DIALLO', 'FranceConnect');
	keys = await openSafe(fatou.page);
});
afterAll(() => fatou?.context.close());

test('she shows her deposit address at the counter', async () => {
	const { page } = fatou;
	await page.getByRole('link', { name: 'Dépôts' }).click();
	await click(page, 'Autoriser une administration à déposer');
	const allow = page.getByRole('dialog', { name: said('Autoriser une administration') });
	await allow.getByRole('radio', { name: 'Université de Valmont' }).check();
	await allow.getByRole('button', { name: 'Autoriser', exact: true }).click();
	await page.getByRole('button', { name: said("Montrer l'adresse pour Université") }).click();
	const dialog = page.getByRole('dialog', { name: said('Pour le guichet') });
	await dialog.getByRole('img', { name: said('QR code') }).waitFor();
	link = await dialog.getByText(/#[a-z2-7]{26}$/).innerText();
	await look(page, 'depots-guichet');
	await dialog.getByRole('button', { name: 'Fermer' }).last().click();
});

test('the agent signs the diploma and deposits it', () =>
	during(browser, server.url, async ({ page }) => {
		await logIn(page, 'Inès ROUSSEL', 'ProConnect');
		await page.goto(link);
		await click(page, 'Déverrouiller avec cette phrase');
		await page.getByRole('heading', { level: 1, name: 'Déposer un document' }).waitFor();
		await click(page, 'Signer et déposer');
		await page.getByText(said('Choisissez un document.')).waitFor();
		await page.locator('input[type=file]').setInputFiles(files.pdf.path);
		await page.getByLabel('Nom du document').fill('Licence de droit.pdf');
		await page.getByLabel('Sorte de document').selectOption('diploma');
		await page.getByLabel(said('Référence')).fill('2026-L3-0417');
		await look(page, 'administration-deposer');
		await click(page, 'Signer et déposer');
		await page.getByText(said('Le document est signé et déposé')).waitFor();
		await look(page, 'administration-depose');
		await page.getByRole('button', { name: said('Reçu') }).click();
		await page.getByRole('button', { name: said('Imprimer') }).waitFor();
	}));

test('she sees that it is genuine before she takes it in, and whenever she opens it', async () => {
	const { page } = fatou;
	await click(page, 'Actualiser');
	await page.getByText(issued).waitFor();
	await look(page, 'depots-emis');
	await page.getByRole('button', { name: said('Ranger Licence de droit.pdf') }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Ranger dans mon coffre' }).click();
	await page.getByText(said('est rangé dans votre coffre')).waitFor();
	await page.getByRole('link', { name: 'Documents', exact: true }).click();
	await page.getByRole('button', { name: 'Licence de droit.pdf', exact: true }).click();
	await click(page, "Contrôler qui l'a émis");
	await page.getByText(issued).waitFor();
	await look(page, 'document-emis');
	await page.keyboard.press('Escape');
});

test('the university replaces its key; its diplomas stay its diplomas', () =>
	during(browser, server.url, async ({ page }) => {
		await logIn(page, 'Inès ROUSSEL', 'ProConnect');
		await page.goto('/administration/cle');
		await click(page, 'Déverrouiller avec cette phrase');
		await page.getByRole('heading', { name: 'Remplacer la clé' }).waitFor();
		await page.getByRole('textbox', { name: said('À qui il est') }).fill('Scolarité');
		await click(page, 'Ajouter une phrase de passe');
		await page.getByRole('heading', { name: said('Votre phrase de passe') }).waitFor();
		const words = await page.locator('ol.phrase').getByRole('listitem').allInnerTexts();
		await click(page, "C'est fait, je continue");
		await giveWords(page, words.join(' '), 'Essayer');
		await page.getByText(said("Ce moyen ouvre maintenant la clé de l'administration")).waitFor();
		await page.getByRole('button', { name: said('Retirer : Scolarité') }).waitFor();
		await look(page, 'administration-cle');
		await click(page, 'Remplacer la clé');
		await page.getByRole('dialog').getByRole('button', { name: 'Remplacer la clé' }).click();
		await page.getByText(said('La clé est remplacée et inscrite au journal')).waitFor();
	}));

test('an employer reads who issued it, and notices one that was changed', async () => {
	const { page } = fatou;
	await share(page, {
		document: 'Licence de droit.pdf',
		administration: 'Mairie de Valmont',
		service: 'État civil',
		purpose: "Demande d'aide sociale",
	});
	await addFiles(page, [files.text.path]);
	await line(page, files.text.name).waitFor();
	const idOf = async (name: string): Promise<string> => {
		await line(page, name).getByRole('button', { name, exact: true }).click();
		const dialog = page.getByRole('dialog', { name });
		await dialog.getByText('Détails techniques').click();
		const id = await dialog
			.getByText(/^[a-z2-7]{26}$/)
			.first()
			.innerText();
		await page.keyboard.press('Escape');
		await dialog.waitFor({ state: 'hidden' });
		return id;
	};
	const genuine = await idOf('Licence de droit.pdf');
	const other = await idOf(files.text.name);
	const forged = await forge(page, keys.paper, { genuine, other }, 'Mairie de Valmont');
	await during(browser, server.url, async ({ page: mairie }) => {
		await logIn(mairie, 'Camille MARTIN', 'ProConnect');
		await mairie.goto('/administration');
		await click(mairie, 'Déverrouiller avec cette phrase');
		await mairie.getByRole('link', { name: said("Demande d'aide sociale") }).click();
		await mairie.getByText(issued).waitFor();
		await look(mairie, 'administration-emis');
		await follow(mairie, `/administration/partage/${forged}`);
		const changed = said("Ce document a été changé depuis que Université de Valmont l'a émis");
		await mairie.getByText(changed).waitFor();
		await look(mairie, 'administration-change');
		expect(await mairie.getByText(issued).count()).toBe(0);
	});
});
