import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { look } from './harness/browser.ts';
import { withPasskeys } from './harness/passkeys.ts';
import { addFiles, click, line, logIn, openSafe, said, unlock } from './harness/people.ts';
import { documents, files, scene, visitor, withFiles } from './harness/scene.ts';
import { openKeys, row, within } from './harness/ways.ts';

// A passkey is added and tried on the page of the keys; then the phone is lost.

scene();
withFiles();

async function addPasskey(page: Page): Promise<void> {
	await click(page, "Ajouter une clé d'accès");
	await click(page, "Faire ma clé d'accès");
	await click(page, "Essayer ma clé d'accès");
	await page.getByText(said('Ce moyen ouvre maintenant votre coffre')).waitFor();
}

test('passkey lost: the paper opens, the passkey is removed, another is added', () =>
	visitor(async ({ page }) => {
		const device = await withPasskeys(page);
		await logIn(page, 'Minh TRAN', 'FranceConnect');
		const keys = await openSafe(page);
		await addFiles(page, [files.pdf.path]);
		await line(page, files.pdf.name).waitFor();
		await openKeys(page);
		await addPasskey(page);
		const passkey = row(page, "Clé d'accès");
		await passkey.getByRole('button', { name: /^Essayer/ }).click();
		await within(page, 'Essayer');
		await page.getByText(said('Elle ouvre votre coffre')).waitFor();
		await look(page, 'cles-cle-d-acces-essayee');
		await within(page, 'Fermer');
		await click(page, 'Verrouiller');
		await page
			.getByRole('link', { name: said('Ouvrir mon coffre') })
			.first()
			.click();
		await click(page, "Utiliser ma clé d'accès");
		await documents(page);

		await click(page, 'Verrouiller');
		await device.lose();
		await click(page, "Utiliser ma clé d'accès");
		await page.getByText(said("Votre clé d'accès n'a pas répondu")).waitFor();
		await look(page, 'deverrouiller-cle-d-acces-muette');
		await unlock(page, 'Clé papier', keys.paper);
		await documents(page);
		await openKeys(page);
		await passkey.getByRole('button', { name: /^Retirer/ }).click();
		await within(page, 'Retirer cette clé');
		await page.getByText(said("Cette clé n'ouvre plus votre coffre")).waitFor();
		expect(await passkey.count()).toBe(0);
		await addPasskey(page);
		await click(page, 'Verrouiller');
		await page
			.getByRole('link', { name: said('Ouvrir mon coffre') })
			.first()
			.click();
		await click(page, "Utiliser ma clé d'accès");
		await documents(page);
		await line(page, files.pdf.name).waitFor();
	}));
