import { test } from 'vitest';
import { look } from './harness/browser.ts';
import { click, logIn, said } from './harness/people.ts';
import { scene, visitor } from './harness/scene.ts';

// A referent says what a colleague may do, and cuts him off in the middle of
// his session.

scene();

test('a referent gives an agent a service, then cuts him off while he is logged in', () =>
	visitor(({ page: his }) =>
		visitor(async ({ page }) => {
			await logIn(his, 'Hugo PETIT', 'ProConnect');
			await logIn(page, 'Camille MARTIN', 'ProConnect');
			await page.getByRole('button', { name: said('Mon compte') }).click();
			await page.getByRole('link', { name: 'Agents', exact: true }).click();
			await page
				.getByRole('heading', { level: 1, name: said('Agents de l’administration') })
				.waitFor();
			await look(page, 'agents');
			const change = page.getByRole('button', {
				name: said('Modifier ce que peut faire Hugo PETIT'),
			});
			await change.click();
			const dialog = page.getByRole('dialog', { name: said('Que peut faire Hugo PETIT') });
			await dialog.getByRole('radio', { name: 'Agent', exact: true }).check();
			await dialog.getByRole('checkbox', { name: 'État civil' }).check();
			await look(page, 'agents-nommer');
			await dialog.getByRole('button', { name: 'Enregistrer' }).click();
			await page.getByText(said('Agent · État civil')).waitFor();

			await his.reload();
			await his.getByRole('button', { name: said('Mon compte') }).click();
			await his.getByRole('link', { name: said('Gardien') }).waitFor();
			if (await his.getByRole('link', { name: 'Agents', exact: true }).count())
				throw new Error('an agent who is no referent is offered the list of agents');
			await his.keyboard.press('Escape');

			await change.click();
			await dialog.getByRole('radio', { name: said('N’agit plus') }).check();
			await look(page, 'agents-retirer');
			await dialog.getByRole('button', { name: 'Enregistrer' }).click();
			await page.getByText(said('Accès arrêté le')).waitFor();
			await look(page, 'agents-parti');
			await his.goto('/administration');
			await his.getByText(said('Votre administration ne vous a pas nommé')).waitFor();
			await look(his, 'agents-parti-lui');
			await click(page, 'Nommer Hugo PETIT');
			await dialog.getByRole('button', { name: 'Enregistrer' }).click();
			await page
				.getByRole('heading', { name: said('N’agissent plus') })
				.waitFor({ state: 'detached' });
		}),
	));
