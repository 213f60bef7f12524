import type { BrowserContext, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { look } from './harness/browser.ts';
import { leftovers } from './harness/leftovers.ts';
import { logInMediator } from './harness/mediators.ts';
import {
	addFiles,
	choosePersona,
	click,
	giveWords,
	line,
	logIn,
	openSafe,
	said,
	whole,
} from './harness/people.ts';
import { files, scene, visitor, withFiles } from './harness/scene.ts';

// One machine for two, and somebody who has never been here: no account, no safe, no phone. She leaves with both.

scene();
withFiles();

const long = 600_000;
/** Beyond it a counter would not use it: every press and every screen more is a reason to type her password for her. */
const most = { presses: 8, screens: 8 };

async function leaveThePlace(page: Page): Promise<void> {
	await page.getByRole('textbox', { name: said('Pour quelle démarche') }).fill('Ouvrir un coffre');
	await page.getByRole('checkbox', { name: said('n’a pas de téléphone') }).check();
	await click(page, 'Laisser la place à l’usager');
	await page.getByRole('heading', { level: 1, name: said('Poste verrouillé') }).waitFor();
}
async function hersBeside(page: Page, context: BrowserContext): Promise<Page> {
	const opening = context.waitForEvent('page');
	await page.getByRole('link', { name: said('Ouvrir la page de l’usager') }).click();
	const hers = await opening;
	await hers.getByText(said('n’est plus identifié')).waitFor();
	return hers;
}

interface Steps {
	readonly presses: string[];
	readonly screens: Set<string>;
}
/** What she presses, and on how many screens: a screen is a page and its headings. */
async function counted(page: Page): Promise<Steps> {
	const steps: Steps = { presses: [], screens: new Set() };
	await page.exposeFunction('pressed', (screen: string, what: string) => {
		steps.presses.push(what);
		steps.screens.add(screen);
	});
	const watch = (): void => {
		addEventListener(
			'pointerdown',
			(e) => {
				const at = e.target instanceof Element ? e.target.closest('a, button, label, input') : null;
				const heads = [...document.querySelectorAll('h1, h2[tabindex]')].map((h) => h.textContent);
				const told = globalThis as unknown as { pressed(screen: string, what: string): void };
				told.pressed([location.pathname, ...heads].join(' | '), at?.textContent?.trim() ?? '');
			},
			true,
		);
	};
	await page.addInitScript(watch);
	await page.evaluate(watch);
	return steps;
}

test(
	'a first visit: terms, a safe with two printed sheets and a yes, in eight presses, and the counter is not lost on the way',
	() =>
		visitor(
			async ({ page: his, context }) => {
				await logInMediator(his, 'Nadia HADDAD');
				await leaveThePlace(his);
				const hers = await hersBeside(his, context);
				const steps = await counted(hers);
				const began = Date.now();

				await hers.getByRole('link', { name: whole('S’identifier avec FranceConnect') }).click();
				await choosePersona(hers, 'Minh TRAN');
				await hers.getByText(said('Vous n’avez pas encore de coffre')).waitFor();
				const accept = hers.getByRole('button', { name: said('J’ai lu et j’accepte') });
				await accept.waitFor();
				await look(hers, 'guichet-premiere-1-conditions');
				await accept.click();

				const sheet = hers.getByRole('article', { name: said('Clé papier') });
				await sheet.waitFor();
				// Another's machine would keep a passkey.
				expect(await hers.locator('main').innerText()).not.toMatch(/clé d.accès|empreinte/i);
				await look(hers, 'guichet-premiere-2-feuilles');
				await hers.emulateMedia({ media: 'print' });
				await hers.screenshot({
					path: '../../artifacts/screens/guichet-premiere-2-papier.png',
					fullPage: true,
				});
				await hers.emulateMedia({ media: 'screen' });
				const printed = {
					'Clé papier': await sheet.locator('ol').getByRole('listitem').allInnerTexts(),
					'Phrase de passe': await hers.locator('ol.phrase').getByRole('listitem').allInnerTexts(),
				};
				await click(hers, 'Imprimer les deux feuilles');
				await click(hers, 'Je les ai, je continue');

				// From her sheets, for the screen shows them no more.
				await hers.getByRole('heading', { name: said('Regardez vos feuilles') }).waitFor();
				await look(hers, 'guichet-premiere-3-mots');
				const fields = await hers.getByRole('textbox', { name: /mot n° \d+/ }).all();
				expect(fields).toHaveLength(5);
				for (const [i, field] of fields.entries()) {
					const label = await hers.locator('main label').nth(i).innerText();
					const [, of = '', place = ''] = /^(.+), mot n° (\d+)/.exec(label) ?? [];
					await field.fill(printed[of as keyof typeof printed][Number(place) - 1] ?? '');
				}
				await click(hers, 'Ouvrir mon coffre');

				await hers.getByRole('heading', { level: 1, name: said('Nadia HADDAD demande') }).waitFor();
				const number = await his.locator('.number').innerText();
				await hers.getByRole('textbox', { name: said('Nombre à deux chiffres') }).fill(number);
				await click(hers, 'J’accepte');
				await hers.getByText(said('Nadia HADDAD peut agir')).waitFor();
				await hers.getByText(said('Une autre fois : des gardiens')).waitFor();
				await look(hers, 'guichet-premiere-4-accepte');
				await click(hers, 'Terminer et rendre la place');
				await hers.getByRole('heading', { level: 1, name: said('rendez la place') }).waitFor();

				// As the test goes; people read. What they have to do is what is bounded.
				expect(Date.now() - began).toBeLessThan(300_000);
				expect(steps.presses.length, steps.presses.join('\n')).toBeLessThanOrEqual(most.presses);
				expect(steps.screens.size, [...steps.screens].join('\n')).toBeLessThanOrEqual(most.screens);
				expect(await leftovers(hers)).not.toMatch(/Minh|TRAN|coffre:(?!log)|coffre\.aide/);

				await hers.getByRole('link', { name: said('S’identifier comme médiateur') }).click();
				await choosePersona(hers, 'Nadia HADDAD');
				await his.getByRole('heading', { level: 1, name: said('Vous agissez pour') }).waitFor();
				const chooser = his.waitForEvent('filechooser');
				await click(his, 'Choisir des fichiers');
				await (await chooser).setFiles([files.png.path]);
				await his.getByText('Déposé', { exact: true }).waitFor();
				await click(his, 'Terminer la session');
				await his.getByText(said('Vous l’avez terminée')).waitFor();
			},
			{ viewport: { width: 1280, height: 800 } },
		),
	long,
);

test(
	'with her paper key alone: its number and its words log her in where the mediator has left, and for nothing but this',
	() =>
		visitor(
			async ({ page: his, context, guard }) => {
				let paper = '';
				let number = '';
				await visitor(async ({ page }) => {
					await logIn(page, 'Fatou DIALLO', 'FranceConnect');
					({ paper } = await openSafe(page, async (step) => {
						if (step !== 'ouvrir-2-feuille') return;
						number = await page.locator('.sheet .number b').innerText();
						await look(page, 'cle-papier-avec-numero');
					}));
					await addFiles(page, [files.text.path]);
					await line(page, files.text.name).waitFor();
				});
				expect(number.replaceAll(' ', '')).toMatch(/^[a-z2-7]{26}$/);

				await logInMediator(his, 'Nadia HADDAD');
				await leaveThePlace(his);
				const hers = await hersBeside(his, context);
				await hers.getByRole('link', { name: said('Avec ma clé papier seulement') }).click();
				await hers.getByRole('heading', { name: whole('Votre clé papier') }).waitFor();
				await look(hers, 'guichet-papier');

				// A number of nobody's is refused as one that is switched off would be.
				guard.expect(403, /\/challenges$/);
				await hers.getByRole('textbox', { name: said('Numéro du coffre') }).fill('a'.repeat(26));
				await giveWords(hers, paper, 'Déverrouiller');
				await hers.getByText(said('La clé papier ne suffit pas ici')).waitFor();
				await hers.getByRole('textbox', { name: said('Numéro du coffre') }).fill(number);
				await click(hers, 'Déverrouiller');

				await hers.getByRole('heading', { level: 1, name: said('Nadia HADDAD demande') }).waitFor();
				await hers
					.getByRole('textbox', { name: said('Nombre à deux chiffres') })
					.fill(await his.locator('.number').innerText());
				await click(hers, 'J’accepte');
				await hers.getByText(said('Nadia HADDAD peut agir')).waitFor();
				await click(hers, 'Terminer et rendre la place');
				await hers.getByRole('heading', { level: 1, name: said('rendez la place') }).waitFor();
				expect(await leftovers(hers)).not.toMatch(/Fatou|DIALLO|coffre:(?!log)|coffre\.aide/);

				await hers.getByRole('link', { name: said('S’identifier comme médiateur') }).click();
				await choosePersona(hers, 'Nadia HADDAD');
				await his.getByRole('heading', { level: 1, name: said('Vous agissez pour') }).waitFor();
				await click(his, 'Terminer la session');
				await his.getByText(said('Vous l’avez terminée')).waitFor();

				// She sees it, and may forbid it.
				await visitor(async ({ page }) => {
					await logIn(page, 'Fatou DIALLO', 'FranceConnect');
					await page.goto('/cles');
					await page.getByRole('checkbox', { name: said('Ma clé papier suffit') }).uncheck();
					await page.reload();
					const box = page.getByRole('checkbox', { name: said('Ma clé papier suffit') });
					await box.waitFor();
					expect(await box.isChecked()).toBe(false);
				});
			},
			{ viewport: { width: 1280, height: 800 } },
		),
	long,
);
