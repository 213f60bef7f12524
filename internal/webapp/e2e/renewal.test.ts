import { expect, test } from 'vitest';
import { look, visit } from './harness/browser.ts';
import { leftovers } from './harness/leftovers.ts';
import {
	addFiles,
	click,
	giveWords,
	line,
	logIn,
	makePassphrase,
	openSafe,
	said,
	unlock,
} from './harness/people.ts';
import { browser, documents, files, scene, server, visitor, withFiles } from './harness/scene.ts';
import { openKeys, row, within } from './harness/ways.ts';

// A paper was stolen: a citizen renews every key, and tries those that she keeps.

scene();
withFiles();

test('a paper is stolen: every key is renewed, the paper opens nothing, the rest is tried', () =>
	visitor(async ({ page }) => {
		await logIn(page, 'Minh TRAN', 'FranceConnect');
		const keys = await openSafe(page);
		await addFiles(page, [files.pdf.path, files.png.path]);
		await line(page, files.pdf.name).waitFor();
		await line(page, files.png.name).waitFor();

		// Another device of hers, which has the safe open.
		const other = await visit(browser, server.url);
		await logIn(other.page, 'Minh TRAN', 'FranceConnect');
		await other.page.goto('/coffre');
		await unlock(other.page, 'Phrase de passe', keys.passphrase);
		await documents(other.page);

		await openKeys(page);
		await page.getByText(said('Une clé volée')).scrollIntoViewIfNeeded();
		await click(page, 'Renouveler toutes les clés');
		await page.getByRole('checkbox', { name: said('Clé papier') }).check();
		await page.getByText(said('Il doit vous rester deux moyens')).waitFor();
		await look(page, 'cles-renouveler-trop-peu');
		await page
			.getByRole('dialog')
			.getByRole('button', { name: said('Annuler') })
			.click();
		await click(page, 'Ajouter une phrase de passe');
		const fresh = await makePassphrase(page);
		await page.getByText(said('Ce moyen ouvre maintenant votre coffre')).waitFor();
		await click(page, 'Verrouiller');
		await page.goto('/coffre');
		await unlock(page, 'Phrase de passe', keys.passphrase);
		await documents(page);
		await openKeys(page);

		await click(page, 'Renouveler toutes les clés');
		await page.getByRole('checkbox', { name: said('Clé papier') }).check();
		await look(page, 'cles-renouveler');
		await within(page, 'Tout renouveler');
		await page.getByText(said('Un moyen est à essayer')).waitFor();
		await look(page, 'cles-a-essayer');
		expect(await row(page, 'Clé papier').count()).toBe(0);
		const untried = row(page, 'À essayer');
		expect(await untried.count()).toBe(1);
		await untried.getByRole('button', { name: /^Essayer/ }).click();
		await giveWords(page, fresh, 'Essayer');
		await page.getByText(said('Elle ouvre votre coffre')).waitFor();
		await within(page, 'Fermer');
		await untried.waitFor({ state: 'detached' });

		// The other device is told, and accuses nobody.
		await other.page.getByRole('button', { name: said('Nouveau dossier') }).click();
		await other.page.getByRole('textbox', { name: said('Nom') }).fill('Impôts');
		await other.page
			.getByRole('dialog')
			.getByRole('button', { name: said('Créer') })
			.click();
		await other.page.getByText(said('ont changé sur un autre appareil')).first().waitFor();
		await look(other.page, 'cles-changees-ailleurs');
		await other.context.close();

		await click(page, 'Verrouiller');
		const left = await leftovers(page);
		for (const secret of [...fresh.split(' '), ...keys.passphrase.split(' ')]
			.join(' ')
			.match(/\S+ \S+/g) ?? [])
			expect(left).not.toContain(secret);
		for (const name of [files.pdf.name, files.png.name, 'AGE-SECRET-KEY'])
			expect(left).not.toContain(name);

		await page.goto('/coffre');
		await giveWords(page, fresh, 'Déverrouiller');
		await documents(page);
		await line(page, files.pdf.name).waitFor();
		await line(page, files.png.name).waitFor();
	}));
