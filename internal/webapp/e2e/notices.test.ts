import type { BrowserContext, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { look } from './harness/browser.ts';
import { click, logIn, openSafe, said, whole } from './harness/people.ts';
import { scene, server, visitor } from './harness/scene.ts';

// Somebody chooses how to hear of news; an agent says which system to call.

scene();

const heading = (page: Page, name: string): Promise<void> =>
	page.getByRole('heading', { level: 1, name: said(name) }).waitFor();

async function newestCode(page: Page): Promise<string> {
	for (;;) {
		const text = await (await page.request.get(`${server.url}/demo/mails`)).text();
		const code = /^ {4}(\d{6})$/m.exec(text)?.[1];
		if (code !== undefined) return code;
	}
}

test('she chooses e-mail, shows that she reads it, and takes it back', () =>
	visitor(async ({ page, guard }) => {
		guard.expect(422, /notices/);
		await logIn(page, 'Angela DUBOIS', 'FranceConnect');
		await openSafe(page);
		await page.getByRole('button', { name: said('Mon compte') }).click();
		await page.getByRole('link', { name: said('Me prévenir') }).click();
		await heading(page, 'Me prévenir');
		await page.getByText(said('Vous n’êtes pas prévenu pour l’instant')).waitFor();
		await look(page, 'prevenir');
		const address = page.getByRole('textbox', { name: said('Votre adresse e-mail') });
		await address.fill('angela');
		await click(page, 'M’envoyer un code');
		await page.getByText(said('Écrivez une seule adresse')).waitFor();
		await look(page, 'prevenir-adresse');
		await address.fill('angela@courriel.example');
		await click(page, 'M’envoyer un code');
		const code = page.getByRole('textbox', { name: said('Code à six chiffres') });
		await code.waitFor();
		await look(page, 'prevenir-code');
		await code.fill('12345');
		await click(page, 'Confirmer');
		await page.getByText(said('Tapez les six chiffres du dernier message')).waitFor();
		await code.fill(await newestCode(page));
		await click(page, 'Confirmer');
		await code.waitFor({ state: 'detached' });
		await page.getByText('angela@courriel.example').waitFor();
		await look(page, 'prevenir-choisi');
		await page.getByRole('button', { name: 'English' }).click();
		await heading(page, 'Keep me informed');
		await look(page, 'prevenir-en');
		await page.getByRole('button', { name: 'Français' }).click();
		await click(page, 'Retirer : angela@courriel.example');
		await page.getByText(said('Vous n’êtes pas prévenu pour l’instant')).waitFor();
	}));

/** Wakes the page's worker as the browser's own push service would. */
async function push(context: BrowserContext, page: Page): Promise<void> {
	const cdp = await context.newCDPSession(page);
	const registered = new Promise<string>((resolve) => {
		cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
			const mine = registrations.find((r) => r.scopeURL.endsWith('/prevenir'));
			if (mine !== undefined) resolve(mine.registrationId);
		});
	});
	await cdp.send('ServiceWorker.enable');
	await cdp.send('ServiceWorker.deliverPushMessage', {
		origin: `${server.url}/`,
		registrationId: await registered,
		data: '',
	});
}

test('a browser is woken without a word, and the worker has no part in the pages', () =>
	visitor(
		async ({ context, page, guard }) => {
			guard.expectText(/does not support the Push API in incognito mode/);
			await context.grantPermissions(['notifications'], { origin: server.url });
			await logIn(page, 'Marcel LEROY', 'FranceConnect');
			await openSafe(page);
			await page.goto('/prevenir');
			await click(page, 'Me prévenir sur cet appareil');
			// No push service answers here: it is said, and nothing is chosen.
			await page.getByText(said('Cet appareil ne peut pas être prévenu')).waitFor();
			await look(page, 'prevenir-appareil');
			await push(context, page);
			const shown = await page.waitForFunction(async () => {
				const worker = await navigator.serviceWorker.getRegistration('/prevenir');
				const all = (await worker?.getNotifications()) ?? [];
				return all.length > 0 ? all.map((n) => `${n.title} / ${n.body}`) : undefined;
			});
			expect(await shown.jsonValue()).toEqual([
				'Du nouveau dans votre coffre / Ouvrez-le pour voir de quoi il s’agit.',
			]);
			await page.goto('/journal');
			expect(await page.evaluate(() => navigator.serviceWorker.controller)).toBe(null);
		},
		{ locale: 'fr-FR' },
	));

test('an agent has a system called, at a server that the host has listed', () =>
	visitor(async ({ page, guard }) => {
		guard.expect(422, /webhooks/);
		await logIn(page, 'Camille MARTIN', 'ProConnect');
		await page.getByRole('button', { name: said('Mon compte') }).click();
		await page.getByRole('link', { name: said('Prévenir vos logiciels') }).click();
		await heading(page, 'Prévenir vos logiciels');
		await page.getByText(said('Aucun logiciel n’est appelé')).waitFor();
		const url = page.getByRole('textbox', { name: said('Adresse en https') });
		await url.fill('https://ailleurs.example/');
		await click(page, 'Inscrire');
		await page.getByText(said('Seules les adresses en https')).waitFor();
		await look(page, 'logiciels');
		await url.fill('https://si.valmont.example/coffre');
		await click(page, 'Inscrire');
		await page.getByText(said('Pas encore appelé')).waitFor();
		await look(page, 'logiciels-inscrit');
		await page.getByRole('button', { name: 'English' }).click();
		await heading(page, 'Tell your systems');
		await look(page, 'logiciels-en');
		await page
			.getByRole('button', { name: whole('Remove: https://si.valmont.example/coffre') })
			.click();
		await page.getByText('No system is called').waitFor();
	}));
