import { expect, test } from 'vitest';
import { look } from './harness/browser.ts';
import { CommandLine } from './harness/commandline.ts';
import { choosePersona, logIn, said } from './harness/people.ts';
import { scene, server, visitor } from './harness/scene.ts';
import { weigh } from './harness/weight.ts';

// What happens before there is a safe: the first page and its weight, log-ins
// that succeed and that do not, where one is logged in, a command line.

scene();

test('the first page is light and asks for little', () =>
	visitor(async ({ page }) => {
		const { bytes, requests } = await weigh(page, '/');
		await page.getByRole('heading', { level: 1 }).waitFor();
		expect(bytes).toBeLessThanOrEqual(120_000);
		expect(requests.length, requests.join('\n')).toBeLessThanOrEqual(15);
		await look(page, 'accueil');
	}));

test('a log-in that is given up, and an organisation nobody knows, are told in words', () =>
	visitor(async ({ page }) => {
		await page.goto('/');
		await page.getByRole('link', { name: said("S'identifier avec FranceConnect") }).click();
		await page.getByText('SIMULATEUR').waitFor();
		await look(page, 'simulateur');
		await page.getByRole('button', { name: 'Revenir en arrière' }).click();
		await page.getByText(said("Vous avez arrêté l'identification")).waitFor();
		await look(page, 'connexion-abandonnee');
		await page.getByRole('link', { name: said("S'identifier avec ProConnect") }).click();
		await choosePersona(page, 'Paul MERCIER');
		await page.getByText(said("Votre organisme n'est pas inscrit ici")).waitFor();
		await look(page, 'connexion-organisme-inconnu');
	}));

test('a page of one’s own leads through the log-in and back to it', () =>
	visitor(async ({ page }) => {
		await page.goto('/appareils');
		await page.getByRole('heading', { level: 1, name: 'Identifiez-vous' }).waitFor();
		await look(page, 'connexion');
		await page.getByRole('link', { name: said("S'identifier avec FranceConnect") }).click();
		await choosePersona(page, 'Fatou DIALLO');
		await page.getByRole('heading', { level: 1, name: 'Appareils connectés' }).waitFor();
		expect(new URL(page.url()).pathname).toBe('/appareils');
	}));

test('a command line is allowed after comparing codes, is listed, and is logged out', () =>
	visitor(async ({ page, guard }) => {
		await logIn(page, 'Marcel LEROY', 'FranceConnect');
		const cli = new CommandLine(server.url);
		const login = cli.login('Ordinateur du salon');
		const code = await login.code;

		await page.goto('/appareil');
		await look(page, 'appareil-code');
		guard.expect(404, /^\/api\/v1\/devices\/BBBBBBBB$/);
		await page.getByRole('textbox', { name: /^Code affiché/ }).fill('bcd-1');
		await page.getByRole('button', { name: 'Continuer' }).click();
		await page.getByText(said("Ce code n'a pas la bonne forme")).waitFor();
		await page.getByRole('textbox', { name: /^Code affiché/ }).fill('bbbb bbbb');
		await page.getByRole('button', { name: 'Continuer' }).click();
		await page.getByText(said("Ce code n'est pas attendu")).waitFor();
		await look(page, 'appareil-code-inconnu');
		await page.getByRole('button', { name: 'Saisir un autre code' }).click();

		await page.getByRole('textbox', { name: /^Code affiché/ }).fill(code.toLowerCase());
		await page.getByRole('button', { name: 'Continuer' }).click();
		await page.getByText('Ordinateur du salon').waitFor();
		await page.getByText(`${code.replace('-', '').slice(0, 4)}-${code.slice(-4)}`).waitFor();
		await look(page, 'appareil-a-autoriser');
		await page.getByRole('button', { name: 'Autoriser', exact: true }).click();
		await page.getByText(said("C'est autorisé")).waitFor();
		await look(page, 'appareil-autorise');
		expect(await login.ended).toMatchObject({ status: 0 });

		await page.getByRole('link', { name: 'Voir vos connexions' }).click();
		const line = page.getByRole('listitem').filter({ hasText: 'Ordinateur du salon' });
		await line.getByText('Ligne de commande').waitFor();
		await look(page, 'appareils');
		await line.getByRole('button', { name: 'Déconnecter' }).click();
		const dialog = page.getByRole('dialog', { name: 'Déconnecter cet appareil ?' });
		await dialog.waitFor();
		await look(page, 'appareils-deconnecter');
		await dialog.getByRole('button', { name: 'Déconnecter' }).click();
		await line.waitFor({ state: 'detached' });
		const refused = await cli.run(['ls', '--server', server.url]).ended;
		expect(refused.status).not.toBe(0);
		cli.remove();
	}));

test('a command line that is refused is let in nowhere', () =>
	visitor(async ({ page }) => {
		await logIn(page, 'Minh TRAN', 'FranceConnect');
		const cli = new CommandLine(server.url);
		const login = cli.login('Inconnu');
		await page.goto(`/appareil?code=${(await login.code).replace('-', '')}`);
		await page.getByRole('button', { name: 'Refuser' }).click();
		await page.getByText(said("C'est refusé")).waitFor();
		await look(page, 'appareil-refuse');
		expect((await login.ended).status).not.toBe(0);
		cli.remove();
	}));
