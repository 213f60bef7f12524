import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { desktop, look, noSidewaysScroll, painted } from './harness/browser.ts';
import {
	acceptTerms,
	addFiles,
	click,
	line,
	logIn,
	makePaper,
	makePassphrase,
	openSafe,
	said,
} from './harness/people.ts';
import { files, scene, visitor, withFiles } from './harness/scene.ts';

// For those who use no mouse, who enlarge, who read English; and an office
// that begins without a key.

const newcomer = {
	siret: '21999999900017',
	name: 'Commune de Saint-Aubin',
	service: 'accueil=Accueil',
};

scene([newcomer]);
withFiles();

test('the main path by the keyboard alone, the focus seen at every stop', () =>
	visitor(async ({ page }) => {
		await page.goto('/');
		await page.getByRole('heading', { level: 1 }).waitFor();
		await reach(page, "S'identifier avec FranceConnect");
		await page.keyboard.press('Enter');
		await page.getByText('SIMULATEUR').waitFor();
		await reach(page, 'Marcel LEROY');
		await page.keyboard.press('Enter');
		await page.getByRole('heading', { name: said('Bonjour') }).waitFor();
		await enter(page, 'Ouvrir mon coffre');
		await enter(page, "J'ai lu et j'accepte");
		await enter(page, 'Faire ma clé papier');
		const sheet = page.getByRole('article', { name: said('Clé papier') });
		await sheet.waitFor();
		const words = await sheet.locator('ol').getByRole('listitem').allInnerTexts();
		await enter(page, "C'est fait, je continue");
		await typeWords(page, words);
		await enter(page, 'Faire ma phrase');
		const phrase = page.getByRole('main').locator('ol.phrase').getByRole('listitem');
		await phrase.first().waitFor();
		const seven = await phrase.allInnerTexts();
		await enter(page, "C'est fait, je continue");
		await typeWords(page, seven);
		await page.getByRole('heading', { level: 1, name: 'Mes documents' }).waitFor();
		// A new page gives the focus to its heading.
		await expect.poll(() => focused(page), { timeout: 20_000 }).toBe('Mes documents');

		await reach(page, 'Ajouter des documents');
		const chooser = page.waitForEvent('filechooser');
		await page.keyboard.press('Enter');
		await (await chooser).setFiles(files.text.path);
		await line(page, files.text.name).waitFor();
		await enter(page, files.text.name);
		await page.getByRole('dialog').waitFor();
		await enter(page, 'Ouvrir');
		await page.getByText('Je déclare vivre à Valmont').waitFor();
		await page.keyboard.press('Escape');
		await page.getByRole('dialog').waitFor({ state: 'hidden' });
		expect(await focused(page)).toMatch(said(files.text.name));

		await enter(page, `Actions sur ${files.text.name}`);
		await enter(page, 'Partager');
		const dialog = page.getByRole('dialog', { name: said('Partager') });
		await dialog.getByRole('radio').first().waitFor();
		await reach(page, 'Département de la Brenne');
		await page.keyboard.press('ArrowDown');
		await reach(page, 'Pour quelle démarche ?');
		await page.keyboard.press('ArrowDown');
		await enter(page, 'Partager', true);
		await dialog.waitFor({ state: 'hidden' });
		await enter(page, 'Partages');
		await enter(page, `Arrêter le partage de ${files.text.name} avec Mairie de Valmont`);
		await enter(page, 'Arrêter le partage', true);
		await page.getByRole('heading', { name: 'Terminés' }).waitFor();
		await enter(page, 'Journal');
		await page.getByText(said('Vous avez arrêté le partage')).first().waitFor();
		await enter(page, 'Verrouiller');
		await page.getByRole('heading', { name: said('Déverrouiller mon coffre') }).waitFor();
	}));

test('at 200 %, nothing scrolls sideways', () =>
	visitor(
		async ({ page }) => {
			await logIn(page, 'Fatou DIALLO', 'FranceConnect');
			await openSafe(page, (step) => noSidewaysScroll(page, step));
			await addFiles(page, [files.pdf.path]);
			await line(page, files.pdf.name).waitFor();
			for (const path of ['Documents', 'Partages', 'Dépôts', 'Journal']) {
				await page.getByRole('link', { name: path, exact: true }).click();
				await page.getByRole('heading', { level: 1 }).waitFor();
				await noSidewaysScroll(page, path);
			}
			await page.getByRole('link', { name: 'Dépôts' }).click();
			await page.getByRole('button', { name: said('Autoriser une administration') }).waitFor();
			await look(page, 'depots');
		},
		{
			viewport: { width: desktop.width / 2, height: desktop.height / 2 },
			deviceScaleFactor: 2,
		},
	));

test('all of it in English for those who read English', () =>
	visitor(
		async ({ page }) => {
			await page.goto('/');
			await page.getByRole('link', { name: 'Log in with FranceConnect' }).waitFor();
			await english(page, 'en-accueil');
			await page.getByRole('link', { name: 'Log in with FranceConnect' }).click();
			await page.getByRole('button', { name: 'Minh TRAN' }).click();
			await page.getByRole('link', { name: 'Open my safe' }).click();
			await page.getByRole('button', { name: 'I have read and accept these terms' }).waitFor();
			await english(page, 'en-conditions');
			await click(page, 'I have read and accept these terms');
			await english(page, 'en-ouvrir');
			await click(page, 'Make my paper key');
			const sheet = page.getByRole('article', { name: 'Paper key of my safe' });
			await sheet.waitFor();
			await english(page, 'en-feuille');
			const words = await sheet.locator('ol').getByRole('listitem').allInnerTexts();
			await click(page, 'Done, continue');
			await page.getByRole('textbox', { name: 'Word 1 of 24' }).fill(words.join(' '));
			await click(page, 'Try');
			await click(page, 'Make my phrase');
			const phrase = page.getByRole('main').locator('ol.phrase').getByRole('listitem');
			await phrase.first().waitFor();
			const seven = await phrase.allInnerTexts();
			await click(page, 'Done, continue');
			await page.getByRole('textbox', { name: 'Word 1 of 7' }).fill(seven.join(' '));
			await click(page, 'Try');
			await page.getByRole('heading', { level: 1, name: 'My documents' }).waitFor();
			await english(page, 'en-documents');
			for (const [link, title] of [
				['Shared', 'My shares'],
				['Deposits', 'My deposits'],
				['Journal', 'My journal'],
			] as const) {
				await page.getByRole('link', { name: link, exact: true }).click();
				await page.getByRole('heading', { level: 1, name: title }).waitFor();
				await english(page, `en-${link.toLowerCase()}`);
			}
			for (const [link, title] of [
				['My guardians', 'My guardians'],
				['I am a guardian', 'I am a guardian'],
			] as const) {
				await page.getByRole('button', { name: /^My account/ }).click();
				await page.getByRole('link', { name: link, exact: true }).click();
				await page.getByRole('heading', { level: 1, name: title }).waitFor();
				await english(page, `en-${link.toLowerCase().replaceAll(' ', '-')}`);
			}
			for (const path of [
				'/recuperation',
				'/appareils',
				'/appareil',
				'/cles',
				'/export',
				'/securite',
				'/territoire',
				'/verifier',
			]) {
				await page.goto(path);
				await page.getByRole('heading', { level: 1 }).waitFor();
				await english(page, `en${path.replaceAll('/', '-')}`);
			}
			// The switch of the header is remembered.
			await page.getByRole('button', { name: 'Français' }).click();
			await page.reload();
			await page.getByRole('button', { name: 'English' }).waitFor();
		},
		{ locale: 'en-GB' },
	));

test('an administration without a key makes one, and can then be shared with', () =>
	visitor(async ({ page, context }) => {
		await logIn(page, 'Paul MERCIER', 'ProConnect');
		await page.getByRole('link', { name: 'Documents reçus' }).click();
		await page.getByRole('link', { name: 'Créer la clé' }).click();
		await look(page, 'administration-cle');
		await makePaper(page);
		await click(page, 'Faire ma phrase');
		const phrase = await makePassphrase(page);
		await page.getByText(said('Aucun document partagé')).waitFor();
		await look(page, 'administration-vide');
		await click(page, 'Verrouiller');
		await page.getByRole('textbox', { name: /^Mot/ }).fill(phrase);
		await click(page, 'Déverrouiller');
		await page.getByText(said('Aucun document partagé')).waitFor();
		await page.goto('/administration/cle');
		await page
			.getByRole('heading', { name: said('Déverrouiller la clé de l’administration') })
			.waitFor();

		await context.clearCookies();
		await logIn(page, 'Angela DUBOIS', 'FranceConnect');
		await page.getByRole('link', { name: 'Ouvrir mon coffre' }).click();
		await acceptTerms(page);
		await makePaper(page);
		await click(page, 'Faire ma phrase');
		await makePassphrase(page);
		await addFiles(page, [files.text.path]);
		await line(page, files.text.name).waitFor();
		await page.getByRole('button', { name: said('Actions sur') }).click();
		await page.getByRole('button', { name: 'Partager', exact: true }).click();
		expect(await page.getByRole('radio', { name: newcomer.name }).isEnabled()).toBe(true);
	}));

/** Words that every French text has some of; "coffre" is also the program's name. */
const french = /\b(vous|votre|vos|clé|partage|dépôt|usager|avec|pour|dans)\b/i;

async function english(page: Page, name: string): Promise<void> {
	expect(await page.locator('html').getAttribute('lang')).toBe('en');
	const text = await page.locator('body').innerText();
	const found = text.split('\n').filter((l) => french.test(l));
	expect(found, name).toEqual([]);
	await look(page, name);
}

/** Name of what has the focus. */
async function focused(page: Page): Promise<string> {
	return page.evaluate(() => {
		const e = document.activeElement;
		if (!(e instanceof HTMLElement) || e.matches('body, dialog, main')) return '';
		const labels = 'labels' in e ? [...((e.labels as NodeListOf<HTMLLabelElement>) ?? [])] : [];
		const label = labels.map((l) => l.innerText).join(' ');
		return e.getAttribute('aria-label') ?? (label || e.innerText);
	});
}

/** Presses Tab until this has the focus; fails when the focus cannot be seen. */
async function reach(page: Page, name: string, exact = false): Promise<void> {
	const wanted = exact ? new RegExp(`^\\s*${said(name).source}\\s*$`) : said(name);
	const passed: string[] = [];
	for (let i = 0; i < 60; i++) {
		const at = await focused(page);
		if (wanted.test(at) && i > 0) {
			await painted(page);
			if (!wanted.test(await focused(page))) continue;
			expect(await seen(page), `the focus on ${name} is seen`).toBe(true);
			return;
		}
		passed.push(at);
		await page.keyboard.press('Tab');
	}
	throw new Error(`no key press leads to ${name}; passed: ${passed.join(' | ')}`);
}
async function enter(page: Page, name: string, exact = false): Promise<void> {
	const there = page.getByText(said(name)).or(page.getByLabel(said(name)));
	await there.filter({ visible: true }).first().waitFor();
	await reach(page, name, exact);
	await page.keyboard.press('Enter');
}
function seen(page: Page): Promise<boolean> {
	return page.evaluate(() => {
		const e = document.activeElement;
		if (e === null) return false;
		const { outlineStyle, outlineWidth } = getComputedStyle(e);
		return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
	});
}
async function typeWords(page: Page, words: readonly string[]): Promise<void> {
	await reach(page, `Mot 1 sur ${words.length}`);
	await page.keyboard.type(`${words.slice(0, -1).join(' ')} `);
	await page.getByRole('textbox', { name: `Mot ${words.length} sur ${words.length}` }).waitFor();
	await page.keyboard.type(words.at(-1) ?? '');
	await page.keyboard.press('Enter');
}
