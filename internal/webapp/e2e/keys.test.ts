import { expect, test } from 'vitest';
import { look } from './harness/browser.ts';
import {
	addFiles,
	click,
	giveWords,
	line,
	logIn,
	openSafe,
	said,
	unlock,
} from './harness/people.ts';
import { documents, files, scene, visitor, withFiles } from './harness/scene.ts';
import { openKeys, row, within } from './harness/ways.ts';

// A citizen changes her ways to unlock: one more, tried and named; the old one away.

scene();
withFiles();

test('adds a passphrase, tries it, names it, removes the old one', () =>
	visitor(async ({ page }) => {
		await logIn(page, 'Minh TRAN', 'FranceConnect');
		const keys = await openSafe(page);
		await addFiles(page, [files.pdf.path]);
		await line(page, files.pdf.name).waitFor();
		await openKeys(page);
		await page.getByText(said('Un coffre garde toujours deux moyens')).waitFor();
		expect(await page.getByRole('button', { name: /^Retirer/ }).count()).toBe(0);
		await look(page, 'cles-deux');

		await click(page, 'Ajouter une phrase de passe');
		await page.getByRole('heading', { name: said('Votre phrase de passe') }).waitFor();
		await look(page, 'cles-nouvelle-phrase');
		const words = await page.locator('ol.phrase').getByRole('listitem').allInnerTexts();
		await click(page, "C'est fait, je continue");
		await giveWords(page, keys.passphrase, 'Essayer');
		await page.getByText(said("Cela n'ouvre pas")).waitFor();
		await click(page, 'Tout effacer');
		await giveWords(page, words.join(' '), 'Essayer');
		await page.getByText(said('Ce moyen ouvre maintenant votre coffre')).waitFor();
		await look(page, 'cles-trois');

		const [first, second] = [
			row(page, 'Phrase de passe').first(),
			row(page, 'Phrase de passe').last(),
		];
		await second.getByRole('button', { name: /^Renommer/ }).click();
		await page.getByRole('textbox', { name: 'Nouveau nom' }).fill('Dans le tiroir');
		await look(page, 'cles-renommer');
		await within(page, 'Enregistrer');
		await row(page, 'Dans le tiroir').waitFor();
		await first.getByRole('button', { name: /^Essayer/ }).click();
		await giveWords(page, words.join(' '), 'Essayer');
		await page.getByText('Ce sont les mots de : Dans le tiroir').waitFor();
		await look(page, 'cles-essayer');
		await within(page, 'Fermer');

		await first.getByRole('button', { name: /^Retirer/ }).click();
		await page.getByText(said("n'ouvrira plus votre coffre")).waitFor();
		await look(page, 'cles-retirer');
		await within(page, 'Retirer cette clé');
		await page.getByText(said("Cette clé n'ouvre plus votre coffre")).waitFor();

		await click(page, 'Verrouiller');
		await page.goto('/coffre');
		await unlock(page, 'Phrase de passe', keys.passphrase);
		await page.getByText(said("n'ouvre pas")).first().waitFor();
		await click(page, 'Tout effacer');
		await giveWords(page, words.join(' '), 'Déverrouiller');
		await documents(page);
		await line(page, files.pdf.name).waitFor();
		await click(page, 'Verrouiller');
		await unlock(page, 'Clé papier', keys.paper);
		await documents(page);
	}));
