import type { Page } from 'playwright-core';
import { choosePersona, click, said, whole } from './people.ts';

// What a mediator and the citizen whom he helps do on their two screens.

export const purpose = 'Demander l’aide au logement';

export async function logInMediator(page: Page, who: string): Promise<void> {
	await page.goto('/aider');
	await page.getByRole('link', { name: said('S’identifier comme médiateur') }).click();
	await choosePersona(page, who);
	await page.getByRole('heading', { level: 1, name: said('Aider un usager') }).waitFor();
}

/** Asks for these acts beside the deposit, for a citizen with a phone. */
export async function ask(page: Page, ...acts: readonly string[]): Promise<void> {
	await fillOrder(page, ...acts);
	await click(page, 'Afficher le code');
	await page.getByRole('heading', { level: 1, name: said('Montrez cet écran') }).waitFor();
}

/** At the counter: leaves her the machine, and returns the tab that is hers. */
export async function askAtCounter(page: Page, ...acts: readonly string[]): Promise<Page> {
	await fillOrder(page, ...acts);
	await page.getByRole('checkbox', { name: said('n’a pas de téléphone') }).check();
	await click(page, 'Laisser la place à l’usager');
	await page.getByRole('heading', { level: 1, name: said('Poste verrouillé') }).waitFor();
	const opening = page.context().waitForEvent('page');
	await page.getByRole('link', { name: said('Ouvrir la page de l’usager') }).click();
	return opening;
}

async function fillOrder(page: Page, ...acts: readonly string[]): Promise<void> {
	for (const act of acts) await page.getByRole('checkbox', { name: said(act) }).check();
	await page.getByRole('textbox', { name: said('Pour quelle démarche') }).fill(purpose);
}

/** The link in the square on his screen, from its # on, as a camera reads it. */
export async function scanned(page: Page): Promise<string> {
	const square = page.locator('.qr');
	const link = await square.getAttribute('data-link');
	if (link !== null) return link;
	const print = await square.getAttribute('data-print');
	const code = (await page.locator('.code').innerText()).replace(/[^A-Z]/g, '').slice(-8);
	return `#${code}.${print}`;
}

export const number = (page: Page): Promise<string> => page.locator('.number').innerText();

/** She gives what he asks for, with these documents, and to this administration where he shares. */
export async function accept(
	hers: Page,
	his: Page,
	{ documents, administration }: { documents: readonly string[]; administration?: string },
): Promise<void> {
	for (const name of documents) await hers.getByRole('checkbox', { name }).check();
	if (administration !== undefined)
		await hers
			.getByRole('combobox', { name: said('Avec quelle administration') })
			.selectOption({ label: administration });
	await his.locator('.number').waitFor();
	await hers.getByRole('textbox', { name: said('Nombre à deux chiffres') }).fill(await number(his));
	await click(hers, 'J’accepte');
	await hers.getByText(said('peut agir')).first().waitFor();
}

export async function depositAtDesk(page: Page, path: string): Promise<void> {
	const chooser = page.waitForEvent('filechooser');
	await click(page, 'Choisir des fichiers');
	await (await chooser).setFiles([path]);
	await page.getByText('Déposé', { exact: true }).waitFor();
}

export async function shareAtDesk(page: Page, document: string, with_: string): Promise<void> {
	await page
		.getByRole('combobox', { name: said('Quel document') })
		.selectOption({ label: document });
	await page.getByRole('button', { name: whole('Partager') }).click();
	await page.getByText(said(`${document} est partagé avec ${with_}`)).waitFor();
}
