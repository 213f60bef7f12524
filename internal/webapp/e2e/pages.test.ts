import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seenAt } from '../src/scan/testing/scene.ts';
import { launch, look } from './harness/browser.ts';
import { choosePersona, click, logIn, openSafe, said, unlock } from './harness/people.ts';
import { jpegOf } from './harness/photographs.ts';
import { documents, files, scene, visitor, withFiles } from './harness/scene.ts';

// What a citizen photographs on her phone is a document on the mediator's screen, and in her safe; and so
// is a folder of papers that he has.

scene();
withFiles();

let folder: string;
const at = (...names: readonly string[]): string => join(folder, ...names);

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'coffre-pages-'));
	mkdirSync(at('lot', 'Fiches de paie'), { recursive: true });
	const browser = await launch();
	const taken = [
		jpegOf(browser, { corners: seenAt({ tilt: -0.4, turn: 0.08, away: 2.1 }) }, { larger: 2 }),
		jpegOf(browser, { corners: seenAt({ tilt: 0.2, lean: 0.1, away: 2 }) }, { larger: 2 }),
	];
	const [first, second] = await Promise.all(taken);
	await browser.close();
	if (!first || !second) throw new Error('no photographs');
	writeFileSync(at('un.jpg'), first);
	writeFileSync(at('deux.jpg'), second);
	writeFileSync(at('lot', 'Fiches de paie', 'IMG_0001.jpg'), first);
	writeFileSync(at('lot', 'Fiches de paie', 'IMG_0002.jpg'), second);
	writeFileSync(at('lot', 'illisible.jpg'), 'Ceci n’est pas une image.');
	writeFileSync(at('lot', files.text.name), files.text.bytes);
	writeFileSync(at('lot', 'Thumbs.db'), 'x');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A link that is followed within the page: the safe stays open. */
const follow = (page: Page, to: string): Promise<void> =>
	page.evaluate((href) => {
		const a = document.createElement('a');
		a.href = href;
		document.body.append(a);
		a.click();
		a.remove();
	}, to);

test(
	'her phone sends pages, his desk makes a document of them, and of a folder several',
	() =>
		visitor(
			({ page: his }) =>
				visitor(async ({ page: hers }) => {
					await logIn(hers, 'Angela DUBOIS', 'FranceConnect');
					const keys = await openSafe(hers);
					await documents(hers);
					await his.goto('/aider');
					await his.getByRole('link', { name: said('S’identifier comme médiateur') }).click();
					await choosePersona(his, 'Nadia HADDAD');
					await his.getByRole('checkbox', { name: said('Déposer') }).check();
					await his
						.getByRole('textbox', { name: said('Pour quelle démarche') })
						.fill('Aide au logement');
					await click(his, 'Afficher le code');
					const square = his.locator('.qr');
					await square.waitFor();
					const link = await square.getAttribute('data-link');
					await follow(hers, `/aide${link}`);
					await hers
						.getByRole('heading', { level: 1, name: said('Nadia HADDAD demande') })
						.waitFor();
					await hers
						.getByRole('textbox', { name: said('Nombre à deux chiffres') })
						.fill(await his.locator('.number').innerText());
					await click(hers, 'J’accepte');
					await hers
						.getByRole('heading', { name: said('Photographier des pages pour Nadia') })
						.waitFor();
					await his
						.getByRole('heading', { level: 1, name: said('Vous agissez pour Angela') })
						.waitFor();
					await his.getByText(said('elles arrivent ici, et nulle part ailleurs')).waitFor();

					await hers.getByRole('button', { name: said('Photographier des pages') }).click();
					const dialog = hers.getByRole('dialog');
					const chooser = hers.waitForEvent('filechooser');
					await click(hers, 'Choisir des photos');
					await (await chooser).setFiles([at('un.jpg'), at('deux.jpg')]);
					const views = dialog.locator('button.view:not([aria-disabled]) img');
					await expect.poll(() => views.count(), { timeout: 60_000 }).toBe(2);
					await click(hers, 'Tourner la page 2 d’un quart de tour');
					await dialog.getByLabel('Nom du document').fill('Bail 2026');
					await look(hers, 'aide-pages');
					await click(hers, 'Envoyer les pages');
					await hers.getByText(said('« Bail 2026 » : 2 pages envoyées')).waitFor();
					await look(hers, 'aide-pages-envoyees');

					await his.getByText('2 pages', { exact: true }).waitFor();
					await expect.poll(() => his.locator('img.turned-1').count()).toBe(1);
					await look(his, 'aider-pages-recues');
					await click(his, 'Déposer ce document');
					await his.getByText('Bail 2026.pdf').first().waitFor();

					// A folder: what belongs together is one document, and what fails fails alone.
					const directory = his.waitForEvent('filechooser');
					await click(his, 'Choisir un dossier');
					await (await directory).setFiles(at('lot'));
					await his.getByRole('textbox', { name: 'Nom du document 3' }).waitFor();
					const names = his.getByRole('textbox', { name: said('Nom du document ') });
					expect(await Promise.all((await names.all()).map((n) => n.inputValue()))).toEqual(
						expect.arrayContaining(['Fiches de paie', 'illisible', files.text.name]),
					);
					await look(his, 'aider-lot');
					await click(his, 'Déposer ces 3 documents');
					await his.getByText(said('Une photo de ce document ne peut pas être lue')).waitFor();
					await his.getByText('2 sur 3', { exact: true }).waitFor();
					await his.getByRole('button', { name: said('Réessayer ce qui a échoué') }).waitFor();
					await look(his, 'aider-lot-depose');
					await click(his, 'Terminer la session');
					await his.getByText(said('Vous l’avez terminée')).waitFor();

					await hers.goto('/depots');
					await unlock(hers, 'Phrase de passe', keys.passphrase);
					for (const name of ['Bail 2026.pdf', 'Fiches de paie.pdf', files.text.name])
						await hers.getByText(name).first().waitFor();
					await look(hers, 'depots-pages');
				}),
			{ viewport: { width: 1280, height: 900 } },
		),
	300_000,
);
