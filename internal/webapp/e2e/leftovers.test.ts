import type { BrowserContext, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { leftovers } from './harness/leftovers.ts';
import {
	accept,
	ask,
	askAtCounter,
	depositAtDesk,
	logInMediator,
	number,
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

// Three people in a row at one desk. After each, whoever sits down at the mediator's machine finds
// nothing of the last one: not in what the browser keeps, not behind the back button, not in memory.

scene();
withFiles();

const long = 600_000;
const mairie = 'Mairie de Valmont';
/** In every document of hers, and nowhere else. */
const inside = 'Je déclare vivre à Valmont';

/** Counts what a page has made an address for and not given back. */
function countURLs(): void {
	const held = new Set<string>();
	const [make, drop] = [URL.createObjectURL, URL.revokeObjectURL];
	URL.createObjectURL = (of: Blob | MediaSource) => {
		const url = make.call(URL, of);
		held.add(url);
		return url;
	};
	URL.revokeObjectURL = (url: string) => {
		held.delete(url);
		drop.call(URL, url);
	};
	Object.assign(globalThis, { heldURLs: held });
}
const heldURLs = (page: Page): Promise<string[]> =>
	page.evaluate(() => [...(globalThis as unknown as { heldURLs: Set<string> }).heldURLs]);

/** The list of people that the simulator of log-ins shows to everybody. */
const list =
	/^(?:Angela DUBOIS|Marcel LEROY|Fatou DIALLO|angela|marcel|fatou)(?:-aide|, par un aidant)?$/gim;

/** Every string that the page's own memory holds, once what nobody needs was collected. */
async function memory(page: Page): Promise<string> {
	const cdp = await page.context().newCDPSession(page);
	let text = '';
	cdp.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => {
		text += chunk;
	});
	await cdp.send('HeapProfiler.enable');
	await cdp.send('HeapProfiler.collectGarbage');
	await cdp.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
	await cdp.detach();
	return (JSON.parse(text) as { strings: string[] }).strings.join('\n');
}

/** Addresses and titles behind the two arrows of the browser. */
async function history(page: Page): Promise<string> {
	const cdp = await page.context().newCDPSession(page);
	const { entries } = await cdp.send('Page.getNavigationHistory');
	await cdp.detach();
	return entries.map((e) => `${e.url} ${e.userTypedURL} ${e.title}`).join('\n');
}

interface Desk {
	readonly page: Page;
	readonly context: BrowserContext;
	/** Names of cookies before anybody came. */
	readonly cookies: readonly string[];
}

/** What is wrong after somebody, known by these words, has left. */
async function left({ page, context, cookies }: Desk, words: RegExp): Promise<string[]> {
	const found: string[] = [];
	const look = (where: string, text: string): void => {
		for (const [word] of text.matchAll(new RegExp(`.{0,40}(?:${words.source}).{0,40}`, 'giu')))
			found.push(`${where}: ${word}`);
	};
	look('kept or shown', await leftovers(page));
	found.push(...(await heldURLs(page)));
	// The page has a worker of its own, for lists that are nobody's; that of the session is gone.
	if (page.workers().length > 1) found.push(`workers: ${page.workers().length}`);
	await click(page, 'Aider une autre personne');
	await page.getByRole('textbox', { name: said('Pour quelle démarche') }).waitFor();
	if (page.workers().length > 0) found.push(`workers after: ${page.workers().length}`);
	look('kept or shown to the next', await leftovers(page));
	look('history', await history(page));
	look('memory', (await memory(page)).replaceAll(list, ''));
	look('clipboard', await page.evaluate(() => navigator.clipboard.readText()));
	look('cookies', JSON.stringify((await context.cookies()).map((c) => c.value)));
	const names = (await context.cookies()).map((c) => c.name).filter((n) => !cookies.includes(n));
	if (names.length > 0) found.push(`cookies: ${names}`);
	if (/^database /m.test(await leftovers(page))) found.push('a database');
	// Behind the back button there is what was there before, and nothing of hers.
	const at = page.url();
	await page.evaluate(() => globalThis.history.back());
	await page.getByRole('heading', { level: 1 }).waitFor();
	look('back', await leftovers(page));
	await page.goForward();
	await page.getByRole('heading', { level: 1 }).waitFor();
	look('forward', await leftovers(page));
	expect(page.url()).toBe(at);
	return found;
}

test(
	'three people in a row: after each, nothing of her is left at the desk',
	() =>
		visitor(
			async ({ page: his, context }) => {
				await context.grantPermissions(['clipboard-read', 'clipboard-write']);
				await context.addInitScript(countURLs);
				await logInMediator(his, 'Nadia HADDAD');
				const desk: Desk = {
					page: his,
					context,
					cookies: (await context.cookies()).map((c) => c.name),
				};

				// Ended by the mediator, with her document open on the screen.
				await visitor(async ({ page: hers }) => {
					await logIn(hers, 'Angela DUBOIS', 'FranceConnect');
					await openSafe(hers);
					await addFiles(hers, [files.text.path]);
					await line(hers, files.text.name).waitFor();
					await ask(his, 'Lire les documents', 'Partager avec');
					await follow(hers, `/aide${await scanned(his)}`);
					await accept(hers, his, { documents: [files.text.name], administration: mairie });
					await depositAtDesk(his, files.png.path);
					await his.getByRole('button', { name: said('Ouvrir Document n° 1') }).click();
					await his.getByText(inside).waitFor();
					await shareAtDesk(his, files.text.name, mairie);
					await click(his, 'Terminer la session');
					await his.getByText(said('Vous l’avez terminée')).waitFor();
				});
				const angela = /Angela|DUBOIS|Déclaration sur|Je déclare vivre|Carte grise/;
				expect(await left(desk, angela)).toEqual([]);

				// Ended by her, while a picture of hers is on the screen.
				await visitor(async ({ page: hers }) => {
					await logIn(hers, 'Marcel LEROY', 'FranceConnect');
					await openSafe(hers);
					await addFiles(hers, [files.png.path]);
					await line(hers, files.png.name).waitFor();
					await ask(his, 'Lire les documents');
					await follow(hers, `/aide${await scanned(his)}`);
					await accept(hers, his, { documents: [files.png.name] });
					await his.getByRole('button', { name: said('Ouvrir Document n° 1') }).click();
					await his.getByRole('img', { name: files.png.name }).waitFor();
					expect(await heldURLs(his)).toHaveLength(1);
					await hers.getByRole('button', { name: said('Arrêter Nadia HADDAD maintenant') }).click();
					await his.getByText(said('L’usager l’a arrêtée')).waitFor();
				});
				expect(await left(desk, /Marcel|LEROY|Carte grise/)).toEqual([]);

				// At the counter: on this very machine.
				let paper = '';
				await visitor(async ({ page }) => {
					await logIn(page, 'Fatou DIALLO', 'FranceConnect');
					({ paper } = await openSafe(page));
					await addFiles(page, [files.text.path]);
					await line(page, files.text.name).waitFor();
				});
				const hers = await askAtCounter(his, 'Lire les documents');
				await hers.getByRole('link', { name: whole('S’identifier avec FranceConnect') }).click();
				await choosePersona(hers, 'Fatou DIALLO');
				await unlock(hers, 'Clé papier', paper);
				await hers.getByRole('checkbox', { name: files.text.name }).check();
				await hers
					.getByRole('textbox', { name: said('Nombre à deux chiffres') })
					.fill(await number(his));
				await click(hers, 'J’accepte');
				await hers.getByText(said('peut agir')).first().waitFor();
				await click(hers, 'Terminer et rendre la place');
				await hers.getByRole('heading', { level: 1, name: said('rendez la place') }).waitFor();
				const fatou = /Fatou|DIALLO|Déclaration sur|Je déclare vivre/;
				const word = new RegExp(`${fatou.source}|${paper.split(' ').slice(0, 4).join(' ')}`);
				// Her tab, before anybody else touches it: what it keeps, its history, its memory.
				expect(await leftovers(hers)).not.toMatch(word);
				expect(await history(hers)).not.toMatch(word);
				expect((await memory(hers)).replaceAll(list, '')).not.toMatch(word);
				expect(hers.workers()).toEqual([]);
				await hers.goBack().catch(() => undefined);
				await hers.getByRole('heading', { level: 1 }).first().waitFor();
				expect(await leftovers(hers)).not.toMatch(word);
				await hers.goto('/mediation');
				await hers.getByRole('link', { name: said('S’identifier comme médiateur') }).click();
				await choosePersona(hers, 'Nadia HADDAD');
				await hers.getByRole('heading', { level: 1 }).waitFor();
				await hers.close();
				await his.bringToFront();
				await click(his, 'Reprendre la session');
				await his.getByRole('button', { name: said('Ouvrir Document n° 1') }).click();
				await his.getByText(inside).waitFor();
				await click(his, 'Terminer la session');
				await his.getByText(said('Vous l’avez terminée')).waitFor();
				expect(await left(desk, word)).toEqual([]);
			},
			{ viewport: { width: 1280, height: 800 } },
		),
	long,
);
