import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entropyToMnemonic } from '@scure/bip39';
import { wordlist as french } from '@scure/bip39/wordlists/french.js';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { look, phone, screenshot } from './harness/browser.ts';
import { withPasskeys } from './harness/passkeys.ts';
import {
	acceptTerms,
	click,
	giveWords,
	logIn,
	makePaper,
	openSafe,
	said,
	whole,
} from './harness/people.ts';
import { documents, scene, visitor } from './harness/scene.ts';

// A citizen opens her safe: the terms, two ways to unlock, each proven.

scene();

test('with a paper key and a passphrase, each tried; then unlocked with either', () =>
	visitor(async ({ page }) => {
		await logIn(page, 'Angela DUBOIS', 'FranceConnect');
		await look(page, 'bonjour-sans-coffre');
		let qr = '';
		const keys = await openSafe(page, async (step) => {
			await look(page, step);
			if (step === 'ouvrir-2-feuille') qr = await printed(page);
		});
		expect(keys.paper.split(' ')).toHaveLength(24);
		expect(keys.passphrase.split(' ')).toHaveLength(7);
		await look(page, 'coffre-vide');

		await click(page, 'Verrouiller');
		await page.getByRole('heading', { level: 1, name: said('Déverrouiller mon coffre') }).waitFor();
		await look(page, 'deverrouiller');
		await unlockWith(page, 'Phrase de passe', keys.passphrase);
		await click(page, 'Verrouiller');
		await unlockWith(page, 'Clé papier', keys.paper);
		// What a telephone reads from the sheet is the same key.
		await click(page, 'Verrouiller');
		await unlockWith(page, 'Clé papier', qr);
	}));

test('words that are wrong are told apart: misspelt, another key, in disorder', () =>
	visitor(async ({ page }) => {
		await logIn(page, 'Fatou DIALLO', 'FranceConnect');
		await page.getByRole('link', { name: whole('Ouvrir mon coffre') }).click();
		await acceptTerms(page);
		await click(page, 'Faire ma clé papier');
		await click(page, "C'est fait, je continue");
		await giveWords(page, 'zzzzz', 'Essayer');
		await page.getByText(said("n'est pas dans la liste des mots")).waitFor();
		await look(page, 'ouvrir-mot-inconnu');
		await page.getByRole('textbox', { name: /^Mot/ }).fill('');
		await giveWords(page, entropyToMnemonic(new Uint8Array(32), french), 'Essayer');
		await page.getByText(said("Cela n'ouvre pas")).waitFor();
		await look(page, 'ouvrir-autre-cle');
		await click(page, 'Tout effacer');
		await giveWords(page, 'abaisser '.repeat(24), 'Essayer');
		await page.getByText(said('Ces mots ne vont pas ensemble')).waitFor();
		await look(page, 'ouvrir-mots-en-desordre');
	}));

test('with a passkey where the browser has one', () =>
	visitor(async ({ page }) => {
		await withPasskeys(page);
		await logIn(page, 'Marcel LEROY', 'FranceConnect');
		await page.getByRole('link', { name: whole('Ouvrir mon coffre') }).click();
		await acceptTerms(page);
		await makePaper(page);
		await click(page, "Faire une clé d'accès");
		await look(page, 'ouvrir-cle-d-acces');
		await click(page, "Faire ma clé d'accès");
		await page.getByRole('button', { name: said("Essayer ma clé d'accès") }).waitFor();
		await look(page, 'ouvrir-cle-d-acces-essai');
		await click(page, "Essayer ma clé d'accès");
		await documents(page);

		await click(page, 'Verrouiller');
		await click(page, "Utiliser ma clé d'accès");
		await documents(page);
		await page.goto('/cles');
		await page.getByRole('heading', { name: said("Clé d'accès") }).waitFor();
		await look(page, 'moyens');
	}));

test('on a device that knows passkeys but not the kind that encrypts, the other way is offered', () =>
	visitor(async ({ page, context }) => {
		const devtools = await context.newCDPSession(page);
		await devtools.send('WebAuthn.enable');
		await devtools.send('WebAuthn.addVirtualAuthenticator', {
			options: {
				protocol: 'ctap2',
				transport: 'internal',
				hasResidentKey: true,
				hasUserVerification: true,
				isUserVerified: true,
				automaticPresenceSimulation: true,
			},
		});
		await logIn(page, 'Minh TRAN', 'FranceConnect');
		await page.getByRole('link', { name: whole('Ouvrir mon coffre') }).click();
		await acceptTerms(page);
		await makePaper(page);
		await click(page, "Faire une clé d'accès");
		await click(page, "Faire ma clé d'accès");
		await page.getByText(said('Cet appareil ne sait pas ouvrir un coffre')).waitFor();
		await look(page, 'ouvrir-cle-d-acces-impossible');
		await click(page, 'Choisir autrement');
		await page.getByRole('button', { name: said('Faire ma phrase') }).waitFor();
	}));

async function unlockWith(page: Page, way: string, words: string): Promise<void> {
	await click(page, way);
	await giveWords(page, words, 'Déverrouiller');
	await page.getByRole('heading', { level: 1, name: 'Mes documents' }).waitFor();
}

/** A sheet of A4 at 96 dots per inch. */
const a4 = { width: 794, height: 1123 };

/** What a scanner reads on the sheet as it is printed; the words must be there beside it. */
async function printed(page: Page): Promise<string> {
	await page.emulateMedia({ media: 'print' });
	await page.setViewportSize(a4);
	const folder = mkdtempSync(join(tmpdir(), 'coffre-print-'));
	const picture = join(folder, 'sheet.png');
	try {
		await screenshot(page, 'feuille-imprimee');
		await page.screenshot({ path: picture, fullPage: true });
		const sheet = page.getByRole('article', { name: said('Clé papier') });
		expect(await sheet.locator('ol').getByRole('listitem').count()).toBe(24);
		for (const word of await sheet.locator('ol').getByRole('listitem').all())
			expect(await word.isVisible()).toBe(true);
		for (const other of ['banner', 'contentinfo'] as const)
			expect(await page.getByRole(other).isVisible()).toBe(false);
		return execFileSync('zbarimg', ['--raw', '-q', picture], {
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'ignore'],
		}).trim();
	} finally {
		await page.emulateMedia({ media: 'screen' });
		await page.setViewportSize(phone);
		rmSync(folder, { recursive: true, force: true });
	}
}
