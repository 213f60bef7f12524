import { expect, test } from 'vitest';
import { look } from './harness/browser.ts';
import { choosePersona, logIn, said, whole } from './harness/people.ts';
import { scene, visitor } from './harness/scene.ts';

// Who logs in how: stronger where an act asks for it, in two tabs, with a
// helper's hand, by another identity provider than before.

scene();

test('FranceConnect+ is offered when an act asks for it, not before; its level is listed', () =>
	visitor(async ({ page }) => {
		await page.goto('/');
		await page.getByRole('link', { name: whole("S'identifier avec FranceConnect") }).waitFor();
		expect(await page.getByRole('link', { name: said('FranceConnect+') }).count()).toBe(0);
		await logIn(page, 'Angela DUBOIS', 'FranceConnect');
		await page.goto('/appareils');
		await page.getByText('Identification simple').waitFor();
		// The act itself is walked through in custodians.test.ts: here, the way there and back.
		await page.goto('/login/franceconnect-plus?level=2&return=/appareils');
		await choosePersona(page, 'Angela DUBOIS');
		await page.getByText('Identification substantielle').waitFor();
		expect(new URL(page.url()).pathname).toBe('/appareils');
		await look(page, 'appareils-niveau');
	}));

test('whoever else logs in on her computer is told so, and she stays logged in', () =>
	visitor(async ({ page }) => {
		await logIn(page, 'Fatou DIALLO', 'FranceConnect');
		await page.goto('/login/franceconnect-plus?level=2&return=/appareils');
		await choosePersona(page, 'Minh TRAN');
		await page.getByText(said('Vous vous êtes identifié comme une autre personne')).waitFor();
		await look(page, 'connexion-autre-personne');
		await page.getByRole('button', { name: said('Mon compte : Fatou DIALLO') }).waitFor();
	}));

test('two tabs log in at once, and both end where they began', () =>
	visitor(async ({ page, context }) => {
		const other = await context.newPage();
		for (const [tab, path] of [
			[page, '/appareils'],
			[other, '/conditions'],
		] as const) {
			await tab.goto(`/login/franceconnect?return=${path}`);
			await tab.getByText('SIMULATEUR').waitFor();
		}
		for (const [tab, path] of [
			[other, '/conditions'],
			[page, '/appareils'],
		] as const) {
			await choosePersona(tab, 'Minh TRAN');
			await tab.waitForURL(`**${path}`);
		}
		await page.getByRole('heading', { level: 1, name: 'Appareils connectés' }).waitFor();
	}));

test('a session that a helper opened says so on every page, in the list and in both languages', () =>
	visitor(async ({ page }) => {
		await logIn(page, 'Marcel LEROY, par un aidant', 'FranceConnect');
		const mark = page.getByText(said("Session ouverte avec l'aide d'Aidants Connect"));
		await mark.waitFor();
		await look(page, 'aidant');
		await page.goto('/appareils');
		await mark.waitFor();
		await page.getByText(said("Ouverte avec l'aide d'Aidants Connect")).waitFor();
		await page.getByRole('button', { name: 'English' }).click();
		await page.getByText('Session opened with the help of Aidants Connect').waitFor();
	}));

test('an agent whose identity provider changed is told whom to ask', () =>
	visitor(async ({ page, context }) => {
		await logIn(page, 'Hugo PETIT agent, Mairie', 'ProConnect');
		await context.clearCookies();
		await page.goto('/');
		await page.getByRole('link', { name: said("S'identifier avec ProConnect") }).click();
		await choosePersona(page, 'Hugo PETIT, nouveau compte');
		await page.getByText(said("Votre fournisseur d'identité a changé")).waitFor();
		await page.getByText('coffre@valmont.example').first().waitFor();
		await look(page, 'connexion-agent-a-relier');
	}));
