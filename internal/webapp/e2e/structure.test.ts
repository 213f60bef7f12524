import { test } from 'vitest';
import { look } from './harness/browser.ts';
import { ask, logInMediator } from './harness/mediators.ts';
import { click, said } from './harness/people.ts';
import { scene, visitor } from './harness/scene.ts';

// A structure's referent says who helps and until when, reads what it ends to cut somebody off, and
// does so in the middle of his session.

scene();

test('a referent accredits a mediator, then cuts him off while he waits for a citizen', () =>
	visitor(({ page: his }) =>
		visitor(async ({ page }) => {
			await logInMediator(his, 'Bruno LEFEVRE');
			await logInMediator(page, 'Nadia HADDAD');
			await page.getByRole('button', { name: said('Mon compte') }).click();
			await page.getByRole('link', { name: 'Ma structure', exact: true }).click();
			await page.getByRole('heading', { level: 1, name: said('Ma structure') }).waitFor();
			const change = page.getByRole('button', {
				name: said('Modifier ce que peut faire Bruno LEFEVRE'),
			});
			await change.waitFor();
			await page.getByText(said('Rien à montrer pour cette année')).waitFor();
			await look(page, 'structure');

			await change.click();
			const dialog = page.getByRole('dialog', { name: said('Que peut faire Bruno LEFEVRE') });
			await dialog.getByRole('radio', { name: said('Médiateur') }).check();
			await dialog.getByLabel(said('Date de l’attestation')).fill('');
			await dialog.getByRole('button', { name: 'Enregistrer' }).click();
			await dialog.getByText(said('Indiquez la date de l’attestation')).waitFor();
			await dialog.getByLabel(said('Date de l’attestation')).fill('2026-02-14');
			await look(page, 'structure-habiliter');
			await dialog.getByRole('button', { name: 'Enregistrer' }).click();
			await page.getByText(said('Formation attestée le 14 février 2026')).waitFor();

			// He helps citizens, and appoints nobody.
			await ask(his);
			await change.click();
			await dialog.getByRole('radio', { name: said('N’agit plus') }).check();
			await dialog.getByText(said('Toutes ses sessions en cours')).waitFor();
			await look(page, 'structure-retirer');
			await dialog.getByRole('button', { name: said('Arrêter son accès') }).click();
			await page.getByText(said('Accès arrêté le')).waitFor();
			await look(page, 'structure-parti');
			await his.goto('/mediation/structure');
			await his.getByRole('heading', { level: 1 }).waitFor();
			if (await his.getByRole('heading', { level: 1, name: said('Ma structure') }).count())
				throw new Error('a mediator who was cut off sees the structure’s page');
			await click(page, 'Nommer Bruno LEFEVRE');
			await dialog.getByRole('button', { name: 'Enregistrer' }).click();
			await page
				.getByRole('heading', { name: said('N’agissent plus') })
				.waitFor({ state: 'detached' });
		}),
	));
