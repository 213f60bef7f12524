import type { Page } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { during, look, screenshot, type Visitor, visit } from './harness/browser.ts';
import {
	agree,
	ask,
	guardian,
	makeSheet,
	menu,
	nameThree,
	type Relative,
	sameWords,
	six,
	within,
} from './harness/guardians.ts';
import {
	addFiles,
	click,
	giveWords,
	type Keys,
	line,
	logIn,
	makePassphrase,
	openSafe,
	type See,
	said,
	unlock,
	whole,
} from './harness/people.ts';
import { browser, files, scene, server, withFiles } from './harness/scene.ts';

// Angela names the town hall of Valmont and two relatives, loses every key, and has her safe back from
// the town hall and Minh; then somebody asks in her name, and she stops it. Each test goes on where the
// one before it stopped.

let angela: Visitor;
let minh: Visitor;
let marcel: Visitor;
let camille: Visitor;
let keys: Keys;
let relatives: readonly [Relative, Relative];
let told: string[];
let sheet: string;
let phrase: string;
scene();
withFiles();
beforeAll(async () => {
	angela = await visit(browser, server.url);
	minh = await visit(browser, server.url);
	marcel = await visit(browser, server.url);
	camille = await visit(browser, server.url);
	await logIn(angela.page, 'Angela DUBOIS', 'FranceConnect');
	keys = await openSafe(angela.page);
	await addFiles(angela.page, [files.pdf.path]);
	await line(angela.page, files.pdf.name).waitFor();
});
// Nobody goes on with a story whose middle is missing.
let broken = '';
beforeEach(() => {
	if (broken !== '') throw new Error(`the story stopped at: ${broken}`);
});
afterEach(async ({ task }) => {
	if (task.result?.state !== 'fail' || broken !== '') return;
	broken = task.name;
	for (const [name, v] of Object.entries({ angela, minh, camille })) {
		await screenshot(v.page, `echec-gardiens-${name}`).catch(() => undefined);
	}
});

/** Compares what the holder has told with what the page shows, agrees, and gives when it is time. */
async function help(page: Page, see: string): Promise<void> {
	await page.getByRole('heading', { name: said('demande à récupérer son coffre') }).waitFor();
	expect(await six(page, sameWords)).toEqual(told);
	await click(page, 'Donner mon accord');
	await page.getByText(said('une fois que vous avez entendu les six mots')).waitFor();
	await look(page, `${see}-1-six-mots`);
	await agree(page);
	await page.getByText(said('Vous avez donné votre accord le')).waitFor();
	await look(page, `${see}-2-attente`);
	await page.getByRole('button', { name: whole('Donner ma part') }).waitFor();
	await look(page, `${see}-3-le-moment`);
	await click(page, 'Donner ma part');
	await page.getByText(said('Vous avez donné votre part le')).waitFor();
	await look(page, `${see}-4-donnee`);
}
const looking =
	(page: Page): See =>
	(step) =>
		look(page, step);

test('relatives have a code to hand over', async () => {
	const one = await guardian(minh.page, 'Minh TRAN');
	const other = await guardian(marcel.page, 'Marcel LEROY');
	relatives = [
		{ name: 'Nguyen Minh TRAN', code: one.code },
		{ name: 'Marcel LEROY', code: other.code },
	];
	for (const { code } of relatives) expect(code).toMatch(/^COFFREG1:[A-Z2-7]{52}$/);
	await look(minh.page, 'gardien-0-mon-code');
});

test('Angela names three guardians', async () => {
	const { page } = angela;
	await menu(page, 'Mes gardiens');
	await page.getByText(said('vos documents sont perdus pour toujours')).waitFor();
	await look(page, 'gardiens-1-expliques');
	await click(page, 'Choisir trois gardiens');
	await click(page, 'Nommer ces trois gardiens');
	await page.getByText('Choisissez trois gardiens.').waitFor();
	await click(page, 'Annuler');
	await nameThree(page, relatives, 'Dix secondes', looking(page));
	await look(page, 'gardiens-5-nommes');
	await click(minh.page, 'Actualiser');
	await minh.page.getByRole('heading', { name: said('Angela Claire Louise DUBOIS') }).waitFor();
	await look(minh.page, 'gardien-0-confie');
});

test('she loses everything, makes a new sheet, and asks', () =>
	during(browser, server.url, async ({ page }) => {
		await logIn(page, 'Angela DUBOIS', 'FranceConnect');
		await page.goto('/coffre');
		await page.getByRole('link', { name: said("Je n'ai plus aucune de mes clés") }).click();
		sheet = await makeSheet(page, 'Angela DUBOIS', looking(page));
		told = await ask(page);
		expect(told).toHaveLength(6);
		await look(page, 'recuperer-3-en-cours');
	}));

test('the town hall and one relative compare six words, agree, wait and give', async () => {
	await click(minh.page, 'Actualiser');
	await help(minh.page, 'gardien');
	const { page } = camille;
	await logIn(page, 'Camille MARTIN', 'ProConnect');
	await page.getByRole('button', { name: said('Mon compte') }).click();
	await page.getByRole('link', { name: said('Gardien : coffres confiés') }).click();
	await page.getByRole('button', { name: whole('Déverrouiller avec cette phrase') }).click();
	await help(page, 'gardien-mairie');
});

test('on another device, her sheet opens the safe again; the lost keys open nothing', () =>
	during(browser, server.url, async ({ page }) => {
		await logIn(page, 'Angela DUBOIS', 'FranceConnect');
		await page.getByText(said('a demandé à récupérer votre coffre')).waitFor();
		await look(page, 'recuperer-4-bandeau');
		await page.getByRole('link', { name: said("C'était moi : continuer") }).click();
		await page.getByText(said('Deux parts sont arrivées')).waitFor();
		await look(page, 'recuperer-5-deux-parts');
		await click(page, 'Rouvrir mon coffre');
		await giveWords(page, keys.paper, 'Réunir les parts');
		await page.getByText(said("Ce n'est pas la feuille de cette demande")).waitFor();
		await look(page, 'recuperer-6-autre-feuille');
		await click(page, 'Tout effacer');
		await giveWords(page, sheet, 'Réunir les parts');
		await page.getByText(said('Votre clé papier a réuni les parts')).waitFor();
		await look(page, 'recuperer-7-second-moyen');
		await click(page, 'Faire ma phrase');
		phrase = await makePassphrase(page);
		await page.getByRole('heading', { name: said("Qu'avez-vous encore en main") }).waitFor();
		await look(page, 'recuperer-8-en-main');
		await click(page, 'Ouvrir mon coffre');
		await line(page, files.pdf.name).waitFor();
		expect(await page.getByText(said('a demandé à récupérer')).count()).toBe(0);
		await page.getByRole('link', { name: 'Journal', exact: true }).click();
		await page.getByText(said('Vous avez récupéré votre coffre')).waitFor();
		await page.getByText(said('(Mairie de Valmont) a donné, comme gardien, sa part')).waitFor();
		await look(page, 'recuperer-9-journal');
		await click(page, 'Verrouiller');
		await unlock(page, 'Clé papier', keys.paper);
		await page.getByText(said("n'ouvre pas")).first().waitFor();
		await click(page, 'Tout effacer');
		await giveWords(page, sheet, 'Déverrouiller');
		await page.getByText(said('événements vérifiés par votre navigateur')).waitFor();
	}));

test('somebody asks in her name: she is told on every page, and stops it with one button', async () => {
	const { page } = angela;
	await page.goto('/coffre');
	await unlock(page, 'Phrase de passe', phrase);
	await line(page, files.pdf.name).waitFor();
	await nameThree(page, relatives);
	await during(browser, server.url, async ({ page: thief }) => {
		await logIn(thief, 'Angela DUBOIS', 'FranceConnect');
		await thief.goto('/recuperation');
		await makeSheet(thief, 'Angela DUBOIS');
		await ask(thief);
	});
	await click(minh.page, 'Actualiser');
	await minh.page.getByRole('heading', { name: said('demande à récupérer son coffre') }).waitFor();
	for (const tab of ['Partages', 'Journal', 'Documents']) {
		await page.getByRole('link', { name: tab, exact: true }).click();
		await page.getByText(said('a demandé à récupérer votre coffre')).waitFor();
	}
	await look(page, 'arreter-1-bandeau');
	await click(page, 'Arrêter cette demande');
	await page.getByText(said('La demande est arrêtée, et le journal public le prouve')).waitFor();
	await page.getByText(said('a demandé à récupérer votre coffre')).waitFor({ state: 'detached' });
	await agree(minh.page);
	await minh.page.getByText(said('Cette demande est terminée')).waitFor();
	await look(minh.page, 'arreter-2-gardien');
	await click(minh.page, 'Actualiser');
	await minh.page.getByText(said('est terminée')).first().waitFor();
});

test('without guardians again, nobody helps any more', async () => {
	const { page } = angela;
	await menu(page, 'Mes gardiens');
	await click(page, 'Ne plus avoir de gardiens');
	await look(page, 'gardiens-6-retirer');
	await within(page, 'Retirer mes gardiens');
	await page.getByText(said("Vous n'avez plus de gardiens")).waitFor();
	await click(minh.page, 'Actualiser');
	await minh.page.getByText(said('Personne ne vous a encore choisi')).waitFor();
	for (const v of [angela, minh, marcel, camille]) v.guard.check();
});
