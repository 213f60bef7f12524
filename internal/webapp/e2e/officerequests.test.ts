import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { desktop, during, look, screenshot, type Visitor, visit } from './harness/browser.ts';
import { CitizenLine } from './harness/citizenline.ts';
import { sha256 } from './harness/fixtures.ts';
import { logIn, openSafe, said, saved, unlock } from './harness/people.ts';
import { browser, files, scene, server, withFiles } from './harness/scene.ts';

// An agent asks for documents and takes what is given into his file, by the keyboard alone: a new request,
// its letter, the answer, a question, all of it in one ZIP; then what goes wrong on the way.

let camille: Visitor;
let fatou: CitizenLine;
let link: string;
const folder = mkdtempSync(join(tmpdir(), 'coffre-zips-'));

scene();
withFiles();
beforeAll(async () => {
	await during(browser, server.url, async ({ page }) => {
		await logIn(page, 'Fatou DIALLO', 'FranceConnect');
		const { passphrase } = await openSafe(page);
		fatou = await CitizenLine.allow(server, page, passphrase);
	});
	await fatou.put({
		'Passeport.png': files.png.bytes,
		'CON.txt': files.text.bytes,
		'Naissance.pdf': files.pdf.bytes,
	});
	camille = await visit(browser, server.url, { viewport: desktop });
	await camille.context.grantPermissions(['clipboard-read', 'clipboard-write']);
	await logIn(camille.page, 'Camille MARTIN', 'ProConnect');
});
afterAll(() => {
	fatou?.remove();
	rmSync(folder, { recursive: true, force: true });
});
let broken = '';
beforeEach(() => {
	if (broken !== '') throw new Error(`the story stopped at: ${broken}`);
});
afterEach(async ({ task }) => {
	if (task.result?.state !== 'fail' || broken !== '') return;
	broken = task.name;
	await screenshot(camille.page, 'echec-demandes-agent').catch(() => undefined);
});

/** Tab, as often as it takes: what the keyboard cannot reach is not there. */
async function tabTo(page: Page, target: Locator): Promise<void> {
	const is = async (): Promise<boolean> => target.evaluate((e) => e === document.activeElement);
	await target.waitFor();
	for (let i = 0; i < 80; i++) {
		if (await is()) return;
		await page.keyboard.press('Tab');
	}
	throw new Error(`the keyboard does not come to ${target}`);
}
async function press(page: Page, target: Locator): Promise<void> {
	await tabTo(page, target);
	await page.keyboard.press('Enter');
}
/** What is typed into, by the beginning of its label. */
function field(page: Page, label: string): Locator {
	const name = new RegExp(`^${said(label).source}`);
	return page.getByRole('textbox', { name }).or(page.getByRole('searchbox', { name }));
}
const type = async (page: Page, label: string, text: string): Promise<void> => {
	await tabTo(page, field(page, label));
	await page.keyboard.press('Control+A');
	await page.keyboard.type(text);
};

/** Down the list, as letters with accents do not come from every keyboard. */
async function choose(page: Page, select: Locator, option: string): Promise<void> {
	await tabTo(page, select);
	const chosen = select.locator('option:checked');
	for (let i = 0; i < 80; i++) {
		if ((await chosen.innerText()) === option) return;
		await page.keyboard.press('ArrowDown');
	}
	throw new Error(`${option} is not offered`);
}

test('a request is written, signed and put on a letter, by the keyboard alone', async () => {
	const { page, guard } = camille;
	await page.goto('/administration/demandes');
	const phrase = await page.getByText(/^abeille maison soleil/).innerText();
	await unlock(page, 'Phrase de passe', phrase);
	await page.getByText(said('Aucune demande pour l’instant')).waitFor();
	await look(page, 'demandes-agent-vide');

	await press(page, page.getByRole('link', { name: 'Nouvelle demande' }));
	await page.getByRole('heading', { level: 1, name: said('Nouvelle demande') }).waitFor();
	await press(page, page.getByRole('button', { name: said('Signer et créer') }));
	await page.getByText(said('choses sont à corriger')).waitFor();
	expect(await field(page, 'Démarche').evaluate((e) => e === document.activeElement)).toBe(true);
	await look(page, 'demandes-agent-a-corriger');

	await page.keyboard.type('Inscription à l’école, rentrée 2027');
	await type(page, 'À quoi serviront ces pièces', 'Inscrire un enfant en maternelle');
	await type(page, 'Texte qui permet', 'Code de l’éducation, article L131-5');
	await choose(page, page.getByRole('combobox', { name: 'Service' }), 'Écoles et périscolaire');
	await type(page, 'Référence du dossier', '2026-00417');
	const kind = page.getByRole('combobox', { name: 'Sorte de pièce' });
	await choose(page, kind.nth(0), 'Pièce d’identité');
	await page.getByRole('checkbox', { name: 'Passeport', checked: true }).waitFor();
	await press(page, page.getByRole('button', { name: 'Ajouter une pièce' }));
	await page.keyboard.type('Justificatif');
	await press(page, page.getByRole('button', { name: 'Ajouter une pièce' }));
	await page.keyboard.type('Acte de nai');
	await page.getByRole('group', { name: said('Pièce 3 : Acte de naissance') }).waitFor();
	await look(page, 'demandes-agent-nouvelle');
	await press(page, page.getByRole('button', { name: said('Signer et créer') }));
	await page.getByRole('heading', { level: 1, name: said('Inscription à l’école') }).waitFor();
	await page.getByText(said('Personne n’a encore répondu')).waitFor();
	await look(page, 'demandes-agent-creee');

	link = await field(page, 'Lien de la demande').inputValue();
	expect(link).toMatch(/\/demande\/[a-z2-7]{26}#[\w-]{22}$/);
	await press(page, page.getByRole('button', { name: 'Copier le lien' }));
	await page.getByText(said('Le lien est copié')).waitFor();
	expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);

	await press(page, page.getByRole('link', { name: 'Préparer un courrier' }));
	await type(page, 'Destinataire', 'Fatou DIALLO\n4 rue des Lilas\n76200 Valmont');
	await type(page, 'Lieu', 'Valmont');
	const letter = page.getByRole('article');
	for (const words of ['Mairie de Valmont', '4 rue des Lilas', '2026-00417', 'L131-5', 'avant le'])
		await letter.getByText(said(words)).first().waitFor();
	await look(page, 'demandes-agent-courrier');
	await page.emulateMedia({ media: 'print' });
	expect(await page.getByRole('button', { name: said('Imprimer') }).isVisible()).toBe(false);
	const sheet = join(folder, 'courrier.pdf');
	await page.pdf({ path: sheet, format: 'A4', preferCSSPageSize: true });
	execFileSync('pdftoppm', ['-r', '150', '-png', sheet, join(folder, 'courrier')]);
	const pages = readdirSync(folder).filter((f) => /^courrier-\d+\.png$/.test(f));
	expect(pages).toHaveLength(1);
	const read = execFileSync('zbarimg', ['-q', '--raw', join(folder, pages[0] ?? '')]);
	expect(read.toString().trim()).toBe(link);
	await page.emulateMedia({ media: 'screen' });
	guard.check();
});

test('a citizen follows the letter, gives three documents and asks a question', async () => {
	await fatou.run(
		'requests',
		...['--give', 'passport=Passeport.png', '--give', 'residence=CON.txt'],
		...['--give', 'birth-certificate=Naissance.pdf', '--text', 'Les voici.'],
		...['answer', link],
	);
	await fatou.run('requests', '--text', 'Faut-il l’original ?', 'ask', link);
});

test('questions come first, a document opens under its list, and an answer is sent', async () => {
	const { page, guard } = camille;
	await page.goto('/administration/demandes');
	await unlockAgain(page);
	const requests = page.getByRole('table', { name: 'Demandes' });
	await requests.getByText('Inscription à l’école').waitFor();
	await look(page, 'demandes-agent-liste');
	await type(page, 'Référence du dossier', '2026-0041');
	await page.getByText(said('Aucune demande ne correspond')).waitFor();
	await page.keyboard.type('7');
	await requests.getByText('Inscription à l’école').waitFor();
	await press(page, requests.getByRole('link'));

	const questions = page.getByRole('table', { name: 'Questions' });
	await questions.getByText('question posée').waitFor();
	await look(page, 'demandes-agent-reponses');
	await press(page, questions.getByRole('link', { name: said('Réponse de Fatou') }));
	await page.getByText(said('Faut-il l’original ?')).waitFor();
	await look(page, 'demandes-agent-reponse');

	// From line to line with the arrows.
	const given = page.getByRole('table', { name: 'Pièces données' });
	await tabTo(page, given.getByRole('button').first());
	await page.keyboard.press('End');
	await page.keyboard.press('Home');
	const names = await given.getByRole('button').allInnerTexts();
	for (let i = 0; i < names.indexOf('Justificatif de domicile'); i++)
		await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Enter');
	await page.getByText(said('Vérifié ici')).waitFor();
	await page.getByText(said('Je déclare vivre à Valmont')).waitFor();
	await look(page, 'demandes-agent-apercu');
	const got = await saved(page, () =>
		press(page, page.getByRole('button', { name: said('Télécharger « CON.txt »') })),
	);
	expect(sha256(got.bytes)).toBe(files.text.sha256);
	await press(page, given.getByRole('button', { name: said('Ouvrir : Passeport') }));
	const frame = page.getByRole('img', { name: said('Aperçu de Passeport') }).locator('iframe');
	await frame.waitFor();
	expect(await frame.getAttribute('sandbox')).toBe('');
	await press(page, given.getByRole('button', { name: said('Ouvrir : Acte de naissance') }));
	const tab = page.getByRole('link', { name: said('Ouvrir le PDF') });
	await tab.waitFor();
	expect(await tab.getAttribute('target')).toBe('_blank');

	await press(page, page.getByRole('button', { name: said('Fermer l’aperçu') }));
	const back = given.getByRole('button', { name: said('Ouvrir : Acte de naissance') });
	expect(await back.evaluate((e) => e === document.activeElement)).toBe(true);

	await type(page, 'Votre message à l’usager', 'Non, une copie suffit.');
	await press(page, page.getByRole('button', { name: 'Envoyer', exact: true }));
	await page.getByText(said('Votre message est envoyé')).waitFor();
	await page.getByText(said('L’usager attend une réponse')).waitFor({ state: 'detached' });
	const told = await fatou.run('requests', 'show', link);
	expect(told).toContain('Non, une copie suffit.');
	expect(told).toMatch(/Reçu intact|ouvert/i);
	guard.check();
});

test('all of it is taken in one ZIP, verified, under the agent’s own names, with its proofs', async () => {
	const { page, guard } = camille;
	const template = field(page, 'Noms des fichiers');
	await tabTo(page, template);
	await page.keyboard.press('Control+A');
	await page.keyboard.type('{reference}_{nom}');
	await page.getByText(said('Champ inconnu')).waitFor();
	await look(page, 'demandes-agent-zip-modele');
	await page.keyboard.press('Control+A');
	await page.keyboard.type('{name}');
	const zip = page.getByRole('button', { name: said('Tout télécharger (ZIP)') });
	const plain = unpacked('plain', (await saved(page, () => press(page, zip))).bytes);
	// A citizen chooses the name of a document; not that of a device of Windows.
	expect(plain.files.filter((f) => f.startsWith('pieces/')).sort()).toEqual([
		'pieces/Naissance.pdf',
		'pieces/Passeport.png',
		'pieces/_CON.txt',
	]);

	await press(page, page.getByRole('button', { name: said('Reprendre le modèle habituel') }));
	const got = await saved(page, () => press(page, zip));
	await page.getByText(said('chacune vérifiée')).first().waitFor();
	await look(page, 'demandes-agent-zip');
	expect(got.name).toMatch(/^2026-00417 Fatou DIALLO\.zip$/);
	const { read, files: all } = unpacked('usual', got.bytes);
	const today = /\d{4}-\d\d-\d\d/.source;
	const passport =
		all.find((f) => new RegExp(`^pieces/2026-00417_Passeport_Passeport_${today}\\.png$`).test(f)) ??
		'';
	expect(sha256(read(passport))).toBe(files.png.sha256);
	const proof = JSON.parse(read(`${passport.replace('pieces/', 'preuves/')}.json`).toString()) as {
		content: { sha256: string };
		grant: { kind: string; request: string };
		release: { log: string; event: string; leaf: object };
	};
	expect(proof.content.sha256).toBe(files.png.sha256);
	expect(proof.grant).toMatchObject({
		kind: 'passport',
		request: /demande\/(\w+)/.exec(link)?.[1],
	});
	expect(JSON.parse(proof.release.event)).toMatchObject({ what: 'grant.released' });
	const readme = read('LISEZMOI.txt').toString();
	for (const words of ['Inscription à l’école', 'Mairie de Valmont', passport])
		expect(readme).toContain(words);
	guard.check();
});

test('what fails in the middle is named, on the page and in the ZIP, and takes nothing else with it', async () => {
	const { page, guard, context } = camille;
	const shares = await fatou.run('shares', '--json');
	const [passport] = (JSON.parse(shares) as Record<string, string>[]).filter(
		(g) => g.kind === 'passport' || g.Kind === 'passport',
	);
	await fatou.plain('unshare', passport?.id ?? passport?.ID ?? '');
	guard.expect(410, /\/release$/);
	// A machine between here and there changes a byte of another one.
	let spoiled = 0;
	await context.route('**/grants/*/content', async (route) => {
		const response = await route.fetch();
		const body = await response.body();
		if (spoiled++ === 0) body[body.length - 30] = (body.at(-30) ?? 0) ^ 1;
		await route.fulfill({ response, body });
	});
	const zip = page.getByRole('button', { name: said('Tout télécharger (ZIP)') });
	const { read, files: all } = unpacked('some', (await saved(page, () => press(page, zip))).bytes);
	await context.unroute('**/grants/*/content');
	await page.getByText(said('Il en manque 2')).waitFor();
	await look(page, 'demandes-agent-zip-manque');
	expect(all.filter((f) => f.startsWith('pieces/'))).toHaveLength(1);
	const readme = read('LISEZMOI.txt').toString();
	expect(readme).toContain('N’ont pas pu être ouvertes');
	expect(readme).toMatch(/Passeport .*\(ended\)/);
	expect(readme).toMatch(/\(hash\)/);
	guard.check();
});

test('the lists come page by page, are narrowed by the server, and a request is closed', async () => {
	const { page, guard, context } = camille;
	// As a town would see it: pages of one.
	await context.route(/\/administration\/(grants|requests)\?/, (route) => {
		const url = new URL(route.request().url());
		url.searchParams.set('limit', '1');
		return route.continue({ url: url.href });
	});
	await page.getByRole('link', { name: said('La demande et ses réponses') }).click();
	await page.getByRole('button', { name: 'Clore la demande' }).click();
	await look(page, 'demandes-agent-clore');
	await page.getByRole('dialog').getByRole('button', { name: 'Clore la demande' }).click();
	await page.getByText(said('La demande est close')).waitFor();
	await page.getByText('Close', { exact: true }).waitFor();
	await look(page, 'demandes-agent-close');

	await page.getByRole('link', { name: said('Refaire comme celle-ci') }).click();
	await page.getByText(said('Reprise d’une demande précédente')).waitFor();
	expect(await field(page, 'Démarche').inputValue()).toBe('Inscription à l’école, rentrée 2027');
	await page.getByRole('group', { name: said('Pièce 3 : Acte de naissance') }).waitFor();
	expect(await field(page, 'Référence du dossier').inputValue()).toBe('');
	await page.getByRole('button', { name: said('Signer et créer') }).click();
	await page.getByText(said('Personne n’a encore répondu')).waitFor();
	await page.getByRole('link', { name: said('Toutes les demandes') }).click();
	const requests = page.getByRole('table', { name: 'Demandes' });
	await requests.getByText('Ouverte').waitFor();
	await page.getByLabel('Montrer').selectOption({ label: 'Toutes' });
	await page.getByRole('link', { name: 'Page suivante' }).click();
	await requests.getByText('2026-00417').waitFor();
	await page.goBack();
	await requests.getByText('Ouverte').waitFor();

	await page.getByRole('link', { name: 'Documents reçus' }).click();
	const received = page.getByRole('table', { name: 'Partages reçus' });
	await received.getByRole('row').nth(1).waitFor();
	await page.getByLabel('Pièce demandée').selectOption({ label: 'Acte de naissance' });
	await field(page, 'Référence').fill('2026-00417');
	await received.getByText('Acte de naissance').waitFor();
	await page.getByText(said('1 partage')).waitFor();
	await context.unroute(/\/administration\/(grants|requests)\?/);
	await look(page, 'administration-filtres');
	await page.getByLabel('Montrer').selectOption({ label: 'Arrêtés par l’usager' });
	await page.getByText(said('Aucun partage ne correspond')).waitFor();
	await page.getByLabel('Pièce demandée').selectOption({ label: 'Passeport' });
	await received.getByText('Arrêté par l’usager').waitFor();
	guard.check();
});

async function unlockAgain(page: Page): Promise<void> {
	const phrase = await page.getByText(/^abeille maison soleil/).innerText();
	await unlock(page, 'Phrase de passe', phrase);
}

/** By a program that is not ours. */
function unpacked(
	name: string,
	bytes: Buffer,
): { files: string[]; read: (path: string) => Buffer } {
	const file = join(folder, `${name}.zip`);
	const out = join(folder, name);
	writeFileSync(file, bytes);
	const env = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' };
	execFileSync('unzip', ['-q', file, '-d', out], { env });
	const list = execFileSync('unzip', ['-Z1', file], { env, encoding: 'utf8' });
	return { files: list.trim().split('\n'), read: (path) => readFileSync(join(out, path)) };
}
