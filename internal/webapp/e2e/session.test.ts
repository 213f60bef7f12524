import { test } from 'vitest';
import { during, look, visit } from './harness/browser.ts';
import { addFiles, choosePersona, line, logIn, openSafe, said } from './harness/people.ts';
import { browser, files, scene, server, withFiles } from './harness/scene.ts';

scene();
withFiles();

test('a session that ends during an upload is told, and nothing is lost', async () => {
	const { page, context, guard } = await visit(browser, server.url);
	await logIn(page, 'Angela DUBOIS', 'FranceConnect');
	await openSafe(page);
	let release = (): void => undefined;
	const ended = new Promise<void>((resolve) => {
		release = resolve;
	});
	await context.route('**/versions/*', async (route) => {
		await ended;
		await route.continue();
	});
	await addFiles(page, [files.png.path]);
	await page.getByRole('progressbar', { name: files.png.name }).waitFor();
	await during(browser, server.url, async (elsewhere) => {
		await logIn(elsewhere.page, 'Angela DUBOIS', 'FranceConnect');
		await elsewhere.page.goto('/appareils');
		await elsewhere.page.getByRole('button', { name: /^Déconnecter/ }).click();
		await elsewhere.page.getByRole('dialog').getByRole('button', { name: 'Déconnecter' }).click();
		await elsewhere.page.getByText('est déconnecté').waitFor();
	});
	guard.expect(401, /^\/api\/v1\//);
	release();
	await page
		.getByText(said('Votre session est terminée'))
		.or(page.getByText(said('Identification nécessaire')))
		.first()
		.waitFor();
	await context.unroute('**/versions/*');
	await look(page, 'coffre-session-terminee');
	// She logs in again in another tab; this one still has her files.
	const opened = context.waitForEvent('page');
	await page.getByRole('link', { name: said("S'identifier dans un nouvel onglet") }).click();
	const tab = await opened;
	await tab.getByRole('link', { name: said("S'identifier avec FranceConnect") }).click();
	await choosePersona(tab, 'Angela DUBOIS');
	await tab.getByRole('heading', { level: 1, name: said('Bonjour') }).waitFor();
	await tab.close();
	await page.getByRole('button', { name: said(`Réessayer ${files.png.name}`) }).click();
	await line(page, files.png.name).waitFor();
	guard.check();
});
