import type { Page } from 'playwright-core';
import {
	click,
	giveWords,
	type Keys,
	logIn,
	logInHigher,
	openSafe,
	type See,
	said,
	whole,
} from './people.ts';

// What people do on the pages about guardians, as they would.

const nothing: See = () => Promise.resolve();

/** By the links: the keys are in memory, and a new page would not have them. */
export async function menu(page: Page, name: string): Promise<void> {
	await page.getByRole('button', { name: said('Mon compte') }).click();
	await page.getByRole('link', { name: whole(name) }).click();
	await page.getByRole('heading', { level: 1, name: whole(name) }).waitFor();
}
export function within(page: Page, name: string): Promise<void> {
	return page
		.getByRole('dialog')
		.getByRole('button', { name: whole(name) })
		.click();
}

/** Opens a safe to be a guardian of others: the code, as it is copied. */
export async function guardian(page: Page, who: string): Promise<{ keys: Keys; code: string }> {
	await logIn(page, who, 'FranceConnect');
	const keys = await openSafe(page);
	return { keys, code: await ownCode(page) };
}
export async function ownCode(page: Page): Promise<string> {
	await menu(page, 'Je suis gardien');
	const code = await page.getByRole('group', { name: 'Code de gardien' }).innerText();
	return code.replace(/\s/g, '');
}

/** Types the code of a relative in the dialog that is open. */
export async function typeCode(page: Page, code: string): Promise<void> {
	const dialog = page.getByRole('dialog');
	await dialog.getByRole('radio', { name: 'Un proche' }).check();
	await dialog.getByRole('textbox', { name: said('Son code de gardien') }).fill(code);
	await dialog.getByRole('button', { name: whole('Vérifier ce code') }).click();
}
export interface Relative {
	readonly name: string;
	readonly code: string;
}
const townHall = 'Mairie de Valmont';

/** The town hall of Valmont and two relatives, who wait as long as it is called on the page. */
export async function nameThree(
	page: Page,
	relatives: readonly [Relative, Relative],
	delay = 'Dix secondes',
	see: See = nothing,
): Promise<void> {
	await menu(page, 'Mes gardiens');
	await click(page, 'Choisir trois gardiens');
	await page.getByRole('button', { name: said('Choisir : premier gardien') }).click();
	await page.getByRole('dialog').getByRole('radio', { name: townHall }).check();
	await see('gardiens-2-administration');
	await within(page, 'Prendre ce gardien');
	for (const [i, nth] of ['deuxième gardien', 'troisième gardien'].entries()) {
		const { name, code } = relatives[i] as Relative;
		await page.getByRole('button', { name: said(`Choisir : ${nth}`) }).click();
		await typeCode(page, code);
		await page
			.getByRole('dialog')
			.getByText(said(`C'est le code de ${name}`))
			.waitFor();
		if (i === 0) await see('gardiens-3-proche');
		await within(page, 'Prendre ce gardien');
	}
	await page.getByRole('radio', { name: said(delay) }).check();
	await see('gardiens-4-choisis');
	await click(page, 'Nommer ces trois gardiens');
	await page.getByText(said('Vos trois gardiens sont nommés')).waitFor();
	await page.getByRole('heading', { name: said('Vos trois gardiens') }).waitFor();
}

/** Six words as they are listed under that name. */
export function six(page: Page, label: string): Promise<string[]> {
	return page
		.getByRole('list', { name: said(label) })
		.getByRole('listitem')
		.allInnerTexts();
}

/** From the page of recovery to the new sheet; `who` takes the stronger log-in that it asks for. */
export async function makeSheet(
	page: Page,
	who: string | undefined,
	see: See = nothing,
): Promise<string> {
	await page.getByText(said('Vos gardiens peuvent vous rendre votre coffre')).waitFor();
	await see('recuperer-1-comment');
	if (who !== undefined) await logInHigher(page, who);
	await click(page, 'Commencer : faire ma nouvelle clé papier');
	const paper = page.getByRole('article', { name: said('Clé papier') });
	await paper.waitFor();
	const words = (await paper.locator('ol').getByRole('listitem').allInnerTexts()).join(' ');
	await click(page, "C'est fait, je continue");
	await giveWords(page, words, 'Essayer');
	await page.getByRole('heading', { name: said("Demander de l'aide à vos gardiens") }).waitFor();
	await see('recuperer-2-demander');
	return words;
}
/** The six words to tell. */
export async function ask(page: Page): Promise<string[]> {
	await click(page, "Demander de l'aide à mes gardiens");
	await page.getByRole('heading', { name: said('Votre demande est en cours') }).waitFor();
	return six(page, 'Les six mots à dire à vos gardiens');
}

export const sameWords = 'Les six mots à comparer';

export async function agree(page: Page): Promise<void> {
	await page.getByRole('checkbox', { name: said("m'a dit ces six mots") }).check();
	await click(page, 'Donner mon accord');
}
