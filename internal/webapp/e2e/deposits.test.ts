import { join } from 'node:path';
import { expect, test } from 'vitest';
import { during, look } from './harness/browser.ts';
import { CommandLine } from './harness/commandline.ts';
import { type Fixture, sha256 } from './harness/fixtures.ts';
import { act, addFiles, click, line, logIn, openSafe, said, saved } from './harness/people.ts';
import { browser, files, scene, server, withFiles } from './harness/scene.ts';

// A university's software deposits; the citizen takes one in, refuses another,
// and stops it.

scene();
withFiles();

test('what an administration deposits waits for the citizen, who decides', () =>
	during(browser, server.url, async ({ page }) => {
		await logIn(page, 'Fatou DIALLO', 'FranceConnect');
		await openSafe(page);
		await addFiles(page, [files.text.path]);
		await line(page, files.text.name).waitFor();
		await page.getByRole('link', { name: 'Dépôts' }).click();
		await click(page, 'Autoriser une administration à déposer');
		const allow = page.getByRole('dialog', { name: said('Autoriser une administration') });
		await allow.getByRole('radio', { name: 'Université de Valmont' }).check();
		await look(page, 'depots-autoriser');
		await allow.getByRole('button', { name: 'Autoriser', exact: true }).click();
		const allowed = page.getByRole('listitem').filter({ hasText: 'Université de Valmont' });
		const address = await allowed.getByText(/^[a-z2-7]{26}$/).innerText();

		const software = new CommandLine(server.url);
		const key = join(server.data, 'demo', 'systems', 'universite-de-valmont.jwk');
		const deposit = (file: Fixture) =>
			software.run([
				'deposit',
				...['--server', server.url, '--key', key, '--address', address],
				file.path,
			]).ended;
		for (const file of [files.pdf, files.png])
			expect(await deposit(file)).toMatchObject({ status: 0 });
		await click(page, 'Actualiser');
		await page.getByText(files.pdf.name).waitFor();
		await page.getByText(files.png.name).waitFor();
		await look(page, 'depots-recus');

		await page.getByRole('button', { name: said(`Ranger ${files.pdf.name}`) }).click();
		await page.getByRole('dialog').getByRole('button', { name: 'Ranger dans mon coffre' }).click();
		await page.getByText(said('est rangé dans votre coffre')).waitFor();
		await page.getByRole('button', { name: said(`Refuser ${files.png.name}`) }).click();
		await look(page, 'depots-refuser');
		await click(page, 'Refuser et effacer');
		await page.getByText(said("Rien n'attend dans votre boîte de dépôt")).waitFor();

		await page.getByRole('button', { name: said('Ne plus autoriser Université') }).click();
		await page.getByRole('dialog').getByRole('button', { name: 'Ne plus autoriser' }).click();
		await page.getByText(said("Vous n'avez autorisé aucune administration")).waitFor();
		expect((await deposit(files.pdf)).status).toBe(1);
		software.remove();

		await page.getByRole('link', { name: 'Documents', exact: true }).click();
		await line(page, files.png.name).waitFor({ state: 'detached' });
		const got = await saved(page, () => act(page, files.pdf.name, 'Télécharger'));
		expect(sha256(got.bytes)).toBe(files.pdf.sha256);
		await line(page, files.pdf.name).getByText(said('déposé par une administration')).waitFor();
	}));
