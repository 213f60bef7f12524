import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { look } from './harness/browser.ts';
import {
	accept,
	ask,
	askAtCounter,
	depositAtDesk,
	logInMediator,
	purpose,
	scanned,
	shareAtDesk,
} from './harness/mediators.ts';
import {
	addFiles,
	choosePersona,
	click,
	follow,
	line,
	logIn,
	openSafe,
	said,
	unlock,
	whole,
} from './harness/people.ts';
import { files, scene, visitor, withFiles } from './harness/scene.ts';

// What a citizen is told while a mediator acts for her, how she stops it or refuses, and how it reads
// in her journal afterwards.

scene();
withFiles();

const long = 600_000;
const nadia = 'Nadia HADDAD';
const structure = 'France Services de Valmont';
const mairie = 'Mairie de Valmont';

/** The bar at the foot of each page. */
const bar = (page: Page) =>
	page.getByRole('region', { name: said('Un médiateur dans votre coffre') });
/** She comes back to this tab: it looks at once. */
const comeBack = (page: Page): Promise<void> =>
	page.evaluate(() => {
		document.dispatchEvent(new Event('visibilitychange'));
	});
interface Shift extends PerformanceEntry {
	readonly sources: readonly { readonly node: Node | null }[];
}
/** From now on, what moves of the page although nobody has touched it; the bar may grow by a line, and news lies above it. */
const watchShifts = (page: Page): Promise<void> =>
	page.evaluate(() => {
		const moved: string[] = [];
		Object.assign(globalThis, { moved });
		new PerformanceObserver((list) => {
			for (const { sources } of list.getEntries() as Shift[])
				for (const { node } of sources) {
					const of = node instanceof Element ? node : node?.parentElement;
					if (of && !of.closest('[aria-live] section, .notices'))
						moved.push(of.outerHTML.slice(0, 200));
				}
		}).observe({ type: 'layout-shift' });
	});
const moved = (page: Page): Promise<string[]> =>
	page.evaluate(() => (globalThis as unknown as { moved: string[] }).moved);
const told = (page: Page): Promise<string[]> =>
	page.getByRole('main').locator('li:has(> details) .said').allInnerTexts();
/** One line of the journal, without the word for the side and with plain spaces. */
const plain = (text: string): string => (text.split('\n')[0] ?? '').replace(/\s+/g, ' ').trim();

test(
	'every page says who acts, what was done last and how long; one tap stops it without any key; the journal tells it as a story',
	() =>
		visitor(
			({ page: his }) =>
				visitor(async ({ page: hers, context }) => {
					await logIn(hers, 'Angela DUBOIS', 'FranceConnect');
					const keys = await openSafe(hers);
					await addFiles(hers, [files.text.path]);
					await line(hers, files.text.name).waitFor();

					// In another tab of hers, where nothing is unlocked, she reads something else meanwhile.
					const other = await context.newPage();
					await other.goto('/conditions');
					await other.getByRole('heading', { level: 1 }).waitFor();
					expect(await bar(other).count()).toBe(0);
					await watchShifts(other);

					await logInMediator(his, nadia);
					await ask(his, 'Lire les documents', 'Partager avec');
					await follow(hers, `/aide${await scanned(his)}`);
					await hers.getByRole('heading', { level: 1, name: said(`${nadia} demande`) }).waitFor();
					await comeBack(other);
					await bar(other)
						.getByText(said(`${nadia}, ${structure}, demande à agir dans votre coffre`))
						.waitFor();
					await accept(hers, his, { documents: [files.text.name], administration: mairie });
					await his
						.getByRole('heading', { level: 1, name: said('Vous agissez pour Angela') })
						.waitFor();

					await bar(other).getByText(said('agit dans votre coffre')).waitFor();
					await depositAtDesk(his, files.png.path);
					await bar(other).getByText(said('dépôt d’un document')).waitFor();
					await his.getByRole('button', { name: said('Ouvrir Document n° 1') }).click();
					await bar(other).getByText(said('lecture de un document')).waitFor();
					await shareAtDesk(his, files.text.name, mairie);
					await bar(other)
						.getByText(said(`avec ${mairie}`))
						.waitFor();
					expect(await moved(other)).toEqual([]);
					// With the safe locked it names no document; where it is open, it does.
					expect(await bar(other).innerText()).not.toContain(files.text.name);
					await bar(hers).getByText(files.text.name).waitFor();
					expect(await bar(other).innerText()).toMatch(/Encore \d+ min au plus/);
					await look(other, 'bandeau-mediateur');
					await other.getByRole('button', { name: 'English' }).click();
					await other
						.getByRole('region', { name: 'A mediator in your safe' })
						.getByText(`${nadia}, ${structure}, is acting in your safe.`)
						.waitFor();
					await look(other, 'bandeau-mediateur-en');
					await other.getByRole('button', { name: 'Français' }).click();

					// A tab that nobody sees asks nothing.
					await other.evaluate(() => {
						Object.defineProperty(document, 'visibilityState', {
							configurable: true,
							get: () => 'hidden',
						});
						document.dispatchEvent(new Event('visibilitychange'));
					});
					const asked: string[] = [];
					other.on('request', (r) => asked.push(new URL(r.url()).pathname));
					// Two looks of the tab that is seen pass meanwhile.
					for (let i = 0; i < 2; i++)
						await hers.waitForResponse((r) => r.url().endsWith('/api/v1/safe/delegations'));
					expect(asked).toEqual([]);
					await other.evaluate(() => {
						Reflect.deleteProperty(document, 'visibilityState');
						document.dispatchEvent(new Event('visibilitychange'));
					});

					await other.getByRole('button', { name: whole(`Arrêter ${nadia} maintenant`) }).click();
					await other.getByText(said(`${nadia} ne peut plus rien faire`)).waitFor();
					await his.getByText(said('L’usager l’a arrêtée')).waitFor();
					await bar(other).waitFor({ state: 'detached' });

					// Her mandates, with the safe locked; the signed word comes when it is open.
					const revocation = async () => {
						const answer = await context.request.get('/api/v1/safe/mandates');
						return (await answer.json()).items[0].revocation as string | undefined;
					};
					await other.goto('/mandats');
					await other.getByText(said('Arrêté par vous')).waitFor();
					await other.getByText(said('Personne n’agit pour vous')).waitFor();
					expect(await revocation()).toBeUndefined();
					await look(other, 'mandats-sans-cle');
					await click(other, 'Déverrouiller pour vérifier');
					await unlock(other, 'Phrase de passe', keys.passphrase);
					await other.getByRole('button', { name: said(`Ce que ${nadia} a fait`) }).click();
					await other
						.getByText(said('Terminé : vous l’avez arrêté.'))
						.waitFor()
						.catch(async (e: unknown) => {
							throw new Error(`${await other.locator('body').innerText()}\n${e}`);
						});
					expect(await revocation()).toMatch(/^[A-Za-z0-9+/]{80,}={0,2}$/);

					// As a relative reads it, from the first line to the last.
					await follow(other, '/journal');
					await other.getByText(said('vérifiés par votre navigateur')).first().waitFor();
					const story = (await told(other)).map(plain).reverse();
					const from = story.findIndex((l) => l.includes('avec son code'));
					const doc = `« ${files.text.name} »`;
					const by = `${nadia} (${structure})`;
					const behalf = ', au nom de Angela Claire Louise DUBOIS';
					const given = `partagé ${doc} avec ${mairie}, pour : ${purpose}, jusqu’au `;
					expect(story.slice(from).map((l) => l.replace(/ \d+ \p{L}+ \d{4},/u, ' …,'))).toEqual([
						`Vous avez lu, avec son code, ce que demande ${by}.`,
						`Vous avez permis à ${by} d’agir dans votre coffre (déposer, lire, partager), pour : ${purpose}.`,
						`${by} a commencé à agir dans votre coffre${behalf}.`,
						`${by} a déposé un document dans votre boîte de dépôt${behalf}.`,
						`${by} a ouvert ${doc}${behalf}.`,
						`${by} a ${given}…${behalf}.`,
						`Vous avez arrêté ${by}.`,
						`Vous avez retiré son mandat à ${by}.`,
					]);
					await look(other, 'journal-mediateur');
				}),
			{ viewport: { width: 1280, height: 800 } },
		),
	long,
);

test(
	'she refuses at the counter: his screen says so, and nothing of her is left',
	() =>
		visitor(
			async ({ page: his, guard }) => {
				let paper = '';
				await visitor(async ({ page }) => {
					await logIn(page, 'Fatou DIALLO', 'FranceConnect');
					({ paper } = await openSafe(page));
					await addFiles(page, [files.text.path]);
					await line(page, files.text.name).waitFor();
				});
				await logInMediator(his, nadia);
				const hers = await askAtCounter(his, 'Lire les documents');
				await hers.getByRole('link', { name: whole('S’identifier avec FranceConnect') }).click();
				await choosePersona(hers, 'Fatou DIALLO');
				await unlock(hers, 'Clé papier', paper);
				await hers.getByRole('heading', { level: 1, name: said(`${nadia} demande`) }).waitFor();
				await click(hers, 'Je refuse');
				await hers.getByText(said('Vous avez refusé')).waitFor();
				await look(hers, 'guichet-refuse');
				await click(hers, 'Terminer et rendre la place');
				await hers.getByRole('heading', { level: 1, name: said('rendez la place') }).waitFor();
				expect(await hers.locator('body').innerText()).not.toMatch(/Fatou|DIALLO/);
				await hers.getByRole('link', { name: said('S’identifier comme médiateur') }).click();
				await choosePersona(hers, nadia);
				await his.getByText(said('L’usager a refusé')).waitFor();
				await look(his, 'aider-guichet-refuse');
				expect(await his.locator('body').innerText()).not.toMatch(/Fatou|DIALLO/);
				guard.check();
			},
			{ viewport: { width: 1280, height: 800 } },
		),
	long,
);
