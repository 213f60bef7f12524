import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';

// What people do on the pages, as they would: by the names and roles they see.

/** A text as it is read: whichever apostrophes and spaces it is set with. */
export function said(text: string): RegExp {
	const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
	return new RegExp(escaped.replace(/['’]/g, "['’]").replace(/\s+/g, '\\s+'));
}
/** The whole of it. */
export function whole(text: string): RegExp {
	return new RegExp(`^\\s*${said(text).source}\\s*$`);
}

/** Told at each step, with a name for its screenshots. */
export type See = (step: string) => Promise<void>;
const nothing: See = () => Promise.resolve();

/** The keys that somebody keeps. */
export interface Keys {
	readonly paper: string;
	readonly passphrase: string;
}

/** Logs in from the first page, as one of the simulator's people. */
export async function logIn(
	page: Page,
	who: string,
	by: 'FranceConnect' | 'ProConnect',
): Promise<void> {
	await page.goto('/');
	await page.getByRole('link', { name: whole(`S'identifier avec ${by}`) }).click();
	await choosePersona(page, who);
	await page.getByRole('heading', { level: 1, name: said('Bonjour') }).waitFor();
}

/** Where an act asks for a stronger log-in: takes it, and is back on the same page. */
export async function logInHigher(page: Page, who: string): Promise<void> {
	await page.getByRole('link', { name: whole("S'identifier avec FranceConnect+") }).click();
	await choosePersona(page, who);
}

/** On the simulator's own page. */
export async function choosePersona(page: Page, who: string): Promise<void> {
	await page.getByText('SIMULATEUR').waitFor();
	// Not somebody who helps her: "Marcel LEROY, par un aidant".
	await page.getByRole('button', { name: new RegExp(`^${who}(?!,)`) }).click();
}

export async function click(page: Page, name: string): Promise<void> {
	await page.getByRole('button', { name: whole(name) }).click();
}

/** A link of this site followed on the page that is there: the keys stay in memory. */
export async function follow(page: Page, path: string): Promise<void> {
	await page.evaluate((p) => {
		history.pushState(null, '', p);
		dispatchEvent(new PopStateEvent('popstate'));
	}, path);
}

/** Words typed, or pasted, all at once. */
export async function giveWords(page: Page, words: string, action: string): Promise<void> {
	await page.getByRole('textbox', { name: /^Mot \d+ sur \d+$/ }).fill(words);
	await click(page, action);
}

/** From the terms to the open safe, with a paper key and a passphrase. */
export async function openSafe(page: Page, see: See = nothing): Promise<Keys> {
	await page.getByRole('link', { name: whole('Ouvrir mon coffre') }).click();
	await acceptTerms(page, see);
	const paper = await makePaper(page, see);
	await click(page, 'Faire ma phrase');
	const passphrase = await makePassphrase(page, see);
	await page.getByRole('heading', { level: 1, name: 'Mes documents' }).waitFor();
	return { paper, passphrase };
}

export async function acceptTerms(page: Page, see: See = nothing): Promise<void> {
	const accept = page.getByRole('button', { name: said("J'ai lu et j'accepte") });
	await accept.waitFor();
	await see('conditions-a-accepter');
	await accept.click();
}

export async function makePaper(page: Page, see: See = nothing): Promise<string> {
	await page.getByRole('button', { name: whole('Faire ma clé papier') }).waitFor();
	await see('ouvrir-1-moyens');
	await click(page, 'Faire ma clé papier');
	const sheet = page.getByRole('article', { name: said('Clé papier') });
	await sheet.waitFor();
	await see('ouvrir-2-feuille');
	const words = await sheet.locator('ol').getByRole('listitem').allInnerTexts();
	await click(page, "C'est fait, je continue");
	await see('ouvrir-3-essai-papier');
	await giveWords(page, words.join(' '), 'Essayer');
	await page.getByText(said('Votre clé papier ouvre')).waitFor();
	await see('ouvrir-4-second-moyen');
	return words.join(' ');
}

export async function makePassphrase(page: Page, see: See = nothing): Promise<string> {
	await page.getByRole('heading', { name: said('Votre phrase de passe') }).waitFor();
	await see('ouvrir-5-phrase');
	const words = await page
		.getByRole('main')
		.locator('ol.phrase')
		.getByRole('listitem')
		.allInnerTexts();
	await click(page, "C'est fait, je continue");
	await see('ouvrir-6-essai-phrase');
	await giveWords(page, words.join(' '), 'Essayer');
	return words.join(' ');
}

export async function unlock(
	page: Page,
	way: 'Phrase de passe' | 'Clé papier',
	words: string,
): Promise<void> {
	await click(page, way);
	await giveWords(page, words, 'Déverrouiller');
}

/** By the button, as the file chooser gives them. */
export async function addFiles(page: Page, paths: readonly string[]): Promise<void> {
	const chooser = page.waitForEvent('filechooser');
	await click(page, 'Ajouter des documents');
	await (await chooser).setFiles([...paths]);
}

/** Its line in the list of documents or folders. */
export function line(page: Page, name: string): Locator {
	return page
		.getByRole('list', { name: 'Documents et dossiers' })
		.getByRole('listitem')
		.filter({
			has: page.getByText(name, { exact: true }),
		});
}

/** From the menu at the end of its line. */
export async function act(page: Page, name: string, action: string): Promise<void> {
	await line(page, name)
		.getByRole('button', { name: said(`Actions sur ${name}`) })
		.click();
	await line(page, name).getByRole('button', { name: action, exact: true }).click();
}

/** The bytes that a click makes the browser save. */
export async function saved(
	page: Page,
	press: () => Promise<void>,
): Promise<{ name: string; bytes: Buffer }> {
	const download = page.waitForEvent('download');
	await press();
	const got = await download;
	return { name: got.suggestedFilename(), bytes: readFileSync(await got.path()) };
}

export interface Share {
	readonly document: string;
	readonly administration: string;
	readonly service: string;
	readonly purpose: string;
}
export async function share(page: Page, what: Share, see: See = nothing): Promise<void> {
	await act(page, what.document, 'Partager');
	const dialog = page.getByRole('dialog', { name: said(`Partager « ${what.document} »`) });
	await dialog.getByRole('radio', { name: what.administration }).check();
	await dialog.getByLabel('Pour quel service ?').selectOption(what.service);
	const purposes = dialog.getByLabel('Pour quelle démarche ?');
	const purpose = purposes.getByRole('option', { name: said(what.purpose) });
	await purposes.selectOption(await purpose.getAttribute('value'));
	await dialog.getByRole('radio', { name: 'Un mois' }).check();
	await dialog.getByText(said('pourra être ouvert par')).waitFor();
	await see('partager');
	await dialog.getByRole('button', { name: 'Partager', exact: true }).click();
	await dialog.waitFor({ state: 'hidden' });
}
